/**
 * Server-sent events out of bytes. Unlike the openai package's reader it goes on after an event that is not
 * JSON, prints nothing, takes no invalid UTF-8 for text, and holds no more than one event, of bounded size.
 */

export type StreamEvent =
  /** `name` is the event's own, where it has one. */
  | { kind: 'event'; name: string | undefined; value: unknown }
  /** Not JSON, not UTF-8, or longer than any event of an answer. */
  | { kind: 'malformed'; name: string | undefined }
  /** `[DONE]`: how some servers end every stream. */
  | { kind: 'done' };

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export class EventDecoder {
  readonly #mostBytes: number;
  /** Pieces of the line that is not complete yet, and their bytes. */
  #pieces: Uint8Array[] = [];
  #pending = 0;
  #afterCarriageReturn = false;
  #atStart = true;
  #name: string | undefined;
  #data: string[] = [];
  /** Of the complete lines of the event so far. */
  #size = 0;
  #broken = false;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** The events that these bytes complete. */
  push(chunk: Uint8Array): StreamEvent[] {
    const events: StreamEvent[] = [];
    let from = 0;
    if (this.#afterCarriageReturn && chunk.length > 0) {
      this.#afterCarriageReturn = false;
      if (chunk[0] === lineFeed) from = 1;
    }
    const end = Math.max(chunk.lastIndexOf(lineFeed), chunk.lastIndexOf(carriageReturn)) + 1;
    if (end > from) {
      const lines = this.#withPending(chunk.subarray(from, end));
      this.#afterCarriageReturn = end === chunk.length && chunk[end - 1] === carriageReturn;
      this.#takeLines(lines, events);
      from = end;
    }
    this.#keep(chunk.subarray(from));
    return events;
  }

  /** The stream is over: the last event counts although no empty line follows it. */
  end(): StreamEvent | undefined {
    const events: StreamEvent[] = [];
    // What was pushed before ended with its last line end, so this is one line.
    this.#takeLines(this.#withPending(new Uint8Array()), events);
    return events[0] ?? this.#dispatch();
  }

  #withPending(bytes: Uint8Array): Uint8Array {
    if (this.#pending === 0) return bytes;
    const whole = concatenate([...this.#pieces, bytes]);
    this.#pieces = [];
    this.#pending = 0;
    return whole;
  }

  #keep(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#pending += piece.length;
    if (this.#size + this.#pending > this.#mostBytes) {
      this.#tooLong();
      // A mark that the line is not empty: only an empty one ends the event.
      piece = Uint8Array.of(0x3a);
      this.#pieces = [];
      this.#pending = piece.length;
    }
    this.#pieces.push(piece.slice());
  }

  #tooLong(): void {
    this.#broken = true;
    this.#data = [];
  }

  /** All at once, since most are sound: a line end is never a part of another character. */
  #takeLines(bytes: Uint8Array, events: StreamEvent[]): void {
    if (bytes.length === 0) return;
    let text: string;
    try {
      text = strictUtf8.decode(bytes);
    } catch {
      this.#takeOneByOne(bytes, events);
      return;
    }
    const lines = text.includes('\r') ? text.split(/\r\n|\r|\n/) : text.split('\n');
    // After the last line end there is no line.
    if (lines.at(-1) === '') lines.pop();
    for (const line of lines) this.#takeLine(line, events);
  }

  /** Each line by itself, to see which of them are broken. */
  #takeOneByOne(bytes: Uint8Array, events: StreamEvent[]): void {
    let from = 0;
    while (from < bytes.length) {
      const length = bytes.subarray(from).findIndex((byte) => byte === lineFeed || byte === carriageReturn);
      const end = length < 0 ? bytes.length : from + length;
      let line: string | undefined;
      try {
        line = strictUtf8.decode(bytes.subarray(from, end));
      } catch {
        this.#broken = true;
      }
      if (line !== undefined) this.#takeLine(line, events);
      from = end + (bytes[end] === carriageReturn && bytes[end + 1] === lineFeed ? 2 : 1);
    }
  }

  #takeLine(given: string, events: StreamEvent[]): void {
    if (given === '') {
      const event = this.#dispatch();
      if (event) events.push(event);
      return;
    }
    const line = this.#atStart ? given.replace(/^\uFEFF/, '') : given;
    this.#atStart = false;
    this.#size += line.length;
    if (this.#size > this.#mostBytes) this.#tooLong();
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    if (field !== 'event' && field !== 'data') return;
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'event') this.#name = value;
    else if (!this.#broken) this.#data.push(value);
  }

  #dispatch(): StreamEvent | undefined {
    const name = this.#name;
    const data = this.#data.length === 1 ? this.#data[0]! : this.#data.join('\n');
    const broken = this.#broken;
    this.#name = undefined;
    this.#data = [];
    this.#size = 0;
    this.#broken = false;
    if (broken) return { kind: 'malformed', name };
    if (data.trim() === '') return undefined;
    if (data.trim() === '[DONE]') return { kind: 'done' };
    try {
      return { kind: 'event', name, value: JSON.parse(data) };
    } catch {
      return { kind: 'malformed', name };
    }
  }
}

export function concatenate(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
