/**
 * Reads and writes files of the copy. What has run there may have put a link, a pipe or a device in any place: no link
 * is followed, so nothing outside of the copy is read or written.
 */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  rmSync,
  type Stats,
  writeFileSync,
} from 'node:fs';
import { isAbsolute, join, normalize } from 'node:path';
import { OrchError } from '../../core/errors/orch-error.ts';
import type { FileMode } from '../../core/patch/types.ts';
import { hasDotGit } from '../../core/text/dot-git.ts';
import { namesIn } from '../system/paths.ts';
import { readOpenFile } from '../system/regular-file.ts';
import { writeFailed } from '../workspace/write/write-failed.ts';
import { removeTree } from './remove-tree.ts';

/** Throws `file-forbidden`. */
export function pathIn(root: string, relative: string): string {
  const names = namesIn(normalize(relative));
  if (isAbsolute(relative) || names[0] === '..' || relative.includes('\0')) {
    throw new OrchError('file-forbidden', `${relative} is not a path in the project`, {
      hint: 'use a path relative to the project that stays in it',
    });
  }
  return join(root, ...names);
}

/** Throws `file-forbidden`, `file-unreadable`. */
export function readIn(root: string, relative: string, maxBytes: number): Uint8Array | undefined {
  const path = pathIn(root, relative);
  if (!isOwn(root, relative)) return undefined;
  let handle: number | undefined;
  try {
    if (!lstatSync(path, { throwIfNoEntry: false })?.isFile()) return undefined;
    handle = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    if (!fstatSync(handle).isFile()) return undefined;
    const reading = readOpenFile(handle, maxBytes);
    if (reading.bytes !== undefined) return reading.bytes;
    throw new OrchError('file-unreadable', `${relative} in the copy of the project ${reading.message}`);
  } catch (error) {
    if (error instanceof OrchError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ELOOP') return undefined;
    throw new OrchError(
      'file-unreadable',
      `${relative} in the copy of the project cannot be read (${code})`,
      {
        cause: error,
      },
    );
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

/** Throws `file-forbidden`, `write-failed`. */
export function writeIn(root: string, relative: string, content: string | Uint8Array, mode?: FileMode): void {
  const path = writable(root, relative);
  try {
    let here = root;
    for (const name of namesIn(normalize(relative)).slice(0, -1)) {
      here = join(here, name);
      const stats = lstatSync(here, { throwIfNoEntry: false });
      if (stats?.isDirectory()) continue;
      if (stats !== undefined) rmSync(here, { force: true });
      mkdirSync(here);
    }
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats?.isDirectory()) removeTree(path);
    // Not written in place: it may have a second name elsewhere.
    else rmSync(path, { force: true });
    writeFileSync(path, content, { flag: 'wx', mode: modeOf(mode, stats) });
  } catch (error) {
    throw writeFailed(error, { path: `${relative} in the copy of the project`, outcome: 'nothing was run' });
  }
}

/** Throws `file-forbidden`, `write-failed`. */
export function deleteIn(root: string, relative: string): void {
  const path = writable(root, relative);
  // Behind a link there is nothing of the copy.
  if (!isOwn(root, relative)) return;
  try {
    removeTree(path);
  } catch (error) {
    throw writeFailed(error, { path: `${relative} in the copy of the project`, outcome: 'nothing was run' });
  }
}

function writable(root: string, relative: string): string {
  const path = pathIn(root, relative);
  if (path !== root && !namesIn(relative).some(hasDotGit)) return path;
  throw new OrchError('file-forbidden', `${relative} in the copy of the project is not to be written`, {
    hint: 'use the path of a file outside of .git',
  });
}

function modeOf(mode: FileMode | undefined, before: Stats | undefined): number {
  if (mode !== undefined) return mode === '100755' ? 0o755 : 0o644;
  return before?.isFile() ? before.mode & 0o777 : 0o644;
}

/** Whether all folders above are folders of the copy. */
function isOwn(root: string, relative: string): boolean {
  let here = root;
  return namesIn(normalize(relative))
    .slice(0, -1)
    .every((name) => {
      here = join(here, name);
      return lstatSync(here, { throwIfNoEntry: false })?.isDirectory() === true;
    });
}
