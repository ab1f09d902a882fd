/** Writes results where the user says: a file completely or not at all, a pipe or a device as it is. */
import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  type Stats,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, relative, sep } from 'node:path';
import { existingPart } from '../../system/paths.ts';
import { destinationOf } from './destination.ts';
import type { Temporaries } from './temporaries.ts';
import { treeAccess } from './tree-access.ts';

const pollMs = 10;

/**
 * Throws what `writeResultFile` can be expected to throw. Writes nothing and does not open a pipe. With `asFile` it
 * also refuses a pipe, a device and a link to nothing, none of which can be put back.
 */
export function assertDestination(
  path: string,
  { roots, asFile }: { roots: readonly string[]; asFile: boolean },
): void {
  const { path: target, descriptor } = destinationOf(path, roots);
  const existing = descriptor === undefined ? statOf(target) : fstatSync(descriptor);
  if (existing?.isDirectory()) throw failure('EISDIR', target);
  const isFile = existing
    ? existing.isFile() && descriptor === undefined
    : lstatSync(path, { throwIfNoEntry: false }) === undefined;
  if (asFile && !isFile) throw failure('EINVAL', target);
  if (descriptor !== undefined) return;
  if (existing && !existing.isFile()) {
    accessSync(target, constants.W_OK);
    return;
  }
  // A file is replaced, so its folder must be writable; missing folders are created.
  const folder = existingPart(dirname(target));
  if (!statSync(folder).isDirectory()) throw failure('ENOTDIR', folder);
  accessSync(folder, constants.W_OK | constants.X_OK);
}

export interface ResultFileOptions {
  roots: readonly string[];
  temporaries: Temporaries;
  /** How long a named pipe may be without a reader, which may be about to start. Default 5 s. */
  readerWaitMs?: number | undefined;
  signal?: AbortSignal | undefined;
}

export async function writeResultFile(
  path: string,
  content: string | Uint8Array,
  options: ResultFileOptions,
): Promise<void> {
  const { roots, temporaries, signal } = options;
  const { path: target, descriptor } = destinationOf(path, roots);
  const existing = descriptor === undefined ? statOf(target) : fstatSync(descriptor);
  if (existing?.isDirectory()) throw failure('EISDIR', target);
  if (descriptor !== undefined) await writeAll(descriptor, content, signal);
  else if (existing?.isFIFO()) await writeToPipe(target, content, options);
  else if (existing && !existing.isFile()) writeFileSync(target, content);
  else {
    const folder = existingPart(dirname(target));
    const tree = treeAccess(folder, { temporaries, real: true });
    const inside = relative(folder, target).split(sep).join('/');
    tree.makeFolders(dirname(inside));
    tree.replace(inside, content, { bits: existing?.mode ?? 0o644, exact: existing !== undefined });
  }
}

/** Opens without blocking, as a pipe that nobody reads would hold the call up for good. */
async function writeToPipe(
  path: string,
  content: string | Uint8Array,
  options: ResultFileOptions,
): Promise<void> {
  const descriptor = await openPipe(path, options);
  try {
    await writeAll(descriptor, content, options.signal);
  } finally {
    closeSync(descriptor);
  }
}

async function openPipe(path: string, { readerWaitMs = 5000, signal }: ResultFileOptions): Promise<number> {
  for (let waited = 0; ; waited += pollMs) {
    try {
      return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENXIO' || waited >= readerWaitMs) throw error;
    }
    await pause(signal);
  }
}

/** Waits for a slow reader as long as there is one. */
async function writeAll(
  descriptor: number,
  content: string | Uint8Array,
  signal?: AbortSignal,
): Promise<void> {
  let rest: Uint8Array = Buffer.from(content);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      await pause(signal);
    }
  }
}

async function pause(signal: AbortSignal | undefined): Promise<void> {
  // Few results go to a pipe that is not ready.
  const { setTimeout: sleep } = await import('node:timers/promises');
  await sleep(pollMs, undefined, signal && { signal });
}

/** Undefined if there is nothing. */
function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

function failure(code: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code, path });
}
