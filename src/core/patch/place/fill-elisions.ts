/**
 * Puts the file's own lines back where a whole-file answer only says that they stay. The lines directly above and below
 * the remark must be in the file exactly once: what lies between them is what was left out.
 */

import { LineIndex } from '../match/line-index.ts';
import { WorkBudget } from '../match/work-budget.ts';
import { namesIntroducedBy, wordsIn } from '../text/names.ts';
import { isBlank, significantLength, totalLength } from '../text/normalize.ts';
import { filling } from '../thresholds.ts';

/** `elisions`: lines of `after`, ascending. Undefined if one of them cannot be filled. */
export function fillElisions(
  before: readonly string[],
  after: readonly string[],
  elisions: readonly number[],
): string[] | undefined {
  const index = new LineIndex(before, new WorkBudget(filling.mostComparisons));
  const filled: string[] = [];
  const left: string[] = [];
  let shown = trimEnd(after.slice(0, elisions[0]));
  let reached = 0;
  for (const [at, elision] of elisions.entries()) {
    const below = trimStart(after.slice(elision + 1, elisions[at + 1]));
    const start = shown.length === 0 && at === 0 ? 0 : endOfAnchor(index, shown);
    const last = at === elisions.length - 1;
    const end = below.every(isBlank) && last ? before.length : startOfAnchor(index, below);
    if (start === undefined || end === undefined || start < reached || end <= start) return undefined;
    left.push(...before.slice(start, end));
    filled.push(...shown, ...before.slice(start, end));
    shown = last ? below : trimEnd(below);
    reached = end;
  }
  filled.push(...shown);
  return repeats(index, after, left) || dropsUsedName(before, after, left) ? undefined : filled;
}

/** Whether a line that the file has once is both written and left out: it may have been moved. */
function repeats(index: LineIndex, after: readonly string[], left: readonly string[]): boolean {
  const { positions } = index.view('trailing-space');
  const written = new Set(after.map((line) => line.trimEnd()));
  return left.some((line) => {
    const key = line.trimEnd();
    return (
      written.has(key) &&
      positions.get(key)?.length === 1 &&
      significantLength(key) >= filling.repeatedLetters
    );
  });
}

/** Whether the answer drops what a line that is left out uses: the call of a function whose definition is gone. */
function dropsUsedName(
  before: readonly string[],
  after: readonly string[],
  left: readonly string[],
): boolean {
  const kept = new Set([...after, ...left].map((line) => line.trim()));
  const written = wordsIn(after);
  const used = wordsIn(left);
  return before
    .filter((line) => !kept.has(line.trim()))
    .some((line) => namesIntroducedBy(line).some((name) => used.has(name) && !written.has(name)));
}

/** File line after the shortest run at the end of `lines` that the file has once. */
function endOfAnchor(index: LineIndex, lines: readonly string[]): number | undefined {
  for (let length = 1; length <= Math.min(lines.length, filling.longestAnchor); length++) {
    const place = placeOf(index, lines.slice(lines.length - length));
    if (place !== 'several') return place === undefined ? undefined : place + length;
  }
  return undefined;
}

/** File line of the shortest run at the start of `lines` that the file has once. */
function startOfAnchor(index: LineIndex, lines: readonly string[]): number | undefined {
  for (let length = 1; length <= Math.min(lines.length, filling.longestAnchor); length++) {
    const place = placeOf(index, lines.slice(0, length));
    if (place !== 'several') return place;
  }
  return undefined;
}

function placeOf(index: LineIndex, run: readonly string[]): number | 'several' | undefined {
  const places = index.findRuns(
    'trailing-space',
    run.map((line) => [line]),
  );
  const length = totalLength(run);
  return places.length > 0 && (places.length > 1 || length < filling.anchorLetters) ? 'several' : places[0];
}

function trimEnd(lines: readonly string[]): string[] {
  return lines.slice(0, lines.findLastIndex((line) => !isBlank(line)) + 1);
}

function trimStart(lines: readonly string[]): string[] {
  const first = lines.findIndex((line) => !isBlank(line));
  return first === -1 ? [...lines] : lines.slice(first);
}
