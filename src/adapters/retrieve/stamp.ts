/** Tells whether a file may have changed since it was read. */
import type { Stats } from 'node:fs';

/**
 * Differs if the file may have changed. Times are known to a quarter of a microsecond; in nanoseconds, as `bigint`, they
 * take twice as long to get.
 */
export function stampOf({ size, mtimeMs, ctimeMs, ino }: Stats): string {
  // Mostly the same, and shorter so.
  return `${size}-${mtimeMs}-${ctimeMs - mtimeMs}-${ino}`;
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
export function stampWhenRead(stats: Stats, readAtMs: number): string {
  const changedMs = Math.max(stats.mtimeMs, stats.ctimeMs);
  const isCoarse = stats.mtimeMs % 1000 === 0;
  return changedMs + (isCoarse ? coarseTickMs : tickMs) < readAtMs ? stampOf(stats) : unsure;
}
