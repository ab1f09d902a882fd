/** Writes results to files: completely or not at all. */
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { WorkspaceWriter } from '../../engine/ports.ts';
import { type Temporaries, untracked } from './temporaries.ts';
import { writeFailed } from './write-failed.ts';

export function workspaceWriter(cwd: string, temporaries: Temporaries = untracked): WorkspaceWriter {
  return {
    assertWritable(path) {
      try {
        tryAccess(resolve(cwd, path));
      } catch (error) {
        throw writeFailed(error, { path, outcome: 'nothing was sent' });
      }
    },
    async writeResult(path, content) {
      const target = resolve(cwd, path);
      try {
        const existing = statSync(target, { throwIfNoEntry: false });
        if (existing && !existing.isFile() && !existing.isDirectory()) {
          // A pipe or a device such as /dev/null is written to, never replaced.
          writeFileSync(target, content);
          return;
        }
        mkdirSync(dirname(target), { recursive: true });
        replaceFile(target, content, existing?.mode, temporaries);
      } catch (error) {
        throw writeFailed(error, { path });
      }
    },
  };
}

function tryAccess(target: string): void {
  const existing = statSync(target, { throwIfNoEntry: false });
  if (existing?.isDirectory()) throw Object.assign(new Error('a directory'), { code: 'EISDIR' });
  if (existing && !existing.isFile()) {
    accessSync(target, constants.W_OK);
    return;
  }
  // A file is replaced, so its folder must be writable; missing folders are created.
  let folder = dirname(existing ? realpathSync(target) : target);
  while (!existsSync(folder) && folder !== dirname(folder)) folder = dirname(folder);
  if (!statSync(folder).isDirectory()) throw Object.assign(new Error('a file'), { code: 'ENOTDIR' });
  accessSync(folder, constants.W_OK | constants.X_OK);
}

/** Writes a temporary file and renames it into place, so that no reader sees a partial file. */
function replaceFile(
  path: string,
  content: string | Uint8Array,
  modeBefore: number | undefined,
  temporaries: Temporaries,
): void {
  // A link stays a link; its target is written.
  const target = existsSync(path) ? realpathSync(path) : path;
  const temporary = join(dirname(target), `.${basename(target)}.orch-${crypto.randomUUID()}`);
  const forget = temporaries.note(temporary);
  try {
    writeFileSync(temporary, content, { flag: 'wx', mode: (modeBefore ?? 0o644) & 0o777 });
    // The umask does not apply to the mode of an existing file.
    if (modeBefore !== undefined) chmodSync(temporary, modeBefore & 0o777);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    forget();
  }
}
