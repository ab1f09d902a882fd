/** The command line, from argv to an exit status. Nobody here ends the process: what is written must get out. */
import type { Command } from 'commander';
import { exitStatusOf, OrchError } from '../core/errors/orch-error.ts';
import { createFactory, type Factory, workingDirectory } from '../factory.ts';
import { operations } from '../operations/index.ts';
import { reportError } from './errors.ts';
import { type Actions, buildProgram, shells } from './program.ts';
import { runOperation } from './run-operation.ts';
import { type IOStreams, processStreams } from './streams.ts';

/** `argv` without node and script. Returns the exit status. */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  const interrupt = new AbortController();
  const streams = processStreams(interrupt.signal);
  const json = argv.includes('--json');
  let hungUp = false;
  const onSignal = (signal: NodeJS.Signals) => {
    hungUp ||= signal === 'SIGHUP';
    interrupt.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  let status = 0;
  try {
    const setStatus = (given: number) => {
      status = given;
    };
    const program = buildProgram(actionsFor({ argv, streams, signal: interrupt.signal, setStatus }), argv[0]);
    silence(program, streams);
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    status = reportError(interrupt.signal.aborted ? asInterrupted(error) : error, {
      streams,
      json,
      command: commandOf(argv),
    });
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, onSignal);
  }
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

/** Whatever an interrupt has broken. A call says what it has cost until then, and that is kept. */
function asInterrupted(error: unknown): OrchError {
  if (error instanceof OrchError && error.code === 'interrupted') return error;
  return new OrchError('interrupted', 'interrupted');
}

/** The command that a command line begins with, for hints: `orch usage report`; `orch` where there is none. */
function commandOf(argv: readonly string[]): string {
  const known = operations.find(({ command }) => command.every((word, at) => argv[at] === word));
  return ['orch', ...(known?.command ?? [])].join(' ');
}

/** Commander throws instead of exiting, and its words go through our streams. */
function silence(command: Command, streams: IOStreams): void {
  command.exitOverride();
  command.configureOutput({
    writeOut: (text) => streams.out(text),
    writeErr: (text) => streams.err(text),
    // An error is reported once, by us.
    outputError: () => {},
  });
  for (const child of command.commands) silence(child, streams);
}

interface Run {
  argv: readonly string[];
  streams: IOStreams;
  signal: AbortSignal;
  setStatus: (status: number) => void;
}

function actionsFor({ argv, streams, signal, setStatus }: Run): Actions {
  const makeFactory = (rehearse?: boolean) =>
    createFactory({
      cwd: workingDirectory(),
      variables: process.env,
      writeLog: (line) => streams.err(line),
      defaultLogLevel: 'warn',
      ...(rehearse ? { rehearse } : {}),
    });
  return {
    async run(operation, fields, command) {
      const options = command.opts<Record<string, unknown>>();
      const factory = makeFactory(options.rehearse === true);
      try {
        setStatus(await runOperation(operation, fields, command, { argv, streams, signal, factory }));
      } finally {
        await factory.close();
      }
    },
    async serve({ stdio, toolNames }) {
      if (!stdio)
        throw new OrchError('usage', 'orch serve speaks MCP on standard input and output', {
          hint: 'run: orch serve --stdio',
        });
      const { serveStdio } = await import('../mcp/serve-stdio.ts');
      await serveStdio({ toolNames: toolNames === 'underscore' ? 'underscore' : 'dotted' });
    },
    async help(topic, program) {
      await showHelp(topic, program, streams, makeFactory);
    },
    async completion(shell, program) {
      const known = shells.find((name) => name === shell);
      if (!known)
        throw new OrchError('usage', `no completions for "${shell}"`, {
          hint: `one of: ${shells.join(', ')}`,
        });
      const { completionScript } = await import('./completions/completions.ts');
      streams.out(completionScript(known, program));
    },
  };
}

async function showHelp(
  topic: string | undefined,
  program: Command,
  streams: IOStreams,
  makeFactory: () => Factory,
): Promise<void> {
  if (topic === undefined) {
    program.outputHelp();
    return;
  }
  const { helpTopics, renderTopic } = await import('./help-topics.ts');
  const known = helpTopics.find((name) => name === topic);
  if (known) {
    streams.out(renderTopic(known, makeFactory()));
    return;
  }
  let command: Command | undefined = program;
  for (const word of topic.split(' ')) command = command?.commands.find((child) => child.name() === word);
  if (!command) {
    const { didYouMean } = await import('../core/text/did-you-mean.ts');
    const names = [
      ...helpTopics,
      ...operations.map((operation) => operation.command.join(' ')),
      'serve',
      'completion',
    ];
    const guess = didYouMean(topic, names);
    throw new OrchError('usage', `no help on "${topic}"${guess ? ` (did you mean ${guess}?)` : ''}`, {
      hint: `topics: ${names.join(', ')}`,
    });
  }
  command.outputHelp();
}
