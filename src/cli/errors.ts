/** One way for an error to reach the user, and the exit status that goes with it. */
import { CommanderError } from 'commander';
import { exitStatusOf, OrchError } from '../core/errors/orch-error.ts';
import { spendingOf } from '../core/errors/spending.ts';
import { asOrchError, bugHint } from '../engine/internal-error.ts';
import type { IOStreams } from './streams.ts';

export interface ErrorView {
  streams: IOStreams;
  json: boolean;
  /** As it was called, for hints: `orch run`. */
  command: string;
}

/** Returns the exit status. */
export function reportError(error: unknown, view: ErrorView): number {
  const { streams, json } = view;
  if (error instanceof CommanderError) return reportCommanderError(error, view);
  const known = asOrchError(error);
  const hint = hintOf(known);
  if (json) printJson(streams, known.code, known.message, hint, known.details);
  else {
    if (known.code === 'internal') streams.say('internal error', stackOf(known));
    else streams.say('error', known.message);
    if (hint !== undefined) streams.say('hint', hint);
    const spent = spendingOf(known);
    if (spent !== undefined) streams.err(`${spent}\n`);
  }
  return known.exitStatus;
}

/** A bug is said to be one, whoever made the error. */
function hintOf({ code, hint }: OrchError): string | undefined {
  if (code !== 'internal' || hint?.includes(bugHint)) return hint;
  return hint === undefined ? bugHint : `${bugHint}; ${hint}`;
}

/** Of where it broke, not of where it was told what it has cost. */
function stackOf(error: OrchError): string {
  let origin: unknown = error;
  while (origin instanceof OrchError && origin.cause !== undefined) origin = origin.cause;
  return origin instanceof Error ? (origin.stack ?? error.message) : error.message;
}

function reportCommanderError(error: CommanderError, { streams, json, command }: ErrorView): number {
  // Help and version are not errors: commander throws them only to end the parsing.
  if (error.exitCode === 0) return 0;
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
  details?: Record<string, unknown>,
): void {
  streams.out(
    `${JSON.stringify({ error: { code, message, hint: hint ?? null, ...(details ? { details } : {}) } }, null, 2)}\n`,
  );
}
