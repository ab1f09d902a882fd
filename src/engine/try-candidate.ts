/** Tries one candidate until it gives a usable answer or its failures have no cure here. */
import { AttemptFailure } from '../core/failure.ts';
import { inputWindow } from '../core/model-card.ts';
import { costRange } from '../core/pricing.ts';
import { instructionsFor } from '../core/prompts/instructions.ts';
import type { Candidate } from '../core/router/decision.ts';
import { type FinishedAnswer, finishAnswer } from './answer.ts';
import { type Attempt, recordAttempt } from './attempt.ts';
import { backoffMs } from './backoff.ts';
import type { CallOptions, EngineContext } from './context.ts';
import type { GenerateRequest, GenerateResult } from './ports.ts';
import type { PreparedCall } from './prepare.ts';

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
  /** Whether other candidates are left should this one fail. */
  othersLeft: boolean;
}

export type CandidateOutcome =
  | { finished: FinishedAnswer; attempt: Attempt; result: GenerateResult }
  | { failure: AttemptFailure };

/** One more try with this many times the output, where reasoning ate the room for the answer. */
const moreOutputFactor = 4;

export async function tryCandidate(candidate: Candidate, call: CallInProgress): Promise<CandidateOutcome> {
  const { context, options } = call;
  const { retry } = context.config.policies;
  let request = firstRequest(candidate, call);
  let retries = 0;
  let cutAnswers = 0;
  let outputRaised = false;
  for (;;) {
    const outcome = await attemptOnce(candidate, request, call);
    if ('finished' in outcome) return outcome;
    const { failure } = outcome;
    switch (failure.cure) {
      case 'fix-parameter': {
        const parameter = failure.details.parameter;
        if (parameter === undefined) return outcome;
        const without = withoutParameter(request, parameter);
        // Nothing to leave out: the same request would be refused again.
        if (without === request) return outcome;
        context.state.rememberRefusal(candidate.model, parameter);
        request = without;
        options.onProgress?.({
          kind: 'retry',
          model: candidate.model,
          reason: `${parameter} is not taken`,
          waitMs: 0,
        });
        continue;
      }
      case 'more-output': {
        const raised = Math.min(
          request.maxOutputTokens * moreOutputFactor,
          candidate.card?.maxOutputTokens ?? Number.POSITIVE_INFINITY,
        );
        if (
          outputRaised ||
          raised <= request.maxOutputTokens ||
          !affordable({ ...request, maxOutputTokens: raised }, candidate, call)
        )
          return outcome;
        outputRaised = true;
        request = { ...request, maxOutputTokens: raised };
        options.onProgress?.({
          kind: 'retry',
          model: candidate.model,
          reason: 'the output limit was reached: more room',
          waitMs: 0,
        });
        continue;
      }
      case 'retry-once':
        if (cutAnswers++ > 0) return outcome;
        break;
      case 'retry':
        break;
      default:
        return outcome;
    }
    if (retries >= retry.maxRetries || !affordable(request, candidate, call)) return outcome;
    const waitMs = failure.details.retryAfterMs ?? backoffMs(retries, retry, context.random);
    // A wait that would outlast the call, or what the policy calls the longest, is spent on the next model.
    const longest = call.othersLeft ? retry.maxMs : Number.POSITIVE_INFINITY;
    if (waitMs > longest || context.clock.monotonic() + waitMs >= call.deadline) return outcome;
    retries++;
    options.onProgress?.({ kind: 'retry', model: candidate.model, reason: failure.message, waitMs });
    await context.clock.sleep(waitMs, options.signal);
    if (options.signal.aborted) return { failure: new AttemptFailure('cancelled', 'cancelled') };
  }
}

function firstRequest(candidate: Candidate, { prepared, context, options }: CallInProgress): GenerateRequest {
  const { request, input } = prepared;
  const { parameters, card } = candidate;
  let generate: GenerateRequest = {
    model: candidate.apiModel,
    instructions: instructionsFor({
      task: request.task,
      shape: request.shape,
      language: request.language,
      framework: request.framework,
      patchFormat: card?.patchFormat ?? 'search-replace',
      visibleOutputTokens: parameters.visibleOutputTokens,
    }),
    input: input.text,
    maxOutputTokens: parameters.maxOutputTokens,
    temperature: parameters.temperature,
    effort: parameters.effort,
    verbosity: parameters.verbosity,
    stream: options.stream ?? true,
  };
  for (const parameter of context.state.refusedParameters(candidate.model))
    generate = withoutParameter(generate, parameter);
  return generate;
}

/** The request itself when the parameter is not in it. */
function withoutParameter(request: GenerateRequest, parameter: string): GenerateRequest {
  switch (parameter) {
    case 'temperature':
      return request.temperature === undefined ? request : { ...request, temperature: undefined };
    case 'reasoning':
    case 'reasoning.effort':
      return request.effort === undefined ? request : { ...request, effort: undefined };
    case 'text':
    case 'text.verbosity':
      return request.verbosity === undefined ? request : { ...request, verbosity: undefined };
    case 'stream':
      return request.stream ? { ...request, stream: false } : request;
    default:
      return request;
  }
}

function worstCaseUsd(
  request: GenerateRequest,
  candidate: Candidate,
  { prepared, context }: CallInProgress,
): number | undefined {
  const { features } = prepared.decision;
  return costRange(
    {
      approxInput: features.approxTokens,
      mostInput: features.mostTokens,
      visibleOutput: candidate.parameters.visibleOutputTokens,
      mostOutput: request.maxOutputTokens,
    },
    { card: candidate.card, billing: context.config.catalog.billing },
  )?.highUsd;
}

function affordable(request: GenerateRequest, candidate: Candidate, call: CallInProgress): boolean {
  const remaining = call.remainingUsd();
  if (remaining === undefined) return true;
  const worst = worstCaseUsd(request, candidate, call);
  return worst !== undefined && worst <= remaining;
}

/** Whether the first attempt of a candidate fits what is left of the ceiling. */
export function fitsCeiling(candidate: Candidate, call: CallInProgress): boolean {
  return affordable(firstRequest(candidate, call), candidate, call);
}

/** Whether a candidate takes more input than one that answered with context_length_exceeded. */
export function hasLargerWindow(candidate: Candidate, than: Candidate): boolean {
  if (!candidate.card || !than.card) return false;
  return inputWindow(candidate.card) > inputWindow(than.card);
}

async function attemptOnce(
  candidate: Candidate,
  request: GenerateRequest,
  call: CallInProgress,
): Promise<CandidateOutcome> {
  const { context, options, prepared, attempts } = call;
  const { clock } = context;
  const started = clock.monotonic();
  const number = attempts.length + 1;
  const facts = () => ({
    number,
    candidate,
    request,
    startedAt,
    latencyMs: clock.monotonic() - started,
    reservedUsd: worstCaseUsd(request, candidate, call),
    escalatedFrom: call.escalatedFrom,
  });
  const startedAt = clock.now();
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
      signal: options.signal,
    });
    await verified(finished, options);
    const attempt = recordAttempt(facts(), { result }, context);
    attempts.push(attempt);
    return { finished, attempt, result };
  } catch (error) {
    const failure = options.signal.aborted ? new AttemptFailure('cancelled', 'cancelled') : error;
    if (!(failure instanceof AttemptFailure)) {
      // Something of ours broke after the answer: it was billed all the same.
      const broken = new AttemptFailure('unusable-answer', 'the answer could not be finished');
      if (result) attempts.push(recordAttempt(facts(), { result, failure: broken }, context));
      throw failure;
    }
    attempts.push(recordAttempt(facts(), { result, failure }, context));
    return { failure };
  }
}

async function verified({ result }: FinishedAnswer, { verify }: CallOptions): Promise<void> {
  const verdict = await verify?.(result);
  if (verdict && !verdict.ok) throw new AttemptFailure('verify-failed', verdict.detail);
}
