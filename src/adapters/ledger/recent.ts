/** The last rows of the ledger, however long it is. */
import { constants, promises } from 'node:fs';
import { parseUsageCsv } from '../../core/record/csv-records.ts';
import type { UsageRecord } from '../../core/record/usage-record.ts';

const tailBytes = 256 * 1024;
/** Longer than any header. */
const headBytes = 4096;

/**
 * The rows in the last 256 kB that hold `word`; the others are not even split into cells. None if the file is not there
 * or cannot be read: what is found is only shown beside something else.
 */
export async function recentRecords(path: string, word: string): Promise<Partial<UsageRecord>[]> {
  try {
    // A FIFO would block until something writes to it.
    const handle = await promises.open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) return [];
      const textAt = async (position: number, length: number) => {
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
        return buffer.toString('utf8', 0, bytesRead);
      };
      const start = Math.max(0, stats.size - tailBytes);
      const lines = (await textAt(start, Math.min(tailBytes, stats.size))).split('\n');
      // The first one is not whole, and the header stands at the beginning of the file, too.
      if (start > 0) lines.splice(0, 1, (await textAt(0, headBytes)).split('\n', 1)[0]!);
      const wanted = lines.filter((line) => line.includes(word) || /^\uFEFF?ts,/.test(line));
      return parseUsageCsv(wanted.join('\n')).records;
    } finally {
      await handle.close();
    }
  } catch {
    return [];
  }
}
