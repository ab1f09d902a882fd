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

/** What the caller learns besides the error itself. */
export interface ErrorAddition {
  hints?: readonly (string | undefined)[];
  /** Facts for `--json`. */
  details?: Record<string, unknown>;
  /** Facts that do not replace those of the error. */
  defaults?: Record<string, unknown>;
  /** As that of `OrchError`. */
  answer?: string;
}

/** The same error with more hints and details. Its cause is the original one, so that a bug shows its own stack. */
export function extendError(
  failed: unknown,
  { hints = [], details, defaults, answer }: ErrorAddition,
): OrchError {
  const error = asOrchError(failed);
  const hint = [error.hint, ...hints].filter(Boolean).join('; ');
  return new OrchError(error.code, error.message, {
    ...(hint === '' ? {} : { hint }),
    details: { ...defaults, ...error.details, ...details },
    cause: failed,
    answer: answer ?? error.answer,
  });
}
