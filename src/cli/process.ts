/** Connects the command line to the process: signals, streams, environment, working directory. */
import { exitStatusOf } from '../core/errors/orch-error.ts';
import { runCommandLine } from './command-line.ts';
import { processStreams } from './streams/streams.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** `argv` without node and script path. Returns the exit status rather than exiting, so that all output gets out. */
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
    async makeFactory(options) {
      const { createFactory, workingDirectory } = await import('../factory.ts');
      return createFactory({
        cwd: workingDirectory(),
        variables: process.env,
        writeLog: (line) => streams.err(line),
        defaultLogLevel: 'warn',
        ...options,
      });
    },
    async serve(options) {
      const { serveStdio } = await import('../mcp/serve-stdio.ts');
      await serveStdio(options);
    },
  });
  // From here on a signal ends the process, even while it waits for a slow reader.
  for (const signal of signals) process.off(signal, onSignal);
  await streams.flush();
  const lost = streams.outFailure();
  if (lost !== undefined) {
    streams.say('error', `cannot write to standard output (${lost})`);
    const kept = streams.lossHint();
    streams.say('hint', kept ?? 'free up space, or redirect standard output to another place');
    await streams.flush();
    return status === 0 ? exitStatusOf('write-failed') : status;
  }
  // Everything is recorded. A normal exit would make Node abort with a core dump, since the terminal whose mode it
  // restores is gone; dying from the signal avoids that.
  if (hungUp && streams.onTerminal()) {
    // Also removes the spinner's listener: nobody is left to see the cursor it would restore.
    process.removeAllListeners('SIGHUP');
    process.kill(process.pid, 'SIGHUP');
  }
  return status;
}
