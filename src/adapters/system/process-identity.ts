/** Identifies the process that wrote a file, and checks whether it is still running. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

export interface ProcessIdentity {
  pid: number;
  host: string;
  /** Start time, to detect a reused process id; only available on Linux. */
  started: string | undefined;
}

/** No call takes this long, so an older file is stale even if its process id is in use again. */
export const longestCallMs = 24 * 3_600_000;

export function thisProcess(): ProcessIdentity {
  return { pid: process.pid, host: hostname(), started: procStat(process.pid)?.started };
}

/** A process on another machine or in another container is not visible here, so only the age counts. */
export function mayBeRunning({ pid, host, started }: ProcessIdentity, ageMs: number): boolean {
  if (host !== hostname()) return ageMs < longestCallMs;
  if (!isAlive(pid)) return false;
  const stat = procStat(pid);
  if (stat === undefined || started === undefined) return ageMs < longestCallMs;
  // A killed process that nobody waits for remains as a zombie.
  return stat.started === started && !/[ZX]/.test(stat.state);
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function procStat(pid: number): { state: string; started: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in parentheses may contain anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0]!, started: fields[19]! };
  } catch {
    return undefined;
  }
}
