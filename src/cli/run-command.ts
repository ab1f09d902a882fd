/** Runs one operation for the command line: gathers the input, shows progress, prints the output. */
import type { Command } from 'commander';
import { OrchError } from '../core/errors/orch-error.ts';
import { shapes } from '../core/tasks/shapes.ts';
import { joinedBreaks, printableJson } from '../core/text/hidden.ts';
import type { CallOptions } from '../engine/context.ts';
import type { Factory } from '../factory.ts';
import type { Operation } from '../operations/operation.ts';
import { onWholeTree } from '../operations/whole-tree.ts';
import { indexingProgress } from './indexing-progress.ts';
import { gatherInput, refuseExpandedGlob, refusePathAsInstruction } from './input.ts';
import { type CliField, parseInput, readFields } from './options.ts';
import { type Renderer, rendererFor } from './render/renderers.ts';
import { refuseSingleDash, refuseWrongTask } from './slips.ts';
import type { IOStreams } from './streams/streams.ts';

interface Surroundings {
  argv: readonly string[];
  streams: IOStreams;
  signal: AbortSignal;
  factory: Factory;
}

/** Returns the exit status. */
export async function runCommand(
  operation: Operation,
  fields: readonly CliField[],
  command: Command,
  { argv, streams, signal, factory }: Surroundings,
): Promise<number> {
  const options = command.opts<Record<string, unknown>>();
  const json = options.json === true;
  const renderer = await rendererFor(operation);
  refuseSingleDash(
    argv,
    command.options.flatMap(({ long }) => long ?? []),
  );
  refuseExpandedGlob(argv, fields, factory.cwd);
  // On the command line the instruction is optional if files are given.
  const parse = (raw: Record<string, unknown>) =>
    parseInput(operation, fields, operation.plan ? { input: '', ...raw } : raw);
  const rawFields = {
    ...readFields(command, fields),
    ...(json ? {} : renderer.asks?.(options)),
  };
  // Report faulty arguments before waiting for a pipe.
  parse(rawFields);
  refusePathAsInstruction(rawFields, fields, factory.cwd);
  const { logLevel, readsStdin } = operation.examines
    ? factory.diagnostics().environment().environment
    : factory.environment();
  refuseWrongTask(rawFields.task, {
    isFirst: fields.some(({ name, surface }) => name === 'task' && surface.positional === 'one'),
    ownTasks: () => factory.config().tasks,
  });
  const verbose = logLevel !== 'silent' && logLevel !== 'error';
  const quiet = options.quiet === true;
  const talks = verbose && !quiet;
  const {
    values,
    waitedMs,
    files: inputFiles,
  } = await gatherInput(rawFields, fields, {
    streams,
    readFile: factory.readFile,
    cwd: factory.cwd,
    signal,
    stdinOffBy: options.stdin === false ? '--no-stdin' : readsStdin ? undefined : 'ORCH_STDIN=off',
    note: (text) => {
      if (talks) streams.say('note', text);
    },
  });
  const input = parse(values);
  if (input.output === '-') delete input.output;

  const request = operation.plan?.(input, factory);
  const sayWhatIsWaiting = async () => {
    const waiting = talks ? await factory.tree().waiting() : undefined;
    if (waiting !== undefined) streams.say('warning', waiting);
  };
  if (options.dryRun === true) {
    await sayWhatIsWaiting();
    if (!request)
      throw new OrchError('usage', '--dry-run has no route to show: nothing would be sent', {
        hint: 'run it without --dry-run',
      });
    const [{ explain }, { decisionRenderer }] = await Promise.all([
      import('../operations/route-explain.ts'),
      import('./render/route.ts'),
    ]);
    return present(await explain(request, factory, signal), decisionRenderer, {
      streams,
      factory,
      json,
      verbose,
      quiet,
      options: { explain: true },
      alreadyShown: false,
    });
  }
  const liveText =
    streams.stdoutIsTerminal &&
    streams.stderrIsLive &&
    !json &&
    input.output === undefined &&
    request !== undefined &&
    shapes[request.shape].streams;
  const preview = !liveText && showsPreview(options, { json, streams, talks });
  const progress = request
    ? await (await import('./progress.ts')).startProgress({
        streams,
        sign: signFor({ json, streams, talks }),
        preview,
        untilText: liveText || preview,
        showDecision: preview,
      })
    : undefined;
  const indexing = indexingProgress(streams);
  let shown = '';
  let joined = joinedBreaks();
  const callOptions: CallOptions = {
    signal,
    elapsedMs: waitedMs,
    inputFiles,
    stream: options.stream !== false,
    onProgress(event) {
      if (event.kind === 'attempt') joined = joinedBreaks();
      // Whatever was indexed is; two signs at once would write into each other.
      if (event.kind === 'decision') void indexing.stop();
      if (event.kind === 'text') {
        const delta = joined(event.delta);
        if (delta === '') return;
        progress?.onEvent({ ...event, delta });
        if (!liveText) return;
        shown += delta;
        streams.out(delta);
        return;
      }
      // The partial answer on screen failed and cannot be taken back, so say at every log level that it is not the
      // result before the next one starts.
      if (liveText && shown !== '' && event.kind === 'attempt') {
        streams.out('\n');
        streams.err('the partial answer above is discarded; starting again\n');
        shown = '';
      }
      if (!talks) return;
      progress?.onEvent(event);
      if (!progress && event.kind === 'notice') streams.err(`${event.text}\n`);
      indexing.onEvent(event);
    },
  };
  let output: Record<string, unknown>;
  try {
    const written = [
      ...(input.apply === true ? [factory.workspace().base()] : []),
      ...(typeof options.output === 'string' ? [options.output] : []),
    ];
    output = await onWholeTree(written, factory, async () => {
      // The others look after their tree themselves.
      if (operation.annotations.readOnlyHint) await sayWhatIsWaiting();
      // A reminder that is not shown stays due.
      const context = talks || json ? factory : { ...factory, isDue: () => false };
      return operation.run(input, context, callOptions);
    });
  } finally {
    progress?.stop();
    await indexing.stop();
    if (shown !== '' && !shown.endsWith('\n')) streams.out('\n');
  }
  const alreadyShown = shown !== '' && shown.trim() === String(output.result).trim();
  return present(output, renderer, { streams, factory, json, verbose, quiet, options, alreadyShown });
}

interface Presentation {
  streams: IOStreams;
  factory: Factory;
  json: boolean;
  verbose: boolean;
  quiet: boolean;
  options: Record<string, unknown>;
  alreadyShown: boolean;
}

/** Returns the exit status. */
async function present(
  output: unknown,
  renderer: Renderer,
  { json, ...context }: Presentation,
): Promise<number> {
  if (json && !renderer.rendersJson)
    context.streams.out(`${printableJson(output, 2)}\n`, renderer.ifLost?.(output));
  else
    await renderer.render(output, {
      ...context,
      options: json ? { ...context.options, format: 'json' } : context.options,
    });
  return renderer.exitStatus?.(output) ?? 0;
}

interface Audience {
  json: boolean;
  streams: IOStreams;
  talks: boolean;
}

function showsPreview(options: Record<string, unknown>, { json, streams, talks }: Audience): boolean {
  if (options.stream === true) return true;
  // The result goes elsewhere, so the terminal is free to show the answer as it arrives.
  return talks && !json && streams.stderrIsLive && !streams.stdoutIsTerminal && options.stream !== false;
}

function signFor({ json, streams, talks }: Audience) {
  if (!talks || json || !streams.stderrIsWatched) return undefined;
  return streams.stderrIsLive ? ('spinner' as const) : ('line' as const);
}
