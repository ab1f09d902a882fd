/**
 * What went wrong in an attempt and how to recover. The failure is classified where it is detected; the engine
 * only follows the recovery of its class.
 */

import type { Usage } from '../models/usage.ts';
import type { ErrorCode } from './orch-error.ts';

/** How to recover. `retry` waits and calls the same model again, a limited number of times. */
export type Recovery =
  | 'stop'
  | 'retry'
  | 'retry-once'
  | 'next-model'
  | 'fix-parameter'
  | 'larger-window'
  | 'ask-again'
  | 'repair'
  | 'more-output';

interface FailureRow {
  recovery: Recovery;
  /** Error code shown to the user when recovery fails. */
  code: ErrorCode;
  /** The provider may bill the attempt without reporting usage, since the model may have been running. */
  billed?: boolean;
  /** Counts as a failure for the circuit breaker. */
  unhealthy?: boolean;
  /** When the recovery has failed, the call has: the other models are at the same host. */
  ofHost?: boolean;
}

/** The error policy, one row per class. Sources: the provider's error guide and observed responses. */
const failures = {
  'key-refused': { recovery: 'stop', code: 'key-refused' },
  'region-refused': { recovery: 'stop', code: 'key-refused' },
  'quota-exhausted': { recovery: 'stop', code: 'quota-exhausted' },
  'model-not-found': { recovery: 'next-model', code: 'no-eligible-model' },
  'wrong-endpoint': { recovery: 'stop', code: 'provider-failed' },
  'unsupported-parameter': { recovery: 'fix-parameter', code: 'provider-failed' },
  'context-length': { recovery: 'larger-window', code: 'input-too-large' },
  'content-policy': { recovery: 'stop', code: 'answer-refused' },
  refusal: { recovery: 'stop', code: 'answer-refused', billed: true },
  'bad-request': { recovery: 'stop', code: 'provider-failed' },
  'request-over-rate-limit': { recovery: 'next-model', code: 'provider-failed' },
  'rate-limited': { recovery: 'retry', code: 'provider-failed', unhealthy: true },
  'server-error': { recovery: 'retry', code: 'provider-failed', unhealthy: true },
  connection: { recovery: 'retry', code: 'offline', unhealthy: true, ofHost: true },
  'connection-lost': { recovery: 'retry', code: 'offline', billed: true, unhealthy: true },
  'first-event-timeout': { recovery: 'next-model', code: 'timeout', billed: true, unhealthy: true },
  'idle-timeout': { recovery: 'next-model', code: 'timeout', billed: true, unhealthy: true },
  'attempt-timeout': { recovery: 'next-model', code: 'timeout', billed: true, unhealthy: true },
  cut: { recovery: 'retry-once', code: 'provider-failed', billed: true, unhealthy: true },
  'malformed-answer': { recovery: 'retry-once', code: 'provider-failed', billed: true, unhealthy: true },
  'answer-too-large': { recovery: 'next-model', code: 'provider-failed', billed: true, unhealthy: true },
  'answer-cut-by-length': { recovery: 'more-output', code: 'answer-unusable', billed: true },
  'empty-answer': { recovery: 'next-model', code: 'answer-unusable', billed: true },
  'unusable-answer': { recovery: 'next-model', code: 'answer-unusable', billed: true },
  'non-answer': { recovery: 'ask-again', code: 'answer-unusable', billed: true },
  'unparsable-answer': { recovery: 'ask-again', code: 'answer-unusable', billed: true },
  'spoken-refusal': { recovery: 'ask-again', code: 'answer-refused', billed: true },
  'unplaceable-answer': { recovery: 'ask-again', code: 'patch-unplaceable', billed: true },
  'verify-failed': { recovery: 'repair', code: 'verify-failed', billed: true },
  cancelled: { recovery: 'stop', code: 'interrupted', billed: true },
} as const satisfies Record<string, FailureRow>;

export type FailureClass = keyof typeof failures;

export const failureTable: Readonly<Record<FailureClass, FailureRow>> = failures;

export interface FailureDetails {
  cause?: unknown;
  /** HTTP status, if there was a response. */
  status?: number | undefined;
  /** The provider's own code. */
  providerCode?: string | undefined;
  /** Wait requested by the provider, in milliseconds. */
  retryAfterMs?: number | undefined;
  /** API name of the rejected parameter. */
  parameter?: string | undefined;
  /** Tokens billed although the attempt failed. */
  usage?: Usage | undefined;
  serviceTier?: string | undefined;
  completionWindow?: string | undefined;
  responseId?: string | undefined;
  servedModel?: string | undefined;
  hint?: string | undefined;
  /** What had come of the answer, where the response itself says so. Never shown as a whole answer. */
  partialText?: string | undefined;
  /** Overrides the error code of the class with a more specific one. */
  code?: ErrorCode | undefined;
}

export class ProviderFailure extends Error {
  override readonly name = 'ProviderFailure';

  constructor(
    readonly failureClass: FailureClass,
    message: string,
    readonly details: FailureDetails = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
  }

  get recovery(): Recovery {
    return failureTable[this.failureClass].recovery;
  }

  /** No other model can help. */
  get isFinal(): boolean {
    const { recovery, ofHost = false }: FailureRow = failureTable[this.failureClass];
    return recovery === 'stop' || ofHost;
  }

  get code(): ErrorCode {
    return this.details.code ?? failureTable[this.failureClass].code;
  }
}

/**
 * Whether an attempt of unknown cost may have been billed. `error` is its failure class, undefined when it
 * succeeded; `begun` is true when the server had started to answer.
 */
export function mayBeBilled(error: string | undefined, begun: boolean): boolean {
  if (error === undefined || begun) return true;
  return Object.hasOwn(failureTable, error) && failureTable[error as FailureClass].billed === true;
}
