/** One way for an error to reach the user, and the exit status that goes with it. */
import { CommanderError } from 'commander';
import { exitStatusOf, OrchError } from '../core/error.ts';
import { formatUsd } from '../core/format.ts';
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
  if (error instanceof OrchError) {
    if (json) printJson(streams, error.code, error.message, error.hint, error.details);
    else {
      streams.say('error', error.message);
      if (error.hint !== undefined) streams.say('hint', error.hint);
      const spent = spentOn(error);
      if (spent !== undefined) streams.err(`${spent}\n`);
    }
    return error.exitStatus;
  }
  const message = error instanceof Error ? error.message : String(error);
  const hint = 'this is a bug in orch: please report it, with the command and this message';
  if (json) printJson(streams, 'internal', message, hint);
  else {
    streams.say('internal error', error instanceof Error ? (error.stack ?? message) : message);
    streams.say('hint', hint);
  }
  return exitStatusOf('internal');
}

function reportCommanderError(error: CommanderError, { streams, json, command }: ErrorView): number {
  // Help and version are not errors: commander throws them only to end the parsing.
  if (error.exitCode === 0) return 0;
  const message = error.message
    .replace(/^error: /, '')
    .replace(/\s*\n\s*/g, ' ')
    .trim();
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

/** What a call that failed has cost all the same; undefined where nothing was sent. */
function spentOn({ details }: OrchError): string | undefined {
  const cost = details?.cost_usd as number | null | undefined;
  if (cost === undefined || cost === 0) return undefined;
  return `spent: ${cost === null ? 'unknown' : formatUsd(cost)} (run ${details?.run_id})`;
}
