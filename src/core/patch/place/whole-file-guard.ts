/** Decides whether a whole-file answer is the whole file or only a part of it. */

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
  const old = before.filter((line) => !isBlank(line));
  const kept = keptLines(before, after);
  const length = after.filter((line) => !isBlank(line)).length;
  if (old.length > 0 && length === 0) return 'nothing is left';
  if (old.length <= wholeFile.shortFile || length >= old.length * wholeFile.shortestShare) return undefined;
  if (kept >= old.length * wholeFile.shortestKept && !stopsEarly(old, after)) return undefined;
  return `${kept} of ${old.length} lines are left`;
}

/** Whether so much is gone that it should be flagged. */
export function dropsMuch(before: readonly string[], after: readonly string[]): boolean {
  const old = before.filter((line) => !isBlank(line)).length;
  const length = after.filter((line) => !isBlank(line)).length;
  return old >= wholeFile.fewestFlagged && old - length > old * wholeFile.mostLost;
}

/** Whether the answer ends with lines from the file's first half: it is only the beginning. */
function stopsEarly(old: readonly string[], after: readonly string[]): boolean {
  const end = after.filter((line) => !isBlank(line)).slice(-wholeFile.endLines);
  const last = [...old.keys()].findLast((at) =>
    end.every((line, next) => old[at + next]?.trim() === line.trim()),
  );
  return last !== undefined && last + end.length < old.length * wholeFile.shortestShare;
}
