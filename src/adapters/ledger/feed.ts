/** Feeds a file's bytes to a reader of lines through one buffer, however long the file is. Unpacks gzip. */
import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

/** Longer than any row of ours; a file with a longer line is something else. */
const longestLine = 1 << 20;

export interface Lines {
  /** Takes the lines that end within the first `length` bytes, and returns how many bytes those are. */
  read(bytes: Uint8Array, length: number): number;
  /** Takes what follows the last line break; there is room for one more byte. */
  readLast(bytes: Uint8Array, length: number): void;
}

export class LongLine extends Error {}
export class Utf16 extends Error {}

class Feed {
  readonly buffer: Uint8Array = new Uint8Array(longestLine + 1);
  filled = 0;
  private readonly lines: Lines;

  constructor(lines: Lines) {
    this.lines = lines;
  }

  /** After `count` more bytes in the buffer. */
  advance(count: number): void {
    this.filled += count;
    const taken = this.lines.read(this.buffer, this.filled);
    this.buffer.copyWithin(0, taken, this.filled);
    this.filled -= taken;
    if (this.filled === longestLine) throw new LongLine();
  }

  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      const piece = chunk.subarray(at, at + longestLine - this.filled);
      this.buffer.set(piece, this.filled);
      this.advance(piece.length);
      at += piece.length;
    }
  }

  end(): void {
    this.lines.readLast(this.buffer, this.filled);
  }
}

/** A row that another process is writing may be there in part; the rest follows at once. */
const restFollowsMs = 20;

/** Throws `LongLine`, `Utf16` and the errors of reading and unpacking. */
export async function feedFile(handle: FileHandle, lines: Lines, signal?: AbortSignal): Promise<void> {
  const feed = new Feed(lines);
  let hasWaited = false;
  for (let isStart = true; ; isStart = false) {
    signal?.throwIfAborted();
    const { buffer, filled } = feed;
    const { bytesRead } = await handle.read(buffer, filled, longestLine - filled);
    if (isStart && isPacked(buffer, bytesRead)) {
      const first = buffer.slice(0, bytesRead);
      return feedPacked(startingWith([first], handle.createReadStream({ autoClose: false })), lines, signal);
    }
    if (isStart) refuseUtf16(buffer, bytesRead);
    if (bytesRead > 0) feed.advance(bytesRead);
    else if (feed.filled > 0 && !hasWaited) {
      await new Promise((resolve) => setTimeout(resolve, restFollowsMs));
      hasWaited = true;
    } else return feed.end();
  }
}

/** The same for a stream, such as standard input. */
export async function feedStream(
  chunks: AsyncIterable<Uint8Array>,
  lines: Lines,
  signal?: AbortSignal,
): Promise<void> {
  const rest = chunks[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let start = new Uint8Array(0);
  while (start.length < 2) {
    const { value, done } = await rest.next();
    if (done) break;
    first.push(value);
    start = Buffer.concat(first);
  }
  const all = startingWith(first, { [Symbol.asyncIterator]: () => rest });
  if (isPacked(start, start.length)) return feedPacked(all, lines, signal);
  refuseUtf16(start, start.length);
  return feedPlain(all, lines, signal);
}

async function feedPlain(
  chunks: AsyncIterable<Uint8Array>,
  lines: Lines,
  signal: AbortSignal | undefined,
): Promise<void> {
  const feed = new Feed(lines);
  for await (const chunk of chunks) {
    signal?.throwIfAborted();
    feed.push(chunk);
  }
  feed.end();
}

async function feedPacked(
  chunks: AsyncIterable<Uint8Array>,
  lines: Lines,
  signal: AbortSignal | undefined,
): Promise<void> {
  await pipeline(chunks, createGunzip(), (unpacked: AsyncIterable<Uint8Array>) =>
    feedPlain(unpacked, lines, signal),
  );
}

async function* startingWith(
  first: readonly Uint8Array[],
  rest: AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  yield* first;
  yield* rest;
}

function isPacked(bytes: Uint8Array, length: number): boolean {
  return length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function refuseUtf16(bytes: Uint8Array, length: number): void {
  const [first, second] = bytes;
  if (length >= 2 && ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)))
    throw new Utf16();
}
