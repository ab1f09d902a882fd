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
  if (old.length > 0 && length === 0) return 'nothing is left';
  if (old.length <= longEnough || length >= old.length * shortestResult) return undefined;
  if (kept >= old.length * fewestKept && !stopsEarly(old, after)) return undefined;
  return `${kept} of ${old.length} lines are left`;
}

/** The answer ends as the file's first half goes on: it is only the beginning. */
function stopsEarly(old: readonly string[], after: readonly string[]): boolean {
  const end = after.filter((line) => !isBlank(line)).slice(-3);
  const last = [...old.keys()].findLast((at) =>
    end.every((line, next) => old[at + next]?.trim() === line.trim()),
  );
  return last !== undefined && last + end.length < old.length * shortestResult;
}
