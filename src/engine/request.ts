/** Builds the requests to a candidate: the first one, and variants that recover from a failure. */

import { askAgainPrompt } from '../core/answer/ask-again.ts';
import { noChangeRule } from '../core/answer/no-change.ts';
import { approxTokens, tokenUpperBound } from '../core/input/tokens.ts';
import { costRange } from '../core/models/pricing.ts';
import type { PatchFormat } from '../core/patch/dialects/index.ts';
import { canRetryBlocks, retryPrompt } from '../core/patch/repair/retry-prompt.ts';
import type { Candidate } from '../core/router/decision.ts';
import { instructionsFor } from '../core/tasks/instructions.ts';
import { instructionAllowanceTokens, mayStay } from '../core/tasks/tasks.ts';
import type { EngineContext } from './context.ts';
import { UnplaceableAnswer } from './finish-answer.ts';
import { goodBlocks } from './finish-changes.ts';
import type { NonAnswer } from './non-answer.ts';
import type { GenerateRequest } from './ports.ts';
import type { PreparedCall } from './prepare.ts';

export interface RequestSource {
  prepared: PreparedCall;
  context: EngineContext;
  stream: boolean;
}

export function firstRequest(candidate: Candidate, source: RequestSource): GenerateRequest {
  const { parameters, card } = candidate;
  const request: GenerateRequest = {
    model: candidate.apiModel,
    instructions: instructionsIn(card?.patchFormat ?? 'search-replace', candidate, source),
    input: source.prepared.input.text,
    maxOutputTokens: parameters.maxOutputTokens,
    temperature: parameters.temperature,
    effort: parameters.effort,
    verbosity: parameters.verbosity,
    // A ceiling assumes the standard price, but the project's default tier may cost twice that.
    serviceTier: source.prepared.decision.ceilingUsd === undefined ? undefined : 'default',
    stream: source.stream,
  };
  return [...source.context.memory.refusedParameters(candidate.model)].reduce(withoutParameter, request);
}

function instructionsIn(
  patchFormat: PatchFormat,
  { parameters }: Candidate,
  { prepared }: RequestSource,
): string {
  const { task, shape, language, framework } = prepared.request;
  return instructionsFor({
    redacted: prepared.redacted !== undefined,
    task,
    shape,
    language,
    framework,
    patchFormat,
    visibleOutputTokens: parameters.visibleOutputTokens,
  });
}

/** Returns the same object when the parameter is not in the request. */
export function withoutParameter(request: GenerateRequest, parameter: string): GenerateRequest {
  switch (parameter) {
    case 'temperature':
      return request.temperature === undefined ? request : { ...request, temperature: undefined };
    case 'reasoning':
    case 'reasoning.effort':
      return request.effort === undefined ? request : { ...request, effort: undefined };
    case 'text':
    case 'text.verbosity':
      return request.verbosity === undefined ? request : { ...request, verbosity: undefined };
    case 'service_tier':
      return request.serviceTier === undefined ? request : { ...request, serviceTier: undefined };
    case 'stream':
      return request.stream ? { ...request, stream: false } : request;
    case 'store':
      return request.withoutStore ? request : { ...request, withoutStore: true };
    default:
      return request;
  }
}

/**
 * Tells the model what was wrong with its answer. If only some of its edits could not be placed, it asks for those only,
 * against the original text.
 */
export function askAgain(
  request: GenerateRequest,
  failure: UnplaceableAnswer | NonAnswer,
  { prepared }: RequestSource,
): GenerateRequest {
  const { task, shape } = prepared.request;
  const stays = mayStay(task, shape);
  const again =
    failure instanceof UnplaceableAnswer
      ? retryPrompt(failure.problems, {
          kept: goodBlocks(failure),
          noChange: stays ? noChangeRule : undefined,
        })
      : askAgainPrompt(failure.fault, { mayStay: stays });
  return {
    ...request,
    input: `${prepared.input.text}\n\n<your_answer>\n${failure.answer.trim()}\n</your_answer>\n\n${again}`,
  };
}

/** Whether valid blocks are kept and only the failed ones are requested again. */
export function keepsBlocks(failure: UnplaceableAnswer): boolean {
  return canRetryBlocks(failure.problems);
}

/**
 * Last resort: asks for complete files, which need not be located. Undefined when they would not fit in the
 * answer, or when only part of a file was sent.
 */
export function askForWholeFiles(candidate: Candidate, source: RequestSource): GenerateRequest | undefined {
  const { sources } = source.prepared.sourceSet;
  const size = sources.reduce((sum, { text }) => sum + tokenUpperBound(text), 0);
  const partial = sources.some(({ range }) => range !== undefined);
  if (sources.length === 0 || partial || size > candidate.parameters.visibleOutputTokens) return undefined;
  return {
    ...firstRequest(candidate, source),
    instructions: instructionsIn('whole-file', candidate, source),
  };
}

/** Maximum cost of this request in USD; undefined when the price is unknown. */
export function worstCaseUsd(
  request: GenerateRequest,
  candidate: Candidate,
  context: EngineContext,
): number | undefined {
  return costRange(
    {
      approxInput: approxTokens(request.input),
      mostInput: tokenUpperBound(request.input) + instructionAllowanceTokens,
      visibleOutput: candidate.parameters.visibleOutputTokens,
      mostOutput: request.maxOutputTokens,
    },
    { card: candidate.card, billing: context.config.catalog.billing },
  )?.highUsd;
}
