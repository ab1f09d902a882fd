/** Ensures one writer per tree: no other process may write between the last check and the last rename. */
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { OrchError } from '../../core/errors/orch-error.ts';

/** Runs the action while no other process runs one for the same folder. Throws `write-failed` on timeout. */
export type TreeLock = <Value>(base: string, action: () => Value | Promise<Value>) => Promise<Value>;

export const unlocked: TreeLock = async (_base, action) => action();

const pollMs = 5;
/** No action takes this long, so an older lock is stale even if its process id is in use again. */
const oldMs = 60_000;

/** Locks are files in `folder` that identify their holder. */
export function treeLock(folder: string, { maxWaitMs = 10_000 } = {}): TreeLock {
  return async (base, action) => {
    // Most commands write nothing, and start sooner without these.
    const { createHash } = await import('node:crypto');
    const { setTimeout: sleep } = await import('node:timers/promises');
    const lock = join(folder, createHash('sha256').update(realPath(base)).digest('hex').slice(0, 32));
    const mine = `${process.pid} ${hostname()} ${crypto.randomUUID()}`;
    const end = Date.now() + maxWaitMs;
    while (!taken(folder, lock, mine)) {
      if (removeStale(lock)) continue;
      if (Date.now() >= end) {
        throw new OrchError(
          'write-failed',
          `another process is writing to ${base} and holds ${lock}; nothing was changed`,
          { hint: 'retry when it has finished; if there is no such process, delete the lock' },
        );
      }
      await sleep(pollMs);
    }
    try {
      return await action();
    } finally {
      if (holderOf(lock)?.text === mine) rmSync(lock, { force: true });
    }
  };
}

/** Removes the locks of processes that were killed. Never fails. */
export function sweepLocks(folder: string): void {
  try {
    for (const name of readdirSync(folder)) removeStale(join(folder, name));
  } catch {
    // No locks, or no permission to remove them.
  }
}

function realPath(base: string): string {
  try {
    return realpathSync(base);
  } catch {
    return base;
  }
}

/** If locks cannot be stored, the action runs without one. */
function taken(folder: string, lock: string, mine: string): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(lock, mine, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EEXIST';
  }
}

function holderOf(lock: string): { text: string; ageMs: number } | undefined {
  try {
    return { text: readFileSync(lock, 'utf8'), ageMs: Date.now() - statSync(lock).mtimeMs };
  } catch {
    return undefined;
  }
}

/** Removes a stale lock and returns whether it did. Renamed first, so that two processes do not both remove it. */
function removeStale(lock: string): boolean {
  const holder = holderOf(lock);
  if (holder === undefined || (holder.ageMs < oldMs && !isGone(holder.text))) return false;
  const aside = `${lock}.${crypto.randomUUID()}`;
  try {
    renameSync(lock, aside);
    const moved = readFileSync(aside, 'utf8');
    // Another process was faster: this is a live lock.
    if (moved !== holder.text) writeFileSync(lock, moved, { flag: 'wx', mode: 0o600 });
    rmSync(aside, { force: true });
    return true;
  } catch {
    return false;
  }
}

/** An empty lock is still being created; the holder of one from another machine or container cannot be checked. */
function isGone(text: string): boolean {
  const [pid, host] = text.split(' ');
  if (!pid || host !== hostname()) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
