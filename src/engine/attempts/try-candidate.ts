/** Tries one candidate until it gives a usable answer or no recovery is left. */
import { OrchError } from '../../core/errors/orch-error.ts';
import { ProviderFailure } from '../../core/errors/provider-failure.ts';
import type { Candidate } from '../../core/router/decision.ts';
import { type FinishedAnswer, finishAnswer, type UnplaceableAnswer } from '../finish/finish-answer.ts';
import { finishOptionsOf } from '../finish/options.ts';
import type { GenerateRequest, GenerateResult } from '../ports.ts';
import { checkAnswer } from '../verdict/check-answer.ts';
import { type Attempt, maxSpent, toAttempt } from './attempt.ts';
import { attemptLimits, hasTimeFor } from './attempt-limits.ts';
import { type Call, isAffordable, requestSource } from './call.ts';
import { recordAttempt } from './record-attempt.ts';
import { Recoveries } from './recovery.ts';
import { firstRequest, noteFilesRead, worstCaseUsd } from './request.ts';
import { type Refusal, reserve } from './reservation.ts';

/** One candidate's turn in a call. */
export interface Step {
  readonly candidate: Candidate;
  /** The candidate's circuit is open; one request checks whether it has recovered. */
  readonly isProbe: boolean;
  /** The model whose failure led to this candidate. */
  readonly escalatedFrom: string | undefined;
  /** Attempts made on previous candidates. */
  readonly earlier: readonly Attempt[];
  /** Whether no other candidate could be tried after these attempts. */
  isLast(attempts: readonly Attempt[]): boolean;
}

export interface Answered {
  finished: FinishedAnswer;
  attempt: Attempt;
  result: GenerateResult;
}

/** `error` is a bug or a local error, which another candidate would not fix. */
export type CandidateOutcome = Answered | Failed | { error: unknown } | { refused: Refusal };

interface Failed {
  failure: ProviderFailure;
  /** Another attempt would have been made if the call had the time. */
  outOfTime?: boolean;
  /** Another attempt would have been made if the ceiling allowed it: what it may have cost, in USD. */
  overCeilingUsd?: number | undefined;
}

export interface CandidateResult {
  attempts: Attempt[];
  outcome: CandidateOutcome;
}

/** Never rejects: an error is returned together with the attempts made before it. */
export async function tryCandidate(step: Step, call: Call): Promise<CandidateResult> {
  const { candidate } = step;
  const { context, options } = call;
  const attempts: Attempt[] = [];
  const all = () => [...step.earlier, ...attempts];
  const recoveries = new Recoveries({
    ...requestSource(call),
    candidate,
    isProbe: step.isProbe,
    isLast: () => step.isLast(all()),
    declinedBefore: hasDeclined(step.earlier),
  });
  try {
    let request = firstRequest(candidate, requestSource(call));
    let repairs: UnplaceableAnswer | undefined;
    let last: Failed | undefined;
    for (;;) {
      const number = all().length + 1;
      const reservation = await reserve(
        { candidate, request, number, escalatedFrom: step.escalatedFrom },
        call,
      );
      // A retry that no budget allows leaves the failure of what it would have repeated.
      if ('refused' in reservation) return { attempts, outcome: last ?? reservation };
      const { attempt, outcome } = await attemptOnce({
        step,
        call,
        request,
        repairs,
        earlier: all(),
      });
      if (attempt) {
        attempts.push(attempt);
        await recordAttempt(attempt, call);
      }
      // It counts at its worst case until then, so an answer need not wait; the next attempt may need what this leaves.
      const afterwards = 'finished' in outcome ? options.afterwards : undefined;
      await reservation.settle(spentUsd(attempt, outcome), afterwards);
      if (!('failure' in outcome)) return { attempts, outcome };
      last = outcome;
      const next = recoveries.next(outcome.failure, request);
      if (!next) return { attempts, outcome };
      if (!isAffordable(next.request, candidate, call, all()))
        return {
          attempts,
          outcome: { ...outcome, overCeilingUsd: worstCaseUsd(next.request, candidate, context) },
        };
      const { reason, waitMs } = next;
      if (!hasTimeFor(candidate, next.request, call, waitMs)) {
        const outOfTime = !hasTimeFor(candidate, next.request, call);
        return { attempts, outcome: { ...outcome, outOfTime } };
      }
      options.onProgress?.({ kind: 'retry', model: candidate.model, reason, waitMs });
      if (waitMs > 0) await context.clock.sleep(waitMs, options.signal);
      if (options.signal.aborted)
        return { attempts, outcome: { failure: new ProviderFailure('cancelled', 'cancelled') } };
      request = next.request;
      // A retry of the same request still repairs the same answer.
      if (next.repairs !== undefined) repairs = next.repairs ?? undefined;
    }
  } catch (error) {
    return { attempts, outcome: { error } };
  }
}

/** Undefined if that cannot be known: an unexpected error, perhaps after something was sent. */
function spentUsd(attempt: Attempt | undefined, outcome: CandidateOutcome): number | undefined {
  if (attempt) return maxSpent(attempt);
  return 'error' in outcome && !(outcome.error instanceof OrchError) ? undefined : 0;
}

/** Whether a model has declined the request in words. After that only one other model is asked. */
export function hasDeclined(attempts: readonly Attempt[]): boolean {
  return attempts.some(({ failure }) => failure?.failureClass === 'spoken-refusal');
}

interface AttemptInput {
  step: Step;
  call: Call;
  request: GenerateRequest;
  /** The answer that this request asks the model to repair. */
  repairs: UnplaceableAnswer | undefined;
  /** The attempts of the call so far. */
  earlier: readonly Attempt[];
}

/** `attempt` is undefined when nothing was sent. */
async function attemptOnce({
  step,
  call,
  request,
  repairs,
  earlier,
}: AttemptInput): Promise<{ attempt: Attempt | undefined; outcome: CandidateOutcome }> {
  const { candidate, escalatedFrom } = step;
  const { context, options, prepared } = call;
  const { clock } = context;
  const started = clock.monotonic();
  const startedAt = clock.now();
  const number = earlier.length + 1;
  const limits = attemptLimits(candidate, request, call, step.isLast(earlier));
  let verifyMs: number | undefined;
  const attemptOf = (ended: {
    result?: GenerateResult | undefined;
    failure?: ProviderFailure;
    answer?: string | undefined;
  }) =>
    toAttempt(
      {
        number,
        candidate,
        effort: request.effort,
        requestedTier: request.serviceTier,
        startedAt,
        latencyMs: clock.monotonic() - started - (verifyMs ?? 0),
        verifyMs,
        reservedUsd: worstCaseUsd(request, candidate, context),
        escalatedFrom,
        ...ended,
      },
      context,
    );
  options.onProgress?.({ kind: 'attempt', model: candidate.model, alias: candidate.alias, attempt: number });
  let streamed = '';
  let result: GenerateResult | undefined;
  let finished: FinishedAnswer | undefined;
  /** What is to be kept of a failed attempt, which was paid for. */
  const answer = (failure: ProviderFailure) =>
    [finished?.result, result?.text, failure.details.partialText, streamed].find((text) => text);
  try {
    const provider = await context.provider();
    if (options.signal.aborted)
      return { attempt: undefined, outcome: { failure: new ProviderFailure('cancelled', 'cancelled') } };
    result = await provider.generate(request, {
      signal: options.signal,
      ...limits,
      onText: (delta) => {
        streamed += delta;
        options.onProgress?.({ kind: 'text', delta });
      },
    });
    noteFilesRead(candidate, requestSource(call));
    finished = await finishAnswer(result.text, {
      ...finishOptionsOf(prepared, context, options.signal),
      strict: options.strict ?? false,
      repairs,
    });
    if (options.verify) {
      const begun = clock.monotonic();
      // Of an answer that repaired another one, the rest is in the result.
      const ending = checkAnswer(finished, repairs ? finished.result : result.text, call);
      await ending.finally(() => {
        verifyMs = clock.monotonic() - begun;
      });
    }
    const attempt = attemptOf({ result });
    return { attempt, outcome: { finished, attempt, result } };
  } catch (error) {
    const failure = options.signal.aborted ? new ProviderFailure('cancelled', 'cancelled') : error;
    if (failure instanceof ProviderFailure)
      return { attempt: attemptOf({ result, failure, answer: answer(failure) }), outcome: { failure } };
    // A local error. If it happened after the answer arrived, the attempt was still billed.
    const broken = new ProviderFailure('unusable-answer', 'the answer could not be processed');
    return {
      attempt: result && attemptOf({ result, failure: broken, answer: answer(broken) }),
      outcome: { error: failure },
    };
  }
}
