import { OrchError } from '../core/errors/orch-error.ts';

export const bugHint = 'this is a bug in orch: please report it, with the command and this message';

/** An error that nobody foresaw, in the form that can say what the call has cost: the code stays `internal`. */
export function asOrchError(error: unknown): OrchError {
  if (error instanceof OrchError) return error;
  return new OrchError('internal', error instanceof Error ? error.message : String(error), {
    hint: bugHint,
    cause: error,
  });
}
