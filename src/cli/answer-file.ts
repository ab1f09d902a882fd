/** Reads the file of an option such as --from: a regular file, or a pipe as in `--from <(pbpaste)`. */
import { closeSync, constants, fstatSync, openSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { OrchError } from '../core/errors/orch-error.ts';
import type { OperationContext } from '../operations/context.ts';
import { mostBytes, readToEnd, StdinNotTextError, StdinStillOpenError, StdinTooLargeError } from './stdin.ts';

export interface AnswerFileOptions {
  /** The option, for messages. */
  flag: string;
  cwd: string;
  readFile: OperationContext['readFile'];
  signal: AbortSignal;
  note: (text: string) => void;
  /** For a pipe to which nobody writes. */
  wait: { noticeMs: number; limitMs: number };
}

export async function readAnswerFile(path: string, options: AnswerFileOptions): Promise<string> {
  const full = resolve(options.cwd, path);
  const reading = options.readFile(full, mostBytes);
  if (reading.bytes !== undefined) return reading.bytes.toString('utf8');
  if (reading.fault === 'irregular' && statSync(full, { throwIfNoEntry: false })?.isFIFO())
    return readPipe(full, path, options);
  const { fault, message } = reading;
  throw new OrchError(
    fault === 'missing' ? 'file-not-found' : fault === 'too-large' ? 'input-too-large' : 'file-unreadable',
    `${options.flag}: ${path} ${message}`,
    { hint: 'name a readable file, or use - for standard input' },
  );
}

async function readPipe(
  full: string,
  path: string,
  { flag, signal, note, wait }: AnswerFileOptions,
): Promise<string> {
  const { Socket } = await import('node:net');
  // Otherwise opening waits for a writer, which nothing could interrupt.
  const handle = openSync(full, constants.O_RDONLY | constants.O_NONBLOCK);
  if (!fstatSync(handle).isFIFO()) {
    closeSync(handle);
    throw new OrchError('file-unreadable', `${flag}: ${path} has been replaced by something else`);
  }
  const onNotice = () => note(`waiting for ${path}, a pipe that is still open`);
  try {
    return await readToEnd(new Socket({ fd: handle, writable: false }), signal, { ...wait, onNotice });
  } catch (error) {
    const failure = (code: 'file-unreadable' | 'input-too-large', what: string, hint: string) =>
      new OrchError(code, `${flag}: ${path} ${what}`, { hint, cause: error });
    if (error instanceof StdinStillOpenError) {
      const what = `is a pipe that is still open after ${wait.limitMs / 1000} s; nothing was done`;
      throw failure('file-unreadable', what, 'save its content to a file first');
    }
    if (error instanceof StdinTooLargeError)
      throw failure('input-too-large', 'is larger than 64 MB', 'pass only the relevant part');
    if (error instanceof StdinNotTextError)
      throw failure('file-unreadable', 'is not UTF-8 text', 'convert it to UTF-8 first');
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw failure('file-unreadable', `cannot be read (${code})`, 'save its content to a file first');
  }
}
