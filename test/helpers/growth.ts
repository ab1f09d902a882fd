/** Measures how the work for a text grows with its size, in CPU time, which other processes hardly disturb. */

/** Less is not told apart from noise, and no text that takes so little stops anybody. */
const floorMs = 2;
const runs = 5;
/** Work in proportion to the size comes to about 8, and its square to 64. */
const factor = 8;
export const mostGrowth = 24;

/** How many times as much CPU `work` takes at eight times the size: the least of several runs of each. */
export function growth(work: (size: number) => unknown, size: number): number {
  const least = (at: number) =>
    Math.max(floorMs, Math.min(...Array.from({ length: runs }, () => cpuMs(work, at))));
  work(size);
  return least(size * factor) / least(size);
}

function cpuMs(work: (size: number) => unknown, size: number): number {
  const before = process.cpuUsage();
  work(size);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
