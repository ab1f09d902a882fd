/** The last rows of the ledger, however long it is. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { PastRecord } from '../../core/record/past-cost.ts';
import { pastRecords } from '../../core/record/past-records.ts';

const tailBytes = 256 * 1024;
/** Longer than any header. */
const headBytes = 4096;

/**
 * The rows in the last 256 kB that hold `word`; the others are not even split into cells. None if the file is not there
 * or cannot be read: what is found is only shown beside something else. Not asynchronous: to load what reads without
 * blocking takes longer than to read this.
 */
export function recentRecords(path: string, word: string): PastRecord[] {
  try {
    // A FIFO would block until something writes to it.
    const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const stats = fstatSync(file);
      if (!stats.isFile()) return [];
      const textAt = (position: number, length: number) => {
        const buffer = Buffer.alloc(length);
        return buffer.toString('utf8', 0, readSync(file, buffer, 0, length, position));
      };
      const start = Math.max(0, stats.size - tailBytes);
      const lines = textAt(start, Math.min(tailBytes, stats.size)).split('\n');
      // The first one is not whole, and the header stands at the beginning of the file, too.
      if (start > 0) lines.splice(0, 1, textAt(0, headBytes).split('\n', 1)[0]!);
      return pastRecords(lines, word);
    } finally {
      closeSync(file);
    }
  } catch {
    return [];
  }
}
