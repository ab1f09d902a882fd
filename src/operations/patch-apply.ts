import * as z from 'zod';
import { OrchError } from '../core/errors/orch-error.ts';
import type { BytesChange } from '../engine/ports.ts';
import type { OperationContext } from './context.ts';
import { touchedPaths } from './delegation/deliver.ts';
import { loadPatch } from './delegation/stored-patch.ts';
import { field, operation } from './operation.ts';

export const patchApplyOperation = operation({
  name: 'patch.apply',
  command: ['patch', 'apply'],
  groupSummary: 'Apply patches from earlier results.',
  title: 'Apply a patch',
  summary: 'Write a patch to the working tree, all or nothing.',
  description: 'Writes the patch of an earlier result to the workspace, all or nothing.',
  guidance: 'writes a returned patch: pass meta.patch.id instead of repeating the patch.',
  input: z.strictObject({
    patch_id: field(z.string().min(1).optional(), 'meta.patch.id', { positional: 'one' }),
    patch: field(z.string().min(1).optional(), 'Or the patch itself', {
      flag: '--from <patch>',
      fromFile: true,
      complete: 'file',
    }),
  }),
  output: () =>
    z.object({
      applied: z.boolean(),
      diffstat: z.string(),
      files: z.array(z.string()),
      warnings: z.array(z.string()).optional(),
    }),
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false },
  examples: ['orch patch apply 3f0c…', 'orch patch apply --from change.patch'],
  async run({ patch_id, patch }, context, { signal }) {
    if ((patch_id === undefined) === (patch === undefined)) {
      throw new OrchError('usage', 'give either a patch id or a patch', {
        hint: 'the id is meta.patch.id of an earlier result',
      });
    }
    if (patch !== undefined) return applyText(patch, context, signal);
    const { base, changes } = loadPatch(context.patches(), patch_id!);
    context.workspace().assertWritable(base, touchedPaths(changes));
    await context.writer().applyChanges(base, changes);
    const { diffstat, formatDiffstat } = await import('../core/patch/git/diffstat.ts');
    return {
      applied: true,
      diffstat: formatDiffstat(diffstat(changes)),
      files: changes.map(({ path }) => path),
      ...(await warningsAbout(changes, context)),
    };
  },
});

/** A patch from elsewhere is interpreted by git alone. */
async function applyText(patch: string, context: OperationContext, signal: AbortSignal) {
  const { changesLink } = await import('../core/patch/git/patch-headers.ts');
  if (changesLink(patch)) {
    throw new OrchError(
      'file-forbidden',
      'the patch creates, changes or deletes a symbolic link; nothing was changed',
      {
        hint: 'if you want that, use git apply',
      },
    );
  }
  const base = context.workspace().base();
  const { paths, touched, diffstat, changes } = await context.patchApplier().tryOut(patch, base, signal);
  context.workspace().assertWritable(base, touched);
  const { needsNaming } = await import('../core/patch/needs-naming.ts');
  const unnamed = touched.find(needsNaming);
  if (unnamed !== undefined) {
    throw new OrchError('file-forbidden', `the patch changes ${unnamed}; nothing was changed`, {
      hint: 'settings of orch and .env files are not patched unasked; if you want that, use git apply',
    });
  }
  await context.writer().applyChanges(base, changes);
  return { applied: true, diffstat, files: paths, ...(await warningsAbout(changes, context)) };
}

async function warningsAbout(
  changes: readonly BytesChange[],
  context: OperationContext,
): Promise<{ warnings?: string[] }> {
  const { runUnaskedWarning } = await import('../core/patch/run-unasked.ts');
  const textOf = (content: string | Uint8Array) =>
    typeof content === 'string' ? content : new TextDecoder().decode(content);
  const unasked = runUnaskedWarning(
    changes.map((change) => ({ ...change, before: textOf(change.before), after: textOf(change.after) })),
  );
  const warnings = [...context.notes(), ...(unasked === undefined ? [] : [unasked])];
  return warnings.length === 0 ? {} : { warnings };
}
