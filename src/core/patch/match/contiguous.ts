/** The strict levels: the hunk's old lines are in the file one after the other. */

import { plainCharacter } from '../text/normalize.ts';
import { alignFrom, type Rewrite, splicesOf } from '../text/splices.ts';
import { searching } from '../thresholds.ts';
import type { HunkLine, Place } from '../types.ts';
import type { Alternatives, Comparison, LineIndex } from './line-index.ts';

/** The forms that an old line may have in the file. `restored` adds the line with the marker space that models lose. */
export function formsOf(hunkLine: HunkLine, restored: boolean): Alternatives {
  return restored && hunkLine.raw !== undefined ? [hunkLine.text, hunkLine.raw] : [hunkLine.text];
}

export function matchLines(
  index: LineIndex,
  hunkLines: readonly HunkLine[],
  comparison: Exclude<Comparison, 'indentation'>,
  restored: boolean,
): Place[] {
  const old = hunkLines.filter(({ kind }) => kind !== 'add');
  if (old.length === 0) return [];
  if (restored && !old.some(({ raw }) => raw !== undefined)) return [];
  const starts = index.findRuns(
    comparison,
    old.map((hunkLine) => formsOf(hunkLine, restored)),
  );
  const found: Place[] = [];
  for (const start of starts.slice(0, searching.mostPlaces)) {
    const alignment = alignFrom(start, hunkLines);
    const rewrite = comparison === 'typographic' ? restoreTypography(index, hunkLines, alignment) : undefined;
    const splices = splicesOf(hunkLines, alignment, rewrite);
    if (splices) found.push({ first: start, end: start + old.length, splices });
  }
  index.budget.spend(found.length * searching.costOfPlace);
  return found;
}

/**
 * Where an added line is like the line it replaces, the characters of the file are kept: a model that
 * types straight quotes does not mean to change the curly ones.
 */
function restoreTypography(
  index: LineIndex,
  hunkLines: readonly HunkLine[],
  alignment: readonly (number | undefined)[],
): Rewrite {
  return (text, added, removed) => {
    const replaced = removed[added];
    if (replaced === undefined || hunkLines[replaced] === undefined) return text;
    return keepCharacters(index.lines[alignment[replaced]!]!, text);
  };
}

export function keepCharacters(file: string, text: string): string {
  const old = [...file];
  const typed = [...text];
  const same = (left: string | undefined, right: string | undefined) =>
    left !== undefined && right !== undefined && plainCharacter(left) === plainCharacter(right);
  let head = 0;
  while (head < typed.length && same(old[head], typed[head])) head++;
  let tail = 0;
  const room = Math.min(old.length, typed.length) - head;
  while (tail < room && same(old[old.length - 1 - tail], typed[typed.length - 1 - tail])) tail++;
  // Another line, which only begins or ends like the one that it replaces.
  if (head + tail < Math.max(old.length, typed.length) * searching.alike) return text;
  return [
    ...old.slice(0, head),
    ...typed.slice(head, typed.length - tail),
    ...old.slice(old.length - tail, old.length),
  ].join('');
}
