/** Gathers what comes from files and standard input beside the arguments. */
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { OrchError } from '../core/errors/orch-error.ts';
import { defaultTimeoutSeconds } from '../operations/delegation/fields.ts';
import type { CliField } from './options.ts';
import { StdinNotTextError, StdinStillOpenError, StdinTooLargeError, type StdinWait } from './stdin.ts';
import type { IOStreams } from './streams.ts';

/** How long a pipe is waited for that no argument names: until it is said, and at the most. */
const pipeWait = { noticeMs: 3000, limitMs: 600_000 };

const goOn = '</dev/null or --no-stdin to go on without it';

export interface InputOptions {
  streams: Pick<IOStreams, 'stdinIsPiped' | 'readStdin'>;
  /** Where paths start. */
  cwd: string;
  /** What says that standard input is not to be read: a flag or a variable. */
  stdinOffBy: string | undefined;
  note: (text: string) => void;
  wait?: typeof pipeWait;
}

export interface GatheredInput {
  values: Record<string, unknown>;
  /** How long a pipe was waited for: the time-out of the whole call covers it. */
  waitedMs: number;
}

/** `raw` has been checked against the schema, but for what the files and standard input hold. */
export async function gatherInput(
  raw: Record<string, unknown>,
  fields: readonly CliField[],
  options: InputOptions,
): Promise<GatheredInput> {
  const { streams, cwd, stdinOffBy } = options;
  const values = { ...raw };
  for (const { name, surface } of fields) {
    const value = values[name];
    if (surface.positional !== 'one' || !Array.isArray(surface.complete) || typeof value !== 'string')
      continue;
    // The instruction, most likely: as a name that is not known it would be lost.
    if (/\s/.test(value.trim())) {
      throw new OrchError('usage', `"${value}" is no ${name}: that comes first, then the instruction`, {
        hint: `one of: ${surface.complete.join(', ')}`,
      });
    }
  }
  let stdinUsed = false;
  const readAll = async (what: string): Promise<string> => {
    if (stdinOffBy !== undefined) {
      throw new OrchError('usage', `${stdinOffBy} leaves standard input unread, and ${what} asks for it`, {
        hint: 'leave out one of the two',
      });
    }
    if (stdinUsed) throw new OrchError('usage', `standard input is asked for twice, again by ${what}`);
    stdinUsed = true;
    return readStdin(streams);
  };
  for (const { name, surface, option } of fields) {
    const value = values[name];
    if (!surface.fromFile || typeof value !== 'string') continue;
    const flag = option?.long ?? name;
    values[name] = value === '-' ? await readAll(`${flag} -`) : readAnswerFile(value, { flag, cwd });
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
    return { values, waitedMs: 0 };
  const started = performance.now();
  await addPipe(values, fields, options);
  return { values, waitedMs: performance.now() - started };
}

/** A pipe that no argument names is material beside an instruction, and the instruction where there is none. */
async function addPipe(
  values: Record<string, unknown>,
  fields: readonly CliField[],
  { streams, note, wait: { noticeMs, limitMs } = pipeWait }: InputOptions,
): Promise<void> {
  const instruction = typeof values.input === 'string' && values.input.trim() !== '';
  const hasFiles = Array.isArray(values.files) && values.files.length > 0;
  const optional =
    instruction || hasFiles || !fields.some(({ name, required }) => name === 'input' && required);
  const timeout = (values.timeout as number | undefined) ?? defaultTimeoutSeconds;
  const piped = await readStdin(streams, {
    noticeMs,
    onNotice: () =>
      note(`waiting for standard input${optional ? `; ${goOn}` : ', since there is no instruction'}`),
    limitMs: Math.min(limitMs, timeout * 1000),
  });
  if (piped.trim() !== '') values[instruction ? 'context' : 'input'] = piped;
  else if (instruction || hasFiles)
    note(`standard input ${piped === '' ? 'is empty' : 'holds only white space'}: going on without it`);
}

/**
 * A glob that the shell has expanded leaves one name to --file and makes the others words of the instruction,
 * which would be sent, and paid for, as such.
 */
export function refuseExpandedGlob(argv: readonly string[], fields: readonly CliField[], cwd: string): void {
  const option = fields.find(({ name }) => name === 'files')?.option;
  if (!option) return;
  for (const [at, word] of argv.entries()) {
    if (word !== option.short && word !== option.long) continue;
    const strays: string[] = [];
    for (const next of argv.slice(at + 2)) {
      if (next.startsWith('-') || !isFile(resolve(cwd, next))) break;
      strays.push(next);
    }
    if (strays.length === 0) continue;
    throw new OrchError(
      'usage',
      `${strays.join(', ')} after ${word} ${argv[at + 1]} would be words of the instruction, not files`,
      { hint: `quote a glob, so that orch expands it, or repeat ${option.long} for each file` },
    );
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

async function readStdin({ readStdin: read }: InputOptions['streams'], wait?: StdinWait): Promise<string> {
  try {
    return await read(wait);
  } catch (error) {
    if (error instanceof StdinStillOpenError) {
      const seconds = (wait?.limitMs ?? 0) / 1000;
      throw new OrchError(
        'file-unreadable',
        `standard input is still open after ${seconds} s; nothing was sent`,
        {
          hint: `${goOn} (ORCH_STDIN=off: always); if it is slow to come, raise --timeout (10 minutes at most) or save it first: < file`,
        },
      );
    }
    if (error instanceof StdinTooLargeError) {
      throw new OrchError('input-too-large', 'standard input is more than 64 MB', {
        hint: 'pipe only the part that matters, e.g. through tail',
      });
    }
    if (error instanceof StdinNotTextError) {
      throw new OrchError('file-unreadable', 'standard input is not UTF-8 text', {
        hint: 'only text can be sent; convert what is in another encoding, e.g. with iconv',
      });
    }
    throw new OrchError(
      'file-unreadable',
      `standard input cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`,
      { cause: error },
    );
  }
}

function readAnswerFile(path: string, { flag, cwd }: { flag: string; cwd: string }): string {
  try {
    return readFileSync(resolve(cwd, path), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const missing = code === 'ENOENT';
    throw new OrchError(
      missing ? 'file-not-found' : 'file-unreadable',
      `${flag}: ${path} ${missing ? 'does not exist' : `cannot be read (${code})`}`,
      {
        hint: 'give a file, or - for standard input',
        cause: error,
      },
    );
  }
}
