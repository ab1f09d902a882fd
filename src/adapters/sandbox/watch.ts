/**
 * Watches what a run uses of the machine. What the whole machine uses costs nothing to ask; only when that rises, the
 * run itself is measured.
 */
import { promises, readdirSync, readFileSync, readlinkSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

export interface UseLimits {
  /** By how much what the run may write to may grow, in bytes. */
  diskBytes: number;
  /** And by how many files and folders. */
  diskEntries: number;
  processes: number;
}

export const usualUse: UseLimits = { diskBytes: 2 * 1024 ** 3, diskEntries: 200_000, processes: 2048 };

/** `leader`: id of a process in the run's process namespace, once it is known. */
export function useWatch(
  folder: string,
  limits: UseLimits,
  leader: () => number | undefined,
): () => Promise<'disk' | 'processes' | undefined> {
  let start = machineUse(folder);
  const first = start;
  return async () => {
    const now = machineUse(folder);
    if (now.tasks - first.tasks > limits.processes / 2) {
      const pid = leader();
      if (pid !== undefined && tasksAround(pid) > limits.processes) return 'processes';
    }
    if (
      now.bytes - start.bytes > limits.diskBytes / 8 ||
      now.entries - start.entries > limits.diskEntries / 8
    ) {
      if (await isAbove(folder, limits)) return 'disk';
      start = now;
    }
    return undefined;
  };
}

function machineUse(folder: string): { bytes: number; entries: number; tasks: number } {
  const { blocks, bfree, bsize, files, ffree } = statfsSync(folder);
  return { bytes: (blocks - bfree) * bsize, entries: files - ffree, tasks: tasksOfMachine() };
}

function tasksOfMachine(): number {
  try {
    return Number(/ \d+\/(\d+) /.exec(readFileSync('/proc/loadavg', 'latin1'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** Threads of all processes in the namespace of this one. */
function tasksAround(leader: number): number {
  try {
    const namespace = readlinkSync(`/proc/${leader}/ns/pid`);
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && namespaceOf(name) === namespace)
      .reduce((sum, name) => sum + threadsOf(name), 0);
  } catch {
    return 0;
  }
}

function namespaceOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
}

function threadsOf(pid: string): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[17]);
  } catch {
    return 0;
  }
}

/** Counts until it is enough. A path that is too long for the system was made to be. */
async function isAbove(folder: string, { diskBytes, diskEntries }: UseLimits): Promise<boolean> {
  let bytes = 0;
  let entries = 0;
  const waiting = [folder];
  while (waiting.length > 0) {
    const here = waiting.pop()!;
    const found = await promises.readdir(here, { withFileTypes: true }).catch(tooLong);
    if (found === undefined) return true;
    entries += found.length;
    for (const entry of found) {
      const path = join(here, entry.name);
      if (entry.isDirectory()) waiting.push(path);
      else bytes += ((await promises.lstat(path).catch(() => undefined))?.blocks ?? 0) * 512;
      if (bytes > diskBytes || entries > diskEntries) return true;
    }
  }
  return false;
}

function tooLong(error: NodeJS.ErrnoException): [] | undefined {
  return error.code === 'ENAMETOOLONG' ? undefined : [];
}
