/**
 * One call from request to recorded result: prepare, decide, try the candidates, which record every attempt. Attempts
 * are recorded however the call ends; if recording fails, the caller still gets the result.
 */
import { callTimeoutMs } from '../core/config/timeouts.ts';
import { OrchError } from '../core/errors/orch-error.ts';
import { costAlert } from '../core/errors/spending.ts';
import { candidatesOf, type RouteDecision } from '../core/router/decision.ts';
import { type DelegateRequest, taskNameOf } from '../core/tasks/request.ts';
import { type Attempt, servedName, spending } from './attempts/attempt.ts';
import { tryCandidates } from './attempts/fallback.ts';
import type { CallOptions, EngineContext } from './context.ts';
import { cutText } from './finish/cut-text.ts';
import type { FinishedAnswer } from './finish/finish-answer.ts';
import { extendError } from './internal-error.ts';
import type { GenerateResult } from './ports.ts';
import { noCandidateError, type PreparedCall, prepare, requireInstruction } from './prepare/prepare.ts';

export interface DelegateOutcome {
  runId: string;
  finished: FinishedAnswer;
  /** The last of `attempts`, which gave the result. */
  attempt: Attempt;
  attempts: Attempt[];
  generated: GenerateResult;
  prepared: PreparedCall;
  decision: RouteDecision;
  latencyMs: number;
  warnings: string[];
  /** Those of the warnings that need not be repeated all day. */
  reminders: string[];
  /** Why the result is only the beginning of a text. Undefined if it is whole. */
  cut: OrchError | undefined;
}

/** A call whose attempts gave no result. */
export interface FailedCall {
  runId: string;
  /** At least one. */
  attempts: readonly Attempt[];
  prepared: PreparedCall;
  latencyMs: number;
}

export interface DelegateOptions extends CallOptions {
  /** Gives the error to throw, for instance with what was kept of the answers. */
  onFailure?: (error: OrchError, call: FailedCall) => Promise<OrchError>;
}

export async function delegate(
  request: DelegateRequest,
  context: EngineContext,
  options: DelegateOptions,
): Promise<DelegateOutcome> {
  const started = context.clock.monotonic();
  const runId = context.newId();
  requireInstruction(request);
  const prepared = await prepare(request, context, options);
  const { decision } = prepared;
  options.onProgress?.({ kind: 'decision', decision });
  if (!decision.selected) throw noCandidateError(decision);
  const { timeoutMs = callTimeoutMs(candidatesOf(decision).map(({ timeouts }) => timeouts)) } = request;
  const deadline = started + timeoutMs - (options.elapsedMs ?? 0);
  await options.beforeSending?.(prepared.sourceSet, deadline - context.clock.monotonic());
  const said = context.memory.takeUnsaid();
  const call = Object.freeze({
    runId,
    warnings: said,
    reminders: new Set<string>(),
    records: [],
    recordFaults: new Set<string>(),
    prepared,
    context,
    options,
    deadline,
  });
  const { attempts, outcome, warnings } = await tryCandidates(call);
  const latencyMs = context.clock.monotonic() - started;
  const failed = 'error' in outcome ? outcome.error : undefined;
  context.sendOn?.(call.records);
  logCall({ runId, attempts, prepared, failed, latencyMs }, context);
  const recordWarnings = [...call.recordFaults];
  let cut: OrchError | undefined;
  let answered = outcome;
  if ('error' in answered) {
    if (attempts.length === 0) throw answered.error;
    const { alertUsd } = context.config.policies.budgets;
    cut = withAccount(answered.error, { runId, attempts, recordWarnings, alertUsd });
    const failedCall = { runId, attempts, prepared, latencyMs };
    answered = (await cutText(answered.error, attempts, call)) ?? answered;
    if ('error' in answered) throw (await options.onFailure?.(cut, failedCall)) ?? cut;
  }
  const { finished, attempt, result } = answered;
  return {
    runId,
    finished,
    attempt,
    attempts,
    generated: result,
    prepared,
    decision,
    latencyMs,
    warnings: [
      ...new Set([
        ...attempt.candidate.warnings,
        ...decision.warnings,
        ...prepared.input.warnings,
        ...warnings,
        ...said,
        ...call.reminders,
        ...finished.warnings,
        ...attempts.flatMap(({ priceWarning }) => priceWarning ?? []),
        ...recordWarnings,
      ]),
    ],
    reminders: [...attempt.candidate.reminders, ...call.reminders],
    cut,
  };
}

/** Adds the cost of the call to its error, and a note if it could not be recorded. */
function withAccount(
  failed: unknown,
  {
    runId,
    attempts,
    recordWarnings,
    alertUsd,
  }: {
    runId: string;
    attempts: readonly Attempt[];
    recordWarnings: readonly string[];
    alertUsd: number;
  },
): OrchError {
  const spent = spending(attempts);
  const alert = costAlert(spent, alertUsd);
  return extendError(failed, {
    hints: recordWarnings,
    details: { run_id: runId, ...spent, ...(alert === undefined ? {} : { cost_alert: alert }) },
  });
}

interface EndedCall {
  runId: string;
  attempts: readonly Attempt[];
  prepared: PreparedCall;
  failed: unknown;
  latencyMs: number;
}

function logCall(
  { runId, attempts, prepared: { decision }, failed, latencyMs }: EndedCall,
  context: EngineContext,
): void {
  const last = attempts.at(-1);
  const sum = (pick: (attempt: Attempt) => number | undefined) => {
    const known = attempts.map(pick).filter((value) => value !== undefined);
    return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
  };
  const { cost_usd, cost_estimated_usd } = spending(attempts);
  context.log.call({
    ts: new Date(context.clock.now()).toISOString(),
    run_id: runId,
    task: taskNameOf(decision.features),
    decision: decision.rationale,
    rule: decision.rule,
    model: (last && servedName(last, context)) ?? null,
    usage: { input: sum(({ usage }) => usage.inputTokens), output: sum(({ usage }) => usage.outputTokens) },
    latency_ms: Math.round(latencyMs),
    cost_usd,
    ...(cost_estimated_usd === undefined ? {} : { cost_estimated_usd }),
    attempts: attempts.length,
    error: failed === undefined ? null : failed instanceof OrchError ? failed.code : 'internal',
  });
}
