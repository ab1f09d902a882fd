/** Removes what processes that were killed have left. Loaded when a request is about to be sent, and only then. */
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import type { Note } from './temporaries.ts';

/** Younger ones may be in use by a process that is not seen from here, e.g. in another container. */
const youngMs = 60_000;
/** No call takes this long: an older one is left over, whatever process has its number now. */
const oldMs = 24 * 3_600_000;

/** Never fails. */
export async function sweepNotes(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    // What cannot be removed today may be tomorrow.
    await sweepOne(join(folder, name), Number.parseInt(name, 10)).catch(() => {});
  }
}

async function sweepOne(file: string, pid: number): Promise<void> {
  const age = Date.now() - (await stat(file)).mtimeMs;
  if (age < youngMs) return;
  const note = readNote(await readFile(file, 'utf8'));
  if (age < oldMs && note && (note.host !== hostname() || isAlive(pid))) return;
  // Only what bears a name that we give is ever removed.
  if (note && ourName.test(basename(note.path))) await rm(note.path, { recursive: true, force: true });
  await rm(file, { force: true });
}

const uuid = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const ourName = new RegExp(`^(orch-(check|verify)-${uuid}|\\..+\\.orch-${uuid}|.+\\.${uuid}\\.tmp)$`);

/** Undefined: torn, as by a process that was killed while it wrote. */
function readNote(text: string): Note | undefined {
  try {
    const { path, host } = JSON.parse(text);
    return typeof path === 'string' && typeof host === 'string' ? { path, host } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
