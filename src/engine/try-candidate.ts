/** Tries one candidate until it gives a usable answer or its failures have no remedy here. */
import { ProviderFailure } from '../core/errors/provider-failure.ts';
import type { Candidate } from '../core/router/decision.ts';
import { type Attempt, toAttempt } from './attempt.ts';
import type { CallOptions, EngineContext } from './context.ts';
import { type FinishedAnswer, finishAnswer, type UnplaceableAnswer } from './finish-answer.ts';
import type { GenerateRequest, GenerateResult } from './ports.ts';
import type { PreparedCall } from './prepare.ts';
import { Recoveries } from './recovery.ts';
import { firstRequest, type RequestFacts, worstCaseUsd } from './request.ts';
import { timerMs } from './timer.ts';

export interface CallInProgress {
  prepared: PreparedCall;
  context: EngineContext;
  options: CallOptions;
  attempts: Attempt[];
  /** Monotonic milliseconds at which the whole call must be over. */
  deadline: number;
  /** USD that the call may still spend; undefined: no ceiling. */
  remainingUsd: () => number | undefined;
  /** The model whose failure led to the candidate that is tried now. */
  escalatedFrom: string | undefined;
  /** Whether the candidate is asked only to see whether it is well again. */
  isProbe: boolean;
  /** Whether no other candidate is left to fall to. */
  isLast: () => boolean;
}

export type CandidateOutcome =
  | { finished: FinishedAnswer; attempt: Attempt; result: GenerateResult }
  | { failure: ProviderFailure };

export async function tryCandidate(candidate: Candidate, call: CallInProgress): Promise<CandidateOutcome> {
  const { context, options } = call;
  const facts = requestFacts(call);
  const remedies = new Recoveries({
    ...facts,
    candidate,
    isProbe: call.isProbe,
    isLast: call.isLast,
    remainingMs: () => call.deadline - context.clock.monotonic(),
  });
  let request = firstRequest(candidate, facts);
  let mends: UnplaceableAnswer | undefined;
  for (;;) {
    const outcome = await attemptOnce(candidate, request, mends, call);
    if ('finished' in outcome) return outcome;
    const remedy = remedies.next(outcome.failure, request);
    if (!remedy || !affordable(remedy.request, candidate, call)) return outcome;
    const { reason, waitMs } = remedy;
    options.onProgress?.({ kind: 'retry', model: candidate.model, reason, waitMs });
    if (waitMs > 0) await context.clock.sleep(waitMs, options.signal);
    if (options.signal.aborted) return { failure: new ProviderFailure('cancelled', 'cancelled') };
    request = remedy.request;
    // A try that only repeats the request still mends what the request asked to mend.
    if (remedy.mends !== undefined) mends = remedy.mends ?? undefined;
  }
}

function requestFacts({ prepared, context, options }: CallInProgress): RequestFacts {
  return { prepared, context, stream: options.stream ?? true };
}

function affordable(request: GenerateRequest, candidate: Candidate, call: CallInProgress): boolean {
  const remaining = call.remainingUsd();
  if (remaining === undefined) return true;
  const worst = worstCaseUsd(request, candidate, requestFacts(call));
  return worst !== undefined && worst <= remaining;
}

/** Whether the first attempt of a candidate fits what is left of the ceiling. */
export function fitsCeiling(candidate: Candidate, call: CallInProgress): boolean {
  return affordable(firstRequest(candidate, requestFacts(call)), candidate, call);
}

async function attemptOnce(
  candidate: Candidate,
  request: GenerateRequest,
  mends: UnplaceableAnswer | undefined,
  call: CallInProgress,
): Promise<CandidateOutcome> {
  const { context, options, prepared, attempts } = call;
  const { clock } = context;
  const started = clock.monotonic();
  const startedAt = clock.now();
  const number = attempts.length + 1;
  const facts = () => ({
    number,
    candidate,
    request,
    startedAt,
    latencyMs: clock.monotonic() - started,
    reservedUsd: worstCaseUsd(request, candidate, requestFacts(call)),
    escalatedFrom: call.escalatedFrom,
  });
  options.onProgress?.({ kind: 'attempt', model: candidate.model, alias: candidate.alias, attempt: number });
  let result: GenerateResult | undefined;
  try {
    const provider = await context.provider();
    result = await provider.generate(request, {
      signal: options.signal,
      ...candidate.timeouts,
      totalMs: Math.max(1, Math.min(candidate.timeouts.totalMs, call.deadline - started)),
      onText: (delta) => options.onProgress?.({ kind: 'text', delta }),
    });
    const finished = await finishAnswer(result.text, {
      shape: prepared.request.shape,
      language: prepared.request.language,
      sourceSet: prepared.sourceSet,
      patchChecker: context.patchChecker,
      strict: options.strict ?? false,
      mends,
      signal: options.signal,
    });
    await assertVerified(finished, options, call.deadline - clock.monotonic());
    const attempt = toAttempt(facts(), { result }, context);
    attempts.push(attempt);
    return { finished, attempt, result };
  } catch (error) {
    const failure = options.signal.aborted ? new ProviderFailure('cancelled', 'cancelled') : error;
    if (!(failure instanceof ProviderFailure)) {
      // Something of ours broke after the answer: it was billed all the same.
      const broken = new ProviderFailure('unusable-answer', 'the answer could not be finished');
      if (result) attempts.push(toAttempt(facts(), { result, failure: broken }, context));
      throw failure;
    }
    attempts.push(toAttempt(facts(), { result, failure }, context));
    return { failure };
  }
}

async function assertVerified(
  { result }: FinishedAnswer,
  { verify, signal }: CallOptions,
  remainingMs: number,
): Promise<void> {
  if (!verify) return;
  // A millisecond more, so that the call is over when the command is ended: no other model is asked then.
  const limit = AbortSignal.timeout(timerMs(remainingMs + 1));
  const slow = 'the command that verifies was not finished in time';
  const verdict = await verify(result, AbortSignal.any([signal, limit])).catch((error: unknown) => {
    // One that had not begun yet says so in its own way.
    if (limit.aborted) return { ok: false, detail: slow };
    throw error;
  });
  if (!verdict.ok) throw new ProviderFailure('verify-failed', limit.aborted ? slow : verdict.detail);
}
