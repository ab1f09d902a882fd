/** One writer at a time in a tree: between the last look at its files and the last rename nobody else may come. */
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

/** Runs the action while no other process runs one for the same folder. Throws `write-failed` after a wait. */
export type TreeLock = <Value>(base: string, action: () => Value | Promise<Value>) => Promise<Value>;

export const unlocked: TreeLock = async (_base, action) => action();

const pollMs = 5;
/** No action takes this long: an older lock is left over, whatever process has its number now. */
const oldMs = 60_000;

/** Locks are files in `folder`, which say who holds them. */
export function treeLock(folder: string, { longestWaitMs = 10_000 } = {}): TreeLock {
  return async (base, action) => {
    // Most commands write nothing, and start sooner without these.
    const { createHash } = await import('node:crypto');
    const { setTimeout: sleep } = await import('node:timers/promises');
    const lock = join(folder, createHash('sha256').update(realPath(base)).digest('hex').slice(0, 32));
    const mine = `${process.pid} ${hostname()} ${crypto.randomUUID()}`;
    const end = Date.now() + longestWaitMs;
    while (!taken(folder, lock, mine)) {
      if (removeLeftOver(lock)) continue;
      if (Date.now() >= end) {
        throw new OrchError(
          'write-failed',
          `another process writes to ${base} and holds ${lock}; nothing was changed`,
          { hint: 'run it again when that has ended; if none is there, remove the lock' },
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
    for (const name of readdirSync(folder)) removeLeftOver(join(folder, name));
  } catch {
    // There is no lock, or none that may be removed.
  }
}

function realPath(base: string): string {
  try {
    return realpathSync(base);
  } catch {
    return base;
  }
}

/** Without a place for locks the work is done all the same. */
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

/** Whether a lock was there whose process is gone. It is moved away first, so that two do not remove two. */
function removeLeftOver(lock: string): boolean {
  const holder = holderOf(lock);
  if (holder === undefined || (holder.ageMs < oldMs && !isGone(holder.text))) return false;
  const aside = `${lock}.${crypto.randomUUID()}`;
  try {
    renameSync(lock, aside);
    const moved = readFileSync(aside, 'utf8');
    // Somebody else was quicker, and this is the lock of the living.
    if (moved !== holder.text) writeFileSync(lock, moved, { flag: 'wx', mode: 0o600 });
    rmSync(aside, { force: true });
    return true;
  } catch {
    return false;
  }
}

/** A lock that says nothing yet is being made; one of another machine, or container, cannot be judged from here. */
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
