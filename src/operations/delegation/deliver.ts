/** Writes a result to its other destinations: the patch store, the working tree, a file. */
import { OrchError } from '../../core/errors/orch-error.ts';
import type { FileChange } from '../../core/patch/types.ts';
import type { FinishedPatch } from '../../engine/finish/finish-answer.ts';
import { extendError } from '../../engine/internal-error.ts';
import type { OperationContext } from '../context.ts';
import { onWholeTree } from '../whole-tree.ts';
import type { DelegationInput } from './fields.ts';
import type { DelegateOutput } from './output.ts';
import { storePatch } from './stored-patch.ts';

/** Destinations requested by the caller. */
export interface Delivery extends Pick<DelegationInput, 'apply' | 'output'> {
  /** The result is a patch, which is empty if nothing needs to change. Default false. */
  isPatch?: boolean;
  /** Throws if the file was changed since the call began. */
  recheck?: ((result: string) => void) | undefined;
  signal?: AbortSignal;
}

/** Returns the output with the patch id, the file, or whether the patch was applied. */
export async function deliver(
  output: DelegateOutput,
  patch: FinishedPatch | undefined,
  { apply, output: file, isPatch = false, recheck, signal }: Delivery,
  context: OperationContext,
): Promise<DelegateOutput> {
  const { run_id, cost_usd, cost_estimated_usd } = output.meta;
  let delivered = output;
  // An older patch in the file would pass for this one; a file of code stays as it is.
  if (output.meta.outcome === 'no-change' && !(isPatch && file !== undefined)) return output;
  try {
    // A folder in the tree may be a link to the outside.
    if (patch && apply) context.workspace().assertWritable(patch.base, touchedPaths(patch.changes));
    // File first: if it cannot be written, the tree stays unchanged.
    if (file !== undefined) {
      recheck?.(output.result);
      await context.outputs().note(file, output.result);
      await context.writer().writeResult(file, output.result, signal);
      const warnings = [
        ...delivered.meta.warnings,
        ...(patch ? [] : await warningsAbout(file, output.result)),
      ];
      delivered = withMeta(delivered, { output_file: file, warnings });
    }
    if (patch && apply) {
      delivered = await onWholeTree([patch.base], context, async () => {
        await context.tree().apply(patch.base, patch.changes);
        // Its id is of no more use.
        return withPatchMeta(delivered, { id: undefined, applied: true });
      });
    }
    return delivered;
  } catch (error) {
    const { output_file } = delivered.meta;
    const id = apply ? delivered.meta.patch?.id : undefined;
    // Then the stored patch does not apply either, unless the files become what they were.
    let described = error;
    if (error instanceof OrchError && error.code === 'file-changed' && patch?.appliesAsShown && run_id) {
      const { sourcesOf, withPlaceAnew } = await import('./place-anew.ts');
      const files = { base: patch.base, paths: sourcesOf(patch.changes) };
      described = withPlaceAnew(error, run_id, files, context);
    }
    throw extendError(described, {
      hints: [
        output_file === undefined ? undefined : `the result was written to ${output_file}`,
        id === undefined || described !== error ? undefined : `the patch is kept: orch patch apply ${id}`,
      ],
      defaults: { run_id, cost_usd, ...(cost_estimated_usd === undefined ? {} : { cost_estimated_usd }) },
      details: {
        ...(output_file === undefined ? {} : { output_file }),
        ...(id === undefined ? {} : { patch_id: id }),
      },
    });
  }
}

/** The caller named the file, but may not know what runs it. */
async function warningsAbout(path: string, after: string): Promise<string[]> {
  const { runUnaskedWarning } = await import('../../core/patch/run-unasked.ts');
  const warning = runUnaskedWarning([{ kind: 'create', path, before: '', after }]);
  return warning === undefined ? [] : [warning];
}

function withMeta(output: DelegateOutput, meta: Partial<DelegateOutput['meta']>): DelegateOutput {
  return { ...output, meta: { ...output.meta, ...meta } };
}

function withPatchMeta(
  output: DelegateOutput,
  patch: Partial<NonNullable<DelegateOutput['meta']['patch']>>,
): DelegateOutput {
  return output.meta.patch ? withMeta(output, { patch: { ...output.meta.patch, ...patch } }) : output;
}

export function withWarning(output: DelegateOutput, warning: string | undefined): DelegateOutput {
  return warning === undefined ? output : withMeta(output, { warnings: [...output.meta.warnings, warning] });
}

/** Stores the patch so that it can be applied by id, also when `apply` cannot be done now. */
export function keepForLater(
  output: DelegateOutput,
  patch: FinishedPatch,
  { apply }: Pick<Delivery, 'apply'>,
  context: OperationContext,
): DelegateOutput {
  const warnings = [...output.meta.warnings];
  let id: string | undefined;
  try {
    id = storePatch(context.patches(), patch);
  } catch (error) {
    warnings.push(`the patch could not be stored and has no id: ${(error as Error).message}`);
  }
  if (apply) return withPatchMeta(withMeta(output, { warnings }), { id });
  if (!patch.appliesAsShown) {
    const how = id === undefined ? 'use --apply' : `apply it with orch patch apply ${id} (patch.apply)`;
    warnings.push(`the patch shows placeholders where git needs lines with secrets, and rejects it: ${how}`);
  }
  const outside = outsideOf(context.cwd, patch);
  if (outside.length > 0) {
    warnings.push(
      `run git apply in ${patch.base}: it silently skips paths outside the folder it runs in (${outside.join(', ')})`,
    );
  }
  const kept = withMeta(output, { warnings });
  return id === undefined ? kept : withPatchMeta(kept, { id });
}

/** Paths of a patch outside a folder. */
function outsideOf(folder: string, { base, stats }: FinishedPatch): string[] {
  const paths = stats.map(({ path }) => path);
  if (folder === base) return [];
  if (!folder.startsWith(`${base}/`) && !folder.startsWith(`${base}\\`)) return paths;
  const here = folder
    .slice(base.length)
    .replaceAll('\\', '/')
    .replace(/^\/?(.*)$/, '$1/');
  return paths.filter((path) => !path.startsWith(here));
}

export function touchedPaths(changes: readonly FileChange[]): string[] {
  return changes.flatMap(({ path, oldPath }) => (oldPath === undefined ? [path] : [path, oldPath]));
}
