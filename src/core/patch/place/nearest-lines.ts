/** Finds the lines of the file that are closest to what a hunk shows: a hint for the next try, never a match. */

import type { LineIndex } from '../match/line-index.ts';
import { isBlank, normalizeIndentation } from '../text/normalize.ts';
import { reporting } from '../thresholds.ts';
import type { HunkLine } from '../types.ts';

export function nearestLines(
  index: LineIndex,
  hunkLines: readonly HunkLine[],
): { line: number; text: string }[] {
  if (index.lines.length === 0) return [];
  const old = hunkLines
    .filter(({ kind, text }) => kind !== 'add' && !isBlank(text))
    .slice(0, reporting.mostSought);
  const start = byEqualLines(index, old) ?? byWords(index, old);
  const first = Math.max(
    0,
    Math.min(start - reporting.nearestAbove, index.lines.length - reporting.nearestLines),
  );
  return index.lines
    .slice(first, first + reporting.nearestLines)
    .map((text, offset) => ({ line: first + offset + 1, text: text.slice(0, reporting.longestLine) }));
}

/** The place where most lines are equal, apart from indentation. */
function byEqualLines(index: LineIndex, old: readonly HunkLine[]): number | undefined {
  const { positions } = index.view('indentation');
  const votes = new Map<number, number>();
  old.forEach(({ text }, offset) => {
    const places = positions.get(normalizeIndentation(text)) ?? [];
    if (places.length > reporting.mostPlaces) return;
    for (const place of places) votes.set(place - offset, (votes.get(place - offset) ?? 0) + 1);
  });
  return [...votes].sort(([, left], [, right]) => right - left)[0]?.[0];
}

/** The line that shares most words with the hunk. */
function byWords(index: LineIndex, old: readonly HunkLine[]): number {
  const wordsOf = (text: string) =>
    text.slice(0, reporting.mostCharacters).match(/[\p{L}\p{N}_]{2,}/gu) ?? [];
  const sought = new Set(old.flatMap(({ text }) => wordsOf(text)));
  let best = 0;
  let most = -1;
  index.lines.slice(0, reporting.mostLines).forEach((text, line) => {
    const words = new Set(wordsOf(text));
    let shared = 0;
    for (const word of words) if (sought.has(word)) shared++;
    const score = shared - words.size / 1000;
    if (score > most) {
      most = score;
      best = line;
    }
  });
  return best;
}
