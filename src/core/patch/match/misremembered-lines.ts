/**
 * The hunk's lines are in the file one after the other, but a context line or two is not quite as the model remembers
 * it. Removed lines must match exactly.
 */

import { isBlank, totalLength } from '../text/normalize.ts';
import { alignFrom, splicesOf } from '../text/splices.ts';
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
  const withText = [...old.keys()].filter((at) => !isBlank(old[at]!.text));
  const unknown = withText.filter((at) => frequency[at] === 0);
  if (unknown.length > misrememberedLines.most || unknown.some((at) => old[at]!.kind === 'remove')) return [];
  const right = withText.filter((at) => !unknown.includes(at));
  const letters = totalLength(right.map((at) => old[at]!.text));
  if (right.length < withText.length * misrememberedLines.fewestRight || letters < misrememberedLines.letters)
    return [];

  // Every other line matches exactly, so the rarest of them shows where to look.
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
    const alignment = alignFrom(start, hunkLines);
    const splices = splicesOf(hunkLines, alignment);
    return splices ? [{ first: start, end: start + old.length, splices }] : [];
  });
}
