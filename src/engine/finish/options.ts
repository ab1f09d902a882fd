/** How an answer is turned into its result. */
import type { RedactedFiles } from '../../core/secrets/restore-secrets.ts';
import type { ReturnShape } from '../../core/tasks/shapes.ts';
import type { TaskKind } from '../../core/tasks/tasks.ts';
import type { EngineContext } from '../context.ts';
import type { PatchChecker, SourceSet } from '../ports.ts';
import type { PreparedCall } from '../prepare/prepare.ts';
import type { Syntax } from '../syntax-port.ts';
import type { UnplaceableAnswer } from './finish-answer.ts';

export interface FinishOptions {
  task: TaskKind;
  shape: ReturnShape;
  /** The task is a substitute for one that is not known: the text may have any form. Default false. */
  freeForm?: boolean;
  /** Material was sent besides the files. Default false. */
  context?: boolean;
  language: string | undefined;
  /** As the model saw it. */
  sourceSet: SourceSet;
  /** What was redacted in it, if anything. */
  redacted?: RedactedFiles | undefined;
  patchChecker: PatchChecker;
  syntax: Syntax;
  /** What the user asked for. Files that a patch may write only if they were named may be named here. */
  instruction: string;
  /** Reject hunks that match more loosely than the strict levels of the ladder. */
  strict?: boolean;
  /** The answer that this one repairs; if only some of its blocks failed, the others are kept. */
  repairs?: UnplaceableAnswer | undefined;
  signal: AbortSignal;
}

/** Those for an answer to a prepared call. */
export function finishOptionsOf(
  { request, sourceSet, redacted }: PreparedCall,
  { patchChecker, syntax }: EngineContext,
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
    syntax,
    instruction: request.instruction,
    signal,
  };
}
