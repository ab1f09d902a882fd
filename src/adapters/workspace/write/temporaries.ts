/**
 * Tracks temporary files. A process that is killed cannot clean up, so each temporary file or folder is noted in
 * the state folder first, and a later process removes what is still noted there.
 */
import { mkdirSync, promises, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { earlierLook, lookName } from '../../system/earlier-look.ts';
import { makeFolders } from '../../system/make-folders.ts';
import {
  fateOf,
  longestCallMs,
  type ProcessIdentity,
  readIdentity,
  thisProcess,
} from '../../system/process-identity.ts';

export interface Temporaries {
  /** Notes a path before it is created; call the returned function once it is removed. */
  note(path: string): () => void;
  /** Removes what killed processes left behind. Never fails. */
  sweep(): Promise<void>;
}

/** Keeps no notes. */
export const untracked: Temporaries = { note: () => () => {}, sweep: async () => {} };

interface Note {
  path: string;
  holder: ProcessIdentity;
}

export function notedTemporaries(folder: string): Temporaries {
  return {
    note(path) {
      const note = join(folder, `${process.pid}-${crypto.randomUUID()}.json`);
      try {
        makeFolders(folder, 0o700);
        const content: Note = { path, holder: thisProcess() };
        writeFileSync(note, JSON.stringify(content), { flag: 'wx', mode: 0o600 });
      } catch {
        // The file is still usable without a note.
      }
      return () => {
        try {
          rmSync(note, { force: true });
        } catch {
          // A later process removes the note.
        }
      };
    },
    async sweep() {
      const names = await promises.readdir(folder).catch(() => []);
      if (names.length === 0) return;
      const look = lookAt(folder);
      for (const name of names) {
        // A later sweep may succeed.
        if (name !== lookName) await sweepOne(join(folder, name), look).catch(() => {});
      }
    },
  };
}

function lookAt(folder: string): number | undefined {
  try {
    return earlierLook(folder);
  } catch {
    return undefined;
  }
}

/** Where the fate of a process is unknown, it is gone if the note was a day old at an earlier look. */
async function sweepOne(file: string, look: number | undefined): Promise<void> {
  const note = readNote(await promises.readFile(file, 'utf8'));
  const fate = note ? fateOf(note.holder) : fateByName(basename(file));
  const isOld = async () => look !== undefined && (await promises.stat(file)).mtimeMs < look - longestCallMs;
  if (fate === 'running' || (fate === 'unknown' && !(await isOld()))) return;
  // Only files with names of our own pattern are ever removed.
  if (note && ourName.test(basename(note.path))) {
    await promises.rm(note.path, { recursive: true, force: true }).catch(async () => {
      const { removeTree } = await import('../../scratch/remove-tree.ts');
      removeTree(note.path);
    });
  }
  await promises.rm(file, { force: true });
}

/** Of the process whose note is torn. One that is in another container loses no more than this note. */
function fateByName(name: string): ReturnType<typeof fateOf> {
  const pid = noteName.exec(name)?.[1];
  return pid === undefined ? 'unknown' : fateOf({ ...thisProcess(), pid: Number(pid), started: undefined });
}

const uuid = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const ourName = new RegExp(`^(orch-check-${uuid}|\\..+\\.orch-${uuid}|.+\\.${uuid}\\.tmp)$`);

const noteName = new RegExp(`^(\\d+)-${uuid}\\.json$`);

/** Undefined when incomplete, e.g. if the process was killed while writing it. */
function readNote(text: string): Note | undefined {
  try {
    const { path, holder } = JSON.parse(text);
    const identity = readIdentity(holder);
    return typeof path === 'string' && identity ? { path, holder: identity } : undefined;
  } catch {
    return undefined;
  }
}

export interface ScratchFolder {
  path: string;
  remove: () => void;
}

/** Creates a folder that only the user can access. */
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
      try {
        rmSync(path, { recursive: true, force: true });
        forget();
      } catch {
        // It is still noted, so a later process removes it.
      }
    },
  };
}
