/**
 * Server-sent events from bytes, over eventsource-parser. The parser is given one character per byte, so that each
 * event is decoded by itself: invalid UTF-8 spoils that event alone, and is never replaced by other text.
 */
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { fromUtf8 } from '../../core/text/utf8.ts';

export type StreamEvent =
  /** `name` is the event's own, where it has one. */
  | { kind: 'event'; name: string | undefined; value: unknown; bytes: number }
  /** Not JSON, or not UTF-8. */
  | { kind: 'malformed'; name: string | undefined }
  /** `[DONE]`: how some servers end every stream. */
  | { kind: 'done' };

export class EventDecoder {
  #events: StreamEvent[] = [];
  #isTooLong = false;
  #afterCarriageReturn = false;
  readonly #mostBytes: number;
  /** Bytes since the last event: the parser does not count the lines that it keeps, which cost more than their text. */
  #pending = 0;
  readonly #parser;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
    this.#parser = createParser({
      maxBufferSize: mostBytes,
      onEvent: (message) => {
        this.#pending = 0;
        const event = readEvent(message);
        if (event) this.#events.push(event);
      },
      onError: ({ type }) => {
        if (type === 'max-buffer-size-exceeded') this.#isTooLong = true;
      },
    });
  }

  /** An event, or what stands between two, was longer than `mostBytes`: there is nothing more to be had. */
  get isTooLong(): boolean {
    return this.#isTooLong || this.#pending > this.#mostBytes;
  }

  /** The events that these bytes complete. */
  push(chunk: Uint8Array): StreamEvent[] {
    if (this.isTooLong || chunk.length === 0) return [];
    this.#pending += chunk.length;
    let text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString('latin1');
    if (this.#afterCarriageReturn && text.startsWith('\n')) text = text.slice(1);
    // The parser would keep the line that a carriage return ends until more comes.
    this.#afterCarriageReturn = text.endsWith('\r');
    this.#parser.feed(text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text);
    return this.#taken();
  }

  /** The stream is over: the last event counts although no empty line follows it. */
  end(): StreamEvent | undefined {
    if (!this.isTooLong) this.#parser.feed('\n\n');
    return this.#taken()[0];
  }

  #taken(): StreamEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }
}

function readEvent({ event, data }: EventSourceMessage): StreamEvent | undefined {
  const name = event === undefined ? undefined : decoded(event);
  const text = decoded(data)?.trim();
  if (text === '') return undefined;
  if (text === '[DONE]') return { kind: 'done' };
  try {
    if (text !== undefined) return { kind: 'event', name, value: JSON.parse(text), bytes: data.length };
  } catch {
    // Malformed, as below.
  }
  return { kind: 'malformed', name };
}

/** Undefined: not UTF-8. */
function decoded(bytes: string): string | undefined {
  if (!/[\x80-\xff]/.test(bytes)) return bytes;
  return fromUtf8(Buffer.from(bytes, 'latin1'));
}
