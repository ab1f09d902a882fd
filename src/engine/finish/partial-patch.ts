/** The part of an answer that can be placed, when the rest of it cannot. It is offered, and never applied unasked. */
import { placeablePart } from '../../core/patch/place/placeable-part.ts';
import type { PatchProblem } from '../../core/patch/types.ts';
import { distinctFiles, type FinishedPatch, finishPlaced, type UnplaceableAnswer } from './finish-answer.ts';
import type { FinishOptions } from './options.ts';

export interface PartialPatch {
  /** Checked like any other patch. */
  patch: FinishedPatch;
  /** Files that are left out, and why. */
  leftOut: { path: string; why: string }[];
}

/** Undefined if nothing can be placed, or what can be does not pass the checks of a patch. */
export async function partialPatch(
  { answer, edits, problems }: UnplaceableAnswer,
  options: FinishOptions,
): Promise<PartialPatch | undefined> {
  try {
    const files = distinctFiles(options.sourceSet);
    const part = placeablePart({ edits, problems }, files, { strict: options.strict ?? false });
    if (!part) return undefined;
    const { patch } = await finishPlaced({ ...part, answer }, options);
    return { patch, leftOut: leftOutBy(problems) };
  } catch {
    // The error of the answer itself is the one to report.
    return undefined;
  }
}

/** One reason for each file. */
function leftOutBy(problems: readonly PatchProblem[]): PartialPatch['leftOut'] {
  const reasons = new Map<string, string>();
  for (const { path = '', message } of problems) if (!reasons.has(path)) reasons.set(path, message);
  return Array.from(reasons, ([path, why]) => ({ path, why }));
}
