/** Describes an error for both surfaces. */
import type { ErrorCode } from '../core/errors/orch-error.ts';
import { spendingOf } from '../core/errors/spending.ts';
import { asOrchError, bugHint } from '../engine/internal-error.ts';

export interface ErrorDescription {
  code: ErrorCode;
  message: string;
  /** What the user can do. */
  hint: string | undefined;
  /** Cost and run id of the failed call, in one line; undefined when nothing was spent. */
  spending: string | undefined;
  details: Record<string, unknown> | undefined;
  /** As that of `OrchError`. */
  answer: string | undefined;
  exitStatus: number;
}

export function describeError(error: unknown): ErrorDescription {
  const known = asOrchError(error);
  const { code, message, details, answer, exitStatus } = known;
  return { code, message, hint: hintOf(known), spending: spendingOf(known), details, answer, exitStatus };
}

/** Adds the bug hint to every internal error, whichever layer wrapped it. */
function hintOf({ code, hint }: { code: ErrorCode; hint: string | undefined }): string | undefined {
  if (code !== 'internal' || hint?.includes(bugHint)) return hint;
  return hint === undefined ? bugHint : `${bugHint}; ${hint}`;
}
