/** Names the folders that hold most of a tree, for a message that asks to leave some of them out. */

const mostNamed = 3;
/** A folder with a larger share than this is looked into: its parts say more. */
const bigShare = 0.8;

/** Descending, with their sums. `weights`: by path, relative with slashes. Empty if all is in one folder's files. */
export function biggestFolders(weights: ReadonlyMap<string, number>): { folder: string; sum: number }[] {
  for (let start = ''; ; ) {
    const sums = new Map<string, number>();
    let total = 0;
    for (const [path, weight] of weights) {
      if (!path.startsWith(start)) continue;
      total += weight;
      const end = path.indexOf('/', start.length);
      if (end === -1) continue;
      const folder = path.slice(0, end + 1);
      sums.set(folder, (sums.get(folder) ?? 0) + weight);
    }
    const found = [...sums].map(([folder, sum]) => ({ folder, sum })).sort((a, b) => b.sum - a.sum);
    const [first] = found;
    if (first === undefined) return start === '' ? [] : [{ folder: start, sum: total }];
    if (first.sum < total * bigShare) return found.slice(0, mostNamed);
    start = first.folder;
  }
}
