/** A stored patch that can be applied later: its changes, with the text before and after. */
import * as z from 'zod';
import { keptDays } from '../../core/config/kept-days.ts';
import { OrchError } from '../../core/errors/orch-error.ts';
import type { FileChange } from '../../core/patch/types.ts';
import type { ResultStore } from '../../engine/ports.ts';

const mode = z.enum(['100644', '100755']);

const storedPatchSchema = z.object({
  base: z.string(),
  changes: z.array(
    z.object({
      kind: z.enum(['modify', 'create', 'delete', 'rename']),
      path: z.string(),
      oldPath: z.string().optional(),
      before: z.string(),
      after: z.string(),
      mode: mode.optional(),
      oldMode: mode.optional(),
    }),
  ),
  leftOut: z.array(z.object({ path: z.string(), why: z.string() })).optional(),
});

export interface StoredPatch {
  /** Absolute path of the folder to which the paths are relative. */
  base: string;
  changes: FileChange[];
  /** Files that the answer changes as well, but not in this part of it, and why. */
  leftOut?: { path: string; why: string }[];
}

/** Returns the id. */
export function storePatch(store: ResultStore, { base, changes, leftOut }: StoredPatch): string {
  return store.save(JSON.stringify({ base, changes, leftOut })).id;
}

export function loadPatch(store: ResultStore, id: string): StoredPatch {
  const text = store.load(id);
  if (text === undefined) {
    throw new OrchError('file-not-found', `no patch with id ${id}`, {
      hint: `patches are kept for ${keptDays} days; run the call again`,
    });
  }
  try {
    return storedPatchSchema.parse(JSON.parse(text)) as StoredPatch;
  } catch (error) {
    throw new OrchError('file-unreadable', `the stored patch ${id} is damaged`, {
      hint: 'run the call again',
      cause: error,
    });
  }
}
