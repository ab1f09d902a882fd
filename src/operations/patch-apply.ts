import * as z from 'zod';
import { OrchError } from '../core/errors/orch-error.ts';
import type { FileChange } from '../core/patch/types.ts';
import type { BytesChange, TriedPatch } from '../engine/ports.ts';
import type { OperationContext } from './context.ts';
import { touchedPaths } from './delegation/deliver.ts';
import { findPatch, loadPatch } from './delegation/stored-patch.ts';
import { field, operation } from './operation.ts';
import { onWholeTree, warned } from './whole-tree.ts';

export const patchApplyOperation = operation({
  title: 'Apply a patch',
  description: 'Writes the patch of an earlier result to the workspace, all or nothing.',
  guidance: 'writes a returned patch: pass meta.patch.id instead of repeating the patch.',
  input: () =>
    z.strictObject({
      patch_id: field(z.string().min(1).optional(), 'Id of a patch or a run, its beginning, or last', {
        positional: 'one',
      }),
      patch: field(z.string().optional(), 'Or the patch itself', {
        flag: '--from <patch>',
        fromFile: true,
        complete: 'file',
      }),
      resume: field(z.boolean().optional(), 'Finish a change that was interrupted, such as by a kill', {
        flag: '--resume',
        cliOnly: true,
      }),
      partial: field(
        z.boolean().optional(),
        'Write the part of an answer that could be placed, without the rest',
        {
          flag: '--partial',
          cliOnly: true,
        },
      ),
    }),
  output: () =>
    z.object({
      applied: z.boolean(),
      diffstat: z.string(),
      files: z.array(z.string()),
      warnings: z.array(z.string()).optional(),
    }),
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false },
  examples: [
    'orch patch apply last',
    'orch patch apply 3f0c2a91',
    'orch diff "use a set" -f src/cart.ts | orch patch apply --from -',
    'orch patch apply --resume',
  ],
  async run({ patch_id, patch, resume = false, partial = false }, context, { signal }) {
    if ([patch_id !== undefined, patch !== undefined, resume].filter(Boolean).length !== 1) {
      throw new OrchError('usage', 'give either a patch id or a patch', {
        hint: 'orch patch apply last writes the newest patch; orch runs list shows the others',
      });
    }
    if (partial && patch_id === undefined)
      throw new OrchError('usage', '--partial needs the id that the error of the answer named');
    if (resume) {
      const { changes, warnings } = await context.tree().resume();
      return warned([...warnings, ...(await warningsAbout(changes, context))], await summary(changes));
    }
    if (patch === '') return nothingToDo('nothing to apply: the patch is empty');
    if (patch !== undefined) return applyText(patch, context, signal);
    const { id, nothing } = await findPatch(patch_id!, context);
    if (nothing !== undefined) return nothingToDo(nothing);
    const { base, changes, leftOut = [] } = loadPatch(context.patches(), id);
    if (leftOut.length > 0 && !partial)
      throw new OrchError(
        'usage',
        `the patch is only a part of its answer: ${leftOut.map(describeLeft).join('; ')}`,
        {
          hint: `if you want the part alone: orch patch apply ${patch_id} --partial`,
        },
      );
    context.workspace().assertWritable(base, touchedPaths(changes));
    return onWholeTree([base], context, async () => {
      try {
        await context.tree().apply(base, changes);
      } catch (error) {
        if (!(error instanceof OrchError && error.code === 'file-changed')) throw error;
        if (isApplied(base, changes, context)) return nothingToDo(alreadySo);
        const { runOfPatch, sourcesOf, withPlaceAnew } = await import('./delegation/place-anew.ts');
        const runId = await runOfPatch(id, context).catch(() => undefined);
        if (runId === undefined) throw error;
        throw withPlaceAnew(error, runId, { base, paths: sourcesOf(changes) }, context);
      }
      return warned(
        [
          ...leftOut.map((left) => `left out: ${describeLeft(left)}`),
          ...(await warningsAbout(changes, context)),
        ],
        await summary(changes),
      );
    });
  },
});

function describeLeft({ path, why }: { path: string; why: string }): string {
  return `${path}: ${why}`;
}

/** Whether every file is as it would be after the changes. */
function isApplied(base: string, changes: readonly FileChange[], { readFile }: OperationContext): boolean {
  return changes.every(({ kind, path, oldPath, after, mode }) => {
    const read = (name: string) => readFile(`${base}/${name}`, Buffer.byteLength(after));
    const now = read(path);
    if (kind === 'delete') return now.bytes === undefined && now.fault === 'missing';
    if (oldPath !== undefined && oldPath !== path) {
      const old = read(oldPath);
      if (old.bytes !== undefined || old.fault !== 'missing') return false;
    }
    if (now.bytes === undefined || !now.bytes.equals(Buffer.from(after))) return false;
    return mode === undefined || process.platform === 'win32' || now.executable === (mode === '100755');
  });
}

/**
 * Whoever applies a patch wants the files to be so, and they are: no error, whichever way the patch is given. An empty
 * one is what `orch diff` prints when nothing needs to change.
 */
function nothingToDo(why: string) {
  return { applied: false, diffstat: '', files: [], warnings: [why] };
}

const alreadySo = 'nothing to do: the files are as the patch makes them';

async function summary(changes: readonly BytesChange[]) {
  const { diffstat, formatDiffstat } = await import('../core/patch/git/diffstat.ts');
  return {
    applied: true,
    diffstat: formatDiffstat(diffstat(changes.map(asText))),
    files: changes.map(({ path }) => path),
  };
}

/** A patch from elsewhere is interpreted by git alone. */
async function applyText(patch: string, context: OperationContext, signal: AbortSignal) {
  await refuseHeaders(patch);
  const base = context.workspace().base();
  return onWholeTree([base], context, async () => {
    let tried: TriedPatch | undefined;
    await context.tree().apply(base, async () => {
      tried = await tryOut(patch, base, context, signal);
      context.workspace().assertWritable(base, tried.touched);
      await refuseUnnamed(tried.touched);
      const { refuseLeftovers } = await import('./delegation/refuse-leftovers.ts');
      refuseLeftovers(tried.changes.map(asText));
      return tried.changes;
    });
    const { diffstat, paths, changes } = tried!;
    if (changes.length === 0) return nothingToDo(alreadySo);
    const warnings = await warningsAbout(changes, context);
    return warned(warnings, { applied: true, diffstat, files: paths });
  });
}

/** Decompressed by git in memory. */
const mostUnpackedBytes = 32 * 1024 * 1024;

async function refuseHeaders(patch: string): Promise<void> {
  const { changesLink, nameWithoutPrefix, unpackedBytes } = await import(
    '../core/patch/git/patch-headers.ts'
  );
  const refuse = (what: string, hint: string): never => {
    throw new OrchError('file-forbidden', `the patch ${what}; nothing was changed`, { hint });
  };
  if (changesLink(patch))
    refuse(
      'creates, changes or deletes a symbolic link, a submodule or something else that is not a regular file',
      'if you want that, use git apply',
    );
  const bare = nameWithoutPrefix(patch);
  if (bare !== undefined)
    refuse(
      `names ${bare} without a prefix such as a/ or b/`,
      'apply it with git apply -p0, or make it without diff.noprefix',
    );
  if (unpackedBytes(patch) > mostUnpackedBytes)
    refuse('unpacks to more than 32 MB of binary data', 'if you trust it, use git apply');
}

async function tryOut(
  patch: string,
  base: string,
  context: OperationContext,
  signal: AbortSignal,
): Promise<TriedPatch> {
  try {
    return await context.patchApplier().tryOut(patch, base, signal);
  } catch (error) {
    const { holdsPlaceholder, leftoverHint } = await import('../core/secrets/leftover-placeholders.ts');
    throw error instanceof OrchError && holdsPlaceholder(patch)
      ? new OrchError(error.code, error.message, { cause: error, hint: leftoverHint })
      : error;
  }
}

async function refuseUnnamed(paths: readonly string[]): Promise<void> {
  const { needsNaming } = await import('../core/patch/needs-naming.ts');
  const unnamed = paths.find(needsNaming);
  if (unnamed === undefined) return;
  throw new OrchError('file-forbidden', `the patch changes ${unnamed}; nothing was changed`, {
    hint: 'settings of orch and .env files are not patched unasked; if you want that, use git apply',
  });
}

/** What the user should know beside the change: notes, and new files that other programs run unasked. */
async function warningsAbout(changes: readonly BytesChange[], context: OperationContext): Promise<string[]> {
  const { runUnaskedWarning } = await import('../core/patch/run-unasked.ts');
  const unasked = runUnaskedWarning(changes.map(asText));
  return [...context.notes(), ...(unasked === undefined ? [] : [unasked])];
}

function asText(change: BytesChange) {
  const text = (content: string | Uint8Array) => Buffer.from(content).toString();
  return { ...change, before: text(change.before), after: text(change.after) };
}
