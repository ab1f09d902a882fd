/** Walks the candidates of one call until one gives a usable answer: fallback, breaker, ceiling, successors. */
import { OrchError } from '../core/errors/orch-error.ts';
import { failureTable, type ProviderFailure } from '../core/errors/provider-failure.ts';
import { inputWindow } from '../core/models/model-card.ts';
import { type Candidate, candidatesOf } from '../core/router/decision.ts';
import { formatUsd } from '../core/text/format.ts';
import type { Admission } from './breaker.ts';
import { decide } from './prepare.ts';
import { type CallInProgress, fitsCeiling, tryCandidate } from './try-candidate.ts';

type Served = Extract<Awaited<ReturnType<typeof tryCandidate>>, { finished: unknown }>;

/** The way through the candidates of one call. */
export class Walk {
  readonly warnings: string[] = [];
  readonly #call: CallInProgress;
  readonly #tried = new Set<string>();
  readonly #failures: { candidate: Candidate; failure: ProviderFailure }[] = [];
  #queue: Candidate[];
  /** Those whose circuit was open when it was their turn: they are gone back to when no other is left. */
  #leftAlone: Candidate[] = [];
  #goingBack = false;
  /** Of the candidates that answered with context_length_exceeded; infinite where one's is not known. */
  #windowTooSmall: number | undefined;
  #overCeiling = false;

  constructor(call: CallInProgress) {
    this.#call = call;
    this.#queue = candidatesOf(call.prepared.decision);
    call.isLast = () => !this.#anotherIsUsable();
  }

  async run(): Promise<Served> {
    const { context, options } = this.#call;
    const { breaker } = context.memory;
    for (let candidate = this.#next(); candidate; candidate = this.#next()) {
      this.#tried.add(keyOf(candidate));
      if (!fitsCeiling(candidate, this.#call)) {
        this.#overCeiling = true;
        continue;
      }
      // Asked last of all: what it admits may be the one probe, and a probe must be sent.
      const admission = breaker.admits(candidate.model, context.clock.monotonic());
      if (admission === 'open' && !this.#goingBack) {
        this.#leftAlone.push(candidate);
        continue;
      }
      this.#call.isProbe = admission !== 'closed';
      this.#announceHop(candidate);
      const outcome = await tryCandidate(candidate, this.#call).catch((error) => {
        breaker.abandoned(candidate!.model, admission);
        throw error;
      });
      if ('finished' in outcome) {
        breaker.succeeded(candidate.model);
        this.#warnOfFallback(candidate);
        return outcome;
      }
      const { failure } = outcome;
      this.#failures.push({ candidate, failure });
      this.#reportHealth(candidate, admission, failure);
      if (options.signal.aborted)
        throw new OrchError('interrupted', 'interrupted', { details: this.#details() });
      if (failure.recovery === 'stop' || context.clock.monotonic() >= this.#call.deadline) break;
      if (failure.failureClass === 'model-not-found') this.#queue = this.#routeAgain(candidate);
      else if (failure.recovery === 'larger-window') this.#requireLargerWindow(candidate);
    }
    throw this.#error();
  }

  /** The next in turn, then those that were left alone: an error is no better than a try. */
  #next(): Candidate | undefined {
    const next = this.#queue.shift();
    this.#goingBack = next === undefined;
    if (next) return next;
    const at = this.#leftAlone.findIndex(this.#mayGoBackTo);
    return at === -1 ? undefined : this.#leftAlone.splice(at, 1)[0];
  }

  /** A model that was asked with another effort meanwhile is not asked again. */
  #mayGoBackTo = ({ model }: Candidate): boolean =>
    !this.#failures.some(({ candidate }) => candidate.model === model);

  /** Whether the call could fall to another candidate than the one that is tried now. */
  #anotherIsUsable(): boolean {
    const { clock, state } = this.#call.context;
    const now = clock.monotonic();
    const usable = [
      ...this.#queue.filter(({ model }) => !state.breaker.isOpen(model, now)),
      ...(this.#goingBack ? this.#leftAlone.filter(this.#mayGoBackTo) : []),
    ];
    return usable.some((candidate) => fitsCeiling(candidate, this.#call));
  }

  /** Holds for the rest of the call, also for candidates that a successor brings along. */
  #requireLargerWindow({ card }: Candidate): void {
    const window = card ? inputWindow(card) : Number.POSITIVE_INFINITY;
    this.#windowTooSmall = Math.max(window, this.#windowTooSmall ?? 0);
    this.#queue = this.#queue.filter(this.#takesTheInput);
    this.#leftAlone = this.#leftAlone.filter(this.#takesTheInput);
  }

  #takesTheInput = ({ card }: Candidate): boolean =>
    this.#windowTooSmall === undefined || (card !== undefined && inputWindow(card) > this.#windowTooSmall);

  /** A model that does not exist is remembered and its successor takes its place, unless it was forced. */
  #routeAgain(dead: Candidate): Candidate[] {
    const { prepared, context } = this.#call;
    context.memory.notFound.add(dead.model);
    if (prepared.request.forceModel !== undefined) return [];
    const decision = decide(prepared.decision.features, context);
    return candidatesOf(decision).filter(
      (candidate) => !this.#tried.has(keyOf(candidate)) && this.#takesTheInput(candidate),
    );
  }

  #reportHealth({ model }: Candidate, admission: Admission, failure: ProviderFailure): void {
    const { context } = this.#call;
    const { breaker } = context.memory;
    if (failureTable[failure.failureClass].unhealthy)
      breaker.failed(model, admission, context.config.policies.breaker, context.clock.monotonic());
    else breaker.abandoned(model, admission);
  }

  #announceHop(candidate: Candidate): void {
    const previous = this.#failures.at(-1);
    if (!previous) return;
    const from = previous.candidate.model;
    this.#call.escalatedFrom = from;
    this.#call.options.onProgress?.({
      kind: 'fallback',
      from,
      to: candidate.model,
      reason: previous.failure.message,
    });
  }

  #warnOfFallback(served: Candidate): void {
    this.warnings.push(
      ...this.#leftAlone.filter(this.#mayGoBackTo).map(({ model }) => `${model} ${leftAlone}`),
    );
    for (const { candidate, failure } of this.#failures) {
      this.warnings.push(`${candidate.model} failed (${failure.message}); ${served.model} answered`);
    }
  }

  #details(): Record<string, unknown> {
    return {
      attempts: this.#call.attempts.map(({ candidate, failure }) => ({
        model: candidate.model,
        error: failure?.failureClass,
      })),
    };
  }

  /** One error that says what happened on each candidate and what to do. */
  #error(): OrchError {
    const last = this.#failures.at(-1);
    const { decision } = this.#call.prepared;
    const lines = [
      ...this.#failures.map(({ candidate, failure }) => `${candidate.model}: ${failure.message}`),
      ...this.#leftAlone.filter(this.#mayGoBackTo).map(({ model }) => `${model}: ${leftAlone}`),
    ];
    // Whatever stops every model is the reason, though one was left out for lack of money.
    if (this.#overCeiling && last?.failure.recovery !== 'stop') {
      return new OrchError(
        'over-budget',
        `the ceiling of ${formatUsd(decision.ceilingUsd)} leaves no room for another model${lines.length > 0 ? `:\n  ${lines.join('\n  ')}` : ''}`,
        {
          hint: 'raise the ceiling: --max-cost (maxCostUsd), ORCH_MAX_COST_USD or budgets, of which the lowest holds',
          details: this.#details(),
        },
      );
    }
    if (!last) return new OrchError('internal', 'no candidate was tried');
    const timedOut = this.#call.context.clock.monotonic() >= this.#call.deadline;
    const { failure } = last;
    const message =
      lines.length === 1 ? lines[0]! : `no model gave a usable answer:\n  ${lines.join('\n  ')}`;
    return new OrchError(timedOut && failure.recovery !== 'stop' ? 'timeout' : failure.code, message, {
      hint: failure.details.hint ?? (timedOut ? 'raise --timeout' : undefined),
      cause: failure,
      details: this.#details(),
    });
  }
}

const leftAlone = 'was left alone: it failed several times in a row just now';

function keyOf({ model, parameters }: Candidate): string {
  return `${model} ${parameters.effort ?? ''}`;
}
