/** Writes results to files: completely or not at all. */
import { resolve } from 'node:path';
import { OrchError } from '../../../core/errors/orch-error.ts';
import type { WorkspaceWriter } from '../../../engine/ports.ts';
import { assertDestination, writeResultFile } from './result-file.ts';
import { type Temporaries, untracked } from './temporaries.ts';
import { writeFailed } from './write-failed.ts';

export interface WriterOptions {
  temporaries?: Temporaries;
  /** Absolute. A link in one of these folders must not lead out of it. A function, since an MCP client may change them. */
  roots?: () => readonly string[];
  /** How long a named pipe may be without a reader. Default 5 s. */
  readerWaitMs?: number;
}

export function workspaceWriter(
  cwd: string,
  { temporaries = untracked, roots = () => [cwd], readerWaitMs }: WriterOptions = {},
): WorkspaceWriter {
  return {
    assertWritable(path, { asFile = false } = {}) {
      try {
        assertDestination(resolve(cwd, path), { roots: roots(), asFile });
      } catch (error) {
        throw writeFailed(error, { path, outcome: 'nothing was sent' });
      }
    },
    async writeResult(path, content, signal) {
      try {
        await writeResultFile(resolve(cwd, path), content, {
          roots: roots(),
          temporaries,
          readerWaitMs,
          signal,
        });
      } catch (error) {
        if (signal?.aborted) throw new OrchError('interrupted', `interrupted while writing ${path}`);
        throw writeFailed(error, { path });
      }
    },
  };
}
