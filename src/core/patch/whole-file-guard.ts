/** Decides whether a whole-file answer can be the whole file, or is a part of it. */
import { isBlank } from './fold.ts';

/** Shares below which an answer is taken for a part of the file, and the lines from which they count. */
const fewestKept = 0.25;
const shortestResult = 0.5;
const longEnough = 10;

/** Why `after` cannot replace `before`; undefined when it can. */
export function dropsMost(before: readonly string[], after: readonly string[]): string | undefined {
  const old = before.filter((line) => !isBlank(line));
  const written = new Set(after.map((line) => line.trim()));
  const kept = old.filter((line) => written.has(line.trim())).length;
  const length = after.filter((line) => !isBlank(line)).length;
  if (old.length <= longEnough || kept >= old.length * fewestKept || length >= old.length * shortestResult) {
    return undefined;
  }
  return `${kept} of ${old.length} lines are left`;
}
