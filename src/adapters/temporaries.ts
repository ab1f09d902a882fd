/**
 * What must not outlive the process that made it. A process that is killed cannot tidy up, so each temporary
 * file or folder is noted in the state folder first, and a later process removes what is still noted there.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Temporaries {
  /** Notes a path that is about to be made; the function that comes back is called when it is gone. */
  note(path: string): () => void;
  /** Removes what processes that were killed have left. Never fails. */
  sweep(): Promise<void>;
}

/** For those that keep no notes. */
export const untracked: Temporaries = { note: () => () => {}, sweep: async () => {} };

/** What a note holds, as JSON; its file is named by the process, then by chance. */
export interface Note {
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
      const { sweepNotes } = await import('./temporaries-sweep.ts');
      await sweepNotes(folder);
    },
  };
}

export interface ScratchFolder {
  path: string;
  remove: () => void;
}

/** A new folder for the user alone. */
export function scratchFolder(kind: 'check' | 'verify', temporaries: Temporaries): ScratchFolder {
  const path = join(tmpdir(), `orch-${kind}-${crypto.randomUUID()}`);
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
