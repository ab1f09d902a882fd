/** Where a result goes beside the answer of the call: the patch store, the working tree, a file. */
import { OrchError } from '../../core/errors/orch-error.ts';
import type { FileChange } from '../../core/patch/types.ts';
import type { FinishedPatch } from '../../engine/finish-answer.ts';
import { asOrchError } from '../../engine/internal-error.ts';
import type { OperationContext } from '../context.ts';
import type { DelegationInput } from './fields.ts';
import { errorKeeping } from './keep-result.ts';
import type { DelegateOutput } from './output.ts';
import { storePatch } from './stored-patch.ts';

/** Where the caller wants the result besides the answer of the call. */
export type Delivery = Pick<DelegationInput, 'apply' | 'output'>;

/** Returns the output with what became of the result: the patch's id, the file, whether the patch was applied. */
export async function deliver(
  output: DelegateOutput,
  patch: FinishedPatch | undefined,
  { apply, output: file }: Delivery,
  context: OperationContext,
): Promise<DelegateOutput> {
  const { run_id, cost_usd } = output.meta;
  let delivered = output;
  try {
    // A folder of the tree may be a link that leads out of it.
    if (patch && apply) context.workspace().assertWritable(patch.base, touchedPaths(patch.changes));
    else if (patch) delivered = keepForLater(delivered, patch, context);
    // The file first: if it cannot be written, the tree stays as it was.
    if (file !== undefined) {
      await context.writer().writeResult(file, output.result);
      delivered = withMeta(delivered, { output_file: file });
    }
    if (patch && apply) {
      await context.writer().applyChanges(patch.base, patch.changes);
      delivered = withPatchMeta(delivered, { applied: true });
    }
    return delivered;
  } catch (error) {
    const { output_file } = delivered.meta;
    if (output_file !== undefined) throw errorBeside(error, output_file, { run_id, cost_usd });
    // The answer is paid for: if it cannot be written where it was wanted, it is kept elsewhere.
    throw errorKeeping(error, output.result, context.results(), { run_id, cost_usd });
  }
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

/** The same error, with the file that the result was written to. */
function errorBeside(failed: unknown, file: string, account: Record<string, unknown>): OrchError {
  const error = asOrchError(failed);
  return new OrchError(error.code, error.message, {
    hint: [error.hint, `the result was written to ${file}`].filter(Boolean).join('; '),
    details: { ...account, ...error.details, output_file: file },
    cause: failed,
  });
}

/** Stores the patch, so that it can be applied by its id. */
function keepForLater(
  output: DelegateOutput,
  patch: FinishedPatch,
  context: OperationContext,
): DelegateOutput {
  const warnings = [...output.meta.warnings];
  let id: string | undefined;
  try {
    id = storePatch(context.patches(), patch);
  } catch (error) {
    warnings.push(`the patch has no id to apply it by: ${(error as Error).message}`);
  }
  const outside = outsideOf(context.cwd, patch);
  if (outside.length > 0) {
    warnings.push(
      `git apply silently skips paths outside the folder it runs in: run it in ${patch.base} (${outside.join(', ')})`,
    );
  }
  const kept = withMeta(output, { warnings });
  return id === undefined ? kept : withPatchMeta(kept, { id });
}

/** Paths of a patch that lie outside a folder. */
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
