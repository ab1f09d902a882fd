/** Feeds a file's bytes to a reader of lines through one buffer, however long the file is. Unpacks gzip. */
import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

const newline = 0x0a;
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
  private readonly buffer = new Uint8Array(longestLine + 1);
  private filled = 0;
  private readonly lines: Lines;

  constructor(lines: Lines) {
    this.lines = lines;
  }

  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      const piece = chunk.subarray(at, at + longestLine - this.filled);
      this.buffer.set(piece, this.filled);
      this.filled += piece.length;
      const taken = this.lines.read(this.buffer, this.filled);
      this.buffer.copyWithin(0, taken, this.filled);
      this.filled -= taken;
      if (this.filled === longestLine) throw new LongLine();
      at += piece.length;
    }
  }

  end(): void {
    this.lines.readLast(this.buffer, this.filled);
  }
}

/** Of what is read at a time. */
const chunkBytes = 1 << 18;
/** A row that another process is writing may be there in part; the rest follows at once. */
const restFollowsMs = 20;

/** Reads ahead while what is there is worked on: each chunk is valid until the one after the next is asked for. */
async function* chunksOf(handle: Pick<FileHandle, 'read'>): AsyncGenerator<Uint8Array> {
  let [buffer, other] = [new Uint8Array(chunkBytes), new Uint8Array(chunkBytes)];
  let reading = handle.read(buffer, 0, chunkBytes);
  let last = newline;
  let hasWaited = false;
  try {
    for (;;) {
      const { bytesRead } = await reading;
      if (bytesRead > 0) {
        const chunk = buffer.subarray(0, bytesRead);
        last = chunk[bytesRead - 1]!;
        [buffer, other] = [other, buffer];
        reading = handle.read(buffer, 0, chunkBytes);
        yield chunk;
      } else if (last === newline || hasWaited) return;
      else {
        await new Promise((resolve) => setTimeout(resolve, restFollowsMs));
        hasWaited = true;
        reading = handle.read(buffer, 0, chunkBytes);
      }
    }
  } finally {
    // The file must not be closed before.
    await reading.catch(() => undefined);
  }
}

/** Throws `LongLine`, `Utf16` and the errors of reading and unpacking. */
export async function feedFile(
  handle: Pick<FileHandle, 'read'>,
  lines: Lines,
  signal?: AbortSignal,
): Promise<void> {
  await feedStream(chunksOf(handle), lines, signal);
}

/** The same for a stream, such as standard input. */
export async function feedStream(
  stream: AsyncIterable<Uint8Array>,
  lines: Lines,
  signal?: AbortSignal,
): Promise<void> {
  const chunks = stream[Symbol.asyncIterator]();
  try {
    let start = new Uint8Array(0);
    while (start.length < 2) {
      const { value, done } = await chunks.next();
      if (done) break;
      start = Buffer.concat([start, value]);
    }
    const all = startingWith(start, { [Symbol.asyncIterator]: () => chunks });
    if (start[0] === 0x1f && start[1] === 0x8b) {
      await pipeline(all, createGunzip({ chunkSize: chunkBytes }), (unpacked: AsyncIterable<Uint8Array>) =>
        feedPlain(unpacked, lines, signal),
      );
      return;
    }
    const mark = start[0]! * 256 + start[1]!;
    if (mark === 0xfffe || mark === 0xfeff) throw new Utf16();
    await feedPlain(all, lines, signal);
  } finally {
    await chunks.return?.();
  }
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

async function* startingWith(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  yield first;
  yield* rest;
}
