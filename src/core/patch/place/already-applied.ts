/**
 * Finds out that a hunk, or a part of it, has been carried out already: the file has its lines with some of its
 * changes made. To look for another place more loosely would be to make the change twice, or elsewhere.
 */

import { formsOf } from '../match/contiguous.ts';
import type { LineIndex } from '../match/line-index.ts';
import { significantLength } from '../text/normalize.ts';
import { alreadyApplied } from '../thresholds.ts';
import type { HunkLine } from '../types.ts';

const levels = ['exact', 'trailing-space', 'typographic'] as const;

/** Lines, from 1, where it has. */
export function partlyApplied(index: LineIndex, hunkLines: readonly HunkLine[]): number[] {
  const changes = changeOf(hunkLines);
  const count = (changes.at(-1) ?? -1) + 1;
  // As bits; undefined: all of them, the only selection of a great many that is looked for.
  const selections =
    count > alreadyApplied.mostChanges
      ? [undefined]
      : Array.from({ length: 2 ** count - 1 }, (_, at) => 2 ** count - 1 - at);
  for (const made of selections) {
    const isMade = (at: number) => made === undefined || (made & (1 << changes[at]!)) !== 0;
    const lines = hunkLines.filter(({ kind }, at) => kind === 'context' || (kind === 'add') === isMade(at));
    if (!isTelling(index, hunkLines, lines, isMade)) continue;
    const wanted = lines.map((hunkLine) => formsOf(hunkLine, true));
    for (const level of levels) {
      const runs = index.findRuns(level, wanted);
      if (runs.length > 0) return runs.map((run) => run + 1);
    }
  }
  return [];
}

/** The number of the change that each hunkLine belongs to; for context, that of the one before it. */
function changeOf(hunkLines: readonly HunkLine[]): number[] {
  let change = -1;
  return hunkLines.map(({ kind }, at) => {
    if (kind !== 'context' && (at === 0 || hunkLines[at - 1]!.kind === 'context')) change++;
    return change;
  });
}

function isTelling(
  index: LineIndex,
  hunkLines: readonly HunkLine[],
  lines: readonly HunkLine[],
  isMade: (at: number) => boolean,
): boolean {
  const lengthOf = (some: readonly HunkLine[]) =>
    some.reduce((sum, { text }) => sum + significantLength(text), 0);
  if (
    lengthOf(hunkLines.filter(({ kind }, at) => kind === 'add' && isMade(at))) >= alreadyApplied.addedLetters
  )
    return true;
  // Only deletions: the lines on both sides of them have to have met, or a good many to be there.
  if (hunkLines.some(({ kind }) => kind === 'add')) return false;
  const shown = hunkLines[0]?.kind === 'context' && hunkLines.at(-1)?.kind === 'context';
  if (shown) return lengthOf(lines) >= alreadyApplied.leftLetters;
  // Lines that the file has nowhere will not be deleted elsewhere either.
  const { positions } = index.view('trailing-space');
  const drops = hunkLines.filter(({ kind }) => kind === 'remove');
  return (
    lengthOf(lines) >= alreadyApplied.oneSidedLetters &&
    drops.every(({ text }) => positions.has(text.trimEnd()))
  );
}
