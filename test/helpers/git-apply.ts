/** Runs the real `git apply` on many patches with few processes: one file, one folder per case. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { emitPatch } from '../../src/core/patch/git/emit-patch.ts';
import type { FileChange } from '../../src/core/patch/types.ts';

/** Puts a change into a folder of its own, so that the patches of many cases fit one `git apply`. */
export function inFolder(change: FileChange, folder: string): FileChange {
  return {
    ...change,
    path: `${folder}/${change.path}`,
    ...(change.oldPath === undefined ? {} : { oldPath: `${folder}/${change.oldPath}` }),
  };
}

export interface AppliedTree {
  status: number | null;
  stderr: string;
  /** Bytes of a file after the patch; undefined when it is not there. */
  read(path: string): Buffer | undefined;
  isExecutable(path: string): boolean;
}

/** Writes what the changes start from, applies their patch and hands the tree to `look`. */
export function applyWithGit<T>(changes: readonly FileChange[], look: (tree: AppliedTree) => T): T {
  const directory = mkdtempSync(join(tmpdir(), 'orch-git-apply-'));
  try {
    for (const { kind, path, oldPath, before, oldMode } of changes) {
      const file = join(directory, oldPath ?? path);
      mkdirSync(dirname(file), { recursive: true });
      if (kind !== 'create') writeFileSync(file, before, { mode: oldMode === '100755' ? 0o755 : 0o644 });
    }
    const options = ['apply', '--whitespace=nowarn', '-'];
    const { status, stderr } = spawnSync('git', options, {
      cwd: directory,
      input: emitPatch(changes),
      encoding: 'utf8',
      env: { ...process.env, GIT_CEILING_DIRECTORIES: tmpdir() },
    });
    return look({
      status,
      stderr,
      read: (path) => {
        try {
          return readFileSync(join(directory, path));
        } catch {
          return undefined;
        }
      },
      isExecutable: (path) => (statSync(join(directory, path)).mode & 0o100) !== 0,
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
