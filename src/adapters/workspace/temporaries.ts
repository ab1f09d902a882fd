/**
 * What must not outlive the process that made it. A process that is killed cannot tidy up, so each temporary
 * file or folder is noted in the state folder first, and a later process removes what is still noted there.
 */
import { mkdirSync, promises, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { isAlive, longestCallMs } from '../system/process-identity.ts';

export interface Temporaries {
  /** Notes a path that is about to be made; the function that comes back is called when it is gone. */
  note(path: string): () => void;
  /** Removes what processes that were killed have left. Never fails. */
  sweep(): Promise<void>;
}

/** For those that keep no notes. */
export const untracked: Temporaries = { note: () => () => {}, sweep: async () => {} };

/** Younger ones may be in use by a process that is not seen from here, e.g. in another container. */
const youngMs = 60_000;

interface Note {
  path: string;
  host: string;
}

export function notedTemporaries(folder: string): Temporaries {
  return {
    note(path) {
      const note = join(folder, `${process.pid}-${crypto.randomUUID()}.json`);
      try {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        const content: Note = { path, host: hostname() };
        writeFileSync(note, JSON.stringify(content), { flag: 'wx', mode: 0o600 });
      } catch {
        // Without a place for notes the work is done all the same.
      }
      return () => {
        try {
          rmSync(note, { force: true });
        } catch {
          // The next process finds that the path is gone.
        }
      };
    },
    async sweep() {
      const names = await promises.readdir(folder).catch(() => []);
      for (const name of names) {
        // What cannot be removed today may be tomorrow.
        await sweepOne(join(folder, name), Number.parseInt(name, 10)).catch(() => {});
      }
    },
  };
}

async function sweepOne(file: string, pid: number): Promise<void> {
  const age = Date.now() - (await promises.stat(file)).mtimeMs;
  if (age < youngMs) return;
  const note = readNote(await promises.readFile(file, 'utf8'));
  if (age < longestCallMs && note && (note.host !== hostname() || isAlive(pid))) return;
  // Only what bears a name that we give is ever removed.
  if (note && ourName.test(basename(note.path)))
    await promises.rm(note.path, { recursive: true, force: true });
  await promises.rm(file, { force: true });
}

const uuid = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const ourName = new RegExp(`^(orch-check-${uuid}|\\..+\\.orch-${uuid}|.+\\.${uuid}\\.tmp)$`);

/** Undefined: torn, as by a process that was killed while it wrote. */
function readNote(text: string): Note | undefined {
  try {
    const { path, host } = JSON.parse(text);
    return typeof path === 'string' && typeof host === 'string' ? { path, host } : undefined;
  } catch {
    return undefined;
  }
}

export interface ScratchFolder {
  path: string;
  remove: () => void;
}

/** A new folder for the user alone. */
export function scratchFolder(temporaries: Temporaries): ScratchFolder {
  const path = join(tmpdir(), `orch-check-${crypto.randomUUID()}`);
  const forget = temporaries.note(path);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    forget();
    throw error;
  }
  return {
    path,
    remove: () => {
      rmSync(path, { recursive: true, force: true });
      forget();
    },
  };
}
