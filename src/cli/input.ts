/** Adds to the arguments what comes from files and standard input. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { OrchError } from '../core/errors/orch-error.ts';
import type { OperationContext } from '../operations/context.ts';
import { defaultTimeoutSeconds } from '../operations/delegation/fields.ts';
import { readAnswerFile } from './answer-file.ts';
import type { CliField } from './options.ts';
import { type PipeWait, unreadPipe } from './streams/stdin.ts';
import type { IOStreams } from './streams/streams.ts';

/** The wait for a pipe that no argument asks for: when to tell the user, and the limit. */
const pipeWait = { noticeMs: 3000, limitMs: 600_000 };

const stdinHint = 'use --no-stdin or </dev/null to continue without it';

export interface InputOptions {
  streams: Pick<IOStreams, 'stdinIsPiped' | 'readStdin'>;
  readFile: OperationContext['readFile'];
  /** Relative paths start here. */
  cwd: string;
  /** The option or variable that turned reading of standard input off. */
  stdinOffBy: string | undefined;
  note: (text: string) => void;
  /** Interrupts reading. */
  signal: AbortSignal;
  wait?: typeof pipeWait;
}

export interface GatheredInput {
  values: Record<string, unknown>;
  /** Time spent waiting for a pipe, which counts towards the timeout of the call. */
  waitedMs: number;
  /** Absolute paths of the files that were read. */
  files: string[];
}

/** `raw` has passed the schema; content from files and standard input has yet to be checked. */
export async function gatherInput(
  raw: Record<string, unknown>,
  fields: readonly CliField[],
  options: InputOptions,
): Promise<GatheredInput> {
  const { streams, stdinOffBy } = options;
  const values = { ...raw };
  const wait = waitWithin(values, options.wait);
  const files: string[] = [];
  let stdinUsed = false;
  const readAll = async (what: string): Promise<string> => {
    if (stdinOffBy !== undefined) {
      throw new OrchError('usage', `${what} reads standard input, but ${stdinOffBy} turns that off`, {
        hint: `remove either ${what} or ${stdinOffBy}`,
      });
    }
    if (stdinUsed) {
      throw new OrchError('usage', `${what} reads standard input, which another argument already reads`, {
        hint: 'use - only once; pass the other text as a file or an argument',
      });
    }
    stdinUsed = true;
    return readStdin(streams);
  };
  for (const { name, surface, option } of fields) {
    const value = values[name];
    if (!surface.fromFile || typeof value !== 'string') continue;
    const flag = option?.long ?? name;
    if (value === '-') values[name] = await readAll(`${flag} -`);
    else {
      files.push(resolve(options.cwd, value));
      values[name] = await readAnswerFile(value, { ...options, flag, wait });
    }
  }
  if (values.input === '-') values.input = await readAll('-');

  const takesInput = fields.some(({ name }) => name === 'input');
  if (
    !takesInput ||
    stdinUsed ||
    stdinOffBy !== undefined ||
    !streams.stdinIsPiped ||
    values.from !== undefined
  )
    return { values, waitedMs: 0, files };
  const started = performance.now();
  await addPipe(values, fields, options);
  return { values, waitedMs: performance.now() - started, files };
}

/** A wait for a pipe ends with the call's time at the latest. */
function waitWithin({ timeout }: Record<string, unknown>, { noticeMs, limitMs } = pipeWait): typeof pipeWait {
  const seconds = (timeout as number | undefined) ?? defaultTimeoutSeconds;
  return { noticeMs, limitMs: Math.min(limitMs, seconds * 1000) };
}

/** A pipe that no argument asks for is context for the instruction; without an instruction it is the instruction. */
async function addPipe(
  values: Record<string, unknown>,
  fields: readonly CliField[],
  { streams, note, wait }: InputOptions,
): Promise<void> {
  const hasInstruction = typeof values.input === 'string' && values.input.trim() !== '';
  const hasChange = values.changes === true || values.staged === true || values.range !== undefined;
  const hasFiles = hasChange || (Array.isArray(values.files) && values.files.length > 0);
  const optional =
    hasInstruction || hasFiles || !fields.some(({ name, required }) => name === 'input' && required);
  const piped = await readStdin(streams, {
    ...waitWithin(values, wait),
    onNotice: () =>
      note(`waiting for standard input${optional ? `; ${stdinHint}` : ', since there is no instruction'}`),
  });
  if (piped.trim() !== '') values[hasInstruction ? 'context' : 'input'] = piped;
  else if (hasInstruction || hasFiles)
    note(`standard input ${piped === '' ? 'is empty' : 'is only white space'}: continuing without it`);
}

/**
 * When the shell expands a glob, --file takes the first name and the rest become words of the instruction, which
 * would be sent and paid for.
 */
export function refuseExpandedGlob(argv: readonly string[], fields: readonly CliField[], cwd: string): void {
  const option = fields.find(({ name }) => name === 'files')?.option;
  if (!option) return;
  for (const [at, word] of argv.entries()) {
    if (word !== option.short && word !== option.long) continue;
    const strays: string[] = [];
    for (const next of argv.slice(at + 2)) {
      if (next.startsWith('-') || !isPath(next, cwd)) break;
      strays.push(next);
    }
    if (strays.length === 0) continue;
    throw new OrchError(
      'usage',
      `${strays.join(', ')} after ${word} ${argv[at + 1]} would be read as instruction text, not as files`,
      { hint: `quote the glob so that orch expands it, or repeat ${option.long} for each file` },
    );
  }
}

/** Throws `usage` if the whole instruction is the name of a file: it would be sent instead of the file. */
export function refusePathAsInstruction(
  { input, files }: Record<string, unknown>,
  fields: readonly CliField[],
  cwd: string,
): void {
  const option = fields.find(({ name }) => name === 'files')?.option;
  if (!option || typeof input !== 'string' || !/^\S*[./\\]\S*$/.test(input) || !isPath(input, cwd)) return;
  if (Array.isArray(files) && files.length > 0) return;
  throw new OrchError('usage', `${input} is a file, and would be sent as the instruction`, {
    hint: `give it with ${option.short ?? option.long}: ${option.short ?? option.long} ${input}`,
  });
}

/** A file, or a folder that is no mere word. False also for a text that is too long to be a name. */
function isPath(name: string, cwd: string): boolean {
  try {
    const stats = statSync(resolve(cwd, name));
    return stats.isFile() || (stats.isDirectory() && name.includes('/'));
  } catch {
    return false;
  }
}

async function readStdin({ readStdin: read }: InputOptions['streams'], wait?: PipeWait): Promise<string> {
  try {
    return await read(wait);
  } catch (error) {
    throw unreadPipe(error, {
      name: 'standard input',
      limitMs: wait?.limitMs ?? 0,
      outcome: 'nothing was sent',
      hint: `${stdinHint} (always: ORCH_STDIN=off); for a slow pipe, raise --timeout (the wait is 10 minutes at most) or save it to a file first: < file`,
    });
  }
}
