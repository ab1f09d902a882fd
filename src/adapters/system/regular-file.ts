/**
 * Reads files that may be a stranger's. A FIFO, a device or a folder in place of a file, or one that never ends,
 * neither blocks nor fills the memory.
 */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import type { FileReading, UnreadFile } from '../../engine/ports.ts';

/** Of files that configure something; nobody writes larger ones. */
export const maxConfigBytes = 1024 * 1024;
/** Of a file in a working tree that is compared or copied, and not sent. */
export const maxTrackedBytes = 256 * 1024 * 1024;

const missing: UnreadFile = { bytes: undefined, fault: 'missing', message: 'does not exist' };

/** Follows links. Missing also if a folder above is a file. */
export function readRegularFile(path: string, maxBytes: number, open = openSync): FileReading {
  let handle: number | undefined;
  try {
    // Opening a device can have an effect, so most are refused before; what is opened may have been replaced since.
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return missing;
    const seen = statsFault(stats, maxBytes);
    if (seen) return seen;
    // O_NONBLOCK, as a FIFO would block until something writes to it. Windows has neither.
    handle = open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    return readOpenFile(handle, maxBytes);
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return missing;
    return { bytes: undefined, fault: 'unreadable', message: `cannot be read (${code})` };
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

/** Throws the errors of `node:fs`. */
export function readOpenFile(handle: number, maxBytes: number): FileReading {
  const stats = fstatSync(handle);
  const fault = statsFault(stats, maxBytes);
  if (fault) return fault;
  const bytes = readBytes(handle, stats.size, maxBytes);
  return bytes === undefined ? tooLarge(maxBytes) : { bytes, executable: (stats.mode & 0o100) !== 0 };
}

/** Why a file is not to be read, by what `stat` says. */
export function statsFault(stats: Stats, maxBytes: number): UnreadFile | undefined {
  if (stats.isDirectory()) return { bytes: undefined, fault: 'irregular', message: 'is a folder' };
  if (!stats.isFile()) return { bytes: undefined, fault: 'irregular', message: 'is not a regular file' };
  return stats.size > maxBytes ? tooLarge(maxBytes) : undefined;
}

function tooLarge(maxBytes: number): UnreadFile {
  const limit = `${Math.round(maxBytes / 1024 / 1024)} MB`;
  return { bytes: undefined, fault: 'too-large', message: `is larger than ${limit}` };
}

/** Up to the end, since a file may have grown or, in /proc, claim to be empty. Undefined beyond the limit. */
function readBytes(handle: number, size: number, maxBytes: number): Buffer | undefined {
  let buffer = Buffer.allocUnsafe(size + 1);
  for (let filled = 0; ; ) {
    const count = readSync(handle, buffer, filled, buffer.length - filled, null);
    if (count === 0) return buffer.subarray(0, filled);
    filled += count;
    if (filled > maxBytes) return undefined;
    if (filled === buffer.length)
      buffer = Buffer.concat([buffer], Math.min(maxBytes + 1, Math.max(4096, 2 * filled)));
  }
}
