/**
 * A copy of what stands at some paths of a tree, for git to try a patch on: the bytes as they lie there, and
 * no repository, whose attributes and filters git would heed.
 */
import { lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { OrchError } from '../../core/errors/orch-error.ts';
import { nowhere } from './git.ts';
import { type ScratchFolder, scratchFolder, type Temporaries } from './temporaries.ts';

export interface CopiedFile {
  bytes: Buffer;
  executable: boolean;
}

export interface PatchScratch extends ScratchFolder {
  /** By the path as it was given; what is not there, or is no regular file, is missing. */
  files: ReadonlyMap<string, CopiedFile>;
}

/** Throws `write-failed`, or `file-unreadable`. */
export function patchScratch(base: string, paths: Iterable<string>, temporaries: Temporaries): PatchScratch {
  const scratch = writing(() => scratchFolder(temporaries));
  const files = new Map<string, CopiedFile>();
  try {
    for (const path of paths) {
      const file = copyPath(base, scratch.path, path);
      if (file) files.set(path, file);
    }
    return { ...scratch, files };
  } catch (error) {
    scratch.remove();
    throw error;
  }
}

/** In place of what was copied. */
export function putFile(scratch: string, path: string, content: string): void {
  const target = join(scratch, path);
  writing(() => {
    mkdirSync(dirname(target), { recursive: true });
    rmSync(target, { force: true });
    writeFileSync(target, content);
  });
}

/** Copies the folders that lead to a path as well, as far as they are there: git looks at each of them. */
function copyPath(base: string, scratch: string, path: string): CopiedFile | undefined {
  const inside = relative(base, resolve(base, path));
  // git refuses such a path itself; to copy it would lead out.
  if (inside === '' || isAbsolute(inside) || inside.split(sep)[0] === '..') return undefined;
  const names = inside.split(sep);
  for (let depth = 1; depth <= names.length; depth++) {
    const name = join(...names.slice(0, depth));
    const from = join(base, name);
    const to = join(scratch, name);
    const stats = lstatSync(from, { throwIfNoEntry: false });
    if (!stats) return undefined;
    if (stats.isDirectory()) writing(() => mkdirSync(to, { recursive: true }));
    else if (!stats.isFile()) return standIn(to);
    else {
      const file = { bytes: readBytes(from, name), executable: (stats.mode & 0o100) !== 0 };
      writing(() => writeFileSync(to, file.bytes, { mode: file.executable ? 0o755 : 0o644 }));
      return depth === names.length ? file : undefined;
    }
  }
  return undefined;
}

/** A link that leads nowhere, for whatever is neither file nor folder: git does not patch it, nor below it. */
function standIn(path: string): undefined {
  if (lstatSync(path, { throwIfNoEntry: false })) return;
  writing(() => symlinkSync(nowhere, path));
}

function readBytes(path: string, shown: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new OrchError('file-unreadable', `${shown} cannot be read (${code})`, {
      hint: 'check its permissions',
      cause,
    });
  }
}

function writing<Value>(action: () => Value): Value {
  try {
    return action();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new OrchError(
      'write-failed',
      `the patch cannot be checked: a copy of its files cannot be written to ${tmpdir()} (${code ?? message})`,
      { hint: 'make room there, or set TMPDIR to another folder', cause: error },
    );
  }
}
