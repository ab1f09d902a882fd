/** Counts added and deleted lines per file, and writes them as `git diff --stat` does. */
import { lineDiffs } from '../text/line-diff.ts';
import type { FileChange } from '../types.ts';

export interface FileStat {
  path: string;
  /** Only for a rename. */
  oldPath?: string;
  added: number;
  deleted: number;
}

export function diffstat(changes: readonly FileChange[]): FileStat[] {
  const diffs = lineDiffs(changes);
  return changes.map(({ path, oldPath }, at) => {
    let added = 0;
    let deleted = 0;
    for (const { lines } of diffs[at]!) {
      for (const line of lines) {
        if (line.startsWith('+')) added++;
        else if (line.startsWith('-')) deleted++;
      }
    }
    return { path, ...(oldPath === undefined ? {} : { oldPath }), added, deleted };
  });
}

/** One line per file and a total; `width` is the space for the plus and minus signs. */
export function formatDiffstat(stats: readonly FileStat[], width = 40): string {
  const names = stats.map(({ path, oldPath }) => (oldPath === undefined ? path : `${oldPath} => ${path}`));
  const nameWidth = Math.max(0, ...names.map((name) => name.length));
  const counts = stats.map(({ added, deleted }) => added + deleted);
  const most = Math.max(0, ...counts);
  const countWidth = String(most).length;
  const scale = (count: number) =>
    most <= width || count === 0 ? count : Math.max(1, Math.round((count * width) / most));
  const rows = stats.map(({ added, deleted }, at) => {
    const signs = '+'.repeat(scale(added)) + '-'.repeat(scale(deleted));
    return ` ${names[at]!.padEnd(nameWidth)} | ${String(counts[at]!).padStart(countWidth)} ${signs}`.trimEnd();
  });
  const total = (pick: (stat: FileStat) => number) => stats.reduce((sum, stat) => sum + pick(stat), 0);
  const added = total((stat) => stat.added);
  const deleted = total((stat) => stat.deleted);
  const plural = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;
  const parts = [`${plural(stats.length, 'file')} changed`];
  if (added > 0 || deleted === 0) parts.push(`${plural(added, 'insertion')}(+)`);
  if (deleted > 0 || added === 0) parts.push(`${plural(deleted, 'deletion')}(-)`);
  return [...rows, ` ${parts.join(', ')}`].join('\n');
}
