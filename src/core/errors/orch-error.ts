/**
 * The error class that users see. Its code says what happened; one table maps codes to exit statuses. Anything
 * else that is thrown is a bug in orch.
 */

/** Codes in order of exit status; `--json` errors carry them as text. `consensus-disagreed` is reserved. */
const exitStatusByCode = {
  'provider-failed': 1,
  offline: 1,
  timeout: 1,
  'record-failed': 1,
  'retrieval-unavailable': 1,
  internal: 1,
  usage: 2,
  'invalid-config': 2,
  'invalid-environment': 2,
  'file-not-found': 2,
  'file-unreadable': 2,
  'file-forbidden': 2,
  'file-changed': 2,
  'input-empty': 2,
  'input-too-large': 2,
  'write-failed': 2,
  'no-eligible-model': 3,
  'no-key': 4,
  'key-refused': 4,
  'answer-unusable': 5,
  'answer-refused': 5,
  'patch-unplaceable': 5,
  'verify-failed': 5,
  'over-budget': 6,
  'budget-unavailable': 6,
  'quota-exhausted': 6,
  'consensus-disagreed': 7,
  interrupted: 130,
} as const;

export type ErrorCode = keyof typeof exitStatusByCode;

export const errorCodes = Object.keys(exitStatusByCode) as ErrorCode[];

export interface OrchErrorDetails {
  /** What the user can do about it, as one sentence. */
  hint?: string;
  cause?: unknown;
  /** Data for `--json`, safe to print: never a key, a prompt or code. */
  details?: Record<string, unknown>;
  /** What a paid answer holds, to be shown with the error: it could not be kept, or is a beginning. */
  answer?: string | undefined;
}

export class OrchError extends Error {
  override readonly name: string = 'OrchError';
  readonly hint: string | undefined;
  readonly details: Record<string, unknown> | undefined;
  readonly answer: string | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    { hint, cause, details, answer }: OrchErrorDetails = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.hint = hint;
    this.details = details;
    this.answer = answer;
  }

  get exitStatus(): number {
    return exitStatusByCode[this.code];
  }
}

export function exitStatusOf(code: ErrorCode): number {
  return exitStatusByCode[code];
}
