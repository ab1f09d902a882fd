/**
 * Detects that a hunk, or a part of it, has been applied already: the file has its lines with some of its changes
 * made. Looking for another place more loosely would make the change twice, or elsewhere.
 */
import { formsOf } from '../match/contiguous.ts';
import { strictLevels } from '../match/ladder.ts';
import type { LineIndex } from '../match/line-index.ts';
import { totalLength } from '../text/normalize.ts';
import { alreadyApplied } from '../thresholds.ts';
import type { HunkLine } from '../types.ts';

/** Lines, from 1, where that is so. */
export function partlyApplied(index: LineIndex, hunkLines: readonly HunkLine[]): number[] {
  const changes = changeOf(hunkLines);
  const count = (changes.at(-1) ?? -1) + 1;
  // Selections as bits; with many changes only all of them together (undefined) are looked for.
  const selections =
    count > alreadyApplied.mostChanges
      ? [undefined]
      : Array.from({ length: 2 ** count - 1 }, (_, at) => 2 ** count - 1 - at);
  for (const made of selections) {
    const isMade = (at: number) => made === undefined || (made & (1 << changes[at]!)) !== 0;
    const lines = hunkLines.filter(({ kind }, at) => kind === 'context' || (kind === 'add') === isMade(at));
    if (!isTelling(index, hunkLines, lines, isMade)) continue;
    const runs = index.firstRuns(
      strictLevels,
      lines.map((line) => formsOf(line, true)),
    );
    if (runs.length > 0) return runs.map((run) => run + 1);
  }
  return [];
}

/** The number of the change that each line belongs to; for context, that of the change above it. */
function changeOf(hunkLines: readonly HunkLine[]): number[] {
  let change = -1;
  return hunkLines.map(({ kind }, at) => {
    if (kind !== 'context' && (at === 0 || hunkLines[at - 1]!.kind === 'context')) change++;
    return change;
  });
}

/** Whether the lines are too many to stand in the file by accident. */
function isTelling(
  index: LineIndex,
  hunkLines: readonly HunkLine[],
  lines: readonly HunkLine[],
  isMade: (at: number) => boolean,
): boolean {
  const lettersOf = (some: readonly HunkLine[]) => totalLength(some.map(({ text }) => text));
  const added = hunkLines.filter(({ kind }, at) => kind === 'add' && isMade(at));
  if (lettersOf(added) >= alreadyApplied.addedLetters) return true;
  // With deletions alone, the lines around them must be adjacent, or a lot of them must be there.
  if (hunkLines.some(({ kind }) => kind === 'add')) return false;
  const showsBothSides = hunkLines[0]?.kind === 'context' && hunkLines.at(-1)?.kind === 'context';
  if (showsBothSides) return lettersOf(lines) >= alreadyApplied.leftLetters;
  // Lines that are nowhere in the file cannot be removed elsewhere either.
  const { positions } = index.view('trailing-space');
  const removed = hunkLines.filter(({ kind }) => kind === 'remove');
  return (
    lettersOf(lines) >= alreadyApplied.oneSidedLetters &&
    removed.every(({ text }) => positions.has(text.trimEnd()))
  );
}
