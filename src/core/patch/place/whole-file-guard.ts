/** Decides whether a whole-file answer is the whole file or only a part of it. */

import { markOn } from '../dialects/edit-marks.ts';
import { isBlank } from '../text/normalize.ts';
import { wholeFile } from '../thresholds.ts';

/** How many lines with text of `before` are in `after`, whatever their indentation, each as often as it occurs. */
export function keptLines(before: readonly string[], after: readonly string[]): number {
  const left = new Map<string, number>();
  for (const line of after) left.set(line.trim(), (left.get(line.trim()) ?? 0) + 1);
  let kept = 0;
  for (const line of before) {
    const count = isBlank(line) ? 0 : (left.get(line.trim()) ?? 0);
    if (count === 0) continue;
    left.set(line.trim(), count - 1);
    kept++;
  }
  return kept;
}

/** Why `after` cannot replace `before`; undefined if it can. */
export function dropsMost(before: readonly string[], after: readonly string[]): string | undefined {
  // The marks of a conflict are there to be removed.
  const old = before.filter((line) => !isBlank(line) && markOn(line) === undefined);
  const length = after.filter((line) => !isBlank(line)).length;
  if (old.length > 0 && length === 0) return 'nothing is left';
  // A part of the file, whatever its size: what it was to replace is not known.
  const isShort = length < old.length * (old.length > wholeFile.shortFile ? wholeFile.shorterShare : 1);
  const kept = isShort ? keptLines(old, after) : old.length;
  return kept < old.length * wholeFile.fewestLeft ? `${kept} of ${old.length} lines are left` : undefined;
}

/** Whether so much is gone that it should be flagged. */
export function dropsMuch(before: readonly string[], after: readonly string[]): boolean {
  const old = before.filter((line) => !isBlank(line)).length;
  const length = after.filter((line) => !isBlank(line)).length;
  return old >= wholeFile.fewestFlagged && old - length > old * wholeFile.mostLost;
}
