/**
 * Copies some paths of a tree so that git can try a patch on them: the exact bytes, outside any repository, whose
 * attributes and filters git would apply.
 */
import { lstatSync, mkdirSync, rmSync, type Stats, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { OrchError } from '../../../core/errors/orch-error.ts';
import { maxTrackedBytes, readRegularFile } from '../../system/regular-file.ts';
import { type ScratchFolder, scratchFolder, type Temporaries } from '../write/temporaries.ts';
import { writeFailed } from '../write/write-failed.ts';
import { nowhere } from './git.ts';

export interface CopiedFile {
  bytes: Buffer;
  executable: boolean;
}

export interface PatchScratch extends ScratchFolder {
  /** Copies by path as passed in, without missing paths and those that are not regular files. */
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

/** Replaces a copied file. */
export function putFile(scratch: string, path: string, content: string): void {
  const target = join(scratch, path);
  writing(() => {
    mkdirSync(dirname(target), { recursive: true });
    rmSync(target, { force: true });
    writeFileSync(target, content);
  });
}

/** Also copies the existing folders above a path, since git checks each of them. */
function copyPath(base: string, scratch: string, path: string): CopiedFile | undefined {
  const inside = relative(base, resolve(base, path));
  // Outside the tree; git rejects such a path itself.
  if (inside === '' || isAbsolute(inside) || inside.split(sep)[0] === '..') return undefined;
  const names = inside.split(sep);
  for (let depth = 1; depth <= names.length; depth++) {
    const name = join(...names.slice(0, depth));
    const from = join(base, name);
    const to = join(scratch, name);
    const stats = statOf(from, path);
    if (!stats) return undefined;
    if (stats.isDirectory()) writing(() => mkdirSync(to, { recursive: true }));
    else if (!stats.isFile()) return standIn(to);
    else {
      const file = readFile(from, name);
      writing(() => writeFileSync(to, file.bytes, { mode: file.executable ? 0o755 : 0o644 }));
      return depth === names.length ? file : undefined;
    }
  }
  return undefined;
}

function statOf(file: string, path: string): Stats | undefined {
  try {
    return lstatSync(file, { throwIfNoEntry: false });
  } catch (cause) {
    throw writeFailed(cause, { path });
  }
}

/** A broken link represents anything that is neither a file nor a folder: git refuses to patch it or below it. */
function standIn(path: string): undefined {
  if (lstatSync(path, { throwIfNoEntry: false })) return;
  writing(() => symlinkSync(nowhere, path));
}

function readFile(path: string, shown: string): CopiedFile {
  const reading = readRegularFile(path, maxTrackedBytes);
  if (reading.bytes !== undefined) return { bytes: reading.bytes, executable: reading.executable };
  throw new OrchError('file-unreadable', `${shown} ${reading.message}`, {
    hint: reading.fault === 'too-large' ? 'use git apply' : 'check its permissions',
  });
}

function writing<Value>(action: () => Value): Value {
  try {
    return action();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new OrchError(
      'write-failed',
      `the patch cannot be checked: its files cannot be copied to ${tmpdir()} (${code ?? message})`,
      { hint: 'free some space there, or set TMPDIR to another folder', cause: error },
    );
  }
}
