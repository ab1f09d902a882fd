/** Runs a command line: from argv to an exit status. */
import { type Command, CommanderError } from 'commander';
import { OrchError } from '../core/errors/orch-error.ts';
import { redactor } from '../core/errors/redact.ts';
import { everyTask } from '../core/tasks/own-tasks.ts';
import { plainTaskName } from '../core/tasks/tasks.ts';
import { once } from '../core/text/once.ts';
import type { Factory } from '../factory.ts';
import { operations } from '../operations/index.ts';
import { reportError } from './errors.ts';
import { type Actions, buildProgram, shells } from './program.ts';
import { wrapped } from './render/wrap.ts';
import { runCommand } from './run-command.ts';
import { missingTask, strayOption, taskAsCommand } from './slips.ts';
import { redactedStreams } from './streams/redacted-streams.ts';
import type { IOStreams } from './streams/streams.ts';

/** What a command line runs in. Nothing here touches the process itself, so tests can run it in their own. */
export interface Surroundings {
  streams: IOStreams;
  /** Aborted by an interrupt. */
  signal: AbortSignal;
  /** Throws `usage` if the working directory no longer exists. */
  makeFactory(options: { rehearse?: boolean }): Factory;
  /** Serves MCP over the standard streams of the process. */
  serve(options: { toolNames: 'dotted' | 'underscore' }): Promise<void>;
}

/** `argv` without node and script path. Returns the exit status. */
export async function runCommandLine(argv: readonly string[], given: Surroundings): Promise<number> {
  const { signal } = given;
  let factory: Factory | undefined;
  const makeFactory: Surroundings['makeFactory'] = (options) => {
    factory = given.makeFactory(options);
    return factory;
  };
  // What goes wrong before there is a factory may repeat an argument, too.
  const redaction = once(() => {
    try {
      return (factory ?? given.makeFactory({})).redaction();
    } catch {
      // The working directory is gone.
      return { message: redactor([]), result: (text: string) => text };
    }
  });
  const streams = redactedStreams(given.streams, redaction);
  const surroundings = { ...given, streams, makeFactory };
  const json = argv.includes('--json');
  let status = 0;
  try {
    const setStatus = (exitStatus: number) => {
      status = exitStatus;
    };
    const program = buildProgram(actionsFor(argv, surroundings, setStatus), argv[0]);
    silence(program, streams);
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    const slip = signal.aborted ? asInterrupted(error) : (slipOf(error, argv, makeFactory) ?? error);
    status = reportError(slip, {
      streams,
      json,
      command: commandOf(argv),
    });
  }
  return status;
}

/** Whatever an interrupt broke is reported as the interrupt. A call's own error is kept: it carries the cost so far. */
function asInterrupted(error: unknown): OrchError {
  if (error instanceof OrchError && error.code === 'interrupted') return error;
  return new OrchError('interrupted', 'interrupted');
}

/** The command at the start of the command line, for hints: `orch usage report`, or `orch` if there is none. */
function commandOf(argv: readonly string[]): string {
  const known = operations.find(({ command }) => command.every((word, at) => argv[at] === word));
  return ['orch', ...(known?.command ?? [])].join(' ');
}

/** Width of help that does not go to a terminal. */
const plainWidth = 80;

/** Makes commander throw instead of exiting, and print through our streams. */
function silence(command: Command, streams: IOStreams): void {
  command.exitOverride();
  command.configureOutput({
    // Commander leaves the usage line as long as it is.
    writeOut: (text) => streams.out(wrapped(text, streams.stdoutColumns ?? plainWidth, '  ')),
    writeErr: (text) => streams.err(text),
    getOutHelpWidth: () => streams.stdoutColumns ?? plainWidth,
    getErrHelpWidth: () => streams.stderrColumns ?? plainWidth,
    // `reportError` prints errors.
    outputError: () => {},
  });
  for (const child of command.commands) silence(child, streams);
}

function actionsFor(
  argv: readonly string[],
  { streams, signal, makeFactory, serve }: Surroundings,
  setStatus: (status: number) => void,
): Actions {
  return {
    async run(operation, fields, command) {
      const options = command.opts<Record<string, unknown>>();
      const factory = makeFactory(options.rehearse === true ? { rehearse: true } : {});
      try {
        setStatus(await runCommand(operation, fields, command, { argv, streams, signal, factory }));
      } finally {
        await factory.close();
      }
    },
    async serve({ stdio, toolNames }) {
      if (!stdio)
        throw new OrchError(
          'usage',
          'orch serve needs --stdio: it serves MCP over standard input and output',
          {
            hint: 'run: orch serve --stdio',
          },
        );
      await serve({ toolNames: toolNames === 'underscore' ? 'underscore' : 'dotted' });
    },
    async help(topic, program) {
      await showHelp(topic, program, streams, makeFactory);
    },
    async completion(shell, program) {
      const known = shells.find((name) => name === shell);
      if (!known)
        throw new OrchError('usage', `there is no completion script for "${shell}"`, {
          hint: `choose one of: ${shells.join(', ')}`,
        });
      const { completionScript } = await import('./completions/completions.ts');
      streams.out(completionScript(known, program, ownTasks(makeFactory)));
    },
  };
}

/** A better error for a slip than the parser has: a task or an option in a wrong place. Its own guesses are kept. */
function slipOf(
  error: unknown,
  argv: readonly string[],
  makeFactory: Surroundings['makeFactory'],
): OrchError | undefined {
  if (!(error instanceof CommanderError)) return undefined;
  if (error.code === 'commander.missingArgument' && argv[0] === 'run')
    return missingTask(ownTasks(makeFactory));
  if (error.code === 'commander.unknownOption' && !/Did you mean/.test(error.message)) {
    const flag = /'(-[^']*)'/.exec(error.message)?.[1];
    return flag === undefined ? undefined : strayOption(flag, argv, commandsWith(flag));
  }
  if (error.code !== 'commander.unknownCommand') return undefined;
  const [word = ''] = argv;
  const command = /Did you mean (.*)\?/.exec(error.message)?.[1];
  return taskAsCommand(word, { own: ownTasks(makeFactory), command });
}

/** The commands that have the option, as they are called. */
function commandsWith(flag: string): string[] {
  const nothing = async () => {};
  const program = buildProgram({ run: nothing, serve: nothing, help: nothing, completion: nothing });
  const found: string[] = [];
  const look = (command: Command, path: string) => {
    if (command.options.some(({ short, long }) => short === flag || long === flag)) found.push(path);
    for (const child of command.commands) look(child, `${path} ${child.name()}`);
  };
  for (const command of program.commands) look(command, `orch ${command.name()}`);
  return found;
}

/** None if the configuration is invalid. */
function ownTasks(makeFactory: Surroundings['makeFactory']): string[] {
  try {
    return Object.keys(makeFactory({}).config().tasks);
  } catch {
    return [];
  }
}

async function showHelp(
  topic: string | undefined,
  program: Command,
  streams: IOStreams,
  makeFactory: Surroundings['makeFactory'],
): Promise<void> {
  if (topic === undefined) {
    program.outputHelp();
    return;
  }
  const { helpTopics, renderTopic } = await import('./help/topics.ts');
  const known = helpTopics.find((name) => name === topic);
  if (known) {
    streams.out(renderTopic(known, makeFactory({}), streams.stdoutColumns ?? plainWidth));
    return;
  }
  let command: Command | undefined = program;
  const isCommand = program.commands.some((child) => child.name() === topic.split(' ')[0]);
  const tasks = isCommand ? [] : everyTask(ownTasks(makeFactory));
  const words = tasks.includes(plainTaskName(topic)) ? 'run' : topic;
  for (const word of words.split(' ')) command = command?.commands.find((child) => child.name() === word);
  if (!command) {
    const { didYouMean } = await import('../core/text/did-you-mean.ts');
    const names = [
      ...helpTopics,
      ...operations.map((operation) => operation.command.join(' ')),
      'serve',
      'completion',
    ];
    const guess = didYouMean(topic, names);
    throw new OrchError(
      'usage',
      `there is no help on "${topic}"${guess ? ` (did you mean ${guess}?)` : ''}`,
      {
        hint: `choose one of: ${names.join(', ')}`,
      },
    );
  }
  command.outputHelp();
}
