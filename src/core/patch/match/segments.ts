/** Splits a hunk into its changes, each with the context that must be directly beside it. */

import { isBlank, significantLength, totalLength } from '../text/normalize.ts';
import { anchoring } from '../thresholds.ts';
import type { HunkLine } from '../types.ts';
import { formsOf } from './contiguous.ts';
import type { Comparison, LineIndex } from './line-index.ts';

/** Hunk lines from..to (exclusive) whose old lines must be together in the file. */
export interface Segment {
  from: number;
  to: number;
}

/** Letters of the old lines, or of those of one kind. */
export function tellingLength(hunkLines: readonly HunkLine[], kind?: 'context' | 'remove'): number {
  const old = hunkLines.filter((line) => line.kind !== 'add' && (kind === undefined || line.kind === kind));
  return totalLength(old.map(({ text }) => text));
}

/** Enough letters to identify the place, or lines that the file has once, even if they are only brackets. */
export function areTelling(
  index: LineIndex,
  hunkLines: readonly HunkLine[],
  segments: readonly Segment[],
): boolean {
  const letters = segments.reduce((sum, { from, to }) => sum + tellingLength(hunkLines.slice(from, to)), 0);
  return (
    letters >= anchoring.segmentLetters || segments.every((segment) => isOnly(index, hunkLines, segment))
  );
}

/** Whether the file has two or more such lines once, whatever their indentation. */
export function isOnly(index: LineIndex, hunkLines: readonly HunkLine[], segment: Segment): boolean {
  const { from, to } = segment;
  const old = hunkLines.slice(from, to).filter(({ kind, text }) => kind !== 'add' && !isBlank(text));
  return old.length > 1 && runsOf(index, hunkLines, segment, 'indentation').length === 1;
}

/**
 * Whether the file has the same lines once more with another indentation, which models do not keep well enough to tell
 * which ones are meant.
 */
export function areShiftedElsewhere(
  index: LineIndex,
  hunkLines: readonly HunkLine[],
  segments: readonly Segment[],
  places: readonly (readonly number[])[],
): boolean {
  return segments.every(
    (segment, at) => runsOf(index, hunkLines, segment, 'indentation').length > places[at]!.length,
  );
}

/**
 * Each change with the context line that touches it on either side. Changes with at most `joined` context lines between
 * them form one segment. `wide`: brackets and blank lines are everywhere, so the touching context reaches to the first
 * line with a word.
 */
export function segmentsOf(hunkLines: readonly HunkLine[], joined: number, wide = false): Segment[] {
  const segments: Segment[] = [];
  let at = 0;
  while (at < hunkLines.length) {
    if (hunkLines[at]!.kind === 'context') {
      at++;
      continue;
    }
    const start = at;
    while (at < hunkLines.length && hunkLines[at]!.kind !== 'context') at++;
    const previous = segments.at(-1);
    const touches = (index: number) =>
      hunkLines[index]?.kind === 'context' && hunkLines[index]!.elided !== true;
    const isBare = (index: number) => significantLength(hunkLines[index]!.text) === 0;
    let from = start;
    while (touches(from - 1) && (from === start || (wide && isBare(from)))) from--;
    let to = at;
    while (touches(to) && (to === at || (wide && isBare(to - 1)))) to++;
    if (previous && previous.to > from && joined > 0) previous.to = to;
    else segments.push({ from: previous && previous.to > from ? start : from, to });
  }
  return segments;
}

export function removedIn(hunkLines: readonly HunkLine[], { from, to }: Segment): Segment {
  let start = from;
  let end = to;
  while (start < end && hunkLines[start]!.kind !== 'remove') start++;
  while (end > start && hunkLines[end - 1]!.kind !== 'remove') end--;
  return { from: start, to: end };
}

export function runsOf(
  index: LineIndex,
  hunkLines: readonly HunkLine[],
  { from, to }: Segment,
  comparison: Comparison = 'trailing-space',
): number[] {
  const old = hunkLines.slice(from, to).filter(({ kind }) => kind !== 'add');
  return index.findRuns(
    comparison,
    old.map((hunkLine) => formsOf(hunkLine, true)),
  );
}

export function oldLines(hunkLines: readonly HunkLine[], from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at++) if (hunkLines[at]!.kind !== 'add') count++;
  return count;
}
