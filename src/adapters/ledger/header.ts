/** Finds the header row that applies at the end of a ledger file, without reading known parts again. */
import { read } from 'node:fs';
import { promisify } from 'node:util';

export const readInto = promisify(read);

const chunkBytes = 1 << 20;
/** Every header starts with this column; rows start with a time. */
const mark = Buffer.from('\nts,');
/** Longer than any header. */
const lineBytes = 4096;

/**
 * The last header row that starts between two offsets, without its line break; if `from` is 0, the first line
 * counts as one. Undefined when there is none.
 */
export async function lastHeader(descriptor: number, from: number, to: number): Promise<string | undefined> {
  let end = to;
  while (end > from) {
    const start = Math.max(from, end - chunkBytes);
    const chunk = await readAt(descriptor, start, Math.min(end + mark.length - 1, to) - start);
    const at = chunk.lastIndexOf(mark);
    if (at !== -1) return lineAt(descriptor, start + at + 1);
    end = start;
  }
  return from === 0 && to > 0 ? lineAt(descriptor, 0) : undefined;
}

async function lineAt(descriptor: number, offset: number): Promise<string> {
  const text = (await readAt(descriptor, offset, lineBytes)).toString('utf8');
  const end = text.indexOf('\n');
  // A header without its line break is incomplete and must not equal a complete one.
  return end === -1 ? '' : text.slice(0, end).replace(/^\uFEFF|\r$/g, '');
}

async function readAt(descriptor: number, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await readInto(descriptor, buffer, filled, length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
