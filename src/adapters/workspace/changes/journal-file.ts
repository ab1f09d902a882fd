/**
 * The file of the state folder that describes a change while it is made: first line, the header; second line, the
 * steps; then the bytes before and after each step. It is complete on disk before the change begins and removed after
 * it, so one that is still there belongs to a process that is running or was killed.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { makeFolders } from '../../system/make-folders.ts';
import {
  fateOf,
  mayBeRunning,
  type ProcessIdentity,
  readIdentity,
  thisProcess,
} from '../../system/process-identity.ts';
import type { Temporaries } from '../write/temporaries.ts';
import type { FileMode } from '../write/tree-access.ts';
import type { Plan, Step } from './steps.ts';

interface Header {
  format: typeof format;
  /** Part of the names of its temporary files. */
  id: string;
  /** Real path of the folder to which the paths are relative. */
  base: string;
  /** What tells the folder from others, also after a move. */
  folder: string;
  holder: ProcessIdentity;
  /** SHA-256 of everything after the first line. */
  sum: string;
}

export interface Journal extends Plan, Pick<Header, 'id' | 'base'> {
  file: string;
}

export type Draft = Plan & Pick<Header, 'id' | 'base'>;

const format = 1;
const extension = '.journal';

/** Names the tree in file names. */
export function treeKey(base: string): string {
  return createHash('sha256').update(base).digest('hex').slice(0, 32);
}

/**
 * Inode and time of birth, which distinguishes it from a later folder with the same inode. The number of the device is no part of it,
 * as it may change when the machine is started again.
 */
function folderIdentity(path: string): string {
  const { ino, birthtimeNs } = statSync(path, { bigint: true });
  return `${ino} ${knowsBirths() ? birthtimeNs : 0}`;
}

/** Without `statx`, on Linux, the birth is that of the last change. Nothing is born in `/proc`. */
function knowsBirths(): boolean {
  return process.platform !== 'linux' || statSync('/proc', { throwIfNoEntry: false })?.birthtimeMs === 0;
}

/**
 * Whether this folder, given by its real path, is the tree of the journal. Where the file system knows no births, a
 * tree that was moved is not found again, as others may have its inode. Where inodes do not last either, none is found.
 */
export function isTreeOf({ base, folder }: Header, path: string): boolean {
  try {
    return folderIdentity(path) === folder && (path === base || !folder.endsWith(' 0'));
  } catch {
    return false;
  }
}

/** Returns the file. Throws the errors of `node:fs`, and then leaves nothing. */
export function saveJournal(folder: string, draft: Draft, temporaries: Temporaries): string {
  const { steps, folders, id, base } = draft;
  const blobs: Buffer[] = [];
  const describe = <Mode>({ bytes, mode }: { bytes: Buffer; mode: Mode }): Described<Mode> => {
    blobs.push(bytes);
    return { size: bytes.length, mode };
  };
  const described: DescribedPlan = {
    folders,
    steps: steps.map(({ path, before, after, setsMode }) => ({
      path,
      ...(before && { before: describe(before) }),
      ...(after && { after: describe(after) }),
      setsMode,
    })),
  };
  const body = Buffer.concat([Buffer.from(`${JSON.stringify(described)}\n`), ...blobs]);
  const header: Header = {
    format,
    id,
    base,
    folder: folderIdentity(base),
    holder: thisProcess(),
    sum: createHash('sha256').update(body).digest('hex'),
  };
  const name = join(folder, `${treeKey(base)}.${id}`);
  makeFolders(folder, 0o700);
  // Renamed when it is complete: a half-written one cannot be mistaken for a journal.
  writeDurably(`${name}.tmp`, Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), body]), {
    temporaries,
    target: name + extension,
  });
  return name + extension;
}

/** The bytes are on the disk when this returns. */
function writeDurably(
  file: string,
  bytes: Buffer,
  { temporaries, target }: { temporaries: Temporaries; target: string },
): void {
  const forget = temporaries.note(file);
  try {
    writeFileSync(file, bytes, { flag: 'wx', mode: 0o600, flush: true });
    renameSync(file, target);
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  } finally {
    forget();
  }
  syncFolder(dirname(target));
}

function syncFolder(folder: string): void {
  try {
    const descriptor = openSync(folder, 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // Windows, and some network file systems, cannot.
  }
}

/** What is known of a journal without reading all of it. */
export interface JournalEntry {
  file: string;
  /** Key of its tree. */
  key: string;
  /** Undefined if it is damaged. */
  header: Header | undefined;
  /** Its process may still be at work. */
  live: boolean;
}

export function journalsIn(folder: string): JournalEntry[] {
  return namesIn(folder)
    .filter((name) => name.endsWith(extension))
    .flatMap((name) => {
      const file = join(folder, name);
      try {
        const ageMs = Date.now() - statSync(file).mtimeMs;
        const header = readHeader(readFileSync(file));
        return [{ file, key: keyOf(name), header, live: header !== undefined && isLive(header, ageMs) }];
      } catch {
        // Another process has just removed it.
        return [];
      }
    });
}

const keyOf = (name: string) => name.slice(0, name.indexOf('.'));

/** No change takes this long. */
const longestChangeMs = 60_000;

/**
 * Where the process cannot be seen, the age decides. It may be short: whoever recovers a change holds the lock of its
 * tree, which a process at work would hold.
 */
function isLive({ holder }: Header, ageMs: number): boolean {
  return fateOf(holder) === 'unknown' ? ageMs < longestChangeMs : mayBeRunning(holder, ageMs);
}

/** Undefined if it is damaged. Throws ENOENT if another process has removed it. */
export function readJournal(file: string): Journal | undefined {
  const bytes = readFileSync(file);
  const header = readHeader(bytes);
  const body = bytes.subarray(bytes.indexOf('\n') + 1);
  if (header === undefined || createHash('sha256').update(body).digest('hex') !== header.sum)
    return undefined;
  const end = body.indexOf('\n');
  const { folders, steps }: DescribedPlan = JSON.parse(body.toString('utf8', 0, end));
  if (![...folders, ...steps.map(({ path }) => path)].every(isBelow)) return undefined;
  let at = end + 1;
  const withBytes = <Mode>({ size, mode }: Described<Mode>) => {
    at += size;
    return { mode, bytes: body.subarray(at - size, at) };
  };
  const { id, base } = header;
  return {
    file,
    id,
    base,
    folders,
    steps: steps.map(
      ({ path, before, after, setsMode }): Step => ({
        path,
        before: before && withBytes(before),
        after: after && withBytes(after),
        setsMode,
      }),
    ),
  };
}

const isBelow = (path: string) => !isAbsolute(path) && !path.split(/[/\\]/).includes('..');

/** The bytes themselves follow the steps, in their order. */
interface Described<Mode> {
  size: number;
  mode: Mode;
}

interface DescribedPlan {
  folders: string[];
  steps: {
    path: string;
    before?: Described<number>;
    after?: Described<FileMode>;
    setsMode: boolean;
  }[];
}

function readHeader(bytes: Buffer): Header | undefined {
  try {
    const header = JSON.parse(bytes.toString('utf8', 0, bytes.indexOf('\n')));
    const { sum, folder, base } = header;
    const sound =
      header.format === format && typeof sum === 'string' && typeof folder === 'string' && isAbsolute(base);
    return sound && readIdentity(header.holder) ? header : undefined;
  } catch {
    return undefined;
  }
}

/** Removes journals of a tree that were never completed. Only under the lock of the tree. */
export function removeUnfinished(folder: string, base: string): void {
  for (const name of namesIn(folder)) {
    if (name.endsWith('.tmp') && keyOf(name) === treeKey(base)) rmSync(join(folder, name), { force: true });
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/**
 * Keeps bytes that would be lost otherwise, below one folder with the paths that they have in the tree. Returns the
 * folder. Throws the errors of `node:fs`.
 */
export function keepFiles(
  folder: string,
  id: string,
  files: readonly { path: string; bytes: Buffer }[],
): string {
  const kept = join(folder, `${id}.saved`);
  for (const { path, bytes } of files) {
    const file = join(kept, path);
    makeFolders(dirname(file), 0o700);
    writeFileSync(file, bytes, { mode: 0o600, flush: true });
  }
  return kept;
}

const toldMark = '.told';

/** Marks a journal of which the user has been told, and returns its new name. Undefined if it has been marked before. */
export function markTold(file: string): string | undefined {
  if (file.endsWith(toldMark + extension)) return undefined;
  const marked = file.slice(0, -extension.length) + toldMark + extension;
  renameSync(file, marked);
  return marked;
}
