/** Stores results and patches by id, as files in the user's state folder. */
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keptDays } from '../../core/config/kept-days.ts';
import { OrchError } from '../../core/errors/orch-error.ts';
import type { ResultStore } from '../../engine/ports.ts';
import { earlierLook } from './earlier-look.ts';
import { makeFolders } from './make-folders.ts';
import { maxTrackedBytes, readRegularFile } from './regular-file.ts';

const ending = '.txt';

export function fileResultStore(folder: string): ResultStore {
  const pathOf = (id: string) => join(folder, `${id}${ending}`);
  const ids = (beginning: string) => {
    try {
      return readdirSync(folder)
        .filter((name) => name.endsWith(ending))
        .map((name) => name.slice(0, -ending.length))
        .filter((id) => id.startsWith(beginning));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return [];
      throw new OrchError('file-unreadable', `${folder} cannot be read (${code})`, {
        hint: 'check its owner and permissions',
        cause: error,
      });
    }
  };
  return {
    save(text) {
      const id = crypto.randomUUID();
      try {
        makeFolders(folder, 0o700);
        prune(folder);
        writeFileSync(pathOf(id), text, { flag: 'wx', mode: 0o600 });
      } catch (error) {
        throw new OrchError(
          'record-failed',
          `the result cannot be stored in ${folder} (${(error as NodeJS.ErrnoException).code})`,
          { hint: 'check its permissions and free space', cause: error },
        );
      }
      return { id, path: pathOf(id) };
    },
    load(id) {
      if (!/^[0-9a-f-]{36}$/.test(id)) return undefined;
      const reading = readRegularFile(pathOf(id), maxTrackedBytes);
      if (reading.bytes !== undefined) return reading.bytes.toString('utf8');
      if (reading.fault === 'missing') return undefined;
      throw new OrchError('file-unreadable', `the stored file ${pathOf(id)} ${reading.message}`, {
        hint: 'check its permissions',
      });
    },
    ids,
    newest() {
      const saved = ids('').flatMap((id) => {
        const savedAt = statSync(pathOf(id), { throwIfNoEntry: false })?.mtimeMs;
        // Another process may have just removed it.
        return savedAt === undefined ? [] : [{ id, savedAt }];
      });
      return saved.sort((a, b) => b.savedAt - a.savedAt)[0];
    },
  };
}

/** Removes what is older than the days for which it is kept. */
export function prune(folder: string): void {
  const look = earlierLook(folder);
  if (look === undefined) return;
  const oldest = look - keptDays * 24 * 3_600_000;
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    try {
      if (statSync(path).mtimeMs < oldest) rmSync(path, { force: true });
    } catch {
      // Another process was faster.
    }
  }
}
