/**
 * The hunks between two texts, from the `diff` library. It would take quadratic time for texts with little in common;
 * then the part that differs is replaced as a whole, which is just as correct but longer.
 */

import { type StructuredPatchHunk, structuredPatch } from 'diff';
import { diffing } from '../thresholds.ts';

export function lineDiff(before: string, after: string): StructuredPatchHunk[] {
  const shortest = structuredPatch('', '', before, after, undefined, undefined, {
    context: diffing.contextLines,
    maxEditLength: diffing.mostFileEdits,
  });
  return (shortest as { hunks: StructuredPatchHunk[] } | undefined)?.hunks ?? [replaceMiddle(before, after)];
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
