/** Ensures one writer per tree: no other process may write between the last check and the last rename. */
import {
  closeSync,
  constants,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { OrchError } from '../../../core/errors/orch-error.ts';
import { makeFolders } from '../../system/make-folders.ts';
import { realPath } from '../../system/paths.ts';
import { fateOf, readIdentity, thisProcess } from '../../system/process-identity.ts';

/** Runs the action while no other process runs one for the same folder. Throws `write-failed` on timeout. */
export type TreeLock = <Value>(base: string, action: () => Value | Promise<Value>) => Promise<Value>;

const pollMs = 5;

export interface TreeLockOptions {
  /** How long to wait for a holder. Default 10 s. */
  maxWaitMs?: number;
  /** How long for one that cannot be seen. Default 30 s: longer than any change keeps it from showing that it lives. */
  unseenWaitMs?: number;
  /** How often a holder shows that it lives. Default 1 s. */
  beatMs?: number;
}

/**
 * Locks are files in `folder` that identify their holder, who adds to them while it lives. A lock is taken over only if
 * its holder is known to be gone or, where it cannot be seen (in another container, on another machine), if the lock
 * has not changed during the whole wait: no age tells that, because clocks jump.
 */
export function treeLock(
  folder: string,
  { maxWaitMs = 10_000, unseenWaitMs = 30_000, beatMs = 1000 }: TreeLockOptions = {},
): TreeLock {
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
      const start = performance.now();
      const first = textOf(lock);
      while (!taken(draft, lock, mine)) {
        const text = textOf(lock);
        const fate = fateOfHolder(text);
        const isOver = performance.now() - start >= (fate === 'unknown' ? unseenWaitMs : maxWaitMs);
        const isLeft = fate === 'gone' || (fate === 'unknown' && isOver && text === first);
        if (text !== undefined && isLeft && remove(lock, text)) continue;
        if (isOver) throw busy(base, lock);
        await sleep(pollMs);
      }
    } finally {
      removeIfPossible(draft);
    }
    const isMine = () => textOf(lock)?.trimEnd() === mine;
    const beating = setInterval(() => {
      if (isMine()) beat(lock);
    }, beatMs).unref();
    try {
      return await action();
    } finally {
      clearInterval(beating);
      if (isMine()) removeIfPossible(lock);
    }
  };
}

/** What is left is removed when its process is gone, and the work is not undone by it. */
function removeIfPossible(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // A later process removes it.
  }
}

/** Changes the text, but not what it says. */
function beat(lock: string): void {
  try {
    // Not created, as it may have been removed.
    const descriptor = openSync(lock, constants.O_WRONLY | constants.O_APPEND);
    try {
      writeSync(descriptor, '\n');
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // The next beat may succeed.
  }
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
      if (text !== undefined && fateOfHolder(text) === 'gone') remove(lock, text);
    }
  } catch {
    // No locks, or no permission to remove them.
  }
}

function stored(folder: string, draft: string, mine: string): boolean {
  try {
    makeFolders(folder, 0o700);
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

/** Unknown for a holder on another machine or in another container, and if none is named. */
function fateOfHolder(text = ''): ReturnType<typeof fateOf> {
  try {
    const holder = readIdentity(JSON.parse(text));
    return holder ? fateOf(holder) : 'unknown';
  } catch {
    return 'unknown';
  }
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
