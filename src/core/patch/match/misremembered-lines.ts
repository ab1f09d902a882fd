/**
 * The hunk's lines stand in the file one after the other, but a context line or two is not quite what the
 * model says. What is deleted has to be there word for word.
 */

import { isBlank, significantLength } from '../text/normalize.ts';
import { splicesOf } from '../text/splices.ts';
import { misrememberedLines } from '../thresholds.ts';
import type { HunkLine, Place } from '../types.ts';
import { formsOf } from './contiguous.ts';
import { type LineIndex, normalizers } from './line-index.ts';
import { isSameLine } from './similar-line.ts';

export function matchMisremembered(index: LineIndex, hunkLines: readonly HunkLine[]): Place[] {
  const old = hunkLines.filter(({ kind }) => kind !== 'add');
  if (old.some(({ elided }) => elided)) return [];
  const normalize = normalizers['trailing-space'];
  const { keys, positions } = index.view('trailing-space');
  const forms = old.map((hunkLine) => formsOf(hunkLine, true).map(normalize));
  const frequency = forms.map((some) =>
    some.reduce((sum, form) => sum + (positions.get(form)?.length ?? 0), 0),
  );
  const told = [...old.keys()].filter((at) => !isBlank(old[at]!.text));
  const unknown = told.filter((at) => frequency[at] === 0);
  if (unknown.length > misrememberedLines.most || unknown.some((at) => old[at]!.kind === 'remove')) return [];
  const right = told.filter((at) => !unknown.includes(at));
  const significant = right.reduce((sum, at) => sum + significantLength(old[at]!.text), 0);
  if (right.length < told.length * misrememberedLines.fewestRight || significant < misrememberedLines.letters)
    return [];

  // Every line that is right is there word for word, so the rarest of them says where to look.
  const anchor = right.reduce((rarest, at) => (frequency[at]! < frequency[rarest]! ? at : rarest));
  const starts = forms[anchor]!.flatMap((form) => (positions.get(form) ?? []).map((place) => place - anchor));
  const stands = (start: number): boolean => {
    if (start < 0 || start + old.length > keys.length || index.budget.exhausted) return false;
    index.budget.spend(old.length);
    return old.every((hunkLine, at) => {
      const line = keys[start + at]!;
      if (!unknown.includes(at)) return forms[at]!.includes(line);
      return formsOf(hunkLine, true).some((form) => isSameLine(line, form));
    });
  };
  return [...new Set(starts)].filter(stands).flatMap((start) => {
    let line = start;
    const alignment = hunkLines.map(({ kind }) => (kind === 'add' ? undefined : line++));
    const splices = splicesOf(hunkLines, alignment);
    return splices ? [{ first: start, end: start + old.length, splices }] : [];
  });
}
