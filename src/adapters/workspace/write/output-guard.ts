/**
 * Protects the user's work from `--output`: a file that is an input of the call, or whose content git could not give
 * back, is replaced only with `--force`. What orch itself wrote there, and nobody has edited since, may be replaced,
 * so that a command can be repeated.
 */
import { createHash } from 'node:crypto';
import { fstatSync, readdirSync, readFileSync, rmSync, type Stats, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { OrchError } from '../../../core/errors/orch-error.ts';
import type { OutputGuard } from '../../../engine/ports.ts';
import { makeFolders } from '../../system/make-folders.ts';
import { statsOf } from '../../system/paths.ts';
import { maxTrackedBytes, readRegularFile } from '../../system/regular-file.ts';
import { uncommitted } from '../git/uncommitted.ts';
import { destinationOf } from './destination.ts';

export interface OutputGuardOptions {
  cwd: string;
  /** Where the hashes of what was written are kept: the contents are not. */
  folder: string;
  roots: () => readonly string[];
  /** Descriptor of standard input. Default 0. */
  stdin?: number;
}

const keptHashes = 10;
const keptMs = 180 * 24 * 3_600_000;

export function outputGuard({ cwd, folder, roots, stdin = 0 }: OutputGuardOptions): OutputGuard {
  return {
    async permit(path, { inputs, force, signal }) {
      const target = fileOf(path);
      if (target === undefined) return { isInput: false, recheck: () => {} };
      const read = [fileAt(stdin), ...inputs.paths.map((input) => statsOf(resolve(inputs.base, input)))];
      const isInput = read.some((input) => isSame(input, target));
      if (force) return { isInput, recheck: () => {} };
      const seen = contentOf(target, path);
      if (seen !== undefined) {
        if (isInput) throw refused(`${path} is an input of this call`);
        if (!isOurs(target, seen)) {
          const { state, reason } = await uncommitted(target, signal);
          if (state !== 'clean') throw refused(`${path} ${reason}`);
        }
      }
      return {
        isInput,
        recheck(result) {
          const now = contentOf(target, path);
          if (now === undefined || now === seen || now === sha256(result) || isOurs(target, now)) return;
          throw new OrchError('file-changed', `${path} was changed during the call, and was not replaced`, {
            hint: 'move it away, or use another --output',
          });
        },
      };
    },
    async note(path, content) {
      const target = fileOf(path);
      if (target === undefined) return;
      try {
        makeFolders(folder, 0o700);
        removeOld();
        // Those before as well: this process may be killed, or --verify may put the file back.
        const hashes = [sha256(content), ...hashesOf(target)].slice(0, keptHashes);
        writeFileSync(noteOf(target), hashes.join('\n'), { mode: 0o600 });
      } catch {
        // Then the next call asks for --force.
      }
    },
  };

  /** Undefined for a pipe, a device and the like, which lose nothing, and for what cannot be written at all. */
  function fileOf(path: string): string | undefined {
    try {
      const { path: target, descriptor } = destinationOf(resolve(cwd, path), roots());
      const stats = statSync(target, { throwIfNoEntry: false });
      return descriptor !== undefined || (stats && !stats.isFile()) ? undefined : target;
    } catch {
      return undefined;
    }
  }

  function noteOf(target: string): string {
    return join(folder, sha256(target));
  }

  function hashesOf(target: string): string[] {
    try {
      return readFileSync(noteOf(target), 'utf8').split('\n');
    } catch {
      return [];
    }
  }

  function isOurs(target: string, content: string): boolean {
    return hashesOf(target).includes(content);
  }

  function removeOld(): void {
    for (const name of readdirSync(folder)) {
      const note = join(folder, name);
      const stats = statsOf(note);
      if (stats && Date.now() - stats.mtimeMs > keptMs) rmSync(note, { force: true });
    }
  }
}

/** SHA-256 of the file. Undefined if there is none, or nothing in it. */
function contentOf(target: string, path: string): string | undefined {
  const reading = readRegularFile(target, maxTrackedBytes);
  if (reading.bytes !== undefined) return reading.bytes.length === 0 ? undefined : sha256(reading.bytes);
  if (reading.fault === 'missing') return undefined;
  throw refused(`${path} ${reading.message}`);
}

function refused(message: string): OrchError {
  return new OrchError('usage', `${message}: replacing it would lose its content`, {
    hint: 'use another --output, or add --force to replace it',
  });
}

/** Undefined for a pipe, a terminal and the like. */
function fileAt(descriptor: number): Stats | undefined {
  try {
    const stats = fstatSync(descriptor);
    return stats.isFile() ? stats : undefined;
  } catch {
    return undefined;
  }
}

function isSame(input: Stats | undefined, target: string): boolean {
  const output = statsOf(target);
  return input !== undefined && output !== undefined && input.dev === output.dev && input.ino === output.ino;
}

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
