/**
 * The ledger as a CSV file that any number of processes append to at once: every append is one O_APPEND
 * write of whole rows. That is safe on local file systems; NFS gives no such promise.
 */
import { constants, promises } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { OrchError } from '../../core/errors/orch-error.ts';
import { encodeRecord, headerRow } from '../../core/record/csv.ts';
import type { Ledger } from '../../engine/ports.ts';
import { type Temporaries, untracked } from '../workspace/temporaries.ts';
import { lastHeader } from './header.ts';
import { readLedgerFile } from './read.ts';

const newline = 0x0a;
/** Looked at again, in case a row was being written when the file was last looked at. */
const overlap = 4096;

/** What is known of the file since the last append of this process. */
interface Known {
  device: number;
  inode: number;
  /** Up to here the governing header is known. */
  seen: number;
  /** The file cannot be shorter, unless somebody cut or replaced it. */
  least: number;
}

/**
 * `append` creates folder (0700) and file (0600) and rejects with `OrchError('record-failed')`; appends of one
 * process keep their order. `read` of a file that does not exist yet is empty; it rejects with
 * `OrchError('file-unreadable')`.
 */
export function csvLedger({
  path,
  temporaries = untracked,
}: {
  path: string;
  temporaries?: Temporaries;
}): Ledger {
  const location = resolve(path);
  let known: Known | undefined;
  /** Rows that the next write takes along, and that write. */
  let waiting = '';
  let next: Promise<void> | undefined;
  let queue: Promise<void> = Promise.resolve();

  async function write(rows: string): Promise<void> {
    try {
      const handle = await openForAppend(location, temporaries);
      try {
        known = await appendRows(handle, rows, known);
      } finally {
        await handle.close();
      }
    } catch (error) {
      throw recordFailed(location, error);
    }
  }

  return {
    location,
    append(records) {
      if (records.length === 0) return Promise.resolve();
      waiting += records.map((record) => `${encodeRecord(record)}\n`).join('');
      // What comes while a write is under way goes out together in the next one.
      next ??= queue.then(() => {
        const rows = waiting;
        waiting = '';
        next = undefined;
        return write(rows);
      });
      queue = next.catch(() => undefined);
      return next;
    },
    async read() {
      const reading = await readLedgerFile(location);
      return reading ?? { records: [], skipped: [], files: [] };
    },
  };
}

/** Records nothing and has nothing to read. */
export function noLedger(): Ledger {
  return {
    location: undefined,
    append: async () => undefined,
    read: async () => ({ records: [], skipped: [], files: [] }),
  };
}

class ShortWrite extends Error {}

async function appendRows(handle: FileHandle, rows: string, known: Known | undefined): Promise<Known> {
  const stat = await handle.stat();
  const size = stat.isFile() ? stat.size : 0;
  const same = known?.device === stat.dev && known.inode === stat.ino && known.least <= size;
  const start = size > 0 && (await lastByte(handle, size)) !== newline ? '\n' : '';
  const found = await lastHeader(handle, same ? Math.max(0, known.seen - overlap) : 0, size);
  const ours = found === undefined ? same : found === headerRow;
  const bytes = Buffer.from(`${start}${ours ? '' : `${headerRow}\n`}${rows}`);
  const { bytesWritten } = await handle.write(bytes);
  // The rest is not sent after it: another process may have written in between.
  if (bytesWritten !== bytes.length) {
    throw new ShortWrite(`only ${bytesWritten} of ${bytes.length} bytes were written`);
  }
  return { device: stat.dev, inode: stat.ino, seen: size, least: stat.isFile() ? size + bytes.length : 0 };
}

async function lastByte(handle: FileHandle, size: number): Promise<number | undefined> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return bytesRead === 1 ? buffer[0] : undefined;
}

async function openForAppend(path: string, temporaries: Temporaries): Promise<FileHandle> {
  const flags = constants.O_RDWR | constants.O_APPEND;
  try {
    return await promises.open(path, flags);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  await promises.mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await createWithHeader(path, temporaries);
  return await promises.open(path, flags | constants.O_CREAT, 0o600);
}

/** The file appears with its header in it, so no process can see it without; the first one to link it wins. */
async function createWithHeader(path: string, temporaries: Temporaries): Promise<void> {
  const draft = `${path}.${crypto.randomUUID()}.tmp`;
  const forget = temporaries.note(draft);
  try {
    await promises.writeFile(draft, `${headerRow}\n`, { flag: 'wx', mode: 0o600 });
    await promises.link(draft, path);
  } catch {
    // Another process was first; or there are no hard links here, and the first append brings the header (two
    // first appends at once bring two, which reading allows); or opening the file will say what is wrong.
  } finally {
    await promises.unlink(draft).catch(() => undefined);
    forget();
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

const elsewhere = 'or set ORCH_USAGE_CSV to a file that can be written (off: keep no record)';
const causes: Record<string, [what: string, hint: string]> = {
  ENOSPC: ['the disk is full', `free some space, ${elsewhere}`],
  EDQUOT: ['the disk quota is used up', `free some space, ${elsewhere}`],
  EACCES: ['permission denied', `give yourself the right to write there, ${elsewhere}`],
  EPERM: ['not permitted', `give yourself the right to write there, ${elsewhere}`],
  EROFS: ['the file system is read-only', `make it writable, ${elsewhere}`],
  EISDIR: [
    'it is a folder',
    'set ORCH_USAGE_CSV to a file in it, for example usage.csv (off: keep no record)',
  ],
  ENOTDIR: ['a part of the path is a file, not a folder', `correct the path, ${elsewhere}`],
  EEXIST: ['a part of the path is a file, not a folder', `correct the path, ${elsewhere}`],
};

function recordFailed(path: string, error: unknown): OrchError {
  const code = codeOf(error);
  const known = code === undefined ? undefined : causes[code];
  const short = error instanceof ShortWrite ? causes.ENOSPC : undefined;
  const what = known?.[0] ?? (error instanceof Error ? error.message : String(error));
  return new OrchError('record-failed', `the usage record was not written to ${path}: ${what}`, {
    hint: (known ?? short)?.[1] ?? `Check that it is a file you can write to, ${elsewhere}.`,
    cause: error,
  });
}
