/**
 * Runs the server on stdio. Standard output carries only JSON-RPC, even if other code prints. The process ends soon
 * after the client does; the SDK does not notice the end of standard input.
 */
import { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { createFactory, workingDirectory } from '../factory.ts';
import { LineTransport } from './line-transport.ts';
import { createServer } from './server.ts';
import type { ToolNameForm } from './tools.ts';

/** Grace period at the end: after it, open sockets and timers no longer keep the process alive. */
const lingerMs = 50;
/** Log lines beyond this are dropped until the client reads. */
const mostUnreadBytes = 1 << 20;
/** How long to wait for aborted calls to be recorded. A client built on the SDK kills the server after two seconds. */
const recordMs = 1500;

export async function serveStdio({ toolNames }: { toolNames: ToolNameForm }): Promise<void> {
  const { stdin } = process;
  const stdout = reserveStdout();
  let clientRoots: readonly string[] = [];
  const factory = createFactory({
    cwd: workingDirectory(),
    variables: process.env,
    writeLog: batchedLog(),
    defaultLogLevel: 'info',
    session: true,
    clientRoots: () => clientRoots,
  });
  const clientGone = new AbortController();
  const calls = new Set<Promise<void>>();
  const server = await createServer({
    toolNames,
    factory,
    signal: clientGone.signal,
    onCall: (over) => {
      calls.add(over);
      void over.then(() => calls.delete(over));
    },
    onRoots: (roots) => {
      clientRoots = roots;
    },
  });
  const ended = new Promise<void>((resolve) => {
    for (const event of ['end', 'close', 'error'] as const) stdin.once(event, () => resolve());
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
    stdout.on('error', () => resolve());
    server.onclose = () => resolve();
  });
  process.stderr.on('error', () => {});
  process.on('unhandledRejection', (reason) => {
    process.stderr.write(`internal error: ${reason instanceof Error ? reason.stack : String(reason)}\n`);
  });
  await server.connect(new LineTransport(stdin, stdout));
  await ended;

  clientGone.abort();
  stdin.pause();
  stdin.unref?.();
  if (calls.size > 0) await Promise.race([Promise.all(calls), delay(recordMs)]);
  await factory.close();
  await new Promise<void>((resolve) => (stdout.destroyed ? resolve() : stdout.end(() => resolve())));
  // All output is written: only stray handles could keep the process alive now.
  setTimeout(() => process.exit(), lingerMs).unref();
}

/** Writes the lines of one event-loop turn together, since every write to a pipe is a blocking system call. */
function batchedLog(): (line: string) => void {
  const { stderr } = process;
  let lines = '';
  const flush = () => {
    // If the client never reads stderr, the log must not fill the memory.
    if (lines !== '' && stderr.writableLength < mostUnreadBytes) stderr.write(lines);
    lines = '';
  };
  process.once('exit', flush);
  return (line) => {
    if (lines === '') setImmediate(flush);
    lines += line;
  };
}

/** Reserves stdout for the protocol; anything else printed to it afterwards goes to stderr. */
function reserveStdout(): Writable {
  const write = process.stdout.write.bind(process.stdout);
  const { stdout } = process;
  const reserved = new Writable({
    decodeStrings: false,
    // Every chunk is a string.
    writev(chunks, callback) {
      const text = chunks.map(({ chunk }) => chunk as string).join('');
      write(text, 'utf8', (error) => callback(error ?? null));
    },
  });
  // As with the log, the responses of one event-loop turn become one write.
  const writeNow = reserved.write.bind(reserved) as (...chunk: unknown[]) => boolean;
  reserved.write = (...chunk: unknown[]) => {
    if (reserved.writableCorked === 0) {
      reserved.cork();
      setImmediate(() => reserved.uncork());
    }
    return writeNow(...chunk);
  };
  stdout.on('error', (error) => reserved.destroy(error));
  stdout.write = process.stderr.write.bind(process.stderr) as typeof stdout.write;
  return reserved;
}
