/**
 * The two levels that tolerate wrong context. Removed lines must always be in the file exactly; most of the context
 * must be near them and in order. No level compares lines by how similar they look.
 */

import { namesIntroducedBy, wordsIn } from '../text/names.ts';
import { isBlank } from '../text/normalize.ts';
import { type Splice, splicesOf } from '../text/splices.ts';
import { anchoring } from '../thresholds.ts';
import type { DialectTraits, HunkLine, Place } from '../types.ts';
import { formsOf } from './contiguous.ts';
import { type LineIndex, normalizers } from './line-index.ts';
import { standsRightly } from './segment-edges.ts';
import {
  areShiftedElsewhere,
  areTelling,
  isOnly,
  oldLines,
  removedIn,
  runsOf,
  type Segment,
  segmentsOf,
  tellingLength,
} from './segments.ts';

/** All removed lines and the context that touches an edit exactly, and most of the other context. */
export function matchTolerantContext(
  index: LineIndex,
  hunkLines: readonly HunkLine[],
  traits: DialectTraits,
): Place[] {
  const narrow = segmentsOf(hunkLines, 1);
  // Which lines of a whole block change can be worked out differently past brackets and blank lines.
  const areOnly = !traits.wholeBlocks && narrow.every((segment) => isOnly(index, hunkLines, segment));
  const segments = areOnly ? narrow : segmentsOf(hunkLines, 1, true);
  const places = segments.map((segment) => runsOf(index, hunkLines, segment));
  if (!areTelling(index, hunkLines, segments) || areShiftedElsewhere(index, hunkLines, segments, places))
    return [];
  return chains(index, hunkLines, traits, segments, places, anchoring.tolerantShare);
}

/**
 * Removed lines, or the two neighbours of an insertion, that are long enough to be anchors and together fit only one
 * place, with half of the other context around.
 */
export function matchDeletionAnchored(
  index: LineIndex,
  hunkLines: readonly HunkLine[],
  traits: DialectTraits,
): Place[] {
  let anchored = false;
  const segments: Segment[] = [];
  const wide = segmentsOf(hunkLines, 0, true);
  for (const [at, narrow] of segmentsOf(hunkLines, 0).entries()) {
    const shown = hunkLines.slice(narrow.from, narrow.to);
    const inserts = traits.wholeBlocks && shown.every(({ kind }) => kind !== 'remove');
    const touching = inserts || tellingLength(shown) === 0 ? wide[at]! : narrow;
    const removed = removedIn(hunkLines, touching);
    const { from, to } = touching;
    const bothSides = hunkLines[from]!.kind === 'context' && hunkLines[to - 1]!.kind === 'context';
    if (tellingLength(hunkLines.slice(removed.from, removed.to), 'remove') >= anchoring.deletionLetters) {
      anchored = true;
      segments.push(removed);
    } else {
      anchored ||=
        bothSides && tellingLength(hunkLines.slice(from, to), 'context') >= anchoring.deletionLetters;
      segments.push(touching);
    }
  }
  if (!anchored || usesInventedName(index, hunkLines)) return [];
  const places = segments.map((segment) => runsOf(index, hunkLines, segment));
  if (areShiftedElsewhere(index, hunkLines, segments, places)) return [];
  const anywhere = chains(index, hunkLines, traits, segments, places, 0);
  return anywhere.length === 1
    ? chains(index, hunkLines, traits, segments, places, anchoring.deletionShare)
    : [];
}

/** Whether an added line uses a name that only context introduces which the file does not have. */
function usesInventedName(index: LineIndex, hunkLines: readonly HunkLine[]): boolean {
  const { positions } = index.view('indentation');
  const textsOf = (kind: HunkLine['kind']) =>
    hunkLines.filter((line) => line.kind === kind).map(({ text }) => text);
  const added = textsOf('add');
  const invented = textsOf('context').filter((text) => !positions.has(normalizers.indentation(text)));
  const introduced = new Set(invented.flatMap(namesIntroducedBy));
  if (introduced.size === 0) return false;
  for (const name of added.flatMap(namesIntroducedBy)) introduced.delete(name);
  const used = wordsIn(added);
  const suspects = [...introduced].filter((name) => used.has(name));
  if (suspects.length === 0) return false;
  const known = wordsIn(index.lines);
  return suspects.some((name) => !known.has(name));
}

/**
 * Every way to place the segments in order and near each other with enough of the other context around. A share of 0
 * accepts any context.
 */
function chains(
  index: LineIndex,
  hunkLines: readonly HunkLine[],
  traits: DialectTraits,
  segments: readonly Segment[],
  places: readonly (readonly number[])[],
  share: number,
): Place[] {
  if (segments.length === 0 || segments.length > anchoring.mostSegments) return [];
  if (places.some((runs) => runs.length === 0)) return [];
  const heights = segments.map(({ from, to }) => oldLines(hunkLines, from, to));
  const found = new Map<string, Place>();
  let tried = 0;
  const extend = (depth: number, chain: number[]) => {
    if (tried > anchoring.mostChains || index.budget.exhausted) return;
    if (depth === segments.length) {
      tried++;
      const place = complete(index, hunkLines, traits, segments, heights, chain, share);
      if (place) found.set(placeOf(place.splices), place);
      return;
    }
    const runs = places[depth]!;
    if (depth === 0) {
      for (const run of runs) extend(1, [run]);
      return;
    }
    const earliest = chain[depth - 1]! + heights[depth - 1]!;
    const between = hunkLines.slice(segments[depth - 1]!.to, segments[depth]!.from);
    const slack = between.some(({ elided }) => elided)
      ? anchoring.nearElision
      : between.length === 0
        ? 0
        : anchoring.near;
    const furthest = earliest + between.length + slack;
    for (let at = lowerBound(runs, earliest); at < runs.length && runs[at]! <= furthest; at++) {
      index.budget.spend(1);
      extend(depth + 1, [...chain, runs[at]!]);
    }
  };
  extend(0, []);
  // Not all of them were looked at, so a single one that was found may not be the only one.
  return tried > anchoring.mostChains && found.size === 1 ? [] : [...found.values()];
}

function complete(
  index: LineIndex,
  hunkLines: readonly HunkLine[],
  traits: DialectTraits,
  segments: readonly Segment[],
  heights: readonly number[],
  chain: readonly number[],
  share: number,
): Place | undefined {
  const alignment: (number | undefined)[] = hunkLines.map(() => undefined);
  segments.forEach(({ from, to }, at) => {
    let line = chain[at]!;
    for (let hunkLine = from; hunkLine < to; hunkLine++) {
      if (hunkLines[hunkLine]!.kind !== 'add') alignment[hunkLine] = line++;
    }
  });
  const splices = splicesOf(hunkLines, alignment);
  if (!splices) return undefined;
  let matched = 0;
  let shifted = 0;
  let total = 0;
  const count = (from: number, to: number, firstLine: number, endLine: number, backwards: boolean) => {
    const context = hunkLines
      .slice(from, to)
      .filter(({ kind, elided, text }) => kind === 'context' && !elided && !isBlank(text));
    if (context.length === 0) return;
    const reach =
      context.length +
      (hunkLines.slice(from, to).some(({ elided }) => elided) ? anchoring.nearElision : anchoring.near);
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
  count(segments[last]!.to, hunkLines.length, chain[last]! + heights[last]!, index.lines.length, false);
  const above = oldLines(hunkLines, 0, segments[0]!.from);
  const place = { first: chain[0]! - above, end: chain[last]! + heights[last]!, splices };
  if (share === 0) return place;
  // If the context lost its indentation, the added lines lost theirs as well.
  if (matched < total * share || shifted > matched) return undefined;
  if (!segments.every((segment, at) => standsRightly(index, hunkLines, segment, chain[at]!, traits)))
    return undefined;
  return place;
}

/** Length of the longest common subsequence of the context and the file between two lines. */
function inOrder(
  index: LineIndex,
  comparison: 'trailing-space' | 'indentation',
  context: readonly HunkLine[],
  first: number,
  end: number,
): number {
  const { keys } = index.view(comparison);
  const normalize = normalizers[comparison];
  const width = Math.max(0, end - first);
  let row = new Array<number>(width + 1).fill(0);
  for (const hunkLine of context.slice(0, anchoring.mostContext)) {
    const forms = formsOf(hunkLine, true).map(normalize);
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
