/** Where a result goes beside the answer of the call: the patch store, the working tree, a file. */
import { OrchError } from '../../core/errors/orch-error.ts';
import type { FileChange } from '../../core/patch/types.ts';
import type { FinishedPatch } from '../../engine/finish-answer.ts';
import { asOrchError } from '../../engine/internal-error.ts';
import type { Factory } from '../../factory.ts';
import type { DelegationInput } from './fields.ts';
import { errorKeeping } from './keep-result.ts';
import type { DelegateOutput } from './output.ts';
import { storePatch } from './stored-patch.ts';

/** Writes what the caller asked to be written. */
export async function deliver(
  output: DelegateOutput,
  patch: FinishedPatch | undefined,
  input: Pick<DelegationInput, 'apply' | 'output'>,
  factory: Factory,
): Promise<DelegateOutput> {
  try {
    return await write(output, patch, input, factory);
  } catch (error) {
    const { run_id, cost_usd, output_file } = output.meta;
    if (output_file !== undefined) throw errorBeside(error, output_file, { run_id, cost_usd });
    // The answer is paid for: what cannot be written where it was wanted is kept elsewhere.
    throw errorKeeping(error, output.result, factory.results(), { run_id, cost_usd });
  }
}

async function write(
  output: DelegateOutput,
  patch: FinishedPatch | undefined,
  { apply, output: file }: Pick<DelegationInput, 'apply' | 'output'>,
  factory: Factory,
): Promise<DelegateOutput> {
  // A folder of the tree may be a link that leads out of it.
  if (patch && apply) factory.workspace().assertWritable(patch.base, touchedPaths(patch.changes));
  else if (patch) offerForLater(output, patch, factory);
  // Before the tree: whatever fails here then leaves that as it was.
  if (file !== undefined) {
    await factory.writer().writeResult(file, output.result);
    output.meta.output_file = file;
  }
  if (patch && apply) {
    await factory.writer().applyChanges(patch.base, patch.changes);
    if (output.meta.patch) output.meta.patch.applied = true;
  }
  return output;
}

/** The same error, saying that the result is in its file all the same. */
function errorBeside(failed: unknown, file: string, account: Record<string, unknown>): OrchError {
  const error = asOrchError(failed);
  return new OrchError(error.code, error.message, {
    hint: [error.hint, `the result was written to ${file}`].filter(Boolean).join('; '),
    details: { ...account, ...error.details, output_file: file },
    cause: failed,
  });
}

function offerForLater({ meta }: DelegateOutput, patch: FinishedPatch, factory: Factory): void {
  try {
    if (meta.patch) meta.patch.id = storePatch(factory.patches(), patch);
  } catch (error) {
    meta.warnings.push(`the patch has no id to apply it by: ${(error as Error).message}`);
  }
  const lost = outsideOf(factory.cwd, patch);
  if (lost.length > 0) {
    meta.warnings.push(
      `${lost.join(', ')}: git apply leaves out, without a word, what lies outside of the folder it runs in; run it in ${patch.base}`,
    );
  }
}

/** Paths of a patch that lie outside of a folder. */
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
