/** Finds files that were moved in a change: one that is deleted and one that is created with much the same lines. */
import type { FileChange } from '../types.ts';

/** Of the lines of the longer file; git's default is half of the bytes. */
const leastShared = 0.5;
/** The work grows with the product of both lists. */
const mostPairs = 10_000;

/** The changes with each such pair as one rename, in the place of the created file. */
export function pairRenames(changes: readonly FileChange[]): FileChange[] {
  const deleted = new Set(changes.filter(({ kind, before }) => kind === 'delete' && before.trim() !== ''));
  const created = changes.filter(({ kind, after }) => kind === 'create' && after.trim() !== '');
  const renames = new Map<FileChange, FileChange>();
  const pair = (to: FileChange, from: FileChange) => {
    renames.set(to, { ...to, kind: 'rename', oldPath: from.path, before: from.before, ...modeOf(from) });
    deleted.delete(from);
  };
  for (const to of created) {
    const same = [...deleted].find((from) => from.before === to.after);
    if (same) pair(to, same);
  }
  const left = created.filter((to) => !renames.has(to));
  if (left.length * deleted.size <= mostPairs) {
    const lines = new Map([...left, ...deleted].map((change) => [change, countLines(change)]));
    for (const to of left) {
      const [best] = [...deleted]
        .map((from) => ({ from, shared: sharedPart(lines.get(from)!, lines.get(to)!) }))
        .sort((a, b) => b.shared - a.shared);
      if (best && best.shared >= leastShared) pair(to, best.from);
    }
  }
  const gone = new Set([...renames.values()].map(({ oldPath }) => oldPath));
  return changes
    .filter(({ kind, path }) => kind !== 'delete' || !gone.has(path))
    .map((change) => renames.get(change) ?? change);
}

function modeOf({ oldMode }: FileChange): Pick<FileChange, 'oldMode'> {
  return oldMode === undefined ? {} : { oldMode };
}

interface Lines {
  total: number;
  counts: Map<string, number>;
}

function countLines({ before, after }: FileChange): Lines {
  const counts = new Map<string, number>();
  const lines = `${before}${after}`.split('\n').filter((line) => line.trim() !== '');
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  return { total: lines.length, counts };
}

function sharedPart(one: Lines, other: Lines): number {
  let shared = 0;
  for (const [line, count] of one.counts) shared += Math.min(count, other.counts.get(line) ?? 0);
  return shared / Math.max(one.total, other.total);
}
