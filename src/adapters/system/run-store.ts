/**
 * Keeps what each run has brought, in a file of its own in the user's state folder: one line that describes the run, and
 * one with its answers, so that a list need not read those.
 */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  promises,
  readdirSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { OrchError } from '../../core/errors/orch-error.ts';
import type { RunStore } from '../../engine/ports.ts';
import { lookName } from './earlier-look.ts';
import { makeFolders } from './make-folders.ts';
import { readRegularFile } from './regular-file.ts';
import { prune } from './result-store.ts';

/** The oldest runs are removed when they take more. */
export const mostBytes = 64 * 1024 * 1024;
/** Sizes are added up for one run in so many, and for each that is large: a folder may hold thousands. */
const oneIn = 1024;
const largeRun = 64 * 1024;
/** A longer first line is not one of ours. */
const mostHeadBytes = 64 * 1024;

const lookEveryMs = 3_600_000;

const idPattern = /^[\w-]{1,64}$/;
const ending = '.run';

export function fileRunStore(folder: string, limit = mostBytes): RunStore {
  const pathOf = (id: string) => join(folder, `${id}${ending}`);
  let lookAt = 0;
  /** The newest first. */
  const saved = (beginning: string) => {
    try {
      accessSync(folder, constants.R_OK | constants.X_OK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw unreadable(`${folder} cannot be read`, error);
    }
    return filesIn(folder)
      .filter(({ name }) => name.endsWith(ending) && name.startsWith(beginning))
      .map(({ name, mtimeMs }) => ({ id: name.slice(0, -ending.length), savedAt: mtimeMs }))
      .sort((a, b) => b.savedAt - a.savedAt);
  };
  return {
    async save(id, { head, body }) {
      const text = `${head}\n${body}\n`;
      try {
        if (!idPattern.test(id)) throw new Error('not an id');
        // In a server, once an hour is enough. Somebody may remove the folder meanwhile.
        if (performance.now() > lookAt || !existsSync(folder)) {
          lookAt = performance.now() + lookEveryMs;
          makeFolders(folder, 0o700);
          prune(folder);
        }
        await write(pathOf(id), text);
        if (text.length > largeRun || isSampled(id)) removeOldest(folder, limit, `${id}${ending}`);
      } catch (error) {
        throw new OrchError(
          'record-failed',
          `the run cannot be kept in ${folder} (${(error as NodeJS.ErrnoException).code})`,
          { hint: 'check its permissions and free space', cause: error },
        );
      }
    },
    ids: async (beginning) => saved(beginning).map(({ id }) => id),
    newest: async () => saved('')[0],
    async head(id) {
      if (!idPattern.test(id)) return undefined;
      try {
        return firstLine(pathOf(id));
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'ENOENT') return undefined;
        throw unreadable(`the kept run ${pathOf(id)} cannot be read (${code})`, error);
      }
    },
    async load(id) {
      if (!idPattern.test(id)) return undefined;
      const reading = readRegularFile(pathOf(id), mostBytes);
      if (reading.bytes === undefined) {
        if (reading.fault === 'missing') return undefined;
        throw unreadable(`the kept run ${pathOf(id)} ${reading.message}`);
      }
      const [head = '', body = ''] = reading.bytes.toString('utf8').split('\n');
      return { head, body };
    },
  };
}

/**
 * Without blocking: a server is answering the next call meanwhile. Renamed when complete, so that neither a kill nor a
 * full disk leaves half a run, or loses what was kept of it before.
 */
async function write(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await promises.writeFile(temporary, text, { mode: 0o600 });
    await promises.rename(temporary, path);
  } catch (error) {
    discard(temporary);
    throw error;
  }
}

/** The same for every write of a run; ids are random. */
function isSampled(id: string): boolean {
  return Number.parseInt(id.slice(0, 3), 16) % oneIn === 0;
}

function removeOldest(folder: string, limit: number, newest: string): void {
  const files = filesIn(folder)
    .filter(({ name }) => name !== lookName)
    .sort((a, b) => a.mtimeMs - b.mtimeMs);
  let size = files.reduce((sum, file) => sum + file.size, 0);
  for (const file of files) {
    if (size <= limit) return;
    if (file.name === newest) continue;
    discard(join(folder, file.name));
    size -= file.size;
  }
}

function filesIn(folder: string): { name: string; size: number; mtimeMs: number }[] {
  let names: string[] = [];
  try {
    names = readdirSync(folder);
  } catch {
    // Nothing has been kept yet.
  }
  return names.flatMap((name) => {
    try {
      const stats = statSync(join(folder, name));
      const { size, mtimeMs } = stats;
      // A FIFO would keep its reader waiting.
      return stats.isFile() ? [{ name, size, mtimeMs }] : [];
    } catch {
      // Another process has just removed it.
      return [];
    }
  });
}

function discard(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Removed with the old ones.
  }
}

function firstLine(path: string): string {
  const handle = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(mostHeadBytes);
    return buffer.toString('utf8', 0, readSync(handle, buffer)).split('\n')[0]!;
  } finally {
    closeSync(handle);
  }
}

function unreadable(what: string, cause?: unknown): OrchError {
  return new OrchError('file-unreadable', what, { hint: 'check its owner and permissions', cause });
}
