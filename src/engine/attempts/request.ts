/** Builds the requests to a candidate: the first one, and variants that recover from a failure. */

import { askAgainPrompt } from '../../core/answer/ask-again.ts';
import { noChangeRule } from '../../core/answer/no-change.ts';
import { limitsOf } from '../../core/budget/limits.ts';
import type { AssembledInput } from '../../core/input/assemble-input.ts';
import { approxTokens, tokenUpperBound } from '../../core/input/tokens.ts';
import { costRange } from '../../core/models/pricing.ts';
import type { PatchFormat } from '../../core/patch/dialects/index.ts';
import { canRetryBlocks, retryPrompt } from '../../core/patch/repair/retry-prompt.ts';
import type { Candidate } from '../../core/router/decision.ts';
import { instructionsFor } from '../../core/tasks/instructions.ts';
import { instructionAllowanceTokens, mayStay } from '../../core/tasks/tasks.ts';
import { fingerprint } from '../../core/text/fingerprint.ts';
import { utcDay } from '../../core/text/utc-day.ts';
import { repairPrompt } from '../../core/verdict/repair-prompt.ts';
import type { EngineContext } from '../context.ts';
import { goodBlocks } from '../finish/changes.ts';
import { UnplaceableAnswer } from '../finish/finish-answer.ts';
import { type NonAnswer, UnparsableAnswer } from '../finish/non-answer.ts';
import type { GenerateRequest } from '../ports.ts';
import type { PreparedCall } from '../prepare/prepare.ts';
import { withoutParameter } from './parameters.ts';

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
    // A ceiling or a budget assumes the standard price, but the project's default tier may cost twice that.
    serviceTier: candidate.serviceTier ?? (isLimited(source) ? 'default' : undefined),
    stream: source.stream,
    ...cachingFor(candidate, source),
  };
  return acceptable(request, candidate, source);
}

function isLimited({ prepared, context: { config, projectName } }: RequestSource): boolean {
  return (
    prepared.decision.ceilingUsd !== undefined || limitsOf(config.policies.budgets, projectName).length > 0
  );
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

/** Without what the server has refused for this model. */
function acceptable(
  request: GenerateRequest,
  { model }: Candidate,
  { context }: RequestSource,
): GenerateRequest {
  return [...context.memory.refusedParameters(model)].reduce(withoutParameter, request);
}

type Caching = Pick<GenerateRequest, 'cachedLength' | 'cacheKey' | 'instructionsFirst'>;

/**
 * Writing a prefix to the cache costs a quarter more than sending it, so caching is off until a model has to read the
 * same files again: for a repair, or for another call of this process. From then on it may well do so once more, at a
 * tenth of the price.
 */
function cachingFor({ card, model }: Candidate, { prepared, context }: RequestSource): Caching {
  if (!card?.cacheBreakpoints) return {};
  const files = filesIn(prepared.input);
  if (files === '' || !context.memory.hasRead(model, files, context.clock.monotonic()))
    return { cachedLength: 0, cacheKey: undefined, instructionsFirst: undefined };
  return {
    cachedLength: files.length,
    cacheKey: `orch-${fingerprint(files)}`,
    instructionsFirst: card.instructionsAfterInput,
  };
}

/** To be called when a model has answered: it has read the files of the call. */
export function noteFilesRead({ card, model }: Candidate, { prepared, context }: RequestSource): void {
  if (card?.cacheBreakpoints)
    context.memory.noteFiles(model, filesIn(prepared.input), context.clock.monotonic());
}

function filesIn({ text, filesLength }: AssembledInput): string {
  return text.slice(0, filesLength);
}

/**
 * Tells the model what was wrong with its answer. If only some of its edits could not be placed, it asks for those only,
 * against the original text.
 */
export function askAgain(
  request: GenerateRequest,
  failure: UnplaceableAnswer | NonAnswer,
  candidate: Candidate,
  source: RequestSource,
): GenerateRequest {
  const { request: asked } = source.prepared;
  const stays = mayStay(asked.task, asked.shape);
  const again =
    failure instanceof UnplaceableAnswer
      ? retryPrompt(failure.problems, {
          kept: goodBlocks(failure),
          noChange: stays ? noChangeRule : undefined,
        })
      : askAgainPrompt(failure.fault, {
          mayStay: stays,
          excerpt: failure instanceof UnparsableAnswer ? failure.excerpt : undefined,
        });
  return withAnswer(request, { answer: failure.answer, again }, candidate, source);
}

/** Tells the model how its answer fails the caller's check, and asks for the whole answer anew. */
export function askForRepair(
  request: GenerateRequest,
  { answer, complaint }: { answer: string; complaint: string },
  candidate: Candidate,
  source: RequestSource,
): GenerateRequest {
  const { shape } = source.prepared.request;
  return withAnswer(request, { answer, again: repairPrompt(complaint, shape) }, candidate, source);
}

function withAnswer(
  request: GenerateRequest,
  { answer, again }: { answer: string; again: string },
  candidate: Candidate,
  source: RequestSource,
): GenerateRequest {
  const input = `${source.prepared.input.text}\n\n<your_answer>\n${answer.trim()}\n</your_answer>\n\n${again}`;
  return acceptable({ ...request, input, ...cachingFor(candidate, source) }, candidate, source);
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
    { serviceTier: request.serviceTier, day: utcDay(context.clock.now()) },
  )?.highUsd;
}
