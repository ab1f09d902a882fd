/** Takes a hunk apart into its changes, each with the context whose place has to be right beside it. */
import { isBlank, significantLength } from '../text/normalize.ts';
import type { Operation } from '../types.ts';
import { formsOf } from './contiguous.ts';
import type { Comparison, LineIndex } from './line-index.ts';

/** Operations from..to (exclusive) whose old lines must stand together in the file. */
export interface Segment {
  from: number;
  to: number;
}

/** Letters and digits that changes need together with the context that touches them. */
const segmentLength = 8;

export function tellingLength(operations: readonly Operation[], kind?: Operation['kind']): number {
  return operations.reduce(
    (sum, operation) =>
      sum +
      (operation.kind !== 'add' && (kind ?? operation.kind) === operation.kind
        ? significantLength(operation.text)
        : 0),
    0,
  );
}

/** Enough letters to tell the place, or lines that the file has once, brackets as they may be. */
export function areTelling(
  index: LineIndex,
  operations: readonly Operation[],
  segments: readonly Segment[],
): boolean {
  const told = segments.reduce((sum, { from, to }) => sum + tellingLength(operations.slice(from, to)), 0);
  return told >= segmentLength || segments.every((segment) => isOnly(index, operations, segment));
}

/** Two lines or more that the file has once, whatever their indentation. */
export function isOnly(index: LineIndex, operations: readonly Operation[], segment: Segment): boolean {
  const { from, to } = segment;
  const old = operations.slice(from, to).filter(({ kind, text }) => kind !== 'add' && !isBlank(text));
  return old.length > 1 && runsOf(index, operations, segment, 'indentation').length === 1;
}

/**
 * The file has the same lines once more with another indentation: which of the two is meant depends on how
 * well the model kept it.
 */
export function areShiftedElsewhere(
  index: LineIndex,
  operations: readonly Operation[],
  segments: readonly Segment[],
  places: readonly (readonly number[])[],
): boolean {
  return segments.every(
    (segment, at) => runsOf(index, operations, segment, 'indentation').length > places[at]!.length,
  );
}

/**
 * Each change with the context line that touches it on either side. Changes with at most `joined` context
 * lines between them form one segment. `wide`: brackets and blank lines stand everywhere, so the context
 * counts as touching up to the first line with a word.
 */
export function segmentsOf(operations: readonly Operation[], joined: number, wide = false): Segment[] {
  const segments: Segment[] = [];
  let at = 0;
  while (at < operations.length) {
    if (operations[at]!.kind === 'keep') {
      at++;
      continue;
    }
    const start = at;
    while (at < operations.length && operations[at]!.kind !== 'keep') at++;
    const previous = segments.at(-1);
    const touches = (index: number) =>
      operations[index]?.kind === 'keep' && operations[index]!.elided !== true;
    const isBare = (index: number) => significantLength(operations[index]!.text) === 0;
    let from = start;
    while (touches(from - 1) && (from === start || (wide && isBare(from)))) from--;
    let to = at;
    while (touches(to) && (to === at || (wide && isBare(to - 1)))) to++;
    if (previous && previous.to > from && joined > 0) previous.to = to;
    else segments.push({ from: previous && previous.to > from ? start : from, to });
  }
  return segments;
}

export function droppedIn(operations: readonly Operation[], { from, to }: Segment): Segment {
  let start = from;
  let end = to;
  while (start < end && operations[start]!.kind !== 'drop') start++;
  while (end > start && operations[end - 1]!.kind !== 'drop') end--;
  return { from: start, to: end };
}

export function runsOf(
  index: LineIndex,
  operations: readonly Operation[],
  { from, to }: Segment,
  comparison: Comparison = 'trailing-space',
): number[] {
  const old = operations.slice(from, to).filter(({ kind }) => kind !== 'add');
  return index.findRuns(
    comparison,
    old.map((operation) => formsOf(operation, true)),
  );
}

export function oldLines(operations: readonly Operation[], from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at++) if (operations[at]!.kind !== 'add') count++;
  return count;
}
