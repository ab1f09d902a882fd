/** Replaces the blocks that failed by those that a model sent again. */
import type { FileEdit, PatchProblem } from '../types.ts';
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
  if (blocksIn(resent) < blocksOwed(problems).length) return undefined;
  return mergeEdits(edits, resent, problems);
}

function blocksIn(edits: readonly FileEdit[]): number {
  return edits.reduce((sum, { hunks }) => sum + Math.max(1, hunks.length), 0);
}

/** A change that is in the file already need not be sent again. */
function blocksOwed(problems: readonly PatchProblem[]): number[] {
  return blocksWith(problems.filter(({ code }) => code !== 'already-applied'));
}

function blocksWith(problems: readonly PatchProblem[]): number[] {
  return [...new Set(problems.flatMap(({ block }) => block ?? []))].sort((one, other) => one - other);
}

/**
 * `failed`: the problems of the first answer, whose blocks are removed from `edits`. A block that is sent again keeps its
 * number, as they were asked for in that order; any more of them continue after the highest one.
 */
function mergeEdits(
  edits: readonly FileEdit[],
  resent: readonly FileEdit[],
  failed: readonly PatchProblem[],
): FileEdit[] {
  const gone = new Set(blocksWith(failed));
  const merged = edits
    .map((edit) => ({ ...edit, hunks: edit.hunks.filter(({ block }) => !gone.has(block)) }))
    .filter((edit, at) =>
      edits[at]!.hunks.length > 0 ? edit.hunks.length > 0 || moves(edit) : !gone.has(edit.block),
    );
  const numberOf = renumbering(
    resent.flatMap(blocksOf),
    failed,
    Math.max(0, ...gone, ...edits.flatMap(blocksOf)),
  );
  for (const edit of resent) {
    // A whole file replaces all other edits of it.
    if (edit.kind !== 'modify') remove(merged, edit.path);
    const renumbered = {
      ...edit,
      block: numberOf(edit.block),
      hunks: edit.hunks.map((hunk) => ({ ...hunk, block: numberOf(hunk.block) })),
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

function renumbering(
  resent: readonly number[],
  failed: readonly PatchProblem[],
  highest: number,
): (block: number) => number {
  const blocks = [...new Set(resent)].sort((one, other) => one - other);
  const owed = blocksOwed(failed);
  const numbers = blocks.length <= owed.length ? owed : blocksWith(failed);
  return (block) => {
    const at = blocks.indexOf(block);
    return numbers[at] ?? highest + 1 + at - numbers.length;
  };
}
