/** Shows an error to the user and gives the exit status for it. */
import { CommanderError } from 'commander';
import { exitStatusOf, OrchError } from '../core/errors/orch-error.ts';
import { printableJson } from '../core/text/hidden.ts';
import { describeError } from '../operations/describe-error.ts';
import type { IOStreams } from './streams/streams.ts';

export interface ErrorView {
  streams: IOStreams;
  json: boolean;
  /** The command as the user called it, for hints: `orch run`. */
  command: string;
}

/** Returns the exit status. */
export function reportError(error: unknown, view: ErrorView): number {
  const { streams, json } = view;
  if (error instanceof CommanderError) return reportCommanderError(error, view);
  const { code, message, hint, spending, details, answer, exitStatus } = describeError(error);
  if (json)
    printJson(streams, code, message, hint, { ...(details && { details }), ...(answer && { answer }) });
  else {
    if (code === 'internal') streams.say('internal error', stackOf(error));
    else streams.say('error', message);
    if (hint !== undefined) streams.say('hint', hint);
    if (spending !== undefined) streams.err(`${spending}\n`);
    // Not to standard output: what reads that, such as git apply, expects a result.
    if (answer) streams.err(`the answer:\n${answer}\n`);
  }
  return exitStatus;
}

/** The stack of the original error, not of the wrapper that added the cost. */
function stackOf(error: unknown): string {
  let origin = error;
  while (origin instanceof OrchError && origin.cause !== undefined) origin = origin.cause;
  return origin instanceof Error ? (origin.stack ?? origin.message) : String(origin);
}

function reportCommanderError(error: CommanderError, { streams, json, command }: ErrorView): number {
  const message = error.message
    .replace(/^error: /, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ');
  const hint = `see: ${command} --help`;
  if (json) printJson(streams, 'usage', message, hint);
  else if (message !== '' && error.code !== 'commander.help') {
    streams.say('error', message);
    streams.say('hint', hint);
  }
  return exitStatusOf('usage');
}

function printJson(
  streams: IOStreams,
  code: string,
  message: string,
  hint: string | undefined,
  more: Record<string, unknown> = {},
): void {
  streams.out(`${printableJson({ error: { code, message, hint: hint ?? null, ...more } }, 2)}\n`);
}
