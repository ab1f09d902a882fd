/** Tells whether a file may have changed since it was read. */
import type { BigIntStats } from 'node:fs';

/** Differs if the file may have changed. */
export function stampOf({ size, mtimeNs, ctimeNs, ino }: BigIntStats): string {
  return `${size}-${mtimeNs}-${ctimeNs}-${ino}`;
}

/** Equals no stamp, so that the file is read again next time. */
export const unsure = '';

/** The clock of a file system may tick this much later than ours. */
const tickMs = 50;
/** For one that keeps whole seconds alone, or two of them as FAT does. */
const coarseTickMs = 2000;

/**
 * The stamp that belongs to what is read at this time, given in milliseconds. A file that was changed only just before
 * may change once more without getting another time: then nothing is sure.
 */
export function stampWhenRead(stats: BigIntStats, readAtMs: number): string {
  const changedMs = Math.max(Number(stats.mtimeMs), Number(stats.ctimeMs));
  const isCoarse = stats.mtimeNs % 1_000_000_000n === 0n;
  return changedMs + (isCoarse ? coarseTickMs : tickMs) < readAtMs ? stampOf(stats) : unsure;
}
