/**
 * What of a refused answer could be written after all: the files in which every edit found its place. A file with a
 * problem is left out whole, since half of the edits of a file are hardly ever what was meant.
 */

import { diffstat } from '../git/diffstat.ts';
import { emitPatch } from '../git/emit-patch.ts';
import type { PatchResult } from '../patch-from-answer.ts';
import type { FileEdit, PatchProblem, SourceFile } from '../types.ts';
import { type PlaceOptions, placeEdits } from './place-edits.ts';

/** Undefined if there is no such file, or a problem concerns the answer as a whole. */
export function placeablePart(
  { edits, problems }: { edits: readonly FileEdit[]; problems: readonly PatchProblem[] },
  files: readonly SourceFile[],
  options: PlaceOptions,
): (PatchResult & { patch: string }) | undefined {
  if (problems.some(({ path }) => path === undefined)) return undefined;
  const left = new Set(problems.map(({ path }) => path));
  const kept = edits.filter(({ path, newPath = path }) => !left.has(path) && !left.has(newPath));
  if (kept.length === 0) return undefined;
  const { changes, hunks, problems: more } = placeEdits(kept, files, options);
  if (more.length > 0) return undefined;
  return { patch: emitPatch(changes), changes, stats: diffstat(changes), hunks, problems, edits: kept };
}
