/** Replaces the blocks that failed by those that a model sent again. */
import type { FileEdit, Hunk, PatchProblem } from '../types.ts';
import { canRetryBlocks } from './retry-prompt.ts';

/** A result without a patch. */
export interface Refused {
  edits: readonly FileEdit[];
  problems: readonly PatchProblem[];
}

/**
 * The edits of an answer that repairs another one, with the good blocks of that if only some of them had failed.
 * Undefined if fewer blocks came back than had failed: one would be left out silently.
 */
export function repairEdits(
  resent: readonly FileEdit[],
  { edits, problems }: Refused,
): readonly FileEdit[] | undefined {
  if (!canRetryBlocks(problems)) return resent;
  if (blocksIn(resent) < blocksOwed(problems)) return undefined;
  return mergeEdits(edits, resent, problems);
}

function blocksIn(edits: readonly FileEdit[]): number {
  return edits.reduce((sum, { hunks }) => sum + Math.max(1, hunks.length), 0);
}

/** A change that is in the file already need not be sent again. */
function blocksOwed(problems: readonly PatchProblem[]): number {
  return new Set(problems.filter(({ code }) => code !== 'already-applied').map(({ block }) => block)).size;
}

/**
 * `failed`: the problems of the first answer, whose blocks are removed from `edits`. The numbers of `resent` continue
 * after the highest one, so that a block keeps its number through all tries.
 */
function mergeEdits(
  edits: readonly FileEdit[],
  resent: readonly FileEdit[],
  failed: readonly PatchProblem[],
): FileEdit[] {
  const gone = new Set(failed.map(({ block }) => block));
  const merged = edits
    .map((edit) => ({ ...edit, hunks: edit.hunks.filter(({ block }) => !gone.has(block)) }))
    .filter((edit, at) =>
      edits[at]!.hunks.length > 0 ? edit.hunks.length > 0 || moves(edit) : !gone.has(edit.block),
    );
  const highest = Math.max(0, ...[...gone].map((block) => block ?? 0), ...edits.flatMap(blocksOf));
  for (const edit of resent) {
    // A whole file replaces all other edits of it.
    if (edit.kind !== 'modify') remove(merged, edit.path);
    const renumbered = {
      ...edit,
      block: edit.block + highest,
      hunks: edit.hunks.map((hunk) => shift(hunk, highest)),
    };
    const known = merged.find(({ path, kind }) => path === edit.path && kind === 'modify');
    if (known && edit.kind === 'modify') {
      known.hunks = [...known.hunks, ...renumbered.hunks.map((hunk) => ({ ...hunk, dialect: edit.dialect }))];
      if (known.dialect !== edit.dialect) known.unordered = true;
    } else merged.push(renumbered);
  }
  return merged;
}

function remove(edits: FileEdit[], path: string): void {
  const at = edits.findIndex((edit) => edit.path === path);
  if (at !== -1) edits.splice(at, 1);
}

function moves({ newPath, newMode }: FileEdit): boolean {
  return newPath !== undefined || newMode !== undefined;
}

function blocksOf({ block, hunks }: FileEdit): number[] {
  return [block, ...hunks.map((hunk) => hunk.block)];
}

function shift(hunk: Hunk, by: number): Hunk {
  return { ...hunk, block: hunk.block + by };
}
