/** Reads ledger files in pieces, so that a large one is never in memory as a whole. */
import { closeSync, constants, fstatSync, openSync, promises } from 'node:fs';
import { resolve } from 'node:path';
import { OrchError } from '../../core/errors/orch-error.ts';
import { RecordSink } from '../../core/record/csv-records.ts';
import { CsvRows, type LedgerSink, type RowSink, SavedReport } from '../../core/record/csv-rows.ts';
import type { LedgerReading } from '../../engine/ports.ts';
import { feedFile, feedStream, type Lines, LongLine, Utf16 } from './feed.ts';

export interface ScanOptions {
  /** Relative paths start here. */
  cwd: string;
  signal: AbortSignal;
  /** What `-` stands for. */
  stdin(): AsyncIterable<Uint8Array>;
}

/** Undefined when the file does not exist. Throws `OrchError('file-unreadable')`. */
export async function readLedgerFile(path: string): Promise<LedgerReading | undefined> {
  const sink = new RecordSink();
  if (!(await scanFile(path, sink, { mayBePipe: false }))) return undefined;
  const { records, skippedRows } = sink;
  return { records, skipped: skippedRows.map((row) => ({ file: path, ...row })), files: [path] };
}

/** Reads nothing when the file does not exist. Throws `OrchError('file-unreadable')`. */
export async function scanLedger(path: string, sink: LedgerSink, signal: AbortSignal): Promise<void> {
  await scanFile(path, sink, { mayBePipe: false, signal, onOpen: () => sink.startFile(path) });
}

/**
 * Reads several files as one ledger, each only once: paths, patterns and `-`. Throws `OrchError('file-not-found')` or
 * `OrchError('file-unreadable')`.
 */
export async function scanLedgers(
  paths: readonly string[],
  sink: LedgerSink,
  { cwd, signal, stdin }: ScanOptions,
): Promise<void> {
  const seen = new Set<string>();
  for (const given of paths) {
    for (const path of await expanded(given, cwd, signal)) {
      const id = path === '-' ? path : await identityOf(path);
      if (seen.has(id)) continue;
      seen.add(id);
      if (path === '-') {
        sink.startFile('standard input');
        await scan('standard input', sink, (lines) => feedStream(stdin(), lines, signal));
        continue;
      }
      const wasThere = await scanFile(path, sink, {
        mayBePipe: true,
        signal,
        onOpen: () => sink.startFile(path),
      });
      if (!wasThere) {
        throw new OrchError('file-not-found', `${path}: no such file`, {
          hint: 'pass the path of a usage CSV, or none to read your own ledger',
        });
      }
    }
  }
}

async function expanded(given: string, cwd: string, signal: AbortSignal): Promise<string[]> {
  if (given === '-') return [given];
  const path = resolve(cwd, given);
  const { expandGlob, isPattern } = await import('../workspace/find/glob.ts');
  if (!isPattern(given) || (await exists(path))) return [path];
  const found = await expandGlob(given, cwd, signal);
  if (found.length === 0) {
    throw new OrchError('file-not-found', `${given}: no file matches`, {
      hint: 'pass the paths of usage CSVs, or none to read your own ledger',
    });
  }
  return found;
}

async function exists(path: string): Promise<boolean> {
  return promises.stat(path).then(
    () => true,
    () => false,
  );
}

/** The same for all names of a file. */
async function identityOf(path: string): Promise<string> {
  try {
    const { dev, ino } = await promises.stat(path, { bigint: true });
    return ino === 0n ? path : `${dev}:${ino}`;
  } catch {
    return path;
  }
}

interface FileOptions {
  /** Whether to wait for a pipe: whoever names one waits for it. */
  mayBePipe: boolean;
  signal?: AbortSignal;
  onOpen?: () => void;
}

async function scanFile(
  path: string,
  sink: RowSink,
  { mayBePipe, signal, onOpen }: FileOptions,
): Promise<boolean> {
  try {
    if (mayBePipe && (await promises.stat(path)).isFIFO()) {
      onOpen?.();
      const pipe = await openPipe(path, signal);
      await scan(path, sink, (lines) => feedStream(pipe, lines, signal));
      return true;
    }
    // A FIFO would block until something writes to it.
    const handle = await promises.open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const stats = await handle.stat();
      if (!stats.isFile() && !stats.isDirectory()) throw otherFile(path, 'it is not a regular file');
      onOpen?.();
      await scan(path, sink, (lines) => feedFile(handle, lines, signal));
      return true;
    } finally {
      await handle.close();
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof OrchError) throw error;
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw unreadable(path, error);
  }
}

/** Nothing could interrupt a read that waits for a writer, so it does not block. */
async function openPipe(path: string, signal: AbortSignal | undefined): Promise<AsyncIterable<Uint8Array>> {
  const { Socket } = await import('node:net');
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  if (!fstatSync(descriptor).isFIFO()) {
    closeSync(descriptor);
    throw otherFile(path, 'it has been replaced by something else');
  }
  return new Socket({ fd: descriptor, writable: false, ...(signal && { signal }) });
}

/** With more lines than this before the first header, a file is something else. */
const mostBeforeHeader = 1_000_000;

async function scan(path: string, sink: RowSink, feed: (lines: Lines) => Promise<void>): Promise<void> {
  let skipped = 0;
  const rows = new CsvRows({
    header: (columns) => sink.header(columns),
    row: (cells) => sink.row(cells),
    skipped(line, fault) {
      if (++skipped === mostBeforeHeader && !rows.isUsageCsv) throw otherFile(path, 'it has no header row');
      sink.skipped(line, fault);
    },
  });
  try {
    await feed(rows);
  } catch (error) {
    if (error instanceof LongLine) throw otherFile(path, 'it has a line of more than a million characters');
    if (error instanceof SavedReport) {
      throw new OrchError('file-unreadable', `${path} is not a usage CSV: ${error.message}`, {
        hint: 'pass the files that the report was made of, or none to read your own ledger',
      });
    }
    if (error instanceof Utf16) {
      throw new OrchError('file-unreadable', `${path} is UTF-16`, {
        hint: 'save it as CSV in UTF-8',
      });
    }
    throw error;
  }
  if (skipped > 0 && !rows.isUsageCsv) throw otherFile(path, 'it has no header row');
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
      hint: 'pass the CSV files in it, for example with a pattern: *.csv',
      cause: error,
    });
  }
  if (code.startsWith('Z_')) {
    return new OrchError('file-unreadable', `${path} is a damaged or incomplete gzip file`, {
      hint: 'pack or copy it again',
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
