/** Finds the header row that governs the end of a ledger file, without reading what is known already. */
import type { FileHandle } from 'node:fs/promises';

const chunkBytes = 1 << 20;
/** Every header that was ever written begins with this column; rows begin with a time. */
const mark = Buffer.from('\nts,');
/** Longer than any header. */
const lineBytes = 4096;

/**
 * The last header row that begins between two offsets, without its line break; from 0 on, the first line
 * counts as one. Undefined when there is none.
 */
export async function lastHeader(handle: FileHandle, from: number, to: number): Promise<string | undefined> {
  let end = to;
  while (end > from) {
    const start = Math.max(from, end - chunkBytes);
    const chunk = await readAt(handle, start, Math.min(end + mark.length - 1, to) - start);
    const at = chunk.lastIndexOf(mark);
    if (at !== -1) return lineAt(handle, start + at + 1);
    end = start;
  }
  return from === 0 && to > 0 ? lineAt(handle, 0) : undefined;
}

async function lineAt(handle: FileHandle, offset: number): Promise<string> {
  const text = (await readAt(handle, offset, lineBytes)).toString('utf8');
  const end = text.indexOf('\n');
  // A header without its line break was torn: it is not equal to any whole one.
  return end === -1 ? '' : text.slice(0, end).replace(/^\uFEFF|\r$/g, '');
}

async function readAt(handle: FileHandle, offset: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
