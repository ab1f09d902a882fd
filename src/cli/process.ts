/** The command line in a process of its own: its signals, streams, environment and folder. */
import { exitStatusOf } from '../core/errors/orch-error.ts';
import { createFactory, workingDirectory } from '../factory.ts';
import { runCommandLine } from './command-line.ts';
import { processStreams } from './streams.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** `argv` without node and script. Returns the exit status: what is written must get out before the process ends. */
export async function runProcess(argv: readonly string[]): Promise<number> {
  const interrupt = new AbortController();
  const streams = processStreams(interrupt.signal);
  let hungUp = false;
  const onSignal = (signal: NodeJS.Signals) => {
    hungUp ||= signal === 'SIGHUP';
    interrupt.abort();
  };
  for (const signal of signals) process.on(signal, onSignal);
  const status = await runCommandLine(argv, {
    streams,
    signal: interrupt.signal,
    makeFactory: (options) =>
      createFactory({
        cwd: workingDirectory(),
        variables: process.env,
        writeLog: (line) => streams.err(line),
        defaultLogLevel: 'warn',
        ...options,
      }),
    async serve(options) {
      const { serveStdio } = await import('../mcp/serve-stdio.ts');
      await serveStdio(options);
    },
  });
  // From here on a signal ends the process, also while a reader keeps it waiting.
  for (const signal of signals) process.off(signal, onSignal);
  await streams.flush();
  const lost = streams.outFailure();
  if (lost !== undefined) {
    streams.say('error', `cannot write to standard output (${lost})`);
    streams.say('hint', 'make room, or write elsewhere with --output');
    await streams.flush();
    return status === 0 ? exitStatusOf('write-failed') : status;
  }
  // Everything is recorded. Node would end with an abort and a dump of its memory, since it finds no terminal
  // to put back in order: the signal's own way of ending a process does not.
  if (hungUp && streams.onTerminal()) {
    // The spinner has a listener, too, and nobody is left to see its cursor.
    process.removeAllListeners('SIGHUP');
    process.kill(process.pid, 'SIGHUP');
  }
  return status;
}
