/**
 * The ledger as a CSV file to which any number of processes may append: every append is one O_APPEND write of
 * complete rows. This is safe on local file systems; NFS does not guarantee it.
 */
import { closeSync, constants, fstatSync, open, promises, type Stats, write } from 'node:fs';
import { basename, resolve } from 'node:path';
import { promisify } from 'node:util';
import { OrchError } from '../../core/errors/orch-error.ts';
import { encodeRecord, headerRow } from '../../core/record/csv.ts';
import type { Ledger } from '../../engine/ports.ts';
import { statsOf } from '../system/paths.ts';
import {
  type Destination,
  destinationOf,
  type OpenDestination,
  openDestination,
} from '../workspace/write/destination.ts';
import { type Temporaries, untracked } from '../workspace/write/temporaries.ts';
import { lastHeader, readInto } from './header.ts';

const openFile = promisify(open);
const writeBytes = promisify(write);
const newline = 0x0a;
/** Bytes that are read again, in case a row was being written when the file was last read. */
const overlap = 4096;

/** State of the file after this process's last append. */
interface Known {
  device: number;
  inode: number;
  /** Offset up to which the current header is known. */
  seen: number;
  /** Minimum size, unless the file was truncated or replaced. */
  least: number;
}

export interface CsvLedger extends Ledger {
  /** Throws `file-forbidden` where a link leads to a place that rows must not be written to. */
  assertAllowed(): void;
  close(): Promise<void>;
}

/** On Windows, a program such as a spreadsheet could not change a file that is held open. */
const mayHold = process.platform !== 'win32';

/**
 * The file stays open between appends, since finding out whether it may be written takes longer than writing does.
 * It is opened anew once its path leads to another one.
 *
 * `append` creates the folder (0700) and the file (0600) and rejects with `OrchError('record-failed')`; appends of
 * one process keep their order. `read` returns nothing if the file does not exist yet, and rejects with
 * `OrchError('file-unreadable')`.
 */
export function csvLedger({
  path,
  temporaries = untracked,
  roots = () => [],
  open: openPlace = openDestination,
}: {
  path: string;
  temporaries?: Temporaries;
  /** Absolute. A link in one of these folders must not lead out of it. Default: none. */
  roots?: () => readonly string[];
  open?: typeof openDestination;
}): CsvLedger {
  const location = resolve(path);
  let known: Known | undefined;
  /** Rows for the next write, and that write. */
  let waiting = '';
  let next: Promise<void> | undefined;
  let queue: Promise<void> = Promise.resolve();
  let held: number | undefined;

  const isInPlace = (): boolean => {
    if (held === undefined) return false;
    const there = statsOf(location);
    return there?.isFile() === true && isSame(there, fstatSync(held));
  };
  const release = () => {
    if (held !== undefined) closeSync(held);
    held = undefined;
  };
  async function append(rows: string): Promise<void> {
    try {
      if (!isInPlace()) {
        release();
        held = await openForAppend(destinationOf(location, roots()), { open: openPlace, temporaries });
      }
      known = await appendRows(held!, rows, known);
      if (!mayHold) release();
    } catch (error) {
      release();
      throw recordFailed(location, error);
    }
  }

  return {
    location,
    assertAllowed() {
      if (!isInPlace()) destinationOf(location, roots());
    },
    async close() {
      await queue;
      release();
    },
    append(records) {
      if (records.length === 0) return Promise.resolve();
      waiting += records.map((record) => `${encodeRecord(record)}\n`).join('');
      // Rows that arrive during a write are batched into the next one.
      next ??= queue.then(() => {
        const rows = waiting;
        waiting = '';
        next = undefined;
        return append(rows);
      });
      queue = next.catch(() => undefined);
      return next;
    },
    async read() {
      const { readLedgerFile } = await import('./read.ts');
      const reading = await readLedgerFile(location);
      return reading ?? { records: [], skipped: [], files: [] };
    },
  };
}

/** Used when recording is off. */
export function noLedger(): CsvLedger {
  return {
    location: undefined,
    assertAllowed() {},
    close: async () => undefined,
    append: async () => undefined,
    read: async () => ({ records: [], skipped: [], files: [] }),
  };
}

class ShortWrite extends Error {}
class NoFile extends Error {}

function isSame(a: Stats, b: Stats): boolean {
  return a.dev === b.dev && a.ino === b.ino;
}

async function appendRows(descriptor: number, rows: string, known: Known | undefined): Promise<Known> {
  const { dev: device, ino: inode, size } = fstatSync(descriptor);
  const same = known?.device === device && known.inode === inode && known.least <= size;
  // Nobody has appended since this process did.
  const untouched = same && size === known.least;
  const start = !untouched && size > 0 && (await lastByte(descriptor, size)) !== newline ? '\n' : '';
  const found = untouched
    ? undefined
    : await lastHeader(descriptor, same ? Math.max(0, known.seen - overlap) : 0, size);
  const ours = found === undefined ? same : found === headerRow;
  const bytes = Buffer.from(`${start}${ours ? '' : `${headerRow}\n`}${rows}`);
  const { bytesWritten } = await writeBytes(descriptor, bytes);
  // The rest is not written: another process may have appended in between.
  if (bytesWritten !== bytes.length) {
    throw new ShortWrite(`only ${bytesWritten} of ${bytes.length} bytes were written`);
  }
  return { device, inode, seen: size, least: size + bytes.length };
}

async function lastByte(descriptor: number, size: number): Promise<number | undefined> {
  const { buffer, bytesRead } = await readInto(descriptor, Buffer.alloc(1), 0, 1, size - 1);
  return bytesRead === 1 ? buffer[0] : undefined;
}

/**
 * Not a pipe, which would lose the rows or wait for a reader, nor a device. What is below `/proc` are settings of the
 * system and what processes have open, which may be where the answer goes.
 */
function assertFile(path: string): void {
  if (/^\/(?:proc|sys)\//.test(path))
    throw new NoFile('it belongs to the system, and is not a file on a disk');
  const stats = statsOf(path);
  // Opening a folder fails by itself.
  if (stats && !stats.isFile() && !stats.isDirectory()) throw new NoFile('it is not a regular file');
}

async function openForAppend(
  destination: Destination,
  { open, temporaries }: { open: typeof openDestination; temporaries: Temporaries },
): Promise<number> {
  assertFile(destination.path);
  const opened = open(destination, { folderMode: 0o700 });
  try {
    const { O_RDWR, O_APPEND, O_CREAT, O_NOFOLLOW = 0 } = constants;
    const flags = O_RDWR | O_APPEND | O_NOFOLLOW;
    let descriptor = await unlessMissing(openFile(opened.file, flags));
    if (descriptor === undefined) {
      await createWithHeader(opened, draftName(destination.path), temporaries);
      descriptor = await openFile(opened.file, flags | O_CREAT, 0o600);
    }
    try {
      opened.verify();
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
    return descriptor;
  } finally {
    opened.close();
  }
}

async function unlessMissing(opening: Promise<number>): Promise<number | undefined> {
  try {
    return await opening;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    return undefined;
  }
}

function draftName(path: string): string {
  return `${path}.${crypto.randomUUID()}.tmp`;
}

/** Creates the file with its header atomically; the first process to link it wins. */
async function createWithHeader(
  { file, beside }: OpenDestination,
  noted: string,
  temporaries: Temporaries,
): Promise<void> {
  const draft = beside(basename(noted));
  const forget = temporaries.note(noted);
  try {
    await promises.writeFile(draft, `${headerRow}\n`, { flag: 'wx', mode: 0o600 });
    await promises.link(draft, file);
  } catch {
    // Another process was first. Or hard links are not supported: then the first append writes the header (two
    // concurrent first appends write two, which reading allows). Other errors recur when the file is opened.
  } finally {
    await promises.unlink(draft).catch(() => undefined);
    forget();
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

const elsewhere = 'or set ORCH_USAGE_CSV to a writable file (off disables recording)';
const aFile = 'set ORCH_USAGE_CSV to a file on a disk (off disables recording)';
const causes: Record<string, [what: string, hint: string]> = {
  ENOSPC: ['the disk is full', `free some space, ${elsewhere}`],
  EDQUOT: ['the disk quota is exceeded', `free some space, ${elsewhere}`],
  EACCES: ['permission denied', `make it writable, ${elsewhere}`],
  EPERM: ['not permitted', `make it writable, ${elsewhere}`],
  EROFS: ['the file system is read-only', `make it writable, ${elsewhere}`],
  EISDIR: [
    'it is a folder',
    'set ORCH_USAGE_CSV to a file in it, for example usage.csv (off disables recording)',
  ],
  ENOTDIR: ['part of the path is a file, not a folder', `fix the path, ${elsewhere}`],
  ENAMETOOLONG: ['its name is too long', `shorten it, ${elsewhere}`],
  EEXIST: ['part of the path is a file, not a folder', `fix the path, ${elsewhere}`],
};

function recordFailed(path: string, error: unknown): OrchError {
  const code = codeOf(error);
  const known = code === undefined ? undefined : causes[code];
  const own = error instanceof ShortWrite ? causes.ENOSPC?.[1] : error instanceof NoFile ? aFile : undefined;
  const what = known?.[0] ?? (error instanceof Error ? error.message : String(error));
  return new OrchError('record-failed', `the usage record could not be written to ${path}: ${what}`, {
    hint:
      (error instanceof OrchError ? error.hint : (known?.[1] ?? own)) ??
      `check that it is a writable file, ${elsewhere}`,
    cause: error,
  });
}
