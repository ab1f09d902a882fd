/**
 * One call from request to recorded result: prepare, decide, walk the candidates, record every attempt.
 * The record is written whatever happens; a failure to write it never costs the caller the result.
 */
import { OrchError } from '../core/error.ts';
import { type AttemptFailure, failureTable } from '../core/failure.ts';
import { formatUsd } from '../core/format.ts';
import { inputWindow } from '../core/model-card.ts';
import type { DelegateRequest } from '../core/request.ts';
import { type Candidate, candidatesOf, type RouteDecision } from '../core/router/decision.ts';
import type { FinishedAnswer } from './answer.ts';
import { type Attempt, costOfAttempts, mostSpent, servedName, toUsageRecord } from './attempt.ts';
import type { Admission } from './breaker.ts';
import type { CallOptions, EngineContext } from './context.ts';
import type { GenerateResult } from './ports.ts';
import { decide, noCandidateError, type PreparedCall, prepare, requireInstruction } from './prepare.ts';
import { type CallInProgress, fitsCeiling, tryCandidate } from './try-candidate.ts';

export interface DelegateOutcome {
  runId: string;
  finished: FinishedAnswer;
  /** The last of `attempts`: the one that gave the result. */
  attempt: Attempt;
  attempts: Attempt[];
  generated: GenerateResult;
  prepared: PreparedCall;
  decision: RouteDecision;
  latencyMs: number;
  warnings: string[];
}

export async function delegate(
  request: DelegateRequest,
  context: EngineContext,
  options: CallOptions,
): Promise<DelegateOutcome> {
  const started = context.clock.monotonic();
  const runId = context.newId();
  requireInstruction(request);
  const prepared = await prepare(request, context);
  options.onProgress?.({ kind: 'decision', decision: prepared.decision });
  if (!prepared.decision.selected) throw noCandidateError(prepared.decision);

  const attempts: Attempt[] = [];
  const call: CallInProgress = {
    prepared,
    context,
    options,
    attempts,
    deadline: started + request.deadlineMs,
    remainingUsd: () => {
      const { ceilingUsd } = prepared.decision;
      return ceilingUsd === undefined
        ? undefined
        : ceilingUsd - attempts.reduce((sum, attempt) => sum + mostSpent(attempt), 0);
    },
    escalatedFrom: undefined,
    isProbe: false,
    isLast: () => true,
  };
  const walk = new Walk(call);
  let outcome: DelegateOutcome | undefined;
  let failed: unknown;
  try {
    const { finished, attempt, result } = await walk.run();
    const latencyMs = context.clock.monotonic() - started;
    const warnings = [
      ...attempt.candidate.warnings,
      ...prepared.decision.warnings,
      ...prepared.input.warnings,
      ...walk.warnings,
      ...finished.warnings,
    ];
    outcome = {
      runId,
      finished,
      attempt,
      attempts,
      generated: result,
      prepared,
      decision: prepared.decision,
      latencyMs,
      warnings: [...new Set(warnings)],
    };
  } catch (error) {
    failed = error;
  }
  const recordWarning = await record(
    { runId, attempts, prepared, failed, latencyMs: context.clock.monotonic() - started },
    context,
  );
  if (!outcome) throw withAccount(failed, { runId, attempts, recordWarning });
  if (recordWarning !== undefined) outcome.warnings.push(recordWarning);
  return outcome;
}

/** An error that says what it has cost, and whether that is recorded. */
function withAccount(
  error: unknown,
  {
    runId,
    attempts,
    recordWarning,
  }: { runId: string; attempts: readonly Attempt[]; recordWarning: string | undefined },
): unknown {
  if (!(error instanceof OrchError) || attempts.length === 0) return error;
  return new OrchError(error.code, error.message, {
    hint: [error.hint, recordWarning].filter(Boolean).join('; ') || undefined,
    cause: error.cause,
    details: { ...error.details, run_id: runId, cost_usd: costOfAttempts(attempts) },
  });
}

type Served = Extract<Awaited<ReturnType<typeof tryCandidate>>, { finished: unknown }>;

/** The way through the candidates of one call. */
class Walk {
  readonly warnings: string[] = [];
  readonly #call: CallInProgress;
  readonly #tried = new Set<string>();
  readonly #failures: { candidate: Candidate; failure: AttemptFailure }[] = [];
  readonly #leftAlone: string[] = [];
  #overCeiling = false;

  constructor(call: CallInProgress) {
    this.#call = call;
  }

  async run(): Promise<Served> {
    const { prepared, context, options } = this.#call;
    const { breaker } = context.state;
    let queue = candidatesOf(prepared.decision);
    this.#call.isLast = () => queue.length === 0;
    for (let candidate = queue.shift(); candidate; candidate = queue.shift()) {
      this.#tried.add(keyOf(candidate));
      // The last candidate is tried even when its circuit is open: an error is no better than a try.
      const last = queue.length === 0 && this.#failures.length === 0;
      if (!fitsCeiling(candidate, this.#call)) {
        this.#overCeiling = true;
        continue;
      }
      // Asked last of all: what it admits may be the one probe, and a probe must be sent.
      const admission = breaker.admits(candidate.model, context.clock.monotonic());
      if (admission === 'open' && !last) {
        this.#leftAlone.push(candidate.model);
        continue;
      }
      this.#call.isProbe = admission === 'probe';
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
      if (failure.cure === 'stop' || context.clock.monotonic() >= this.#call.deadline) break;
      if (failure.failureClass === 'model-not-found') queue = this.#routeAgain(candidate);
      else if (failure.cure === 'larger-window')
        queue = queue.filter((other) => hasLargerWindow(other, candidate!));
    }
    throw this.#error();
  }

  /** A model that does not exist is remembered and its successor takes its place, unless it was forced. */
  #routeAgain(dead: Candidate): Candidate[] {
    const { prepared, context } = this.#call;
    context.state.notFound.add(dead.model);
    if (prepared.request.forceModel !== undefined) return [];
    const decision = decide(prepared.decision.features, context);
    return candidatesOf(decision).filter((candidate) => !this.#tried.has(keyOf(candidate)));
  }

  #reportHealth({ model }: Candidate, admission: Admission, failure: AttemptFailure): void {
    const { context } = this.#call;
    const { breaker } = context.state;
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
      kind: 'hop',
      from,
      to: candidate.model,
      reason: previous.failure.message,
    });
  }

  #warnOfFallback(served: Candidate): void {
    this.warnings.push(...this.#leftAlone.map((model) => `${model} ${leftAlone}`));
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
      ...this.#leftAlone.map((model) => `${model}: ${leftAlone}`),
    ];
    // Whatever stops every model is the reason, though one was left out for lack of money.
    if (this.#overCeiling && last?.failure.cure !== 'stop') {
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
    return new OrchError(timedOut && failure.cure !== 'stop' ? 'timeout' : failure.code, message, {
      hint: failure.details.hint ?? (timedOut ? 'raise --timeout' : undefined),
      cause: failure,
      details: this.#details(),
    });
  }
}

const leftAlone = 'was left alone: it failed several times in a row just now';

/** Whether a candidate takes more input than one that answered with context_length_exceeded. */
function hasLargerWindow(candidate: Candidate, than: Candidate): boolean {
  if (!candidate.card || !than.card) return false;
  return inputWindow(candidate.card) > inputWindow(than.card);
}

function keyOf({ model, parameters }: Candidate): string {
  return `${model} ${parameters.effort ?? ''}`;
}

interface CallRecord {
  runId: string;
  attempts: readonly Attempt[];
  prepared: PreparedCall;
  failed: unknown;
  latencyMs: number;
}

/** Returns a warning when the record could not be written. */
async function record(
  { runId, attempts, prepared, failed, latencyMs }: CallRecord,
  context: EngineContext,
): Promise<string | undefined> {
  const { decision, input } = prepared;
  const rows = attempts.map((attempt) =>
    toUsageRecord(
      attempt,
      { runId, decision, estTokens: input.approxTokens, droppedTokens: input.droppedTokens },
      context,
    ),
  );
  const last = attempts.at(-1);
  const sum = (pick: (attempt: Attempt) => number | undefined) => {
    const known = attempts.map(pick).filter((value) => value !== undefined);
    return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
  };
  context.log.call({
    ts: new Date(context.clock.now()).toISOString(),
    run_id: runId,
    task: decision.features.task,
    decision: decision.rationale,
    rule: decision.rule,
    model: (last && servedName(last, context)) ?? null,
    usage: { input: sum(({ usage }) => usage.inputTokens), output: sum(({ usage }) => usage.outputTokens) },
    latency_ms: Math.round(latencyMs),
    cost_usd: costOfAttempts(attempts),
    attempts: attempts.length,
    error: failed === undefined ? null : failed instanceof OrchError ? failed.code : 'internal',
  });
  try {
    await context.ledger.append(rows);
    return undefined;
  } catch (error) {
    return `the usage was not recorded: ${(error as Error).message}`;
  }
}
