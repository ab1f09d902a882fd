/** What a surface says about an error: the same on the command line and over MCP. */
import type { ErrorCode } from '../core/errors/orch-error.ts';
import { spendingOf } from '../core/errors/spending.ts';
import { asOrchError, bugHint } from '../engine/internal-error.ts';

export interface ErrorDescription {
  code: ErrorCode;
  message: string;
  /** What the user can do. */
  hint: string | undefined;
  /** What the failed call cost and its run id, as one line; undefined when nothing was spent. */
  spending: string | undefined;
  details: Record<string, unknown> | undefined;
  exitStatus: number;
}

export function describeError(error: unknown): ErrorDescription {
  const known = asOrchError(error);
  const { code, message, details, exitStatus } = known;
  return { code, message, hint: hintOf(known), spending: spendingOf(known), details, exitStatus };
}

/** A bug is called one, whichever layer wrapped the error. */
function hintOf({ code, hint }: { code: ErrorCode; hint: string | undefined }): string | undefined {
  if (code !== 'internal' || hint?.includes(bugHint)) return hint;
  return hint === undefined ? bugHint : `${bugHint}; ${hint}`;
}
