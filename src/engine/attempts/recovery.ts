/** Decides what to try next with the same candidate after a failure. Every recovery is limited. */
import type { ProviderFailure } from '../../core/errors/provider-failure.ts';
import type { Candidate } from '../../core/router/decision.ts';
import type { DelegateRequest } from '../../core/tasks/request.ts';
import { UnplaceableAnswer } from '../finish/finish-answer.ts';
import { NonAnswer } from '../finish/non-answer.ts';
import type { GenerateRequest } from '../ports.ts';
import { RejectedAnswer } from '../verdict/check-answer.ts';
import { backoffMs } from './backoff.ts';
import { withoutParameter } from './parameters.ts';
import { askAgain, askForRepair, askForWholeFiles, keepsBlocks, type RequestSource } from './request.ts';

export interface NextTry {
  request: GenerateRequest;
  /** For progress messages. */
  reason: string;
  waitMs: number;
  /** The answer to repair; null for none, absent to keep the previous one. */
  repairs?: UnplaceableAnswer | null;
}

export interface RecoveryOptions extends RequestSource {
  candidate: Candidate;
  /** The candidate's circuit is open; this request checks whether it has recovered. */
  isProbe: boolean;
  /** Whether no other candidate is left: recovery may then take longer, and the last resort is allowed. */
  isLast: () => boolean;
  /** Another model has declined the request before: if this one does as well, it is not asked to reconsider. */
  declinedBefore: boolean;
}

/** Factor by which the output cap is raised when reasoning used it up. */
const moreOutputFactor = 4;

/** How often a model is told that its answer fails the caller's check. */
const mostRepairs = 2;

/** Whether the provider asks for a longer wait than the caller allows. */
export function isLongerWait(
  { details: { retryAfterMs } }: ProviderFailure,
  { maxRetryAfterMs }: DelegateRequest,
): boolean {
  return retryAfterMs !== undefined && maxRetryAfterMs !== undefined && retryAfterMs > maxRetryAfterMs;
}

/**
 * A flex request that finds no capacity gets a 429 which is not the rate limit's, or the status of an overloaded server;
 * it is not billed.
 */
function lacksCapacity({ failureClass, details: { status, providerCode } }: ProviderFailure): boolean {
  if (failureClass === 'rate-limited') return providerCode !== 'rate_limit_exceeded';
  return failureClass === 'server-error' && (status === 498 || status === 503);
}

export class Recoveries {
  readonly #options: RecoveryOptions;
  #retries = 0;
  #cutAnswers = 0;
  #outputRaised = false;
  #askedAgain = false;
  #askedForWholeFiles = false;
  #repairs = 0;

  constructor(options: RecoveryOptions) {
    this.#options = options;
  }

  /** Undefined when nothing more can be done with this candidate. */
  next(failure: ProviderFailure, request: GenerateRequest): NextTry | undefined {
    if (request.serviceTier === 'flex' && lacksCapacity(failure))
      return {
        request: { ...request, serviceTier: 'default' },
        reason: 'no capacity for tier flex; using the default tier',
        waitMs: 0,
      };
    switch (failure.recovery) {
      case 'fix-parameter':
        return this.#fixParameter(failure, request);
      case 'more-output':
        return this.#moreOutput(request);
      case 'ask-again':
        return failure instanceof UnplaceableAnswer || failure instanceof NonAnswer
          ? this.#askAgain(failure, request)
          : undefined;
      case 'repair':
        return failure instanceof RejectedAnswer ? this.#repair(failure, request) : undefined;
      case 'retry-once':
        return this.#cutAnswers++ > 0 ? undefined : this.#retry(failure, request);
      case 'retry':
        return this.#retry(failure, request);
      // Only another candidate can help, or none. A new recovery has to be listed here to compile.
      case 'stop':
      case 'next-model':
      case 'larger-window':
        return undefined;
    }
  }

  #fixParameter({ details: { parameter } }: ProviderFailure, request: GenerateRequest): NextTry | undefined {
    if (parameter === undefined) return undefined;
    const without = withoutParameter(request, parameter);
    // The parameter is not in the request, so it would be rejected again.
    if (without === request) return undefined;
    const { candidate, context } = this.#options;
    context.memory.rememberRefusal(candidate.model, parameter);
    return { request: without, reason: `${parameter} is not supported`, waitMs: 0 };
  }

  #moreOutput(request: GenerateRequest): NextTry | undefined {
    const most = this.#options.candidate.card?.maxOutputTokens ?? Number.POSITIVE_INFINITY;
    const maxOutputTokens = Math.min(request.maxOutputTokens * moreOutputFactor, most);
    if (this.#outputRaised || maxOutputTokens <= request.maxOutputTokens) return undefined;
    this.#outputRaised = true;
    return {
      request: { ...request, maxOutputTokens },
      reason: 'the output limit was reached; retrying with a higher limit',
      waitMs: 0,
    };
  }

  #askAgain(failure: UnplaceableAnswer | NonAnswer, request: GenerateRequest): NextTry | undefined {
    const { candidate, declinedBefore } = this.#options;
    if (declinedBefore && failure.failureClass === 'spoken-refusal') return undefined;
    const unplaceable = failure instanceof UnplaceableAnswer ? failure : undefined;
    if (!this.#askedAgain) {
      this.#askedAgain = true;
      const blocks = unplaceable !== undefined && keepsBlocks(unplaceable);
      return {
        request: askAgain(request, failure, candidate, this.#options),
        reason: `${failure.message}; ${blocks ? 'asking for the failed blocks again' : 'asking again'}`,
        waitMs: 0,
        repairs: unplaceable ?? null,
      };
    }
    if (!unplaceable || this.#askedForWholeFiles || !this.#options.isLast()) return undefined;
    this.#askedForWholeFiles = true;
    const whole = askForWholeFiles(candidate, this.#options);
    return (
      whole && {
        request: whole,
        reason: `${failure.message}; asking for whole files`,
        waitMs: 0,
        repairs: null,
      }
    );
  }

  #repair({ answer, complaint, message }: RejectedAnswer, request: GenerateRequest): NextTry | undefined {
    if (complaint === undefined || this.#repairs >= mostRepairs) return undefined;
    this.#repairs++;
    return {
      request: askForRepair(request, { answer, complaint }, this.#options.candidate, this.#options),
      reason: `${message.trimEnd()}; asking for a repair`,
      waitMs: 0,
      repairs: null,
    };
  }

  #retry(failure: ProviderFailure, request: GenerateRequest): NextTry | undefined {
    const { context, isLast, isProbe, prepared } = this.#options;
    const { retry } = context.config.policies;
    if (this.#retries >= retry.maxRetries || (isProbe && !isLast())) return undefined;
    const { retryAfterMs } = failure.details;
    if (isLongerWait(failure, prepared.request)) return undefined;
    // Back off a little even if the provider says to retry at once.
    const waitMs =
      retryAfterMs === undefined
        ? backoffMs(this.#retries, retry, context.random)
        : Math.max(retryAfterMs, backoffMs(0, retry, context.random));
    // If the wait is longer than the policy allows, fall back to the next model, if there is one.
    if (waitMs > retry.maxMs && !isLast()) return undefined;
    this.#retries++;
    return { request, reason: failure.message, waitMs };
  }
}
