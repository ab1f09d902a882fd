/** Runs a command line: from argv to an exit status. */
import { type Command, CommanderError } from 'commander';
import { OrchError } from '../core/errors/orch-error.ts';
import { once } from '../core/text/once.ts';
import type { Factory } from '../factory.ts';
import { operations } from '../operations/index.ts';
import { reportError } from './errors.ts';
import { type Actions, buildProgram, loadCommands, shells } from './program.ts';
import { wrapped } from './render/wrap.ts';
import { redactedStreams } from './streams/redacted-streams.ts';
import type { IOStreams } from './streams/streams.ts';

/** What a command line runs in. Nothing here touches the process itself, so tests can run it in their own. */
export interface Surroundings {
  streams: IOStreams;
  /** Aborted by an interrupt. */
  signal: AbortSignal;
  /** Rejects with `usage` if the working directory no longer exists. */
  makeFactory(options: { rehearse?: boolean }): Promise<Factory>;
  /** Serves MCP over the standard streams of the process. */
  serve(options: { toolNames: 'dotted' | 'underscore' }): Promise<void>;
}

/** `argv` without node and script path. Returns the exit status. */
export async function runCommandLine(argv: readonly string[], given: Surroundings): Promise<number> {
  const { signal } = given;
  let factory: Factory | undefined;
  const makeFactory: Surroundings['makeFactory'] = async (options) => {
    factory = await given.makeFactory(options);
    return factory;
  };
  // All but help goes through these. What goes wrong before there is a factory may repeat an argument, too.
  const redacted = once(async () => {
    try {
      return redactedStreams(given.streams, (factory ?? (await given.makeFactory({}))).redaction);
    } catch {
      // The working directory is gone.
      const { redactor } = await import('../core/errors/redact.ts');
      return redactedStreams(given.streams, () => ({ message: redactor([]), result: (text) => text }));
    }
  });
  const json = argv.includes('--json');
  let status = 0;
  try {
    const setStatus = (exitStatus: number) => {
      status = exitStatus;
    };
    const program = buildProgram(actionsFor(argv, { ...given, redacted, makeFactory }, setStatus));
    silence(program, given.streams);
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    // Help is no error: commander throws to stop parsing.
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const slip = signal.aborted ? asInterrupted(error) : ((await slipOf(error, argv, makeFactory)) ?? error);
    if (isStatusLine(argv) && !signal.aborted) {
      const { faultyStatusLine } = await import('./render/usage.ts');
      (await redacted()).out(await faultyStatusLine(slip as Error, json));
      return 0;
    }
    status = reportError(slip, {
      streams: await redacted(),
      json,
      command: commandOf(argv),
    });
  }
  return status;
}

function isStatusLine([group, command, ...rest]: readonly string[]): boolean {
  return group === 'usage' && command === 'status' && rest.includes('--statusline');
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

/** Makes commander throw instead of exiting, and print its help through our streams. */
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
  {
    redacted,
    signal,
    makeFactory,
    serve,
  }: Omit<Surroundings, 'streams'> & { redacted: () => Promise<IOStreams> },
  setStatus: (status: number) => void,
): Actions {
  return {
    async run(operation, fields, command) {
      const options = command.opts<Record<string, unknown>>();
      const { runCommand } = await import('./run-command.ts');
      const factory = await makeFactory(options.rehearse === true ? { rehearse: true } : {});
      const streams = await redacted();
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
      if (topic === undefined) {
        program.outputHelp();
        return;
      }
      const { showHelp } = await import('./help/show-help.ts');
      const streams = await redacted();
      await showHelp(topic, program, {
        streams,
        width: streams.stdoutColumns ?? plainWidth,
        makeFactory: () => makeFactory({}),
        ownTasks: () => ownTasks(makeFactory),
      });
    },
    async completion(shell, program) {
      const known = shells.find((name) => name === shell);
      if (!known)
        throw new OrchError('usage', `there is no completion script for "${shell}"`, {
          hint: `choose one of: ${shells.join(', ')}`,
        });
      const { completionScript } = await import('./completions/completions.ts');
      await loadCommands(program);
      const own = await ownTasks(makeFactory);
      (await redacted()).out(completionScript(known, program, own));
    },
  };
}

/** A better error for a slip than the parser has: a task or an option in a wrong place. Its own guesses are kept. */
async function slipOf(
  error: unknown,
  argv: readonly string[],
  makeFactory: Surroundings['makeFactory'],
): Promise<OrchError | undefined> {
  if (!(error instanceof CommanderError)) return undefined;
  const { missingTask, strayOption, taskAsCommand } = await import('./slips.ts');
  if (error.code === 'commander.missingArgument' && argv[0] === 'run')
    return missingTask(await ownTasks(makeFactory));
  if (error.code === 'commander.unknownOption' && !/Did you mean/.test(error.message)) {
    const flag = /'(-[^']*)'/.exec(error.message)?.[1];
    return flag === undefined ? undefined : strayOption(flag, argv, await commandsWith(flag));
  }
  if (error.code !== 'commander.unknownCommand') return undefined;
  const [word = ''] = argv;
  const command = /Did you mean (.*)\?/.exec(error.message)?.[1];
  return taskAsCommand(word, { own: await ownTasks(makeFactory), command });
}

/** The commands that have the option, as they are called. */
async function commandsWith(flag: string): Promise<string[]> {
  const nothing = async () => {};
  const program = buildProgram({ run: nothing, serve: nothing, help: nothing, completion: nothing });
  await loadCommands(program);
  const found: string[] = [];
  const look = (command: Command, path: string) => {
    if (command.options.some(({ short, long }) => short === flag || long === flag)) found.push(path);
    for (const child of command.commands) look(child, `${path} ${child.name()}`);
  };
  for (const command of program.commands) look(command, `orch ${command.name()}`);
  return found;
}

/** None if the configuration is invalid. */
async function ownTasks(makeFactory: Surroundings['makeFactory']): Promise<string[]> {
  try {
    return Object.keys((await makeFactory({})).config().tasks);
  } catch {
    return [];
  }
}
