/** One way for an error to reach the user, and the exit status that goes with it. */
import { CommanderError } from 'commander';
import { OrchError } from '../core/error.ts';
import type { IOStreams } from './streams.ts';

export interface ErrorView {
  streams: IOStreams;
  json: boolean;
}

/** Returns the exit status. */
export function reportError(error: unknown, { streams, json }: ErrorView): number {
  if (error instanceof CommanderError) return reportCommanderError(error, { streams, json });
  if (error instanceof OrchError) {
    if (json) printJson(streams, error.code, error.message, error.hint, error.details);
    else {
      streams.err(`error: ${error.message}\n`);
      if (error.hint !== undefined) streams.err(`hint: ${error.hint}\n`);
    }
    return error.exitStatus;
  }
  const message = error instanceof Error ? error.message : String(error);
  const hint = 'this is a bug in orch: please report it, with the command and this message';
  if (json) printJson(streams, 'internal', message, hint);
  else
    streams.err(
      `internal error: ${error instanceof Error ? (error.stack ?? message) : message}\nhint: ${hint}\n`,
    );
  return 1;
}

function reportCommanderError(error: CommanderError, { streams, json }: ErrorView): number {
  // Help and version are not errors: commander throws them only to end the parsing.
  if (error.exitCode === 0) return 0;
  const message = error.message.replace(/^error: /, '').trim();
  if (json) printJson(streams, 'usage', message, 'see: orch --help');
  else if (message !== '' && error.code !== 'commander.help')
    streams.err(`error: ${message}\nhint: see orch --help\n`);
  return 2;
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
