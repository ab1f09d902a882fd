/** Tries the candidates of a call until one gives a usable answer: fallback, breaker, ceiling, successors. */
import { describeShortage } from '../../core/budget/fit.ts';
import { OrchError } from '../../core/errors/orch-error.ts';
import { failureTable, type ProviderFailure } from '../../core/errors/provider-failure.ts';
import { inputWindow } from '../../core/models/model-card.ts';
import { type Candidate, candidatesOf } from '../../core/router/decision.ts';
import { formatDuration } from '../../core/text/format.ts';
import { decide } from '../prepare/prepare.ts';
import type { Attempt } from './attempt.ts';
import { hasTimeFor } from './attempt-limits.ts';
import type { Admission } from './breaker.ts';
import { type Call, fitsCeiling, remainingMs, requestSource } from './call.ts';
import { ceilingReached, type TooDear } from './ceiling-reached.ts';
import { failureHint } from './failure-hint.ts';
import { overBudget } from './over-budget.ts';
import { firstRequest, worstCaseUsd } from './request.ts';
import type { Refusal } from './reservation.ts';
import { type Answered, hasDeclined, type Step, tryCandidate } from './try-candidate.ts';

export interface FallbackResult {
  /** Every attempt of the call, in order. */
  attempts: Attempt[];
  /** `error` is thrown to the caller: an `OrchError`, or an unexpected error. */
  outcome: Answered | { error: unknown };
  /** The models that failed or were skipped before one answered. */
  warnings: string[];
}

/** Never rejects: an error is returned together with the attempts made before it. */
export async function tryCandidates(call: Call): Promise<FallbackResult> {
  return new Fallback(call).run();
}

class Fallback {
  readonly #call: Call;
  readonly #attempts: Attempt[] = [];
  readonly #tried = new Set<string>();
  readonly #failures: { candidate: Candidate; failure: ProviderFailure }[] = [];
  #queue: Candidate[];
  /** Candidates whose circuit was open at their turn; tried after all others have failed. */
  #skipped: Candidate[] = [];
  #tryingSkipped = false;
  /** Largest window of the candidates that rejected the input as too long; infinite when one is unknown. */
  #windowTooSmall: number | undefined;
  /** Candidates that the ceiling did not allow at their turn. */
  readonly #tooDear: TooDear[] = [];
  readonly #refusals: Refusal[] = [];
  /** The last model, if it would have been asked again and the ceiling did not allow it. */
  #noRetryBelowCeiling: TooDear | undefined;
  /** Something was left to try, but no time for it. */
  #outOfTime = false;

  constructor(call: Call) {
    this.#call = call;
    this.#queue = candidatesOf(call.prepared.decision);
  }

  async run(): Promise<FallbackResult> {
    const outcome = await this.#walk().catch((error: unknown) => ({ error }));
    return {
      attempts: this.#attempts,
      outcome,
      warnings: 'finished' in outcome ? this.#warnings(outcome.attempt.candidate) : [],
    };
  }

  async #walk(): Promise<Answered> {
    const { context, options } = this.#call;
    const { breaker } = context.memory;
    for (let candidate = this.#next(); candidate; candidate = this.#next()) {
      this.#tried.add(keyOf(candidate));
      if (!this.#hasTimeFor(candidate)) {
        this.#outOfTime = true;
        continue;
      }
      if (!fitsCeiling(candidate, this.#call, this.#attempts)) {
        this.#tooDear.push(this.#priced(candidate));
        continue;
      }
      // Checked last: admission may claim the circuit's only probe, which must then be sent.
      const admission = breaker.admits(candidate.model, context.clock.monotonic());
      if (admission === 'open' && !this.#tryingSkipped) {
        this.#skipped.push(candidate);
        continue;
      }
      const { attempts, outcome } = await tryCandidate(this.#stepTo(candidate, admission), this.#call);
      const isLast = hasDeclined(this.#attempts);
      this.#attempts.push(...attempts);
      if ('error' in outcome) {
        breaker.abandoned(candidate.model, admission);
        throw outcome.error;
      }
      if ('finished' in outcome) {
        breaker.succeeded(candidate.model);
        return outcome;
      }
      if ('refused' in outcome) {
        breaker.abandoned(candidate.model, admission);
        this.#refusals.push(outcome.refused);
        continue;
      }
      const { failure } = outcome;
      this.#outOfTime ||= outcome.outOfTime ?? false;
      const { alias } = candidate;
      const worstUsd = outcome.overCeilingUsd;
      this.#noRetryBelowCeiling = worstUsd === undefined ? undefined : { alias, worstUsd };
      this.#failures.push({ candidate, failure });
      this.#reportHealth(candidate, admission, failure);
      if (options.signal.aborted)
        throw new OrchError('interrupted', 'interrupted', { details: this.#details() });
      if (failure.isFinal || isLast) break;
      if (failure.failureClass === 'model-not-found') this.#queue = this.#routeAgain(candidate);
      else if (failure.recovery === 'larger-window') this.#requireLargerWindow(candidate);
    }
    throw this.#error();
  }

  #stepTo(candidate: Candidate, admission: Admission): Step {
    const previous = this.#failures.at(-1);
    if (previous) {
      this.#call.options.onProgress?.({
        kind: 'fallback',
        from: previous.candidate.model,
        to: candidate.model,
        reason: previous.failure.message,
      });
    }
    return {
      candidate,
      isProbe: admission !== 'closed',
      escalatedFrom: previous?.candidate.model,
      earlier: [...this.#attempts],
      isLast: (attempts) => !this.#anotherIsUsable(attempts),
    };
  }

  /** The next candidate in the queue, then the skipped ones: better to try an unhealthy model than to give up. */
  #next(): Candidate | undefined {
    const next = this.#queue.shift();
    this.#tryingSkipped = next === undefined;
    if (next) return next;
    const at = this.#skipped.findIndex(this.#isUntried);
    return at === -1 ? undefined : this.#skipped.splice(at, 1)[0];
  }

  /** A skipped model may since have been tried with another effort. */
  #isUntried = ({ model }: Candidate): boolean =>
    !this.#failures.some(({ candidate }) => candidate.model === model);

  /** Whether the call could fall back to another candidate, given all attempts so far. */
  #anotherIsUsable(attempts: readonly Attempt[]): boolean {
    if (hasDeclined(this.#attempts)) return false;
    const { clock, memory } = this.#call.context;
    const now = clock.monotonic();
    const usable = [
      ...this.#queue.filter(({ model }) => !memory.breaker.isOpen(model, now)),
      ...(this.#tryingSkipped ? this.#skipped.filter(this.#isUntried) : []),
    ];
    return usable.some((candidate) => fitsCeiling(candidate, this.#call, attempts));
  }

  #hasTimeFor(candidate: Candidate): boolean {
    const isFirst = this.#attempts.length === 0;
    return isFirst || hasTimeFor(candidate, firstRequest(candidate, requestSource(this.#call)), this.#call);
  }

  /** Applies to the rest of the call, including successors added later. */
  #requireLargerWindow({ card }: Candidate): void {
    const window = card ? inputWindow(card) : Number.POSITIVE_INFINITY;
    this.#windowTooSmall = Math.max(window, this.#windowTooSmall ?? 0);
    this.#queue = this.#queue.filter(this.#fitsInput);
    this.#skipped = this.#skipped.filter(this.#fitsInput);
  }

  #fitsInput = ({ card }: Candidate): boolean =>
    this.#windowTooSmall === undefined || (card !== undefined && inputWindow(card) > this.#windowTooSmall);

  /** Remembers that a model does not exist and routes again, so that its successor is used unless it was forced. */
  #routeAgain(dead: Candidate): Candidate[] {
    const { prepared, context } = this.#call;
    context.memory.notFound.add(dead.model);
    if (prepared.request.forceModel !== undefined) return [];
    const decision = decide(prepared.decision.features, context);
    return candidatesOf(decision).filter(
      (candidate) => !this.#tried.has(keyOf(candidate)) && this.#fitsInput(candidate),
    );
  }

  #reportHealth({ model }: Candidate, admission: Admission, failure: ProviderFailure): void {
    const { context } = this.#call;
    const { breaker } = context.memory;
    if (failureTable[failure.failureClass].unhealthy)
      breaker.failed(model, admission, context.config.policies.breaker, context.clock.monotonic());
    else breaker.abandoned(model, admission);
  }

  #warnings(served: Candidate): string[] {
    return [
      ...this.#skipped.filter(this.#isUntried).map(({ model }) => `${model} ${wasSkipped}`),
      ...this.#refusals.map(
        ({ candidate, worstUsd, standing }) =>
          `${candidate.model} was skipped: ${describeShortage(worstUsd, standing)}`,
      ),
      ...this.#failures.map(
        ({ candidate, failure }) =>
          `${candidate.model} failed (${failure.message}); ${served.model} answered`,
      ),
    ];
  }

  /** Several lines, such as the output of --verify, are said once. */
  #earlierWith({ message }: ProviderFailure, at: number): string | undefined {
    if (!message.includes('\n')) return undefined;
    const told = withoutTimes(message);
    const earlier = this.#failures.slice(0, at).find(({ failure }) => withoutTimes(failure.message) === told);
    return earlier && `the same as ${earlier.candidate.model}`;
  }

  #details(): Record<string, unknown> {
    return {
      attempts: this.#attempts.map(({ candidate, failure }) => ({
        model: candidate.model,
        error: failure?.failureClass,
      })),
    };
  }

  /** Whether the ceiling kept the call from another attempt, with the last model or with one that it ruled out. */
  #ceilingLeftOut(): boolean {
    const { rejected } = this.#call.prepared.decision;
    return this.#noRetryBelowCeiling !== undefined || rejected.some(({ code }) => code === 'ceiling');
  }

  #priced(candidate: Candidate): TooDear {
    const request = firstRequest(candidate, requestSource(this.#call));
    return { alias: candidate.alias, worstUsd: worstCaseUsd(request, candidate, this.#call.context) };
  }

  #ceilingReached(): { message: string; hint: string } {
    const retry = this.#noRetryBelowCeiling ? [this.#noRetryBelowCeiling] : [];
    return ceilingReached([...this.#tooDear, ...retry], this.#attempts, this.#call);
  }

  /** One error that lists what happened to each candidate, with a hint. */
  #error(): OrchError {
    const last = this.#failures.at(-1);
    const lines = [
      ...this.#failures.map(
        ({ candidate, failure }, at) =>
          `${candidate.model}: ${this.#earlierWith(failure, at) ?? failure.message}`,
      ),
      ...this.#skipped.filter(this.#isUntried).map(({ model }) => `${model}: ${wasSkipped}`),
    ];
    // A failure that stops every model is the reason, even if another candidate was also too expensive.
    if (this.#tooDear.length > 0 && !last?.failure.isFinal) {
      const { message, hint } = this.#ceilingReached();
      return new OrchError(
        'over-budget',
        `${message}${lines.length > 0 ? `:\n  ${lines.join('\n  ')}` : ''}`,
        { hint, details: this.#details() },
      );
    }
    if (this.#refusals.length > 0 && !last?.failure.isFinal)
      return overBudget(this.#refusals, lines, this.#details(), this.#call);
    if (!last) return new OrchError('internal', 'no candidate was tried');
    const { failure } = last;
    const leftMs = remainingMs(this.#call);
    const outOfTime = !failure.isFinal && (this.#outOfTime || leftMs <= 0);
    if (this.#outOfTime) lines.push(noTime(leftMs));
    const stoppedByCeiling = !failure.isFinal && failure.code !== 'answer-refused' && this.#ceilingLeftOut();
    const reached = stoppedByCeiling ? this.#ceilingReached() : undefined;
    if (reached) lines.push(reached.message);
    const message =
      lines.length === 1 ? lines[0]! : `no model gave a usable answer:\n  ${lines.join('\n  ')}`;
    return new OrchError(outOfTime ? 'timeout' : failure.code, message, {
      hint: joined(
        failureHint(
          this.#failures.map((failed) => failed.failure),
          { request: this.#call.prepared.request, leftMs, outOfTime },
        ),
        reached?.hint,
      ),
      cause: failure,
      details: this.#details(),
    });
  }
}

function joined(...hints: (string | undefined)[]): string | undefined {
  const given = hints.filter((hint) => hint !== undefined);
  return given.length > 0 ? given.join('; ') : undefined;
}

/** No two runs of a test take as long. */
function withoutTimes(message: string): string {
  return message.replace(/(duration_ms:? )?\b\d+(?:\.\d+)?(?: ?m?s\b)?/g, (found, name?: string) =>
    name !== undefined || found.endsWith('s') ? '' : found,
  );
}

function noTime(leftMs: number): string {
  const left = leftMs > 0 ? ` (${formatDuration(leftMs)} left)` : '';
  return `no time for another attempt${left}`;
}

const wasSkipped = 'skipped after several consecutive failures';

function keyOf({ model, parameters }: Candidate): string {
  return `${model} ${parameters.effort ?? ''}`;
}
