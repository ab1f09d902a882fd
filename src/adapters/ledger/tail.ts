/** Reads the end of a ledger file, backwards as far as needed: it may be large, and a status line must be quick. */
import { constants, promises } from 'node:fs';
import { OrchError } from '../../core/errors/orch-error.ts';
import { headerRow } from '../../core/record/csv.ts';
import { parseUsageCsv } from '../../core/record/csv-records.ts';
import type { UsageRecord } from '../../core/record/usage-record.ts';
import { readTimestamp } from '../../core/record/when.ts';
import { lastHeader } from './header.ts';

/** About 200 rows. */
const pieceBytes = 1 << 16;
/** About 14,000 rows. */
const mostBytes = 1 << 22;

export interface LedgerTail {
  records: Partial<UsageRecord>[];
  /** Rows among them that cannot be read. */
  skipped: number;
  /** False if there are more rows of the time asked for than are read. */
  complete: boolean;
}

/**
 * The rows from a time on (milliseconds since 1970), and some before it. Rows are in the order in which their calls
 * ended: reading stops only before a whole piece without any from that time. Undefined if there is no file. Throws
 * `file-unreadable`.
 */
export async function readLedgerTail(path: string, since: number): Promise<LedgerTail | undefined> {
  let handle: promises.FileHandle;
  try {
    // A pipe would block until something writes to it.
    handle = await promises.open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unreadable(path, reasonOf(error));
  }
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw unreadable(path, 'it is not a file');
    const { start, text } = await endOf(handle, stats.size, since);
    const lines = text.split('\n');
    // The first line is whole only where the file begins.
    if (start > 0) lines.shift();
    const usual = parse(lines, start > 0 ? headerRow : undefined);
    const { records, skipped } =
      start > 0 && usual.skipped.length > 0 ? parse(lines, await lastHeader(handle.fd, 0, start)) : usual;
    return { records, skipped: skipped.length, complete: start === 0 || stats.size - start < mostBytes };
  } catch (error) {
    throw error instanceof OrchError ? error : unreadable(path, reasonOf(error));
  } finally {
    await handle.close();
  }
}

async function endOf(
  handle: promises.FileHandle,
  size: number,
  since: number,
): Promise<{ start: number; text: string }> {
  const pieces: Buffer[] = [];
  let start = size;
  while (start > 0 && size - start < mostBytes) {
    const from = Math.max(0, start - pieceBytes);
    const buffer = Buffer.alloc(start - from);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, from);
    pieces.unshift(buffer.subarray(0, bytesRead));
    start = from;
    if (!hasRowSince(buffer.toString('latin1'), since)) break;
  }
  return { start, text: Buffer.concat(pieces).toString('utf8') };
}

/** Every row begins with its time. */
const rowStart = /^(\d{4}-\d\d-\d\dT[\d:.]+Z),/gm;

function hasRowSince(text: string, since: number): boolean {
  for (const [, ts] of text.matchAll(rowStart)) if ((readTimestamp(ts!) ?? 0) >= since) return true;
  return false;
}

function parse(lines: readonly string[], header: string | undefined) {
  return parseUsageCsv([...(header === undefined ? [] : [header]), ...lines].join('\n'));
}

/** Node's message without the path, which is named anyway. */
function reasonOf(error: unknown): string {
  return (error as Error).message.replace(/, \w+ '.*'$/, '');
}

function unreadable(path: string, why: string): OrchError {
  return new OrchError('file-unreadable', `${path} could not be read: ${why}`, {
    hint: 'check ORCH_USAGE_CSV and the permissions of that file',
  });
}
