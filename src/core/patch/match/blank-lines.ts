/**
 * The hunk's lines are in the file in order, but with different blank lines between them. Next to an edit the blank
 * lines must be the same, or it would not be certain on which side of them the edit belongs.
 */

import { isBlank, normalizeTypography, significantLength } from '../text/normalize.ts';
import { splicesOf } from '../text/splices.ts';
import { searching } from '../thresholds.ts';
import type { HunkLine, Place } from '../types.ts';
import { formsOf } from './contiguous.ts';
import { findIn, type LineIndex, positionsOf } from './line-index.ts';

export class BlankLineMatcher {
  private readonly lineOf: number[] = [];
  private readonly keys: string[] = [];
  private readonly positions: Map<string, number[]>;

  constructor(private readonly index: LineIndex) {
    const normalized = index.view('typographic').keys;
    normalized.forEach((key, line) => {
      if (key === '') return;
      this.lineOf.push(line);
      this.keys.push(key);
    });
    this.positions = positionsOf(this.keys);
  }

  match(hunkLines: readonly HunkLine[]): Place[] {
    const old = [...hunkLines.keys()].filter(
      (at) => hunkLines[at]!.kind !== 'add' && !isBlank(hunkLines[at]!.text),
    );
    if (old.length === 0 || old.every((at) => significantLength(hunkLines[at]!.text) === 0)) return [];
    const forms = old.map((at) => formsOf(hunkLines[at]!, true).map(normalizeTypography));
    const found: Place[] = [];
    const normalized = this.index.view('typographic').keys;
    const starts = findIn(this.keys, this.positions, forms, this.index.budget);
    for (const start of starts.slice(0, searching.mostPlaces)) {
      const alignment: (number | undefined)[] = hunkLines.map(() => undefined);
      old.forEach((at, offset) => {
        alignment[at] = this.lineOf[start + offset]!;
      });
      if (!alignBlanks(hunkLines, alignment, old, (line) => normalized[line] === '')) continue;
      const splices = splicesOf(hunkLines, alignment);
      const first = alignment[old[0]!]!;
      if (splices) found.push({ first: first - old[0]!, end: alignment[old.at(-1)!]! + 1, splices });
    }
    this.index.budget.spend(found.length * searching.costOfPlace);
    return found;
  }
}

/** Aligns the blank lines between found lines. False if they differ next to an edit. */
function alignBlanks(
  hunkLines: readonly HunkLine[],
  alignment: (number | undefined)[],
  old: readonly number[],
  isBlankAt: (line: number) => boolean,
): boolean {
  for (let index = 1; index < old.length; index++) {
    const from = old[index - 1]!;
    const to = old[index]!;
    const blanks: number[] = [];
    for (let at = from + 1; at < to; at++) if (hunkLines[at]!.kind !== 'add') blanks.push(at);
    const first = alignment[from]! + 1;
    if (alignment[to]! - first !== blanks.length) {
      if (hunkLines.slice(from, to + 1).some(({ kind }) => kind !== 'context')) return false;
    } else {
      blanks.forEach((at, offset) => {
        alignment[at] = first + offset;
      });
    }
  }
  const first = old[0]!;
  const last = old.at(-1)!;
  const above = [...hunkLines.keys()].slice(0, first).toReversed();
  const below = [...hunkLines.keys()].slice(last + 1);
  return alignOuter(above, first, -1) && alignOuter(below, last, 1);

  /** Blank lines at an end of the hunk count only if an edit is next to them. */
  function alignOuter(outer: readonly number[], from: number, step: 1 | -1): boolean {
    const old = outer.filter((at) => hunkLines[at]!.kind !== 'add');
    if (old.length === 0) return true;
    const places = old.map((_, offset) => alignment[from]! + (offset + 1) * step);
    if (places.every((line) => isBlankAt(line))) {
      old.forEach((at, offset) => {
        alignment[at] = places[offset]!;
      });
      return true;
    }
    return [from, ...outer].every((at) => hunkLines[at]!.kind === 'context');
  }
}
