/** Standard input, read to its end: as text, and within limits. */
import type { Readable } from 'node:stream';

/** More than any request can use. */
const mostBytes = 64 * 1024 * 1024;

export class StdinTooLargeError extends Error {}
export class StdinNotTextError extends Error {}
/** Its end did not come within the limit. */
export class StdinStillOpenError extends Error {}

/** For a pipe that may stay open for ever, because nobody meant to write to it. */
export interface StdinWait {
  noticeMs: number;
  /** Called once, where the end has not come by then. */
  onNotice: () => void;
  limitMs: number;
}

/** An interrupt ends the wait: the read then fails. */
export async function readToEnd(stdin: Readable, interrupt: AbortSignal, wait?: StdinWait): Promise<string> {
  let expired = false;
  // The signals are ours, so nothing else would end the read of a terminal or of a pipe that stays open.
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

/** As strict as with a file: what is no text would be sent, and paid for, as rubbish. */
function decoded(bytes: Buffer): string {
  if (bytes.includes(0)) throw new StdinNotTextError();
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new StdinNotTextError();
  }
}
