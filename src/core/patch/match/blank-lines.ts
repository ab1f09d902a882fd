/**
 * The hunk's lines stand in the file in order, with other blank lines between them than the hunk has. Next to
 * an edit the blank lines have to be the same, or it would not be certain on which side of them it belongs.
 */

import { foldTypography, isBlank, significantLength } from '../text/normalize.ts';
import { splicesOf } from '../text/splices.ts';
import type { Operation } from '../types.ts';
import { formsOf } from './contiguous.ts';
import { findIn, type LineIndex, positionsOf } from './line-index.ts';
import type { Candidate } from './place.ts';

export class BlankLineMatcher {
  private readonly lineOf: number[] = [];
  private readonly keys: string[] = [];
  private readonly positions: Map<string, number[]>;

  constructor(private readonly index: LineIndex) {
    const folded = index.view('typographic').keys;
    folded.forEach((key, line) => {
      if (key === '') return;
      this.lineOf.push(line);
      this.keys.push(key);
    });
    this.positions = positionsOf(this.keys);
  }

  match(operations: readonly Operation[]): Candidate[] {
    const told = [...operations.keys()].filter(
      (at) => operations[at]!.kind !== 'add' && !isBlank(operations[at]!.text),
    );
    if (told.length === 0 || told.every((at) => significantLength(operations[at]!.text) === 0)) return [];
    const wanted = told.map((at) => formsOf(operations[at]!, true).map(foldTypography));
    const candidates: Candidate[] = [];
    const folded = this.index.view('typographic').keys;
    for (const start of findIn(this.keys, this.positions, wanted, this.index.budget)) {
      const alignment: (number | undefined)[] = operations.map(() => undefined);
      told.forEach((at, offset) => {
        alignment[at] = this.lineOf[start + offset]!;
      });
      if (!alignBlanks(operations, alignment, told, (line) => folded[line] === '')) continue;
      const splices = splicesOf(operations, alignment);
      const first = alignment[told[0]!]!;
      if (splices) candidates.push({ first: first - told[0]!, end: alignment[told.at(-1)!]! + 1, splices });
    }
    return candidates;
  }
}

/** Blank lines between two found lines are the file's own. False when they differ beside an edit. */
function alignBlanks(
  operations: readonly Operation[],
  alignment: (number | undefined)[],
  told: readonly number[],
  isBlankAt: (line: number) => boolean,
): boolean {
  for (let index = 1; index < told.length; index++) {
    const from = told[index - 1]!;
    const to = told[index]!;
    const blanks: number[] = [];
    for (let at = from + 1; at < to; at++) if (operations[at]!.kind !== 'add') blanks.push(at);
    const first = alignment[from]! + 1;
    if (alignment[to]! - first !== blanks.length) {
      if (operations.slice(from, to + 1).some(({ kind }) => kind !== 'keep')) return false;
    } else {
      blanks.forEach((at, offset) => {
        alignment[at] = first + offset;
      });
    }
  }
  const first = told[0]!;
  const last = told.at(-1)!;
  const above = [...operations.keys()].slice(0, first).toReversed();
  const below = [...operations.keys()].slice(last + 1);
  return alignOuter(above, first, -1) && alignOuter(below, last, 1);

  /** Blank lines at an end of the hunk count as well when an edit is beside them. */
  function alignOuter(outer: readonly number[], from: number, step: 1 | -1): boolean {
    const old = outer.filter((at) => operations[at]!.kind !== 'add');
    if (old.length === 0) return true;
    const places = old.map((_, offset) => alignment[from]! + (offset + 1) * step);
    if (places.every((line) => isBlankAt(line))) {
      old.forEach((at, offset) => {
        alignment[at] = places[offset]!;
      });
      return true;
    }
    return [from, ...outer].every((at) => operations[at]!.kind === 'keep');
  }
}
