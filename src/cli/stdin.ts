/** Reads standard input, or another pipe, to its end as text, within limits of size and time. */
import type { Readable } from 'node:stream';

/** More than any request can use. */
export const mostBytes = 64 * 1024 * 1024;

export class StdinTooLargeError extends Error {}
export class StdinNotTextError extends Error {}
/** Standard input did not end within the limit. */
export class StdinStillOpenError extends Error {}

/** For a pipe that may stay open for ever because nothing will ever be written to it. */
export interface StdinWait {
  noticeMs: number;
  /** Called once if standard input has not ended by then. */
  onNotice: () => void;
  limitMs: number;
}

/** Rejects on an interrupt. */
export async function readToEnd(stdin: Readable, interrupt: AbortSignal, wait?: StdinWait): Promise<string> {
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
      if (bytes > mostBytes) throw new StdinTooLargeError();
      chunks.push(chunk as Buffer);
    }
  } catch (error) {
    throw expired ? new StdinStillOpenError() : error;
  } finally {
    for (const timer of timers) clearTimeout(timer);
    interrupt.removeEventListener('abort', stop);
  }
  return decoded(Buffer.concat(chunks));
}

/** As strict as for files: anything but text would be sent, and paid for, as garbage. */
function decoded(bytes: Buffer): string {
  if (bytes.includes(0)) throw new StdinNotTextError();
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new StdinNotTextError();
  }
}
