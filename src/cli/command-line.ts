/** The command line, from argv to an exit status. Nobody here ends the process: what is written must get out. */
import type { Command } from 'commander';
import { exitStatusOf, OrchError } from '../core/error.ts';
import type { CallOptions } from '../engine/context.ts';
import { createFactory, type Factory, workingDirectory } from '../factory.ts';
import { operations } from '../operations/index.ts';
import type { Operation } from '../operations/operation.ts';
import { readRequest } from '../operations/read-request.ts';
import { explain, routeExplainOperation } from '../operations/route-explain.ts';
import { reportError } from './errors.ts';
import { gatherInput, refuseExpandedGlob } from './input.ts';
import { type CliField, parseInput, readFields } from './options.ts';
import { type Actions, buildProgram, shells } from './program.ts';
import { startProgress } from './progress.ts';
import { rendererFor } from './renderers.ts';
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
    status = reportError(interrupt.signal.aborted ? new OrchError('interrupted', 'interrupted') : error, {
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
      const { completionScript } = await import('./completions.ts');
      streams.out(completionScript(known, program));
    },
  };
}

interface Surroundings {
  argv: readonly string[];
  streams: IOStreams;
  signal: AbortSignal;
  factory: Factory;
}

/** Returns the exit status. */
async function runOperation(
  operation: Operation,
  fields: readonly CliField[],
  command: Command,
  { argv, streams, signal, factory }: Surroundings,
): Promise<number> {
  const options = command.opts<Record<string, unknown>>();
  refuseExpandedGlob(argv, fields);
  const raw = await gatherInput(readFields(command, fields), fields, streams);
  // The command line may leave the instruction out where files say what is meant.
  if (operation.toDelegation && raw.input === undefined) raw.input = '';
  const input = parseInput(operation, fields, raw);
  const json = options.json === true;
  const { logLevel } = operation.examines
    ? factory.examination().environment().environment
    : factory.environment();
  const verbose = logLevel !== 'silent' && logLevel !== 'error';

  if (options.dryRun === true) {
    const delegation = operation.toDelegation?.(input);
    if (!delegation)
      throw new OrchError('usage', 'nothing would be sent, so there is no route to show', {
        hint: 'leave --dry-run out',
      });
    const decision = await explain(delegation, factory.engine());
    return present(decision, routeExplainOperation, {
      streams,
      factory,
      json,
      verbose,
      options: { explain: true },
      alreadyShown: false,
    });
  }
  const liveText =
    streams.stdoutIsTerminal &&
    streams.stderrIsLive &&
    !json &&
    input.output === undefined &&
    returnsText(operation, input);
  const style = progressStyle(options, { json, streams, verbose });
  const progress = operation.toDelegation
    ? await startProgress({ streams, style: liveText ? 'plain' : style, showDecision: style === 'preview' })
    : undefined;
  let shown = '';
  const callOptions: CallOptions = {
    signal,
    stream: options.stream !== false,
    onProgress(event) {
      if (!verbose && event.kind !== 'text') return;
      if (liveText && event.kind === 'text') {
        shown += event.delta;
        streams.out(event.delta);
        return;
      }
      // What was shown of an answer that failed is not the result: say so before the next one starts.
      if (liveText && shown !== '' && event.kind === 'attempt') {
        streams.out('\n');
        streams.err('the answer above is discarded: it starts again\n');
        shown = '';
      }
      progress?.onEvent(event);
    },
  };
  let output: Record<string, unknown>;
  try {
    output = await operation.run(input, factory, callOptions);
  } finally {
    progress?.stop();
    if (shown !== '' && !shown.endsWith('\n')) streams.out('\n');
  }
  const alreadyShown = shown !== '' && shown.trim() === String(output.result).trim();
  return present(output, operation, { streams, factory, json, verbose, options, alreadyShown });
}

interface Presentation {
  streams: IOStreams;
  factory: Factory;
  json: boolean;
  verbose: boolean;
  options: Record<string, unknown>;
  alreadyShown: boolean;
}

/** Returns the exit status. */
async function present(
  output: unknown,
  operation: Operation,
  { json, ...context }: Presentation,
): Promise<number> {
  const renderer = rendererFor(operation);
  if (json && !renderer.rendersJson) context.streams.out(`${JSON.stringify(output, null, 2)}\n`);
  else
    await renderer.render(output, {
      ...context,
      options: json ? { ...context.options, format: 'json' } : context.options,
    });
  return renderer.exitStatus?.(output) ?? 0;
}

/** Text is its own preview; code and patches are taken out of what the model writes. */
function returnsText({ toDelegation }: Operation, input: Record<string, unknown>): boolean {
  const delegation = toDelegation?.(input);
  return delegation !== undefined && readRequest(delegation).shape === 'text';
}

function progressStyle(
  options: Record<string, unknown>,
  { json, streams, verbose }: { json: boolean; streams: IOStreams; verbose: boolean },
) {
  if (options.stream === true) return 'preview' as const;
  if (!verbose || json || !streams.stderrIsLive) return 'plain' as const;
  // With the result going elsewhere the terminal is free to show the answer as it is written.
  return streams.stdoutIsTerminal || options.stream === false ? ('spinner' as const) : ('preview' as const);
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
    const { nearest } = await import('../core/nearest.ts');
    const names = [
      ...helpTopics,
      ...operations.map((operation) => operation.command.join(' ')),
      'serve',
      'completion',
    ];
    const guess = nearest(topic, names);
    throw new OrchError('usage', `no help on "${topic}"${guess ? ` (did you mean ${guess}?)` : ''}`, {
      hint: `topics: ${names.join(', ')}`,
    });
  }
  command.outputHelp();
}
