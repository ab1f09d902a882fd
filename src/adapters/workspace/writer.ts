/** Writes to the working tree: a patch all or nothing, a result completely or not at all. */
import { dirname, resolve } from 'node:path';
import { OrchError } from '../../core/errors/orch-error.ts';
import type { BytesChange, WorkspaceWriter } from '../../engine/ports.ts';
import { assertDestination, writeResultFile } from './result-file.ts';
import { type Temporaries, untracked } from './temporaries.ts';
import { type FileMode, type TreeAccess, treeAccess } from './tree-access.ts';
import { type TreeLock, unlocked } from './tree-lock.ts';

export interface WriterOptions {
  temporaries?: Temporaries;
  lock?: TreeLock;
  /** Absolute folders out of which links must not lead a result. A function, since an MCP client may change them. */
  roots?: () => readonly string[];
  /** How long a named pipe may be without a reader. Default 5 s. */
  readerWaitMs?: number;
}

export function workspaceWriter(
  cwd: string,
  { temporaries = untracked, lock = unlocked, roots = () => [cwd], readerWaitMs }: WriterOptions = {},
): WorkspaceWriter {
  return {
    applyChanges: (base, changes) => lock(base, () => applyAll(base, changes, temporaries)),
    assertWritable(path, { asFile = false } = {}) {
      try {
        assertDestination(resolve(cwd, path), { roots: roots(), asFile });
      } catch (error) {
        throw writeFailed(error, { path, outcome: 'nothing was sent' });
      }
    },
    async writeResult(path, content, signal) {
      try {
        await writeResultFile(resolve(cwd, path), content, {
          roots: roots(),
          temporaries,
          readerWaitMs,
          signal,
        });
      } catch (error) {
        if (signal?.aborted) throw new OrchError('interrupted', `interrupted while writing ${path}`);
        throw writeFailed(error, { path });
      }
    },
  };
}

function applyAll(base: string, changes: readonly BytesChange[], temporaries: Temporaries): void {
  const undo: Undo[] = [];
  // ENOSPC does not name the file.
  let path: string | undefined;
  try {
    const tree = treeAccess(base, { temporaries });
    for (const change of changes) {
      path = change.path;
      assertUnchanged(tree, change);
    }
    for (const change of changes) {
      path = change.path;
      applyChange(tree, change, undo);
    }
  } catch (error) {
    throw writeFailed(error, { path, unrestored: takeBack(undo) });
  }
}

interface Undo {
  path: string;
  step: () => void;
}

/** Undoes all steps in reverse order, even if some fail. Returns the paths that could not be restored. */
function takeBack(undo: readonly Undo[]): string[] {
  const failed: string[] = [];
  for (const { path, step } of [...undo].reverse()) {
    try {
      step();
    } catch {
      failed.push(path);
    }
  }
  return failed;
}

function writeFailed(
  error: unknown,
  {
    path,
    unrestored = [],
    outcome = unrestored.length === 0
      ? 'nothing was changed'
      : `could not be restored: ${unrestored.join(', ')}`,
  }: { path?: string | undefined; unrestored?: readonly string[]; outcome?: string },
): OrchError {
  if (error instanceof OrchError) return new OrchError(error.code, `${error.message}; ${outcome}`, error);
  const { code, path: where, message } = error as NodeJS.ErrnoException;
  const hints: Record<string, string> = {
    ENOSPC: 'the disk is full: free some space and run it again',
    EDQUOT: 'the disk quota is exceeded: free some space and run it again',
    EFBIG: 'the file exceeds the size limit (ulimit -f)',
    EACCES: 'check the permissions of the file and its folder',
    EROFS: 'the file system is read-only: write to another one',
    ENXIO: 'nothing reads from the pipe: start its reader first',
    ENAMETOOLONG: 'use a shorter name: most file systems allow 255 bytes',
    EINVAL: 'use the path of a regular file, not of a pipe, a device or a link to nothing',
    EISDIR: 'use the path of a file, not of a directory',
    ENOTDIR: 'fix the path: part of it is a file, not a folder',
    EEXIST: 'fix the path: part of it is a file, not a folder',
  };
  return new OrchError(
    'write-failed',
    `cannot write ${path ?? where ?? 'the file'} (${code ?? message}); ${outcome}`,
    {
      hint: hints[code ?? ''] ?? 'check that the path is writable',
      cause: error,
    },
  );
}

/** Last check: the files must still be as they were when the patch was made. */
function assertUnchanged(tree: TreeAccess, change: BytesChange): void {
  const { kind, path, oldPath, before } = change;
  const refuse = (what: string, hint: string): never => {
    throw new OrchError('file-changed', what, { hint });
  };
  const source = kind === 'create' ? undefined : contentAt(tree, oldPath ?? path);
  if (isDone(tree, change, source))
    refuse(`${path} already contains the change`, 'nothing is left to do for this file');
  if ((kind === 'create' || kind === 'rename') && tree.kind(path) !== undefined)
    refuse(`${path} already exists`, 'move it away, or run the call again');
  if (kind === 'create' || source?.bytes?.equals(Buffer.from(before))) return;
  const what = source === undefined ? 'was deleted' : 'has changed';
  refuse(`${oldPath ?? path} ${what} since it was read`, 'run the call again');
}

interface Content {
  /** Undefined for a folder or a pipe. */
  bytes: Buffer | undefined;
  mode: number;
}

/** Undefined if there is nothing. Throws for a link. */
function contentAt(tree: TreeAccess, path: string): Content | undefined {
  try {
    return tree.read(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EISDIR' && code !== 'EINVAL') throw error;
    return { bytes: undefined, mode: 0 };
  }
}

/** Whether the change has already been applied. */
function isDone(
  tree: TreeAccess,
  { kind, path, oldPath, after, mode }: BytesChange,
  source: Content | undefined,
): boolean {
  if (kind === 'delete' || (oldPath !== undefined && source !== undefined)) return false;
  const target = source ?? (tree.kind(path) === 'file' ? tree.read(path) : undefined);
  if (!target?.bytes?.equals(Buffer.from(after))) return false;
  return mode === undefined || isExecutable(target.mode) === (mode === '100755');
}

function isExecutable(mode: number): boolean {
  return (mode & 0o100) !== 0;
}

function applyChange(tree: TreeAccess, change: BytesChange, undo: Undo[]): void {
  const target = change.path;
  const source = change.oldPath ?? change.path;
  const original = change.kind === 'create' ? undefined : tree.read(source);
  if (change.kind !== 'delete') {
    for (const folder of tree.makeFolders(dirname(target))) {
      undo.push({ path: folder, step: () => tree.removeFolder(folder) });
    }
    tree.replace(target, change.after, modeAfter(change, original?.mode));
    if (target !== source || original === undefined) {
      undo.push({ path: target, step: () => tree.kind(target) && tree.remove(target) });
    }
  }
  if (change.kind === 'delete' || change.kind === 'rename') tree.remove(source);
  if (original) {
    const { bytes, mode } = original;
    undo.push({ path: source, step: () => tree.replace(source, bytes, { bits: mode, exact: true }) });
  }
}

function modeAfter({ mode }: Pick<BytesChange, 'mode'>, before: number | undefined): FileMode {
  if (before === undefined) return { bits: mode === '100755' ? 0o755 : 0o644, exact: false };
  if (mode === undefined) return { bits: before, exact: true };
  // Grant execute to everyone who may read.
  return { bits: mode === '100755' ? before | ((before & 0o444) >> 2) : before & ~0o111, exact: true };
}
