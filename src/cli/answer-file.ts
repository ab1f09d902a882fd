/** Reads the file of an option such as --from: a regular file, or a pipe as in `--from <(pbpaste)`. */
import { closeSync, constants, fstatSync, openSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { OrchError } from '../core/errors/orch-error.ts';
import type { OperationContext } from '../operations/context.ts';
import { inputText, mostBytes, notText, readToEnd, unreadPipe } from './streams/stdin.ts';

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
  if (reading.bytes !== undefined) {
    const text = inputText(reading.bytes);
    if (text === undefined) throw notText(`${options.flag}: ${path}`);
    return text;
  }
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
    throw unreadPipe(error, {
      name: `${flag}: the pipe ${path}`,
      limitMs: wait.limitMs,
      outcome: 'nothing was done',
      hint: 'save its content to a file first',
    });
  }
}
