/** Which process wrote a file that outlives it, and whether that process still runs. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

export interface ProcessIdentity {
  pid: number;
  host: string;
  /** Tells two processes with the same number apart; only Linux says it without another process. */
  started: string | undefined;
}

/** No call takes this long: an older file is left over, whatever process has its number now. */
export const longestCallMs = 24 * 3_600_000;

export function thisProcess(): ProcessIdentity {
  return { pid: process.pid, host: hostname(), started: procStat(process.pid)?.started };
}

/** A process on another machine, or in another container, cannot be seen from here: only its age counts. */
export function mayBeRunning({ pid, host, started }: ProcessIdentity, ageMs: number): boolean {
  if (host !== hostname()) return ageMs < longestCallMs;
  if (!isAlive(pid)) return false;
  const stat = procStat(pid);
  if (stat === undefined || started === undefined) return ageMs < longestCallMs;
  // A killed process keeps its number as a zombie where nobody waits for it.
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
    // The name in parentheses may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0]!, started: fields[19]! };
  } catch {
    return undefined;
  }
}
