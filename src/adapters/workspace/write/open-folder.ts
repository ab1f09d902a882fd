/**
 * Opens folders below a root without following links. On Linux each folder on the way is opened by a handle, and its
 * entries are named relative to the handle: a link that appears later cannot lead them elsewhere. On other systems,
 * and where /proc is missing, folders are identified by device and inode before and after: a link that comes and
 * goes in between is noticed, but perhaps only after the write.
 */
import {
  type BigIntStats,
  closeSync,
  constants,
  lstatSync,
  openSync,
  readlinkSync,
  realpathSync,
} from 'node:fs';
import { join } from 'node:path';
import { OrchError } from '../../../core/errors/orch-error.ts';
import { hasDotGit } from '../../../core/text/dot-git.ts';

/** A folder that was reached without following a link. */
export interface OpenFolder {
  /** A name for an entry of this very folder, for the functions of `node:fs`. */
  entry(name: string): string;
  /** Throws `file-changed` if the folder is no longer where it was opened. */
  verify(): void;
  /** The same after a write; does nothing where `entry` cannot have led elsewhere. */
  verifyAfter(): void;
  close(): void;
}

/**
 * Opens the folder that these parts of a path lead to. Throws `file-forbidden` if one of them is a link or the root
 * is in a `.git`, and the errors of `node:fs`.
 */
export type FolderOpener = (parts: readonly string[]) => OpenFolder;

export interface OpenerOptions {
  /** Default: where the system has handles of folders. */
  handles?: boolean | undefined;
  /** Throws `file-changed` if the path of the root leads through a link. Default: links are resolved once. */
  real?: boolean;
}

export function folderOpener(
  path: string,
  { handles = process.platform === 'linux', real = false }: OpenerOptions = {},
): { root: string; open: FolderOpener } {
  const root = realpathSync(path);
  if (real && root !== path) throw moved(path);
  if (hasDotGit(root)) throw inDotGit(root);
  return { root, open: handles && hasHandles() ? openByHandle(root) : openByName(root) };
}

/** O_PATH, which Node does not name. It also opens folders that may be searched but not listed. */
const pathOnly = 0o10000000;
const asFolder = pathOnly | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const handle = (descriptor: number) => `/proc/self/fd/${descriptor}`;

function hasHandles(): boolean {
  try {
    const descriptor = openSync('/', asFolder);
    try {
      return place(descriptor) === '/';
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return false;
  }
}

/** Where the open folder is now. */
function place(descriptor: number): string {
  return readlinkSync(handle(descriptor));
}

function openByHandle(root: string): FolderOpener {
  return (parts) => {
    let descriptor = openSync(root, asFolder);
    try {
      let here = place(descriptor);
      // Names of folders may differ in case where the file system does not tell them apart.
      if (here.toLowerCase() !== root.toLowerCase()) throw moved(root);
      for (const part of parts) {
        here = join(here, part);
        const next = openPart(`${handle(descriptor)}/${part}`, here);
        closeSync(descriptor);
        descriptor = next;
      }
      const opened = place(descriptor);
      return {
        entry: (name) => `${handle(descriptor)}/${name}`,
        verify() {
          if (place(descriptor) !== opened) throw moved(here);
        },
        verifyAfter() {},
        close: () => closeSync(descriptor),
      };
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  };
}

function openPart(path: string, shown: string): number {
  try {
    return openSync(path, asFolder);
  } catch (error) {
    refuseLink(path, shown);
    throw error;
  }
}

function openByName(root: string): FolderOpener {
  return (parts) => {
    const paths = [root];
    for (const part of parts) paths.push(join(paths.at(-1)!, part));
    const folder = paths.at(-1)!;
    const opened = paths.map(identity);
    const verify = () => {
      if (paths.some((path, index) => identity(path) !== opened[index])) throw moved(folder);
    };
    return { entry: (name) => join(folder, name), verify, verifyAfter: verify, close() {} };
  };
}

/** Device and inode. */
function identity(path: string): string {
  const stats: BigIntStats = lstatSync(path, { bigint: true });
  if (stats.isSymbolicLink()) refuseLink(path, path);
  if (!stats.isDirectory()) throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR', path });
  return `${stats.dev} ${stats.ino}`;
}

/** Throws `file-forbidden` if there is a link at the path. */
export function refuseLink(path: string, shown: string): void {
  let target: string;
  try {
    target = readlinkSync(path);
  } catch {
    return;
  }
  throw new OrchError('file-forbidden', `${shown} is a link to ${target}, which is not followed`, {
    hint: 'replace the link with a real file or folder, or use the path it leads to',
  });
}

export function inDotGit(path: string): OrchError {
  return new OrchError('file-forbidden', `${path} is in a .git folder, where nothing is written`, {
    hint: 'use a path outside .git',
  });
}

function moved(folder: string): OrchError {
  return new OrchError('file-changed', `${folder} was moved or replaced in the meantime`, {
    hint: 'run it again when nothing else changes the folder',
  });
}
