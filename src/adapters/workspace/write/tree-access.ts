/**
 * Reads and writes files below a folder without ever following a link, so that a link that appears at any moment
 * cannot lead a write out of the folder or into `.git`.
 */
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  rmSync,
  type Stats,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { OrchError } from '../../../core/errors/orch-error.ts';
import { hasDotGit } from '../../../core/text/dot-git.ts';
import { namesIn } from '../../system/paths.ts';
import { maxTrackedBytes, readOpenFile } from '../../system/regular-file.ts';
import { folderOpener, inDotGit, type OpenerOptions, type OpenFolder, refuseLink } from './open-folder.ts';
import { type Temporaries, untracked } from './temporaries.ts';

export interface FileMode {
  bits: number;
  /** True for the mode of an existing file, to which the umask does not apply. */
  exact: boolean;
}

export type EntryKind = 'file' | 'folder' | 'link' | 'other';

/**
 * Paths are relative to the base, with `/`. Every method throws `file-forbidden` if a folder on the way is a link or
 * the path has a `.git` part, `file-changed` if a folder was moved meanwhile, and the errors of `node:fs`.
 */
export interface TreeAccess {
  /** What is at the path itself. Undefined if there is nothing. */
  kind(path: string): EntryKind | undefined;
  /**
   * Undefined if there is nothing. Throws `file-forbidden` for a link, `file-unreadable` for a file larger than 256 MB,
   * EISDIR for a folder, EINVAL for a pipe.
   */
  read(path: string): { bytes: Buffer; mode: number } | undefined;
  /** Writes a temporary file and renames it into place, so that no reader sees a partial file. */
  replace(path: string, content: string | Uint8Array, mode: FileMode): void;
  remove(path: string): void;
  /** Removes the temporary file that a killed process with this `draftId` has left beside the path. */
  removeDraft(path: string): void;
  /** Creates a folder and those above it: all or none. Returns the created ones, outermost first. */
  makeFolders(path: string): string[];
  /** Removes an empty folder. */
  removeFolder(path: string): void;
}

export interface TreeAccessOptions extends OpenerOptions {
  temporaries?: Temporaries;
  /** Part of the names of temporary files. Default: a new one for each. */
  draftId?: string;
}

/** Throws `file-forbidden` for a base that is in a `.git`, and the errors of `node:fs` if it cannot be reached. */
export function treeAccess(
  base: string,
  { temporaries = untracked, draftId, ...options }: TreeAccessOptions = {},
): TreeAccess {
  const { root, open } = folderOpener(base, options);
  return { kind, read, replace, remove, removeDraft, makeFolders, removeFolder };

  function kind(path: string): EntryKind | undefined {
    return ifThere(() => inFolderOf(path, (folder, name) => kindOf(lstatSync(folder.entry(name)))));
  }

  function read(path: string): { bytes: Buffer; mode: number } | undefined {
    return ifThere(() =>
      inFolderOf(path, (folder, name) => {
        const found = readWithoutLinks(folder.entry(name), path);
        folder.verifyAfter();
        return found;
      }),
    );
  }

  function replace(path: string, content: string | Uint8Array, mode: FileMode): void {
    inFolderOf(path, (folder, name) => {
      refuseLink(folder.entry(name), path);
      const draft = draftName(name, draftId);
      const forget = temporaries.note(join(root, path, '..', draft));
      try {
        folder.verify();
        writeNew(folder.entry(draft), content, mode);
        folder.verify();
        renameSync(folder.entry(draft), folder.entry(name));
      } catch (error) {
        rmSync(folder.entry(draft), { force: true });
        throw error;
      } finally {
        forget();
      }
      folder.verifyAfter();
    });
  }

  function remove(path: string): void {
    inFolderOf(path, (folder, name) => {
      folder.verify();
      unlinkSync(folder.entry(name));
      folder.verifyAfter();
    });
  }

  function removeDraft(path: string): void {
    ifThere(() => inFolderOf(path, (folder, name) => unlinkSync(folder.entry(draftName(name, draftId)))));
  }

  function makeFolders(path: string): string[] {
    const parts = partsOf(path);
    // As nearly always.
    if (parts.length === 0 || kind(path) === 'folder') return [];
    const created: string[] = [];
    try {
      for (let count = 1; count <= parts.length; count++) {
        const here = parts.slice(0, count).join('/');
        if (makeFolder(here)) created.push(here);
      }
      return created;
    } catch (error) {
      for (const folder of created.reverse()) removeFolder(folder);
      throw error;
    }
  }

  function makeFolder(path: string): boolean {
    return inFolderOf(path, (folder, name) => {
      try {
        mkdirSync(folder.entry(name));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        return false;
      }
      folder.verifyAfter();
      return true;
    });
  }

  function removeFolder(path: string): void {
    inFolderOf(path, (folder, name) => {
      folder.verify();
      rmdirSync(folder.entry(name));
    });
  }

  /** Calls the action with the folder that holds the last part of the path, and that part. */
  function inFolderOf<Value>(path: string, action: (folder: OpenFolder, name: string) => Value): Value {
    const parts = partsOf(path);
    const name = parts.pop();
    if (name === undefined) throw Object.assign(new Error('a folder'), { code: 'EISDIR', path });
    const folder = open(parts);
    try {
      return action(folder, name);
    } finally {
      folder.close();
    }
  }

  function partsOf(path: string): string[] {
    const parts = namesIn(path);
    if (isAbsolute(path) || parts.includes('..')) {
      throw new OrchError('file-forbidden', `${path} is outside ${root}`, {
        hint: `use a path below ${root}`,
      });
    }
    if (hasDotGit(path)) throw inDotGit(path);
    return parts;
  }
}

function kindOf(stats: Stats): EntryKind {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'folder';
  return stats.isSymbolicLink() ? 'link' : 'other';
}

function ifThere<Value>(action: () => Value): Value | undefined {
  try {
    return action();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** Missing on Windows. */
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;

function readWithoutLinks(file: string, shown: string): { bytes: Buffer; mode: number } {
  let descriptor: number;
  try {
    // The open of a pipe without a writer would wait.
    descriptor = openSync(file, constants.O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    refuseLink(file, shown);
    throw error;
  }
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) {
      const code = stats.isDirectory() ? 'EISDIR' : 'EINVAL';
      throw Object.assign(new Error('not a regular file'), { code, path: shown });
    }
    const reading = readOpenFile(descriptor, maxTrackedBytes);
    if (reading.bytes === undefined) {
      throw new OrchError('file-unreadable', `${shown} ${reading.message}`, {
        hint: 'orch changes no files of that size: use git apply or another tool',
      });
    }
    return { bytes: reading.bytes, mode: stats.mode & 0o777 };
  } finally {
    closeSync(descriptor);
  }
}

function writeNew(file: string, content: string | Uint8Array, { bits, exact }: FileMode): void {
  const { O_WRONLY, O_CREAT, O_EXCL } = constants;
  const descriptor = openSync(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, bits & 0o777);
  try {
    writeFileSync(descriptor, content);
    if (exact) fchmodSync(descriptor, bits & 0o777);
  } finally {
    closeSync(descriptor);
  }
}

/** A later process recognises it as ours. Short, so that a file's own name may be as long as names can be. */
function draftName(name: string, id: string = crypto.randomUUID()): string {
  return `.${[...name].slice(0, 40).join('')}.orch-${id}`;
}
