/** Writes to the working tree: a patch all or nothing, a result whole or not at all. */
import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { OrchError } from '../core/error.ts';
import type { FileChange } from '../core/patch/types.ts';

export interface WorkspaceWriter {
  /** Throws `file-changed` or `write-failed`; the tree is then as it was. */
  applyChanges(base: string, changes: readonly FileChange[]): Promise<void>;
  /** Throws `write-failed`; an existing file is then as it was. */
  writeResult(path: string, text: string): Promise<void>;
}

export function workspaceWriter(cwd: string): WorkspaceWriter {
  return {
    async applyChanges(base, changes) {
      for (const change of changes) assertUnchanged(base, change);
      const undo: (() => void)[] = [];
      try {
        for (const change of changes) applyChange(base, change, undo);
      } catch (error) {
        for (const step of undo.reverse()) step();
        throw writeFailed(error);
      }
    },
    async writeResult(path, text) {
      const target = resolve(cwd, path);
      try {
        replaceFile(target, text, existsSync(target) ? statSync(target).mode : 0o644);
      } catch (error) {
        throw writeFailed(error, path);
      }
    },
  };
}

function writeFailed(error: unknown, path?: string): OrchError {
  const { code, path: where, message } = error as NodeJS.ErrnoException;
  const cures: Record<string, string> = {
    ENOSPC: 'the disk is full: make room and run it again',
    EACCES: 'check the permissions of the file and its folder',
    EROFS: 'the file system is read-only',
    EISDIR: 'name a file, not a directory',
    ENOTDIR: 'a part of the path is a file, not a folder',
  };
  return new OrchError(
    'write-failed',
    `cannot write ${path ?? where ?? 'the file'} (${code ?? message}); nothing was changed`,
    {
      hint: cures[code ?? ''] ?? 'check that the path can be written',
      cause: error,
    },
  );
}

/** A last look: what the patch was made from must still be there. */
function assertUnchanged(base: string, { kind, path, oldPath, before }: FileChange): void {
  if ((kind === 'create' || kind === 'rename') && existsSync(join(base, path))) {
    throw new OrchError('file-changed', `${path} exists already; nothing was changed`, {
      hint: 'move it away, or run the call again',
    });
  }
  if (kind === 'create') return;
  const from = oldPath ?? path;
  const now = existsSync(join(base, from)) ? readFileSync(join(base, from), 'utf8') : undefined;
  if (now === before) return;
  const what = now === undefined ? 'has vanished' : 'has changed';
  throw new OrchError('file-changed', `${from} ${what} since it was read; nothing was changed`, {
    hint: 'run the call again',
  });
}

function applyChange(base: string, change: FileChange, undo: (() => void)[]): void {
  const target = join(base, change.path);
  const source = join(base, change.oldPath ?? change.path);
  const original =
    change.kind === 'create' ? undefined : { bytes: readFileSync(source), mode: statSync(source).mode };
  if (original) {
    undo.push(() => {
      if (target !== source) rmSync(target, { force: true });
      replaceFile(source, original.bytes, original.mode);
    });
  } else {
    undo.push(() => rmSync(target, { force: true }));
  }
  if (change.kind === 'delete') {
    rmSync(source);
    return;
  }
  const executable = change.mode === undefined ? undefined : change.mode === '100755';
  const mode = original?.mode ?? 0o644;
  replaceFile(
    target,
    change.after,
    executable === undefined ? mode : executable ? mode | 0o111 : mode & ~0o111,
  );
  if (change.kind === 'rename') rmSync(source);
}

/** Written beside the target and renamed into place, so that no reader sees half a file. */
function replaceFile(path: string, content: string | Uint8Array, mode: number): void {
  // A link stays a link: what it leads to is written.
  const target = existsSync(path) ? realpathSync(path) : path;
  mkdirSync(dirname(target), { recursive: true });
  const temporary = join(dirname(target), `.${basename(target)}.orch-${crypto.randomUUID()}`);
  try {
    writeFileSync(temporary, content, { flag: 'wx', mode: mode & 0o777 });
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
