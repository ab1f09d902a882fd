/**
 * What went wrong on one attempt and what could cure it. The class is decided where the failure is seen;
 * the engine only follows the cure.
 */

import type { Usage } from '../models/usage.ts';
import type { ErrorCode } from './orch-error.ts';

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

interface FailureRow {
  cure: Cure;
  /** The code the user sees when nothing cured it. */
  code: ErrorCode;
  /** The provider may bill the attempt although it never said what for: the model may have been at work. */
  billed?: boolean;
  /** Counts against the model's health: enough in a row open its circuit. */
  unhealthy?: boolean;
}

/** One row per class: the error policy. Sources: the provider's error guide and observed answers. */
const failures = {
  'key-refused': { cure: 'stop', code: 'key-refused' },
  'region-refused': { cure: 'stop', code: 'key-refused' },
  'quota-exhausted': { cure: 'stop', code: 'quota-exhausted' },
  'model-not-found': { cure: 'next-model', code: 'no-eligible-model' },
  'wrong-endpoint': { cure: 'stop', code: 'provider-failed' },
  'unsupported-parameter': { cure: 'fix-parameter', code: 'provider-failed' },
  'context-length': { cure: 'larger-window', code: 'input-too-large' },
  'content-policy': { cure: 'stop', code: 'answer-refused' },
  refusal: { cure: 'stop', code: 'answer-refused', billed: true },
  'bad-request': { cure: 'stop', code: 'provider-failed' },
  'request-over-rate-limit': { cure: 'next-model', code: 'provider-failed' },
  'rate-limited': { cure: 'retry', code: 'provider-failed', unhealthy: true },
  'server-error': { cure: 'retry', code: 'provider-failed', unhealthy: true },
  connection: { cure: 'retry', code: 'offline', unhealthy: true },
  'first-event-timeout': { cure: 'next-model', code: 'timeout', billed: true, unhealthy: true },
  'idle-timeout': { cure: 'next-model', code: 'timeout', billed: true, unhealthy: true },
  'attempt-timeout': { cure: 'next-model', code: 'timeout', billed: true, unhealthy: true },
  cut: { cure: 'retry-once', code: 'provider-failed', billed: true, unhealthy: true },
  'malformed-answer': { cure: 'retry-once', code: 'provider-failed', billed: true, unhealthy: true },
  'answer-cut-by-length': { cure: 'more-output', code: 'answer-unusable', billed: true },
  'empty-answer': { cure: 'next-model', code: 'answer-unusable', billed: true },
  'unusable-answer': { cure: 'next-model', code: 'answer-unusable', billed: true },
  'unplaceable-answer': { cure: 'ask-again', code: 'patch-unplaceable', billed: true },
  'verify-failed': { cure: 'next-model', code: 'verify-failed', billed: true },
  cancelled: { cure: 'stop', code: 'interrupted', billed: true },
} as const satisfies Record<string, FailureRow>;

export type FailureClass = keyof typeof failures;

export const failureTable: Readonly<Record<FailureClass, FailureRow>> = failures;

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

export class ProviderFailure extends Error {
  override readonly name = 'ProviderFailure';

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

/**
 * Whether an attempt of unknown cost may be on the bill. `error` is its class, undefined where it gave the
 * result; `begun`: the server has said something of the answer.
 */
export function mayBeBilled(error: string | undefined, begun: boolean): boolean {
  if (error === undefined || begun) return true;
  return Object.hasOwn(failureTable, error) && failureTable[error as FailureClass].billed === true;
}
