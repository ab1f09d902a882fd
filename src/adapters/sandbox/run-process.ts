/** Runs one program to its end: the tail of what it prints, a limit of time, and nothing of it that stays. */
import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { tailOf } from './tail.ts';

export interface ProcessRun {
  argv: readonly string[];
  cwd: string;
  env: Record<string, string>;
  timeoutMs: number;
  maxOutputBytes: number;
  signal: AbortSignal;
  /** Called with what the program writes to descriptor 3, which it gets if this is given. */
  onInfo?: (text: string) => void;
  /** Called every so often while it runs; what it returns is why the program is to be killed. */
  watch?: () => string | undefined | Promise<string | undefined>;
  /** Waits until all that the program has started is gone. */
  gone?: () => Promise<void>;
}

export interface ProcessEnd {
  /** 127 if there is no such program. Undefined if it was ended by a signal. */
  status: number | undefined;
  stopped: string | undefined;
  output: string;
  cut: boolean;
  ms: number;
}

/** After a program has ended, others that it has started may hold its output open; they are killed first. */
const drainMs = 1000;
const watchMs = 100;

/** Rejects with the signal's reason. */
export async function runProcess(run: ProcessRun): Promise<ProcessEnd> {
  const { signal, timeoutMs } = run;
  signal.throwIfAborted();
  const { spawn } = await import('node:child_process');
  const began = performance.now();
  const tail = tailOf(run.maxOutputBytes);
  const [program, ...args] = run.argv as [string, ...string[]];
  const child = spawn(program, args, {
    cwd: run.cwd,
    env: run.env,
    // A process group of its own, which is ended as a whole.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', ...(run.onInfo === undefined ? [] : (['pipe'] as const))],
  });
  let stopped: string | undefined;
  const stop = (why: string) => {
    stopped ??= why;
    kill(child);
  };
  const abort = () => stop('abort');
  const leave = () => kill(child);
  const timer = setTimeout(() => stop('time'), timeoutMs);
  const watching = watcher(run.watch, stop);
  signal.addEventListener('abort', abort, { once: true });
  process.on('exit', leave);
  try {
    const status = await endOf(child, { keep: tail.add, onInfo: run.onInfo });
    await run.gone?.();
    signal.throwIfAborted();
    const ms = performance.now() - began;
    return { status: stopped === undefined ? status : undefined, stopped, ...tail.text(), ms };
  } finally {
    clearTimeout(timer);
    watching.end();
    signal.removeEventListener('abort', abort);
    process.off('exit', leave);
  }
}

function endOf(
  child: ChildProcess,
  { keep, onInfo }: { keep: (chunk: Buffer) => void; onInfo: ProcessRun['onInfo'] },
): Promise<number | undefined> {
  const { promise, resolve } = withResolvers<number | undefined>();
  const info = child.stdio[3] as Readable | undefined | null;
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', keep);
    stream?.on('error', () => {});
  }
  let text = '';
  info?.on('data', (chunk) => {
    text += chunk;
    onInfo?.(text);
  });
  info?.on('error', () => {});
  child.on('error', (error) => {
    keep(Buffer.from(`${(error as NodeJS.ErrnoException).code}: ${error.message}\n`));
    resolve(127);
  });
  child.on('exit', (code) => {
    // What is left of its group.
    kill(child);
    const draining = setTimeout(() => {
      for (const stream of child.stdio) stream?.destroy();
      resolve(code ?? undefined);
    }, drainMs);
    child.on('close', () => {
      clearTimeout(draining);
      resolve(code ?? undefined);
    });
  });
  return promise;
}

function withResolvers<Value>(): { promise: Promise<Value>; resolve: (value: Value) => void } {
  let resolve!: (value: Value) => void;
  const promise = new Promise<Value>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}

function kill({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The whole group has ended.
  }
}

/** Asks anew a while after the last answer. */
function watcher(watch: ProcessRun['watch'], stop: (why: string) => void): { end: () => void } {
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  const look = async () => {
    const why = await Promise.resolve(watch?.()).catch(() => undefined);
    if (why !== undefined) stop(why);
    // Also after a kill: it may come before what the program has just started.
    if (!ended) timer = setTimeout(look, watchMs);
  };
  if (watch !== undefined) timer = setTimeout(look, watchMs);
  return {
    end() {
      ended = true;
      clearTimeout(timer);
    },
  };
}
