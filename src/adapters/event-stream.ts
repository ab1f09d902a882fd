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
  /** Pieces of the line that is not complete yet. */
  #pieces: Uint8Array[] = [];
  #afterCarriageReturn = false;
  #atStart = true;
  #name: string | undefined;
  #data: string[] = [];
  /** Bytes of the event so far. */
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
    let carriage = chunk.indexOf(carriageReturn, from);
    let feed = chunk.indexOf(lineFeed, from);
    while (carriage >= 0 || feed >= 0) {
      const byCarriage = carriage >= 0 && (feed < 0 || carriage < feed);
      const end = byCarriage ? carriage : feed;
      this.#keep(chunk.subarray(from, end));
      const event = this.#endLine();
      if (event) events.push(event);
      from = end + 1;
      if (byCarriage && feed === from) from++;
      else if (byCarriage && from === chunk.length) this.#afterCarriageReturn = true;
      if (carriage >= 0 && carriage < from) carriage = chunk.indexOf(carriageReturn, from);
      if (feed >= 0 && feed < from) feed = chunk.indexOf(lineFeed, from);
    }
    this.#keep(chunk.subarray(from));
    return events;
  }

  /** The stream is over: the last event counts although no empty line follows it. */
  end(): StreamEvent | undefined {
    return this.#endLine() ?? this.#dispatch();
  }

  #keep(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#size += piece.length;
    if (this.#size > this.#mostBytes) {
      this.#broken = true;
      this.#pieces = [];
      this.#data = [];
      // A mark that the line is not empty: only an empty one ends the event.
      piece = Uint8Array.of(0x3a);
    }
    this.#pieces.push(piece.slice());
  }

  #endLine(): StreamEvent | undefined {
    const bytes = this.#pieces.length === 1 ? this.#pieces[0]! : concatenate(this.#pieces);
    this.#pieces = [];
    if (bytes.length === 0) return this.#dispatch();
    let line: string;
    try {
      line = strictUtf8.decode(bytes);
    } catch {
      this.#broken = true;
      return undefined;
    }
    if (this.#atStart) line = line.replace(/^\uFEFF/, '');
    this.#atStart = false;
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.#name = value;
    else if (field === 'data' && !this.#broken) this.#data.push(value);
    return undefined;
  }

  #dispatch(): StreamEvent | undefined {
    const name = this.#name;
    const data = this.#data.join('\n');
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
