/**
 * Chooses between several places for a hunk, or does not. Only five things decide: a heading that names the place, a
 * line number that is exactly right, located neighbours, as many equal hunks as places, or, in a dialect whose hunks are
 * always in the order of the file, the place of the hunk before.
 */

import { isBlank, significantLength } from '../text/normalize.ts';
import { choosing } from '../thresholds.ts';
import type { Hunk, HunkLine, HunkOrder, HunkReport, MatchLevel, Place } from '../types.ts';
import { HeadingIndex } from './heading-index.ts';

/** A hunk with every place of the strictest level that it fits. */
export interface Located {
  hunk: Hunk;
  level: MatchLevel;
  places: Place[];
  /** The hunk changes nothing: it only shows where the next one is. */
  anchor?: boolean;
}

export interface Placement extends Located {
  /** Undefined when several places remain. */
  chosen?: Place;
  chosenBy?: HunkReport['chosenBy'];
  /** The same hunk as an earlier one, for the same place. */
  repeated?: boolean;
}

export function choosePlaces(
  located: readonly Located[],
  lines: readonly string[],
  order: HunkOrder,
): Placement[] {
  const placements = located.map((hunk): Placement => ({ ...hunk }));
  for (const placement of placements)
    if (placement.places.length === 1) placement.chosen = placement.places[0]!;
  const twins = twinsOf(placements.filter(({ anchor }) => !anchor));
  for (const group of twins) {
    if (group[0]!.places.length === 1) for (const placement of group.slice(1)) placement.repeated = true;
  }
  const headings = new HeadingIndex(lines);
  for (const placement of open(placements)) pick(placement, 'heading', underHeading(placement, headings));
  const offset = commonOffset(placements);
  if (offset) for (const placement of open(placements)) byLineNumber(placement, offset);
  if (order !== 'never') dropStrays(placements);
  for (const group of twins) shareOut(group, order);
  if (order === 'always') inSequence(placements, headings);
  else if (order === 'if-shown' && isOrdered(placements)) betweenNeighbours(placements);
  dropRepetitions(placements);
  return placements;
}

function open(placements: readonly Placement[]): Placement[] {
  return placements.filter((placement) => !placement.chosen && !placement.repeated);
}

function pick(
  placement: Placement,
  by: NonNullable<HunkReport['chosenBy']>,
  fitting: readonly Place[],
): void {
  if (placement.chosen || fitting.length !== 1) return;
  placement.chosen = fitting[0]!;
  placement.chosenBy = by;
}

function twinsOf(placements: readonly Placement[]): Placement[][] {
  const groups = new Map<string, Placement[]>();
  for (const placement of placements) {
    const key = JSON.stringify(placement.hunk.lines.map(({ kind, text }) => [kind, text]));
    const group = groups.get(key);
    if (group) group.push(placement);
    else groups.set(key, [placement]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/** Drops a choice that would put its hunk out of order with the certain ones: the hint was wrong. */
function dropStrays(placements: readonly Placement[]): void {
  const isCertain = ({ chosen, chosenBy }: Placement) => chosen !== undefined && chosenBy === undefined;
  if (!inOrder(placements.filter(isCertain))) return;
  // The certain ones are in order, so only the nearest on either side count.
  const nextStarts: number[] = [];
  let next = Number.POSITIVE_INFINITY;
  for (const placement of placements.toReversed()) {
    nextStarts.push(next);
    if (isCertain(placement)) next = startOf(placement.chosen!);
  }
  nextStarts.reverse();
  let previous = Number.NEGATIVE_INFINITY;
  for (const [at, placement] of placements.entries()) {
    if (isCertain(placement)) previous = startOf(placement.chosen!);
    if (placement.chosenBy === undefined) continue;
    const start = startOf(placement.chosen!);
    if (previous < start && start < nextStarts[at]!) continue;
    delete placement.chosen;
    delete placement.chosenBy;
  }
}

function inOrder(placements: readonly Placement[]): boolean {
  return placements.every(
    (placement, at) => at === 0 || startOf(placements[at - 1]!.chosen!) < startOf(placement.chosen!),
  );
}

/**
 * As many equal hunks as places: each place gets one, and which gets which makes no difference. Where the order
 * is not certain, two equal hunks may also be one that was written twice: their line numbers have to agree.
 */
function shareOut(group: readonly Placement[], order: HunkOrder): void {
  if (group.some(({ chosen, repeated }) => chosen || repeated)) return;
  const { places } = group[0]!;
  if (places.length !== group.length) return;
  if (order === 'never') return;
  if (order === 'if-shown' && group.length === 2) {
    const [above, below] = group.map(({ hunk }) => hunk.startLine);
    if (above === undefined || below === undefined) return;
    if (below - above !== places[1]!.first - places[0]!.first) return;
  }
  group.forEach((placement, at) => {
    placement.chosen = places[at]!;
    placement.chosenBy = 'repetition';
  });
}

/** Hunks with different context may still make the same change at the same place. */
function dropRepetitions(placements: readonly Placement[]): void {
  const seen = new Set<string>();
  for (const placement of placements) {
    if (!placement.chosen || placement.repeated || placement.anchor) continue;
    const key = JSON.stringify(placement.chosen.splices);
    if (seen.has(key)) placement.repeated = true;
    seen.add(key);
  }
}

function underHeading({ hunk, places }: Placement, index: HeadingIndex): Place[] {
  const headings = hunk.headings.map((heading) => heading.trim()).filter((heading) => heading !== '');
  const heading = headings.pop();
  if (heading === undefined) return [];
  // The outer headings narrow down where the innermost is looked for, each where its text occurs once.
  let [from, to] = [0, index.lines.length];
  for (const outer of headings) {
    const [only, ...others] = index.linesWith(outer, from, to);
    if (only === undefined || others.length > 0) continue;
    [from, to] = [only + 1, Math.min(to, index.endOfBlock(only, /^\s*[\p{L}_$]/u))];
  }
  const headed = new Set(index.linesWith(heading, from, to));
  if (headed.size > 1) return places.filter(({ first }) => headed.has(first - 1));
  const [start] = headed;
  if (start === undefined) return [];
  const under = (end: number) => places.filter(({ first }) => first > start && first < end);
  // Git names the nearest line above that looks like a heading, even if its block has ended before the hunk.
  return under(index.endOfBlock(start, /^\s*[\p{L}_$]/u)).length === 1
    ? under(index.endOfBlock(start, /^\s*[\p{L}_@#/]/u))
    : [];
}

interface Offset {
  /** Distance of the certain hunks from the line numbers in their headers. */
  lines: number;
  /** Hunks that show it. */
  shownBy: Placement[];
}

/** Undefined if the certain hunks disagree. */
function commonOffset(placements: readonly Placement[]): Offset | undefined {
  const shownBy = placements.filter(
    ({ chosen, chosenBy, hunk }) => chosen && chosenBy === undefined && hunk.startLine !== undefined,
  );
  const offsets = new Set(shownBy.map(({ chosen, hunk }) => chosen!.first + 1 - hunk.startLine!));
  const [lines = 0] = offsets;
  return offsets.size > 1 ? undefined : { lines, shownBy };
}

/**
 * A number that no other hunk confirms needs a header whose counts are right as well, and a hunk with context. A single
 * other hunk with the same offset may be coincidence.
 */
function byLineNumber(placement: Placement, { lines, shownBy }: Offset): void {
  const { startLine, counted, lines: hunkLines } = placement.hunk;
  if (startLine === undefined) return;
  if (shownBy.length === 0 && !(counted && showsContext(hunkLines))) return;
  if (shownBy.length === 1 && lines !== 0) return;
  const fitting = placement.places.filter(({ first }) => first + 1 === startLine + lines);
  pick(placement, lines === 0 ? 'line' : 'offset', fitting);
}

/** Whether a hunk has context. A blank line is none where lines are only added: it could be any. */
function showsContext(lines: readonly HunkLine[]): boolean {
  const onlyAdds = lines.every(({ kind }) => kind !== 'remove');
  return lines.some(({ kind, text }) => kind === 'context' && !(onlyAdds && isBlank(text)));
}

/** Whether the hunks of a diff are in the order of the file, by their numbers or by the places of several. */
function isOrdered(placements: readonly Placement[]): boolean {
  const numbers = placements.map(({ hunk }) => hunk.startLine);
  const ascending = numbers.every((line, at) => line !== undefined && (at === 0 || numbers[at - 1]! <= line));
  return ascending || placements.filter(({ chosen }) => chosen).length >= choosing.fewestOrdered;
}

/** Places hunks between their neighbours, unless the certain ones are out of order. */
function betweenNeighbours(placements: readonly Placement[], ends?: { first: Place; last: Place }): void {
  const inAnswer = placements.filter(({ repeated }) => !repeated);
  for (let pass = 0; pass < choosing.mostPasses; pass++) {
    const fixed = inAnswer.filter(({ chosen }) => chosen);
    if (!inOrder(fixed) || fixed.length === inAnswer.length || fixed.length === 0) return;
    let before = ends?.first;
    let next = 0;
    for (const placement of inAnswer) {
      if (fixed[next] === placement) {
        before = placement.chosen;
        next++;
        continue;
      }
      const after = fixed[next]?.chosen ?? ends?.last;
      if (before && after) pick(placement, 'neighbours', placesBetween(placement, before, after));
    }
    if (inAnswer.filter(({ chosen }) => chosen).length === fixed.length) return;
  }
}

function placesBetween({ places }: Placement, before: Place, after: Place): Place[] {
  const [from, to] = [endOf(before), startOf(after)];
  return places.filter((place) => from <= startOf(place) && endOf(place) <= to);
}

/**
 * For hunks that are always in the order of the file: what is left goes to the first place below the hunk before, which
 * is how the tool works that models write such patches for. Both must match exactly.
 */
function inSequence(placements: readonly Placement[], headings: HeadingIndex): void {
  const { lines } = headings;
  const ends = { first: edge(0), last: edge(lines.length) };
  betweenNeighbours(placements, ends);
  const inAnswer = placements.filter(({ repeated }) => !repeated);
  if (!inOrder(inAnswer.filter(({ chosen }) => chosen))) return;
  const limits = limitsOf(inAnswer, lines.length);
  for (const [at, placement] of inAnswer.entries()) {
    const { hunk, places, chosen } = placement;
    const before = inAnswer[at - 1];
    if (chosen || hunk.atEnd || !before?.chosen || !isExact(before) || !isExact(placement)) continue;
    const from = belowHeadings(hunk, headings, before.chosen.end);
    if (from === undefined) continue;
    const next = firstBelow(places, from);
    const fits = (place: Place | undefined) => place !== undefined && endOf(place) <= limits[at]!;
    const first = places[next];
    if (!first || !fits(first)) continue;
    const isOnly = hunk.headings.length === 0 && !fits(places[next + 1]);
    // Brackets and blank lines are everywhere: those meant stand next to the hunk before.
    if (!isOnly && first.first - from > choosing.nextTo && hasNoLetters(hunk)) continue;
    pick(placement, isOnly ? 'neighbours' : 'order', [first]);
  }
}

/** For each hunk, the line at which the next hunk below with a place begins. */
function limitsOf(inAnswer: readonly Placement[], end: number): number[] {
  const limits: number[] = [];
  let limit = end;
  for (let at = inAnswer.length - 1; at >= 0; at--) {
    limits[at] = limit;
    const { chosen } = inAnswer[at]!;
    if (chosen) limit = startOf(chosen);
  }
  return limits;
}

/** Index of the first place, in their order, that begins at a line or below it. */
function firstBelow(places: readonly Place[], line: number): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (places[middle]!.first < line) low = middle + 1;
    else high = middle;
  }
  return low;
}

function hasNoLetters({ lines }: Hunk): boolean {
  return lines.every(({ kind, text }) => kind === 'add' || significantLength(text) === 0);
}

function isExact({ level }: Placement): boolean {
  return level === 'exact';
}

/** The line below the headings of a hunk, each the first below the one before; undefined if one is not there. */
function belowHeadings({ headings }: Hunk, index: HeadingIndex, from: number): number | undefined {
  let below = from;
  for (const heading of headings) {
    const [line] = index.linesWith(heading.trim(), below, index.lines.length);
    if (line === undefined) return undefined;
    below = line + 1;
  }
  return below;
}

/** An end of the file, as a neighbour. */
function edge(line: number): Place {
  return { first: line, end: line, splices: [] };
}

function startOf({ splices, first }: Place): number {
  return splices[0]?.at ?? first;
}

function endOf({ splices, end }: Place): number {
  const last = splices.at(-1);
  return last ? last.at + last.remove : end;
}
