/**
 * What went wrong on one attempt and what the engine does about it. The class is decided where the failure is
 * seen; the engine only follows the recovery.
 */

import type { Usage } from '../models/usage.ts';
import type { ErrorCode } from './orch-error.ts';

/** What may help. `retry` waits and asks the same model again, a bounded number of times. */
export type Recovery =
  | 'stop'
  | 'retry'
  | 'retry-once'
  | 'next-model'
  | 'fix-parameter'
  | 'larger-window'
  | 'ask-again'
  | 'more-output';

interface FailureRow {
  recovery: Recovery;
  /** The code that the user sees when no recovery helped. */
  code: ErrorCode;
  /** The provider may bill the attempt although it never said what for: the model may have been at work. */
  billed?: boolean;
  /** Counts against the model's health: enough in a row open its circuit. */
  unhealthy?: boolean;
}

/** One row per class. */
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
  connection: { recovery: 'retry', code: 'offline', unhealthy: true },
  'first-event-timeout': { recovery: 'next-model', code: 'timeout', billed: true, unhealthy: true },
  'idle-timeout': { recovery: 'next-model', code: 'timeout', billed: true, unhealthy: true },
  'attempt-timeout': { recovery: 'next-model', code: 'timeout', billed: true, unhealthy: true },
  cut: { recovery: 'retry-once', code: 'provider-failed', billed: true, unhealthy: true },
  'malformed-answer': { recovery: 'retry-once', code: 'provider-failed', billed: true, unhealthy: true },
  'answer-cut-by-length': { recovery: 'more-output', code: 'answer-unusable', billed: true },
  'empty-answer': { recovery: 'next-model', code: 'answer-unusable', billed: true },
  'unusable-answer': { recovery: 'next-model', code: 'answer-unusable', billed: true },
  'unplaceable-answer': { recovery: 'ask-again', code: 'patch-unplaceable', billed: true },
  'verify-failed': { recovery: 'next-model', code: 'verify-failed', billed: true },
  cancelled: { recovery: 'stop', code: 'interrupted', billed: true },
} as const satisfies Record<string, FailureRow>;

export type FailureClass = keyof typeof failures;

export const failureTable: Readonly<Record<FailureClass, FailureRow>> = failures;

export interface FailureDetails {
  cause?: unknown;
  /** HTTP status, where there was an answer. */
  status?: number | undefined;
  /** The provider's own code. */
  providerCode?: string | undefined;
  /** How long to wait, as the provider asks. In milliseconds. */
  retryAfterMs?: number | undefined;
  /** The parameter that was refused, as the API names it. */
  parameter?: string | undefined;
  /** Tokens billed although the attempt failed. */
  usage?: Usage | undefined;
  serviceTier?: string | undefined;
  responseId?: string | undefined;
  servedModel?: string | undefined;
  hint?: string | undefined;
  /** The code that the user sees, where it says more than the class's own. */
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

  get code(): ErrorCode {
    return this.details.code ?? failureTable[this.failureClass].code;
  }
}

/**
 * Whether an attempt of unknown cost may be on the bill. `error` is its class, undefined where it gave the
 * result; `begun`: the server has said something of the answer.
 */
export function mayBeBilled(error: string | undefined, begun: boolean): boolean {
  if (error === undefined || begun) return true;
  return Object.hasOwn(failureTable, error) && failureTable[error as FailureClass].billed === true;
}
