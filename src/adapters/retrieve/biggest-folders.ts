/** Names the folders that hold most of a tree, for a message that asks to leave some of them out. */

const mostNamed = 3;
/** A folder with at least this share of what is looked at is looked into: one of its parts may have nearly all. */
const mostOf = 0.8;

/** Descending, with their sums. `weights`: by path, relative with slashes. Empty if no file is in a folder. */
export function biggestFolders(weights: ReadonlyMap<string, number>): { folder: string; sum: number }[] {
  let biggest: { folder: string; sum: number }[] = [];
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
    const isOne = found[0] !== undefined && found[0].sum >= total * mostOf;
    if (isOne || start === '') biggest = found.slice(0, mostNamed);
    if (!isOne) return biggest;
    start = found[0]!.folder;
  }
}
