/** Reads standard input, or another pipe, to its end as text, within limits of size and time. */
import type { Readable } from 'node:stream';
import { OrchError } from '../../core/errors/orch-error.ts';
import { textOf } from '../../core/text/utf8.ts';

/** More than any request can use. */
export const mostBytes = 64 * 1024 * 1024;

export class PipeTooLargeError extends Error {}
export class PipeNotTextError extends Error {}
/** The pipe did not end within the limit. */
export class PipeStillOpenError extends Error {}

/** For a pipe that may stay open for ever because nothing will ever be written to it. */
export interface PipeWait {
  noticeMs: number;
  /** Called once if the pipe has not ended by then. */
  onNotice: () => void;
  limitMs: number;
}

/** Rejects on an interrupt. */
export async function readToEnd(stdin: Readable, interrupt: AbortSignal, wait?: PipeWait): Promise<string> {
  let expired = false;
  // We handle the signals ourselves, so nothing else would end the read of a terminal or of a pipe that stays open.
  const stop = () => void stdin.destroy();
  const expire = () => {
    expired = true;
    stop();
  };
  if (interrupt.aborted) stop();
  interrupt.addEventListener('abort', stop, { once: true });
  const timers = wait ? [setTimeout(wait.onNotice, wait.noticeMs), setTimeout(expire, wait.limitMs)] : [];
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stdin) {
      bytes += (chunk as Buffer).length;
      if (bytes > mostBytes) throw new PipeTooLargeError();
      chunks.push(chunk as Buffer);
    }
  } catch (error) {
    throw expired ? new PipeStillOpenError() : error;
  } finally {
    for (const timer of timers) clearTimeout(timer);
    interrupt.removeEventListener('abort', stop);
  }
  const text = inputText(Buffer.concat(chunks));
  if (text === undefined) throw new PipeNotTextError();
  return text;
}

/** As strict as for the files of a request: undefined if it is not text. Windows programs begin what they pipe with a byte order mark. */
export function inputText(bytes: Uint8Array): string | undefined {
  return textOf(bytes).text?.replace(/^\uFEFF/, '');
}

export interface PipeNames {
  /** The pipe, for messages. */
  name: string;
  limitMs: number;
  /** What has not happened yet, and the cure, if the pipe stays open. */
  outcome: string;
  hint: string;
}

/** Describes an error of `readToEnd`. */
export function unreadPipe(cause: unknown, { name, limitMs, outcome, hint }: PipeNames): OrchError {
  const failure = (code: 'file-unreadable' | 'input-too-large', what: string, cure?: string) =>
    new OrchError(code, `${name} ${what}`, { hint: cure, cause });
  if (cause instanceof PipeStillOpenError)
    return failure('file-unreadable', `is still open after ${limitMs / 1000} s; ${outcome}`, hint);
  if (cause instanceof PipeTooLargeError)
    return failure(
      'input-too-large',
      'is larger than 64 MB',
      'pass only the relevant part, for example with tail',
    );
  if (cause instanceof PipeNotTextError) return notText(name, cause);
  const { code = 'unknown' } = cause as NodeJS.ErrnoException;
  return failure('file-unreadable', `cannot be read (${code})`);
}

export function notText(name: string, cause?: unknown): OrchError {
  return new OrchError('file-unreadable', `${name} is not UTF-8 text`, {
    hint: 'only text can be used; convert other encodings to UTF-8, for example with iconv',
    cause,
  });
}
