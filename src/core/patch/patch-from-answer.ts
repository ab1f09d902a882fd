/** The whole way in one call: from a model's answer to a patch, or to the reasons why there is none. */

import { readAnswer } from './answer/read-answer.ts';
import { diffstat, type FileStat } from './git/diffstat.ts';
import { emitPatch } from './git/emit-patch.ts';
import { type PlaceOptions, placeEdits } from './place/place-edits.ts';
import type { AnswerContext, FileChange, FileEdit, HunkReport, PatchProblem, SourceFile } from './types.ts';

export interface PatchOptions extends PlaceOptions, Omit<AnswerContext, 'files'> {}

export interface PatchResult {
  /** Undefined unless every block of the answer found its place: all or nothing. */
  patch: string | undefined;
  changes: FileChange[];
  stats: FileStat[];
  hunks: HunkReport[];
  problems: PatchProblem[];
  /** What was read, for a retry to be merged with. */
  edits: FileEdit[];
}

export function patchFromAnswer(
  answer: string,
  files: SourceFile[],
  options: PatchOptions = {},
): PatchResult {
  const { edits, problems } = readAnswer(answer, { ...options, files });
  return patchFromEdits(edits, files, options, problems);
}

/** The second half, for edits that are already read or merged. `known` problems are kept and prevent a patch. */
export function patchFromEdits(
  edits: FileEdit[],
  files: readonly SourceFile[],
  options: PlaceOptions = {},
  known: readonly PatchProblem[] = [],
): PatchResult {
  const placed =
    edits.length === 0 ? { changes: [], hunks: [], problems: [] } : placeEdits(edits, files, options);
  const problems = [...known, ...placed.problems];
  if (problems.length > 0)
    return { patch: undefined, changes: [], stats: [], hunks: placed.hunks, problems, edits };
  const { changes, hunks } = placed;
  return { patch: emitPatch(changes), changes, stats: diffstat(changes), hunks, problems, edits };
}
