/**
 * What went wrong on one attempt and what could cure it. The class is decided where the failure is seen;
 * the engine only follows the cure.
 */
import type { ErrorCode } from './error.ts';
import type { Usage } from './usage.ts';

/** What may help. `retry` waits and asks the same model again, a bounded number of times. */
export type Cure =
  | 'stop'
  | 'retry'
  | 'retry-once'
  | 'next-model'
  | 'fix-parameter'
  | 'larger-window'
  | 'ask-again'
  | 'more-output';

interface FailureFacts {
  cure: Cure;
  /** The code the user sees when nothing cured it. */
  code: ErrorCode;
}

/** One row per class: the error policy. Sources: the provider's error guide and observed answers. */
export const failureTable = {
  'key-refused': { cure: 'stop', code: 'key-refused' },
  'region-refused': { cure: 'stop', code: 'key-refused' },
  'quota-exhausted': { cure: 'stop', code: 'quota-exhausted' },
  'model-not-found': { cure: 'next-model', code: 'no-eligible-model' },
  'wrong-endpoint': { cure: 'stop', code: 'provider-failed' },
  'unsupported-parameter': { cure: 'fix-parameter', code: 'provider-failed' },
  'context-length': { cure: 'larger-window', code: 'input-too-large' },
  'content-policy': { cure: 'stop', code: 'answer-refused' },
  refusal: { cure: 'stop', code: 'answer-refused' },
  'bad-request': { cure: 'stop', code: 'provider-failed' },
  'request-over-rate-limit': { cure: 'next-model', code: 'provider-failed' },
  'rate-limited': { cure: 'retry', code: 'provider-failed' },
  'server-error': { cure: 'retry', code: 'provider-failed' },
  connection: { cure: 'retry', code: 'offline' },
  'first-event-timeout': { cure: 'next-model', code: 'timeout' },
  'idle-timeout': { cure: 'next-model', code: 'timeout' },
  'attempt-timeout': { cure: 'next-model', code: 'timeout' },
  cut: { cure: 'retry-once', code: 'provider-failed' },
  'malformed-answer': { cure: 'retry-once', code: 'provider-failed' },
  'answer-cut-by-length': { cure: 'more-output', code: 'answer-unusable' },
  'empty-answer': { cure: 'next-model', code: 'answer-unusable' },
  'unusable-answer': { cure: 'next-model', code: 'answer-unusable' },
  'unplaceable-answer': { cure: 'ask-again', code: 'patch-unplaceable' },
  'verify-failed': { cure: 'next-model', code: 'verify-failed' },
  cancelled: { cure: 'stop', code: 'interrupted' },
} as const satisfies Record<string, FailureFacts>;

export type FailureClass = keyof typeof failureTable;

export interface FailureDetails {
  cause?: unknown;
  /** HTTP status, where there was an answer. */
  status?: number | undefined;
  /** The provider's own code. */
  providerCode?: string | undefined;
  /** How long the provider asks to wait, in milliseconds. */
  retryAfterMs?: number | undefined;
  /** The parameter that was refused, as the API names it. */
  parameter?: string | undefined;
  /** Tokens billed although the attempt failed. */
  usage?: Usage | undefined;
  serviceTier?: string | undefined;
  responseId?: string | undefined;
  servedModel?: string | undefined;
  hint?: string | undefined;
  /** The code that the user sees, where the class's own would say less. */
  code?: ErrorCode | undefined;
}

export class AttemptFailure extends Error {
  override readonly name = 'AttemptFailure';

  constructor(
    readonly failureClass: FailureClass,
    message: string,
    readonly details: FailureDetails = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
  }

  get cure(): Cure {
    return failureTable[this.failureClass].cure;
  }

  get code(): ErrorCode {
    return this.details.code ?? failureTable[this.failureClass].code;
  }
}
