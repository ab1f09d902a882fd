/**
 * The two levels that forgive wrong context. What is deleted is always in the file word for word; around it
 * most of the context has to be there, in order and near. No level compares lines by how alike they look.
 */

import { type Segment, standsRightly } from './beside-segment.ts';
import type { Candidate } from './candidate.ts';
import { isBlank, significantLength } from './fold.ts';
import { type Comparison, foldFor, type LineIndex } from './line-index.ts';
import { formsOf } from './match-lines.ts';
import { type Splice, splicesOf } from './splices.ts';
import type { Dialect, Operation } from './types.ts';

/** How far context may be from where the hunk has it, in lines; further where the hunk says "...". */
const near = 12;
const nearElision = 200;
const mostChains = 200;
/** Letters and digits that a deletion needs before it can be an anchor by itself. */
const anchorLength = 12;
/** The same for changes together with the context that touches them. */
const segmentLength = 8;

/** All deletions and the context that touches an edit word for word, and 60 % of the other context. */
export function matchTolerantContext(
  index: LineIndex,
  operations: readonly Operation[],
  dialect: Dialect,
): Candidate[] {
  const segments = segmentsOf(operations, 1);
  const places = segments.map((segment) => runsOf(index, operations, segment));
  if (!areTelling(index, operations, segments) || areShiftedElsewhere(index, operations, segments, places))
    return [];
  return chains(index, operations, dialect, segments, places, 0.6);
}

/**
 * Deletions, or an insertion's two neighbours, that are telling enough to be anchors and together fit one
 * place only, with half of the other context around.
 */
export function matchDeletionAnchored(
  index: LineIndex,
  operations: readonly Operation[],
  dialect: Dialect,
): Candidate[] {
  let anchored = false;
  const segments: Segment[] = [];
  for (const touching of segmentsOf(operations, 0)) {
    const dropped = droppedIn(operations, touching);
    const { from, to } = touching;
    const bothSides = operations[from]!.kind === 'keep' && operations[to - 1]!.kind === 'keep';
    if (tellingLength(operations.slice(dropped.from, dropped.to), 'drop') >= anchorLength) {
      anchored = true;
      segments.push(dropped);
    } else {
      anchored ||= bothSides && tellingLength(operations.slice(from, to), 'keep') >= anchorLength;
      segments.push(touching);
    }
  }
  if (!anchored) return [];
  const places = segments.map((segment) => runsOf(index, operations, segment));
  if (areShiftedElsewhere(index, operations, segments, places)) return [];
  const anywhere = chains(index, operations, dialect, segments, places, 0);
  return anywhere.length === 1 ? chains(index, operations, dialect, segments, places, 0.5) : [];
}

function tellingLength(operations: readonly Operation[], kind?: Operation['kind']): number {
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
function areTelling(
  index: LineIndex,
  operations: readonly Operation[],
  segments: readonly Segment[],
): boolean {
  const told = segments.reduce((sum, { from, to }) => sum + tellingLength(operations.slice(from, to)), 0);
  return (
    told >= segmentLength ||
    segments.every((segment) => {
      const { from, to } = segment;
      const old = operations.slice(from, to).filter(({ kind, text }) => kind !== 'add' && !isBlank(text));
      return old.length > 1 && runsOf(index, operations, segment, 'indentation').length === 1;
    })
  );
}

/**
 * The file has the same lines once more with another indentation: which of the two is meant depends on how
 * well the model kept it.
 */
function areShiftedElsewhere(
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
 * lines between them form one segment.
 */
function segmentsOf(operations: readonly Operation[], joined: number): Segment[] {
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
    const from = touches(start - 1) ? start - 1 : start;
    const to = touches(at) ? at + 1 : at;
    if (previous && previous.to > from && joined > 0) previous.to = to;
    else segments.push({ from: previous && previous.to > from ? start : from, to });
  }
  return segments;
}

function droppedIn(operations: readonly Operation[], { from, to }: Segment): Segment {
  let start = from;
  let end = to;
  while (start < end && operations[start]!.kind !== 'drop') start++;
  while (end > start && operations[end - 1]!.kind !== 'drop') end--;
  return { from: start, to: end };
}

function runsOf(
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

/**
 * Every way to place the segments in order and near each other with enough of the other context around. A
 * share of 0 asks for every place whatever stands around it.
 */
function chains(
  index: LineIndex,
  operations: readonly Operation[],
  dialect: Dialect,
  segments: readonly Segment[],
  places: readonly (readonly number[])[],
  share: number,
): Candidate[] {
  if (segments.length === 0 || places.some((runs) => runs.length === 0)) return [];
  const heights = segments.map(({ from, to }) => oldLines(operations, from, to));
  const found = new Map<string, Candidate>();
  let tried = 0;
  const extend = (depth: number, chain: number[]) => {
    if (tried > mostChains || index.budget.exhausted) return;
    if (depth === segments.length) {
      tried++;
      const candidate = complete(index, operations, dialect, segments, heights, chain, share);
      if (candidate) found.set(placeOf(candidate.splices), candidate);
      return;
    }
    const runs = places[depth]!;
    if (depth === 0) {
      for (const run of runs) extend(1, [run]);
      return;
    }
    const earliest = chain[depth - 1]! + heights[depth - 1]!;
    const between = operations.slice(segments[depth - 1]!.to, segments[depth]!.from);
    const furthest = earliest + between.length + (between.some(({ elided }) => elided) ? nearElision : near);
    for (let at = lowerBound(runs, earliest); at < runs.length && runs[at]! <= furthest; at++) {
      index.budget.spend(1);
      extend(depth + 1, [...chain, runs[at]!]);
    }
  };
  extend(0, []);
  // Too many to have been looked at means too many to choose from.
  return tried > mostChains && found.size === 1 ? [] : [...found.values()];
}

function complete(
  index: LineIndex,
  operations: readonly Operation[],
  dialect: Dialect,
  segments: readonly Segment[],
  heights: readonly number[],
  chain: readonly number[],
  share: number,
): Candidate | undefined {
  const alignment: (number | undefined)[] = operations.map(() => undefined);
  segments.forEach(({ from, to }, at) => {
    let line = chain[at]!;
    for (let operation = from; operation < to; operation++) {
      if (operations[operation]!.kind !== 'add') alignment[operation] = line++;
    }
  });
  const splices = splicesOf(operations, alignment);
  if (!splices) return undefined;
  let matched = 0;
  let shifted = 0;
  let total = 0;
  const count = (from: number, to: number, firstLine: number, endLine: number, backwards: boolean) => {
    const context = operations
      .slice(from, to)
      .filter(({ kind, elided, text }) => kind === 'keep' && !elided && !isBlank(text));
    if (context.length === 0) return;
    const reach =
      context.length + (operations.slice(from, to).some(({ elided }) => elided) ? nearElision : near);
    const first = Math.max(0, backwards ? Math.max(firstLine, endLine - reach) : firstLine);
    const end = Math.min(index.lines.length, backwards ? endLine : Math.min(endLine, firstLine + reach));
    total += context.length;
    matched += inOrder(index, 'trailing-space', context, first, end);
    shifted += inOrder(index, 'indentation', context, first, end);
  };
  const last = segments.length - 1;
  count(0, segments[0]!.from, 0, chain[0]!, true);
  for (let at = 1; at <= last; at++) {
    count(segments[at - 1]!.to, segments[at]!.from, chain[at - 1]! + heights[at - 1]!, chain[at]!, false);
  }
  count(segments[last]!.to, operations.length, chain[last]! + heights[last]!, index.lines.length, false);
  const above = oldLines(operations, 0, segments[0]!.from);
  const candidate = { first: chain[0]! - above, end: chain[last]! + heights[last]!, splices };
  if (share === 0) return candidate;
  // Context that only lost its indentation says that the added lines lost theirs, too.
  if (matched < total * share || shifted > matched) return undefined;
  if (!segments.every((segment, at) => standsRightly(index, operations, segment, chain[at]!, dialect)))
    return undefined;
  return candidate;
}

/** Length of the longest run of context lines that the file has in the same order between two lines. */
function inOrder(
  index: LineIndex,
  comparison: 'trailing-space' | 'indentation',
  context: readonly Operation[],
  first: number,
  end: number,
): number {
  const { keys } = index.view(comparison);
  const fold = foldFor[comparison];
  const width = Math.max(0, end - first);
  let row = new Array<number>(width + 1).fill(0);
  for (const operation of context.slice(0, 200)) {
    const forms = formsOf(operation, true).map(fold);
    const below = new Array<number>(width + 1).fill(0);
    for (let column = 1; column <= width; column++) {
      const same = forms.includes(keys[first + column - 1]!);
      below[column] = same ? row[column - 1]! + 1 : Math.max(row[column]!, below[column - 1]!);
    }
    row = below;
    index.budget.spend(width);
  }
  return row[width]!;
}

function oldLines(operations: readonly Operation[], from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at++) if (operations[at]!.kind !== 'add') count++;
  return count;
}

function placeOf(splices: readonly Splice[]): string {
  return splices.map(({ at, remove }) => `${at}+${remove}`).join(' ');
}

function lowerBound(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
