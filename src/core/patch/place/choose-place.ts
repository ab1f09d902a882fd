/**
 * Chooses between several places for a hunk, or does not. Only four things can decide: a heading that names
 * the place, a line number that is exactly right, located neighbours, or as many equal hunks as places.
 */
import type { Candidate } from '../match/place.ts';
import { indentationOf, isBlank } from '../text/normalize.ts';
import type { Dialect, Hunk, HunkReport, MatchLevel } from '../types.ts';

export interface Option {
  hunk: Hunk;
  level: MatchLevel;
  candidates: Candidate[];
  chosen?: Candidate;
  chosenBy?: HunkReport['chosenBy'];
  /** The same hunk a second time, for the same place. */
  repeated?: boolean;
}

export function choosePlaces(options: readonly Option[], lines: readonly string[], dialect: Dialect): void {
  for (const option of options) if (option.candidates.length === 1) option.chosen = option.candidates[0]!;
  const twins = twinsOf(options);
  for (const group of twins) {
    if (group[0]!.candidates.length === 1) for (const option of group.slice(1)) option.repeated = true;
  }
  for (const option of open(options)) pick(option, 'heading', underHeading(option, lines));
  const offset = commonOffset(options);
  if (offset) for (const option of open(options)) byLineNumber(option, offset);
  if (dialect === 'unified' || dialect === 'v4a') dropStrays(options);
  for (const group of twins) shareOut(group, dialect);
  if (dialect === 'v4a' || (dialect === 'unified' && isOrdered(options))) betweenNeighbours(options);
  dropRepetitions(options);
}

function open(options: readonly Option[]): Option[] {
  return options.filter((option) => !option.chosen && !option.repeated);
}

function pick(option: Option, by: NonNullable<HunkReport['chosenBy']>, fitting: readonly Candidate[]): void {
  if (option.chosen || fitting.length !== 1) return;
  option.chosen = fitting[0]!;
  option.chosenBy = by;
}

function twinsOf(options: readonly Option[]): Option[][] {
  const groups = new Map<string, Option[]>();
  for (const option of options) {
    const key = JSON.stringify(option.hunk.operations.map(({ kind, text }) => [kind, text]));
    const group = groups.get(key);
    if (group) group.push(option);
    else groups.set(key, [option]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

/** A hint that takes a hunk out of the order of those that are certain is not to be believed. */
function dropStrays(options: readonly Option[]): void {
  const certain = options.filter(({ chosen, chosenBy }) => chosen && chosenBy === undefined);
  if (!inOrder(certain)) return;
  for (const option of options) {
    if (option.chosenBy === undefined) continue;
    const both = options.filter((other) => other === option || certain.includes(other));
    if (inOrder(both)) continue;
    delete option.chosen;
    delete option.chosenBy;
  }
}

function inOrder(options: readonly Option[]): boolean {
  return options.every(
    (option, at) => at === 0 || startOf(options[at - 1]!.chosen!) < startOf(option.chosen!),
  );
}

/**
 * As many equal hunks as places: each place gets one, and which gets which makes no difference. Two equal
 * hunks of a unified diff may also be one that was written twice, so their line numbers have to agree.
 */
function shareOut(group: readonly Option[], dialect: Dialect): void {
  if (group.some(({ chosen, repeated }) => chosen || repeated)) return;
  const { candidates } = group[0]!;
  if (candidates.length !== group.length) return;
  if (dialect === 'search-replace') return;
  if (dialect === 'unified' && group.length === 2) {
    const [above, below] = group.map(({ hunk }) => hunk.startLine);
    if (above === undefined || below === undefined) return;
    if (below - above !== candidates[1]!.first - candidates[0]!.first) return;
  }
  group.forEach((option, at) => {
    option.chosen = candidates[at]!;
    option.chosenBy = 'repetition';
  });
}

/** Hunks with other context may still say the same for the same place. */
function dropRepetitions(options: readonly Option[]): void {
  const said = new Set<string>();
  for (const option of options) {
    if (!option.chosen || option.repeated) continue;
    const key = JSON.stringify(option.chosen.splices);
    if (said.has(key)) option.repeated = true;
    said.add(key);
  }
}

function underHeading({ hunk, candidates }: Option, lines: readonly string[]): Candidate[] {
  const headings = hunk.headings.map((heading) => heading.trim()).filter((heading) => heading !== '');
  const heading = headings.pop();
  if (heading === undefined) return [];
  // The outer ones say where the innermost is looked for, each where it is the only one of its text.
  let [from, to] = [0, lines.length];
  for (const outer of headings) {
    const [place, ...others] = placesOf(outer, lines, from, to);
    if (place === undefined || others.length > 0) continue;
    [from, to] = [place + 1, Math.min(to, endOfBlock(lines, place, /^\s*[\p{L}_$]/u))];
  }
  const places = placesOf(heading, lines, from, to);
  if (places.length > 1) return candidates.filter(({ first }) => places.includes(first - 1));
  if (places.length === 0) return [];
  const start = places[0]!;
  const under = (end: number) => candidates.filter(({ first }) => first > start && first < end);
  // Git names the nearest line above that looks like one, which the block may have ended before.
  return under(endOfBlock(lines, start, /^\s*[\p{L}_$]/u)).length === 1
    ? under(endOfBlock(lines, start, /^\s*[\p{L}_@#/]/u))
    : [];
}

/** Lines of a heading's text, from 0. */
function placesOf(heading: string, lines: readonly string[], from: number, to: number): number[] {
  const places: number[] = [];
  for (let line = from; line < to; line++) {
    const text = lines[line]!.trim();
    // Git cuts the line at 80 bytes.
    if (text === heading || (heading.length >= 40 && text.startsWith(heading))) places.push(line);
  }
  return places;
}

/** First line below that is no further in than the heading and starts something else. */
function endOfBlock(lines: readonly string[], start: number, something: RegExp): number {
  const depth = indentationOf(lines[start]!).length;
  for (let line = start + 1; line < lines.length; line++) {
    const text = lines[line]!;
    if (!isBlank(text) && indentationOf(text).length <= depth && something.test(text)) return line;
  }
  return lines.length;
}

interface Offset {
  /** How far the certain hunks are from where their headers say. */
  lines: number;
  /** Hunks that show it. */
  shownBy: Option[];
}

/** Undefined when the certain hunks do not agree. */
function commonOffset(options: readonly Option[]): Offset | undefined {
  const shownBy = options.filter(
    ({ chosen, chosenBy, hunk }) => chosen && chosenBy === undefined && hunk.startLine !== undefined,
  );
  const offsets = new Set(shownBy.map(({ chosen, hunk }) => chosen!.first + 1 - hunk.startLine!));
  const [lines = 0] = offsets;
  return offsets.size > 1 ? undefined : { lines, shownBy };
}

/**
 * A number that no other hunk confirms has to come from a header that is right in its counts as well, above a
 * hunk that shows more than what it deletes. That one other hunk is off by as much may be chance, too.
 */
function byLineNumber(option: Option, { lines, shownBy }: Offset): void {
  const { startLine, counted, operations } = option.hunk;
  if (startLine === undefined) return;
  if (shownBy.length === 0 && !(counted && operations.some(({ kind }) => kind === 'keep'))) return;
  if (shownBy.length === 1 && lines !== 0) return;
  const fitting = option.candidates.filter(({ first }) => first + 1 === startLine + lines);
  pick(option, lines === 0 ? 'line' : 'offset', fitting);
}

/** Certain hunks in ascending order below which they may be so by chance. */
const fewestOrdered = 3;

/** The hunks of a diff come in the order of the file: by their own numbers, or by the places of several. */
function isOrdered(options: readonly Option[]): boolean {
  const numbers = options.map(({ hunk }) => hunk.startLine);
  const ascending = numbers.every((line, at) => line !== undefined && (at === 0 || numbers[at - 1]! <= line));
  return ascending || options.filter(({ chosen }) => chosen).length >= fewestOrdered;
}

/** Each pass can make a hunk certain that is a neighbour of another one. */
const mostPasses = 20;

/** Hunks come in the order of the file, unless those that are certain show otherwise. */
function betweenNeighbours(options: readonly Option[]): void {
  const inAnswer = options.filter(({ repeated }) => !repeated);
  for (let pass = 0; pass < mostPasses; pass++) {
    const fixed = inAnswer.filter(({ chosen }) => chosen);
    if (!inOrder(fixed) || fixed.length === inAnswer.length) return;
    let before: Candidate | undefined;
    let next = 0;
    for (const option of inAnswer) {
      if (fixed[next] === option) {
        before = option.chosen;
        next++;
        continue;
      }
      const after = fixed[next]?.chosen;
      if (!before || !after) continue;
      const [from, to] = [endOf(before), startOf(after)];
      pick(
        option,
        'neighbours',
        option.candidates.filter((candidate) => from <= startOf(candidate) && endOf(candidate) <= to),
      );
    }
    if (inAnswer.filter(({ chosen }) => chosen).length === fixed.length) return;
  }
}

function startOf({ splices, first }: Candidate): number {
  return splices[0]?.at ?? first;
}

function endOf({ splices, end }: Candidate): number {
  const last = splices.at(-1);
  return last ? last.at + last.remove : end;
}
