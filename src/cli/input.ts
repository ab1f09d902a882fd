/** Gathers what comes from files and standard input beside the arguments. */
import { readFileSync, statSync } from 'node:fs';
import { OrchError } from '../core/error.ts';
import type { CliField } from './options.ts';
import { type IOStreams, StdinNotTextError, StdinTooLargeError } from './streams.ts';

/** Beside an instruction a pipe is a guess at what is meant: an open one without content is not waited for. */
const pipeWaitMs = 3000;

export async function gatherInput(
  raw: Record<string, unknown>,
  fields: readonly CliField[],
  streams: IOStreams,
): Promise<Record<string, unknown>> {
  const gathered = { ...raw };
  for (const { name, surface } of fields) {
    const value = gathered[name];
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
    if (stdinUsed) throw new OrchError('usage', `standard input is asked for twice, again by ${what}`);
    stdinUsed = true;
    return (await readStdin(streams)) ?? '';
  };
  for (const { name, surface, option } of fields) {
    const value = gathered[name];
    if (!surface.fromFile || typeof value !== 'string') continue;
    gathered[name] =
      value === '-' ? await readAll(option?.long ?? name) : readAnswerFile(value, option?.long ?? name);
  }
  if (gathered.input === '-') gathered.input = await readAll('-');

  const takesInput = fields.some(({ name }) => name === 'input');
  if (takesInput && !stdinUsed && streams.stdinIsPiped && gathered.from === undefined) {
    const instruction = typeof gathered.input === 'string' && gathered.input.trim() !== '';
    const hasFiles = Array.isArray(gathered.files) && gathered.files.length > 0;
    const piped = await readStdin(streams, instruction || hasFiles ? pipeWaitMs : undefined);
    if (piped === undefined)
      streams.say(
        'note',
        `nothing came on standard input within ${pipeWaitMs / 1000} s: going on without it`,
      );
    else if (piped.trim() !== '') {
      if (instruction) gathered.context = piped;
      else gathered.input = piped;
    }
  }
  return gathered;
}

/**
 * A glob that the shell has expanded leaves one name to --file and makes the others words of the instruction,
 * which would be sent, and paid for, as such.
 */
export function refuseExpandedGlob(argv: readonly string[], fields: readonly CliField[]): void {
  const option = fields.find(({ name }) => name === 'files')?.option;
  if (!option) return;
  for (const [at, word] of argv.entries()) {
    if (word !== option.short && word !== option.long) continue;
    const strays: string[] = [];
    for (const next of argv.slice(at + 2)) {
      if (next.startsWith('-') || !isFile(next)) break;
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

async function readStdin(streams: IOStreams, waitMs?: number): Promise<string | undefined> {
  try {
    return await streams.readStdin(waitMs);
  } catch (error) {
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

function readAnswerFile(path: string, flag: string): string {
  try {
    return readFileSync(path, 'utf8');
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
