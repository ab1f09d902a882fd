import { OrchError } from '../core/errors/orch-error.ts';

export const bugHint = 'this is a bug in orch: please report it with this message';

/** Gives an unforeseen error the form that can carry what the call cost. Its code is `internal`. */
export function asOrchError(error: unknown): OrchError {
  if (error instanceof OrchError) return error;
  return new OrchError('internal', error instanceof Error ? error.message : String(error), {
    hint: bugHint,
    cause: error,
  });
}
