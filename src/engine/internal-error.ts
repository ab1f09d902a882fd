import { OrchError } from '../core/errors/orch-error.ts';

export const bugHint = 'this is a bug in orch: please report it with this message';

/** Wraps an unexpected error as `internal`, so that it can carry the cost of the call. */
export function asOrchError(error: unknown): OrchError {
  if (error instanceof OrchError) return error;
  return new OrchError('internal', error instanceof Error ? error.message : String(error), {
    hint: bugHint,
    cause: error,
  });
}
