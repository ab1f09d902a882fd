/**
 * Backs up files that are replaced temporarily. A process that is killed meanwhile cannot restore the old content,
 * so it is saved in the state folder first, and the next run that uses the file restores it.
 */
import { createHash } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { OrchError } from '../../core/errors/orch-error.ts';
import type { WorkspaceWriter, WriteJournal } from '../../engine/ports.ts';
import { mayBeRunning, type ProcessIdentity, thisProcess } from '../system/process-identity.ts';
import type { TreeLock } from './tree-lock.ts';

export interface WriteJournalOptions {
  folder: string;
  cwd: string;
  lock: TreeLock;
  writer: WorkspaceWriter;
}

interface Entry {
  holder: ProcessIdentity;
  path: string;
  /** SHA-256 of what was written. */
  written: string;
  /** Base64; null if there was no file. */
  before: string | null;
}

export function writeJournal({ folder, cwd, lock, writer }: WriteJournalOptions): WriteJournal {
  // One entry per path: the process that creates it owns the file until the entry is removed.
  const entryOf = (target: string) => join(folder, `${sha256(target)}.json`);
  return {
    assertWritable(path) {
      if (!existsSync(resolve(cwd, path))) return;
      try {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        accessSync(folder, constants.W_OK | constants.X_OK);
      } catch (error) {
        throw notSaved(path, folder, error);
      }
    },
    async begin(path, content) {
      const target = realTarget(resolve(cwd, path));
      const file = entryOf(target);
      return lock(target, () => {
        if (existsSync(file)) throw inUse(path, file);
        const before = olderFile(target, path);
        const entry: Entry = {
          holder: thisProcess(),
          path: target,
          written: sha256(content),
          before: before?.toString('base64') ?? null,
        };
        try {
          save(file, JSON.stringify(entry), path);
        } catch (error) {
          if (before !== undefined) throw error;
          // There is no file that could be lost.
          return { before, forget: () => {} };
        }
        return { before, forget: () => rmSync(file, { force: true }) };
      });
    },
    keep,
    async recover(path) {
      const target = realTarget(resolve(cwd, path));
      const file = entryOf(target);
      if (!existsSync(file)) return [];
      return lock(target, async () => {
        const entry = readEntry(file);
        if (entry && mayBeRunning(entry.holder, Date.now() - statSync(file).mtimeMs)) throw inUse(path, file);
        // An incomplete entry is from a process that was killed before it replaced the file.
        const messages = entry ? await putBack(entry, path) : [];
        rmSync(file, { force: true });
        return messages;
      });
    },
  };

  async function putBack({ path: target, written, before: saved }: Entry, path: string): Promise<string[]> {
    const now = bytesAt(target);
    const before = saved === null ? undefined : Buffer.from(saved, 'base64');
    if (now !== undefined && sha256(now) === written) {
      if (before?.equals(now)) return [];
      if (before === undefined) {
        rmSync(target);
        return [`${path} was removed: it was left behind by a run that was killed`];
      }
      await writer.writeResult(target, before);
      return [`${path} was restored to its content before a run that was killed`];
    }
    if (before === undefined || (now && before.equals(now))) return [];
    // Changed or deleted since then by the user, so it is left as it is.
    const kept = keep(before, path);
    return [
      `${path} was changed after a run that was killed and was not restored; its content before that run is in ${kept}`,
    ];
  }

  function keep(bytes: Buffer, path: string): string {
    const kept = join(folder, `${crypto.randomUUID()}.saved`);
    save(kept, bytes, path);
    return kept;
  }

  function save(file: string, content: string | Buffer, path: string): void {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      // Created first: if the write then fails, the file is ours to remove.
      closeSync(openSync(file, 'wx', 0o600));
      try {
        writeFileSync(file, content, { flush: true });
      } catch (error) {
        rmSync(file, { force: true });
        throw error;
      }
    } catch (error) {
      throw notSaved(path, folder, error);
    }
  }
}

function notSaved(path: string, folder: string, cause: unknown): OrchError {
  const why = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
  return new OrchError(
    'write-failed',
    `${path} cannot be backed up in ${folder} (${why}); nothing was changed`,
    {
      hint: 'free some space there or make it writable: --verify replaces the file while the command runs',
      cause,
    },
  );
}

function inUse(path: string, file: string): OrchError {
  return new OrchError(
    'write-failed',
    `another orch process is running tests in ${path}; nothing was changed`,
    {
      hint: `retry when it has finished; the previous content of the file is saved in ${file}`,
    },
  );
}

/** Canonical path, the same for every spelling and every link, whether or not the file exists. */
function realTarget(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    const above = dirname(path);
    return above === path ? path : join(realTarget(above), basename(path));
  }
}

function olderFile(target: string, path: string): Buffer | undefined {
  if (!existsSync(target)) return undefined;
  try {
    return readFileSync(target);
  } catch (cause) {
    const isFolder = (cause as NodeJS.ErrnoException).code === 'EISDIR';
    const why = isFolder ? 'it is a folder' : (cause as Error).message;
    throw new OrchError('write-failed', `${path} cannot be replaced: ${why}`, {
      hint: 'set --output to a file',
      cause,
    });
  }
}

/** Undefined when the file is missing or unreadable, and so is not what was written. */
function bytesAt(target: string): Buffer | undefined {
  try {
    return readFileSync(target);
  } catch {
    return undefined;
  }
}

function readEntry(file: string): Entry | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
