/** Identifies the process that wrote a file, and tells what has become of it, whatever the clock says. */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

export interface ProcessIdentity {
  pid: number;
  host: string;
  /** Start time, to detect a reused process id; only available on Linux. */
  started: string | undefined;
  /** The machine's boot, and the namespace in which the id counts; only available on Linux. */
  boot?: string | undefined;
  namespace?: string | undefined;
}

/** No call takes this long. Counts only for processes whose fate is unknown: a clock may jump. */
export const longestCallMs = 24 * 3_600_000;

export function thisProcess(): ProcessIdentity {
  return {
    pid: process.pid,
    host: hostname(),
    started: procStat(process.pid)?.started,
    boot: attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()),
    namespace: attempt(() => readlinkSync('/proc/self/ns/pid')),
  };
}

/** `unknown`: it is, or was, on another machine or in another container, or only its number is known. */
export function fateOf(holder: ProcessIdentity): 'running' | 'gone' | 'unknown' {
  const here = thisProcess();
  if (holder.host !== here.host) return 'unknown';
  if (holder.boot !== undefined && here.boot !== undefined) {
    if (holder.boot !== here.boot) return 'gone';
    if (holder.namespace !== here.namespace) return 'unknown';
  }
  if (!isAlive(holder.pid)) return 'gone';
  const stat = procStat(holder.pid);
  if (stat === undefined || holder.started === undefined) return 'unknown';
  // A killed process that nobody waits for remains as a zombie.
  return stat.started === holder.started && !/[ZX]/.test(stat.state) ? 'running' : 'gone';
}

/** `ageMs`: of what it wrote, which counts only where nothing else tells. */
export function mayBeRunning(holder: ProcessIdentity, ageMs: number): boolean {
  const fate = fateOf(holder);
  return fate === 'running' || (fate === 'unknown' && ageMs < longestCallMs);
}

/** The identity in parsed JSON. Undefined where there is none. */
export function readIdentity(value: unknown): ProcessIdentity | undefined {
  const { pid, host } = (value ?? {}) as Partial<ProcessIdentity>;
  return Number.isSafeInteger(pid) && pid! > 0 && typeof host === 'string'
    ? (value as ProcessIdentity)
    : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function procStat(pid: number): { state: string; started: string } | undefined {
  return attempt(() => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in parentheses may contain anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0]!, started: fields[19]! };
  });
}

function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
