/** A stored patch that can be applied later: its changes, with the text before and after. */
import * as z from 'zod';
import { keptDays } from '../../core/config/kept-days.ts';
import { OrchError } from '../../core/errors/orch-error.ts';
import type { FileChange } from '../../core/patch/types.ts';
import type { ResultStore } from '../../engine/ports.ts';
import type { OperationContext } from '../context.ts';
import { damagedRun, readHead, runsNamed, someOf } from './kept-run.ts';
import { showCommand } from './show-command.ts';

const storedPatchSchema = () => {
  const mode = z.enum(['100644', '100755']).optional();
  return z.object({
    base: z.string(),
    changes: z.array(
      z.object({
        kind: z.enum(['modify', 'create', 'delete', 'rename']),
        path: z.string(),
        oldPath: z.string().optional(),
        before: z.string(),
        after: z.string(),
        mode,
        oldMode: mode,
      }),
    ),
    leftOut: z.array(z.object({ path: z.string(), why: z.string() })).optional(),
  });
};

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

/** The id of a patch, or why its run needed none. */
type Found = { id: string; nothing?: never } | { id?: never; nothing: string };

/**
 * Finds a patch. `reference`: its id, the id of the run that brought it, the beginning of either, or `last` for the
 * newest patch, whichever command made it, unless a run without one came after it. Throws `file-not-found`, `usage`
 * and `file-unreadable`.
 */
export async function findPatch(reference: string, context: OperationContext): Promise<Found> {
  if (/^[0-9a-f-]{36}$/.test(reference)) return { id: reference };
  if (reference === 'last') return lastPatch(context);
  const patches = context.patches().ids(reference);
  const runs = await runsNamed(reference, context);
  const found = [...runs.map((id) => `run ${id}`), ...patches.map((id) => `patch ${id}`)];
  if (found.length === 0) {
    throw new OrchError('file-not-found', `no patch and no run with id ${reference}`, { hint: bothKept });
  }
  if (found.length > 1) {
    throw new OrchError('usage', `${found.length} runs and patches begin with ${reference}`, {
      hint: `give more of the id: ${someOf(found)}`,
    });
  }
  const [id] = patches;
  return id === undefined ? patchOf(runs[0]!, context) : { id };
}

const bothKept = `both are kept for ${keptDays} days; orch runs list shows the runs`;

/** A run is kept after its patch; `orch diff --from` keeps no run. */
async function lastPatch(context: OperationContext): Promise<Found> {
  const patch = context.patches().newest();
  const run = await context.runs().newest();
  if (run && (!patch || patch.savedAt <= run.savedAt)) return patchOf(run.id, context);
  if (patch) return { id: patch.id };
  throw new OrchError('file-not-found', 'no patch and no run has been kept yet', { hint: bothKept });
}

/** Of this run and no other: what is written must be what was meant. */
async function patchOf(runId: string, context: OperationContext): Promise<Found> {
  const head = readHead((await context.runs().head(runId)) ?? '');
  if (!head) {
    throw new OrchError('file-unreadable', damagedRun(runId), {
      hint: 'its patch can still be applied by an id of its own: meta.patch.id',
    });
  }
  const id = head.patch_id ?? head.partial_patch_id;
  if (id === undefined && head.outcome === 'no-change')
    return {
      nothing: `nothing to apply: run ${runId} (${head.task}: ${head.about}) changed nothing: ${head.reason}`,
    };
  if (id === undefined) {
    throw new OrchError('file-not-found', `run ${runId} (${head.task}: ${head.about}) has no patch`, {
      hint: `what it has: ${showCommand(runId)}`,
    });
  }
  return { id };
}

export function loadPatch(store: ResultStore, id: string): StoredPatch {
  const text = store.load(id);
  if (text === undefined) {
    throw new OrchError('file-not-found', `no patch with id ${id}`, {
      hint: `patches are kept for ${keptDays} days; run the call again`,
    });
  }
  try {
    return storedPatchSchema().parse(JSON.parse(text)) as StoredPatch;
  } catch (error) {
    throw new OrchError('file-unreadable', `the stored patch ${id} is damaged`, {
      hint: 'run the call again',
      cause: error,
    });
  }
}
