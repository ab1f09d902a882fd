/** Ensures one writer per tree: no other process may write between the last check and the last rename. */
import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OrchError } from '../../core/errors/orch-error.ts';
import { realPath } from '../system/paths.ts';
import { fateOf, readIdentity, thisProcess } from '../system/process-identity.ts';

/** Runs the action while no other process runs one for the same folder. Throws `write-failed` on timeout. */
export type TreeLock = <Value>(base: string, action: () => Value | Promise<Value>) => Promise<Value>;

const pollMs = 5;

/**
 * Locks are files in `folder` that identify their holder. A lock is taken over only if its holder is known to be gone:
 * no age tells that, because clocks jump.
 */
export function treeLock(folder: string, { maxWaitMs = 10_000 } = {}): TreeLock {
  return async (base, action) => {
    // Most commands write nothing, and start sooner without these.
    const { createHash } = await import('node:crypto');
    const { setTimeout: sleep } = await import('node:timers/promises');
    const lock = join(folder, createHash('sha256').update(realPath(base)).digest('hex').slice(0, 32));
    const id = crypto.randomUUID();
    const mine = JSON.stringify({ ...thisProcess(), id });
    const draft = `${lock}.${id}`;
    // The lock appears with its holder in it. If nothing can be stored, the action runs without a lock.
    if (!stored(folder, draft, mine)) return action();
    try {
      const end = performance.now() + maxWaitMs;
      const first = textOf(lock);
      while (!taken(draft, lock, mine)) {
        const text = textOf(lock);
        const isOver = performance.now() >= end;
        // A lock that names nobody, and did not change all that time, is only what is left of one.
        const isTorn = isOver && text === first && text !== undefined && holderIn(text) === undefined;
        if (text !== undefined && (isTorn || isStale(text)) && remove(lock, text)) continue;
        if (isOver) throw busy(base, lock);
        await sleep(pollMs);
      }
    } finally {
      rmSync(draft, { force: true });
    }
    try {
      return await action();
    } finally {
      if (textOf(lock) === mine) rmSync(lock, { force: true });
    }
  };
}

function busy(base: string, lock: string): OrchError {
  return new OrchError(
    'write-failed',
    `another process is writing to ${base} and holds ${lock}; nothing was changed`,
    { hint: 'retry when it has finished; if there is no such process, delete the lock' },
  );
}

/** Removes the locks of processes that were killed. Never fails. */
export function sweepLocks(folder: string): void {
  try {
    for (const name of readdirSync(folder)) {
      const lock = join(folder, name);
      const text = textOf(lock);
      if (text !== undefined && isStale(text)) remove(lock, text);
    }
  } catch {
    // No locks, or no permission to remove them.
  }
}

function stored(folder: string, draft: string, mine: string): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(draft, mine, { flag: 'wx', mode: 0o600 });
    return true;
  } catch {
    return false;
  }
}

function taken(draft: string, lock: string, mine: string): boolean {
  try {
    linkSync(draft, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
  }
  // There are no hard links here.
  try {
    writeFileSync(lock, mine, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EEXIST';
  }
}

/** Undefined when there is no lock, or none that can be read. */
function textOf(lock: string): string | undefined {
  try {
    return readFileSync(lock, 'utf8');
  } catch {
    return undefined;
  }
}

function holderIn(text: string) {
  try {
    return readIdentity(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The holder of one from another machine or container cannot be looked at. */
function isStale(text: string): boolean {
  const holder = holderIn(text);
  return holder !== undefined && fateOf(holder) === 'gone';
}

/** Removes a lock with this text and returns whether it did. Renamed first, so that two processes do not both remove it. */
function remove(lock: string, text: string): boolean {
  const aside = `${lock}.${crypto.randomUUID()}`;
  try {
    renameSync(lock, aside);
    const moved = readFileSync(aside, 'utf8');
    // Another process was faster: this is a live lock.
    if (moved !== text) writeFileSync(lock, moved, { flag: 'wx', mode: 0o600 });
    rmSync(aside, { force: true });
    return true;
  } catch {
    return false;
  }
}
