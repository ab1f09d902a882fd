/**
 * Keeps the index of each folder that is searched in the user's cache, never in the folder itself. It is a cache: what
 * is missing, damaged, someone else's or cannot be written is built anew and kept in memory.
 */
import {
  closeSync,
  constants,
  fstatSync,
  futimesSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { existingPart, isInside, realPath } from '../system/paths.ts';
import { readOpenFile } from '../system/regular-file.ts';

export interface IndexStore {
  /** Undefined if there is none that may be used. What is in it has to be checked: it may be damaged. */
  load(name: StoredName): Uint8Array | undefined;
  /** Replaces what there is, at once. Why it could not be kept, if it could not. */
  save(name: StoredName, bytes: Uint8Array): string | undefined;
}

export type StoredName = 'blocks' | 'history' | 'qdrant' | 'vectors';

/** Neither reads nor writes anything. */
export const noStore: IndexStore = { load: () => undefined, save: () => undefined };

const maxBytes = 1024 * 1024 * 1024;
const dayMs = 24 * 3_600_000;
/** An index that was not used for so long is removed. */
const unusedDays = 30;
/** No process takes longer to write one. */
const abandonedMs = 3_600_000;
const folderName = /^[0-9a-f]{16}$/;

/** `folder` has a folder for each base, named by a hash of its real path. Undefined: nothing is kept. */
export function indexStore(folder: string | undefined, base: string): IndexStore {
  const real = realPath(base);
  // An index in what it is an index of would be searched, and committed.
  if (folder === undefined || isInside(realPath(existingPart(folder)), real) || isInside(folder, base))
    return noStore;
  const own = join(folder, hashOf(real));
  return {
    load(name) {
      try {
        return areOurs([folder, own]) ? readStored(join(own, name)) : undefined;
      } catch {
        return undefined;
      }
    },
    save(name, bytes) {
      const path = join(own, name);
      const temporary = `${path}.${process.pid}-${crypto.randomUUID().slice(0, 8)}.tmp`;
      try {
        // Before anything is put into it: it may be a link to anywhere.
        if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink()) return `${folder} is a link`;
        makeFolder(own);
        if (!areOurs([folder, own])) return `${own} is another user's, or others can write to it`;
        prune(folder, own);
        writeFileSync(temporary, bytes, { flag: 'wx', mode: 0o600 });
        renameSync(temporary, path);
        return undefined;
      } catch (error) {
        remove(temporary);
        return `${own} cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`;
      }
    },
  };
}

function hashOf(text: string): string {
  const { createHash } = process.getBuiltinModule('node:crypto');
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** Nobody but this user can have put something into it. Windows has no such modes. */
function isOurs({ uid, mode }: Stats): boolean {
  return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
}

/** Throws if one is missing. Links are not followed: they may lead anywhere. */
function areOurs(folders: readonly string[]): boolean {
  return folders.map((folder) => lstatSync(folder)).every((stats) => stats.isDirectory() && isOurs(stats));
}

/** With those above it. Not `recursive`, which never returns where the system lets nobody make a folder (/proc). */
function makeFolder(folder: string): void {
  if (lstatSync(folder, { throwIfNoEntry: false }) !== undefined) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another process may be as far.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Throws the errors of `node:fs`. */
function readStored(path: string): Uint8Array | undefined {
  const handle = openSync(
    path,
    constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
  );
  try {
    const stats = fstatSync(handle);
    if (!stats.isFile() || !isOurs(stats)) return undefined;
    touch(handle, stats);
    return readOpenFile(handle, maxBytes).bytes;
  } finally {
    closeSync(handle);
  }
}

/** Once a day, so that what is used is not pruned. */
function touch(handle: number, { mtimeMs }: Stats): void {
  if (Date.now() - mtimeMs < dayMs) return;
  try {
    const now = new Date();
    futimesSync(handle, now, now);
  } catch {
    // The handle is for reading alone on some systems, or the disk is read-only.
  }
}

/** Removes what is no longer used, and what killed processes have left in our own folder. */
function prune(folder: string, own: string): void {
  const now = Date.now();
  for (const name of readdirSync(own)) {
    if (name.endsWith('.tmp')) removeIfOlder(join(own, name), now - abandonedMs);
  }
  for (const name of readdirSync(folder)) {
    const other = join(folder, name);
    if (!folderName.test(name) || other === own) continue;
    try {
      const files = readdirSync(other).map((file) => lstatSync(join(other, file)).mtimeMs);
      const usedAt = Math.max(lstatSync(other).mtimeMs, ...files);
      if (usedAt < now - unusedDays * dayMs) rmSync(other, { recursive: true, force: true });
    } catch {
      // Another process was faster.
    }
  }
}

function removeIfOlder(path: string, time: number): void {
  try {
    if (lstatSync(path).mtimeMs < time) remove(path);
  } catch {
    // Another process was faster.
  }
}

function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // It stays until it is pruned.
  }
}
