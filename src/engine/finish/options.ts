import type { EngineContext } from '../context.ts';
import type { PreparedCall } from '../prepare/prepare.ts';
import type { FinishOptions } from './finish-answer.ts';

/** How an answer to a prepared call is turned into its result. */
export function finishOptionsOf(
  { request, sourceSet, redacted }: PreparedCall,
  { patchChecker }: EngineContext,
  signal: AbortSignal,
): FinishOptions {
  return {
    task: request.task,
    freeForm: request.unknownTask !== undefined,
    context: (request.context ?? '').trim() !== '',
    shape: request.shape,
    language: request.language,
    sourceSet,
    redacted,
    patchChecker,
    instruction: request.instruction,
    signal,
  };
}
