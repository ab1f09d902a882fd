/**
 * From a model's answer to a patch, or to the reasons why there is none: read, repair, place, emit. The engine, the
 * tests and the benches all come this way.
 */
import { readAnswer } from './answer/read-answer.ts';
import { diffstat, type FileStat } from './git/diffstat.ts';
import { emitPatch } from './git/emit-patch.ts';
import { type PlaceOptions, placeEdits } from './place/place-edits.ts';
import { type Refused, repairEdits } from './repair/merge-edits.ts';
import type { AnswerContext, FileChange, FileEdit, HunkReport, PatchProblem, SourceFile } from './types.ts';

export interface PatchOptions extends PlaceOptions, Omit<AnswerContext, 'files'> {
  /** The refused result that this answer repairs: its blocks that found their place are kept. */
  repairs?: Refused | undefined;
  /** The answer says, instead of an edit, that nothing more needs to change than what was kept. */
  nothingMore?: boolean;
}

export interface PatchResult {
  /** Undefined unless every block of the answer found its place: all or nothing. */
  patch: string | undefined;
  changes: FileChange[];
  stats: FileStat[];
  hunks: HunkReport[];
  problems: readonly PatchProblem[];
  /** What was read, with what was kept of the result that it repairs. */
  edits: readonly FileEdit[];
}

export function patchFromAnswer(
  answer: string,
  files: SourceFile[],
  options: PatchOptions = {},
): PatchResult {
  const { repairs, nothingMore = false } = options;
  const read = nothingMore ? { edits: [], problems: [] } : readAnswer(answer, { ...options, files });
  const edits = repairs ? repairEdits(read.edits, repairs) : read.edits;
  if (!edits) return refusal(repairs!);
  const placed =
    edits.length === 0 ? { changes: [], hunks: [], problems: [] } : placeEdits(edits, files, options);
  const { changes, hunks } = placed;
  const problems = [...read.problems, ...placed.problems];
  if (problems.length > 0) return { ...refusal({ edits, problems }), hunks };
  return { patch: emitPatch(changes), changes, stats: diffstat(changes), hunks, problems, edits };
}

function refusal({ edits, problems }: Refused): PatchResult {
  return { patch: undefined, changes: [], stats: [], hunks: [], problems, edits };
}
