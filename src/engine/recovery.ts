/** What is tried next on the same candidate after a failure: each remedy a bounded number of times. */
import type { ProviderFailure } from '../core/errors/provider-failure.ts';
import type { Candidate } from '../core/router/decision.ts';
import { backoffMs } from './backoff.ts';
import { UnplaceableAnswer } from './finish-answer.ts';
import type { GenerateRequest } from './ports.ts';
import { askAgain, askForWholeFiles, keepsBlocks, type RequestFacts, withoutParameter } from './request.ts';

export interface Remedy {
  request: GenerateRequest;
  /** In words, for whoever watches. */
  reason: string;
  waitMs: number;
  /** The next answer mends this one; null: it stands for itself; absent: as the last one. */
  mends?: UnplaceableAnswer | null;
}

export interface RemedyFacts extends RequestFacts {
  candidate: Candidate;
  /** The candidate failed several times just now, and is asked to see whether it is well again. */
  isProbe: boolean;
  /** No other candidate is left: a remedy may take longer, and the last resort is open. */
  isLast: () => boolean;
  /** Milliseconds until the whole call must be over. */
  remainingMs: () => number;
}

/** With this many times the output, where reasoning ate the room for the answer. */
const moreOutputFactor = 4;

export class Recoveries {
  readonly #facts: RemedyFacts;
  #retries = 0;
  #cutAnswers = 0;
  #outputRaised = false;
  #askedAgain = false;
  #askedForWholeFiles = false;

  constructor(facts: RemedyFacts) {
    this.#facts = facts;
  }

  /** Undefined: nothing more can be done with this candidate. */
  next(failure: ProviderFailure, request: GenerateRequest): Remedy | undefined {
    switch (failure.recovery) {
      case 'fix-parameter':
        return this.#fixParameter(failure, request);
      case 'more-output':
        return this.#moreOutput(request);
      case 'ask-again':
        return failure instanceof UnplaceableAnswer ? this.#askAgain(failure, request) : undefined;
      case 'retry-once':
        return this.#cutAnswers++ > 0 ? undefined : this.#retry(failure, request);
      case 'retry':
        return this.#retry(failure, request);
      default:
        return undefined;
    }
  }

  #fixParameter({ details: { parameter } }: ProviderFailure, request: GenerateRequest): Remedy | undefined {
    if (parameter === undefined) return undefined;
    const without = withoutParameter(request, parameter);
    // Nothing to leave out: the same request would be refused again.
    if (without === request) return undefined;
    const { candidate, context } = this.#facts;
    context.memory.rememberRefusal(candidate.model, parameter);
    return { request: without, reason: `${parameter} is not taken`, waitMs: 0 };
  }

  #moreOutput(request: GenerateRequest): Remedy | undefined {
    const most = this.#facts.candidate.card?.maxOutputTokens ?? Number.POSITIVE_INFINITY;
    const maxOutputTokens = Math.min(request.maxOutputTokens * moreOutputFactor, most);
    if (this.#outputRaised || maxOutputTokens <= request.maxOutputTokens) return undefined;
    this.#outputRaised = true;
    return {
      request: { ...request, maxOutputTokens },
      reason: 'the output limit was reached: more room',
      waitMs: 0,
    };
  }

  #askAgain(failure: UnplaceableAnswer, request: GenerateRequest): Remedy | undefined {
    const { candidate } = this.#facts;
    if (!this.#askedAgain) {
      this.#askedAgain = true;
      const what = keepsBlocks(failure) ? 'asking for the failed blocks again' : 'asking again';
      return {
        request: askAgain(request, failure, this.#facts),
        reason: `${failure.message}; ${what}`,
        waitMs: 0,
        mends: failure,
      };
    }
    if (this.#askedForWholeFiles || !this.#facts.isLast()) return undefined;
    this.#askedForWholeFiles = true;
    const whole = askForWholeFiles(candidate, this.#facts);
    return (
      whole && {
        request: whole,
        reason: `${failure.message}; asking for whole files`,
        waitMs: 0,
        mends: null,
      }
    );
  }

  #retry(failure: ProviderFailure, request: GenerateRequest): Remedy | undefined {
    const { context, isLast, isProbe, remainingMs } = this.#facts;
    const { retry } = context.config.policies;
    if (this.#retries >= retry.maxRetries || (isProbe && !isLast())) return undefined;
    const asked = failure.details.retryAfterMs;
    // A provider that says "at once" is not taken at its word: that would be hammering.
    const waitMs =
      asked === undefined
        ? backoffMs(this.#retries, retry, context.random)
        : Math.max(asked, backoffMs(0, retry, context.random));
    // A wait that is longer than the policy's longest is spent on the next model, where there is one.
    if (waitMs >= remainingMs() || (waitMs > retry.maxMs && !isLast())) return undefined;
    this.#retries++;
    return { request, reason: failure.message, waitMs };
  }
}
