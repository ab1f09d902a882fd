/**
 * The hunks between two texts, from the `diff` library. It would take quadratic time for texts with little in common;
 * then the part that differs is replaced as a whole, which is just as correct but longer.
 */

import { type StructuredPatchHunk, structuredPatch } from 'diff';
import { diffing } from '../thresholds.ts';
import type { FileChange } from '../types.ts';
import { DiffBudget } from './diff-budget.ts';

const known = new WeakMap<readonly FileChange[], StructuredPatchHunk[][]>();

/** The hunks of each change, worked out once per list. */
export function lineDiffs(changes: readonly FileChange[]): StructuredPatchHunk[][] {
  let hunks = known.get(changes);
  if (!hunks) {
    const budget = new DiffBudget(diffing.mostFileEdits);
    hunks = changes.map(({ before, after }) => (before === after ? [] : lineDiff(before, after, budget)));
    known.set(changes, hunks);
  }
  return hunks;
}

/** The hunks between two texts. `budget` is shared by the comparisons of one answer. */
export function lineDiff(
  before: string,
  after: string,
  budget = new DiffBudget(diffing.mostFileEdits),
): StructuredPatchHunk[] {
  if (before === '' || after === '') return [replaceMiddle(before, after)];
  const { mostEdits } = budget;
  const shortest = structuredPatch('', '', before, after, undefined, undefined, {
    context: diffing.contextLines,
    maxEditLength: mostEdits,
  }) as { hunks: StructuredPatchHunk[] } | undefined;
  budget.spend(shortest ? editsIn(shortest.hunks) : mostEdits);
  return shortest?.hunks ?? [replaceMiddle(before, after)];
}

function editsIn(hunks: readonly StructuredPatchHunk[]): number {
  let edits = 0;
  for (const { lines } of hunks) for (const line of lines) if (/^[+-]/.test(line)) edits++;
  return edits;
}

function replaceMiddle(before: string, after: string): StructuredPatchHunk {
  const oldLines = linesWithEnds(before);
  const newLines = linesWithEnds(after);
  let head = 0;
  while (head < oldLines.length && head < newLines.length && oldLines[head] === newLines[head]) head++;
  let tail = 0;
  const room = Math.min(oldLines.length, newLines.length) - head;
  while (tail < room && oldLines.at(-1 - tail) === newLines.at(-1 - tail)) tail++;
  const start = Math.max(0, head - diffing.contextLines);
  const below = Math.min(tail, diffing.contextLines);
  const lines: string[] = [];
  const push = (marker: string, texts: readonly string[]) => {
    for (const text of texts) {
      if (text.endsWith('\n')) lines.push(marker + text.slice(0, -1));
      else lines.push(marker + text, '\\ No newline at end of file');
    }
  };
  push(' ', oldLines.slice(start, head));
  push('-', oldLines.slice(head, oldLines.length - tail));
  push('+', newLines.slice(head, newLines.length - tail));
  push(' ', oldLines.slice(oldLines.length - tail, oldLines.length - tail + below));
  return {
    oldStart: start + 1,
    oldLines: oldLines.length - tail + below - start,
    newStart: start + 1,
    newLines: newLines.length - tail + below - start,
    lines,
  };
}

function linesWithEnds(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
