/** Runs the command line in the process of the test: what needs no process of its own is quicker so. */
import { Readable } from 'node:stream';
import { Chalk } from 'chalk';
import { runCommandLine } from '../../src/cli/command-line.ts';
import { readToEnd } from '../../src/cli/streams/stdin.ts';
import { type IOStreams, labelled } from '../../src/cli/streams/streams.ts';
import type { Clock } from '../../src/engine/ports.ts';
import { createFactory, type Factory, type FactoryOptions } from '../../src/factory.ts';
import { bareEnvironment, folder, type OrchOptions, type OrchResult } from './orch.ts';

/** Standard streams that are pipes, and what came out of them. */
function pipedStreams(
  stdin: string | Buffer | Readable | undefined,
  interrupt: AbortSignal,
  columns?: number,
): { streams: IOStreams; written: { stdout: string; stderr: string } } {
  const written = { stdout: '', stderr: '' };
  const plain = new Chalk({ level: 0 });
  const err = (text: string) => {
    written.stderr += text;
  };
  const out = (text: string) => {
    written.stdout += text;
  };
  const streams: IOStreams = {
    out,
    err,
    outStyled: out,
    errStyled: err,
    say: (label, text) => err(labelled(label, text, plain)),
    shown: (text) => text,
    outStyle: plain,
    errStyle: plain,
    stdoutIsTerminal: false,
    stdoutColumns: columns,
    stderrColumns: columns,
    stderrIsWatched: false,
    stderrIsLive: false,
    startSpinner: () => Promise.reject(new Error('a spinner needs a terminal')),
    stdinIsPiped: stdin !== undefined,
    readStdin: (wait) => {
      const stream = stdin instanceof Readable ? stdin : Readable.from([Buffer.from(stdin ?? '')]);
      return readToEnd(stream, interrupt, wait);
    },
  };
  return { streams, written };
}

/** What is given for the process of `orch`; variables that only a real process heeds are refused. */
export function factoryFor(
  { env = {}, cwd }: Omit<OrchOptions, 'stdin'>,
  options: Omit<FactoryOptions, 'cwd' | 'variables'>,
): Factory {
  const foreign = Object.keys(env).find(
    (name) => !/^(ORCH_|OPENAI_|OTEL_|XDG_|HOME$|USERPROFILE$)/.test(name),
  );
  if (foreign !== undefined) throw new Error(`${foreign} has no effect without a process of its own`);
  return createFactory({ cwd: cwd ?? folder(), variables: bareEnvironment(env), ...options });
}

interface InProcessOptions extends Omit<OrchOptions, 'stdin'> {
  /** A stream is a pipe, which ends when the test ends it. */
  stdin?: string | Buffer | Readable | undefined;
  clock?: Clock;
  columns?: number;
  signal?: AbortSignal;
}

/** As `orch` of orch.ts, with the code of `src`. */
export async function orchInProcess(
  args: readonly string[],
  { stdin, clock, columns, signal = new AbortController().signal, ...options }: InProcessOptions = {},
): Promise<OrchResult> {
  const { streams, written } = pipedStreams(stdin, signal, columns);
  const status = await runCommandLine(args, {
    streams,
    signal,
    makeFactory: async (more) =>
      factoryFor(options, {
        writeLog: streams.err,
        defaultLogLevel: 'warn',
        ...(clock ? { clock } : {}),
        ...more,
      }),
    serve: () => Promise.reject(new Error('a server needs streams of its own')),
  });
  return { status, ...written };
}
