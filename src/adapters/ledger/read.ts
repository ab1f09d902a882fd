/** Reads ledger files as streams, so that a large file is never in memory as one string. */
import { constants, createReadStream, promises } from 'node:fs';
import { resolve } from 'node:path';
import { OrchError } from '../../core/errors/orch-error.ts';
import { createUsageCsvReader } from '../../core/record/csv.ts';
import type { LedgerReading } from '../../engine/ports.ts';

/** Longer than any row of ours; a file with a longer line is something else. */
const longestLine = 1 << 20;

/**
 * Undefined when the file does not exist. Throws `OrchError('file-unreadable')`, also for a pipe unless
 * `mayBePipe`: whoever names one waits for it.
 */
export async function readLedgerFile(
  path: string,
  { mayBePipe = false } = {},
): Promise<LedgerReading | undefined> {
  const reader = createUsageCsvReader();
  let rest = '';
  try {
    const chunks = await open(path, mayBePipe);
    for await (const chunk of chunks) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) reader.push(line);
      if (rest.length > longestLine) {
        throw otherFile(path, 'it has a line of more than a million characters');
      }
    }
  } catch (error) {
    if (error instanceof OrchError) throw error;
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw unreadable(path, error);
  }
  if (rest !== '') reader.push(rest);
  const { records, skipped } = reader.reading;
  if (skipped.length > 0 && !reader.isUsageCsv()) throw otherFile(path, 'it has no header row');
  return { records, skipped: skipped.map((row) => ({ file: path, ...row })), files: [path] };
}

async function open(path: string, mayBePipe: boolean): Promise<AsyncIterable<string>> {
  const options = { encoding: 'utf8', highWaterMark: 1 << 18 } as const;
  if (mayBePipe && (await promises.stat(path)).isFIFO()) return createReadStream(path, options);
  // A FIFO would block until something writes to it.
  const handle = await promises.open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  const stats = await handle.stat();
  if (stats.isFile() || stats.isDirectory()) return handle.createReadStream(options);
  await handle.close();
  throw otherFile(path, 'it is not a regular file');
}

/**
 * Reads several files as one ledger, each only once. Throws `OrchError('file-not-found')` or
 * `OrchError('file-unreadable')`.
 */
export async function readLedgerFiles(paths: readonly string[]): Promise<LedgerReading> {
  const all: LedgerReading = { records: [], skipped: [], files: [] };
  const seen = new Set<string>();
  for (const path of paths) {
    if (seen.has(resolve(path))) continue;
    seen.add(resolve(path));
    const reading = await readLedgerFile(path, { mayBePipe: true });
    if (!reading) {
      throw new OrchError('file-not-found', `${path}: no such file`, {
        hint: 'pass the path of a usage CSV, or none to read your own ledger',
      });
    }
    all.files.push(...reading.files);
    for (const record of reading.records) all.records.push(record);
    for (const row of reading.skipped) all.skipped.push(row);
  }
  return all;
}

function otherFile(path: string, why: string): OrchError {
  return new OrchError('file-unreadable', `${path} is not a usage CSV: ${why}`, {
    hint: 'pass CSV files written by orch',
  });
}

function unreadable(path: string, error: unknown): OrchError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'EISDIR') {
    return new OrchError('file-unreadable', `${path} is a folder`, {
      hint: 'pass the CSV files in it, for example with a shell pattern: *.csv',
      cause: error,
    });
  }
  const why =
    code === 'EACCES' ? 'permission denied' : error instanceof Error ? error.message : String(error);
  return new OrchError('file-unreadable', `${path} could not be read: ${why}`, {
    hint: 'check the path and its permissions',
    cause: error,
  });
}
