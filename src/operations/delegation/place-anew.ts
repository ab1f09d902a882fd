/** What to do about a patch whose files were edited since: its answer is kept, and can be placed in them as they are now. */
import { OrchError } from '../../core/errors/orch-error.ts';
import type { FileChange } from '../../core/patch/types.ts';
import { holdsPlaceholder } from '../../core/secrets/leftover-placeholders.ts';
import type { OperationContext } from '../context.ts';
import { findRun, longestAnswer, readHead } from './kept-run.ts';
import { showCommand } from './show-command.ts';

/** The files that a patch changes, as they were named before. */
export function sourcesOf(changes: readonly FileChange[]): string[] {
  return changes.filter(({ kind }) => kind !== 'create').map(({ path, oldPath }) => oldPath ?? path);
}

/** The error with that as its hint, if all of the files are there; `paths` are relative to `base`. */
export function withPlaceAnew(
  error: OrchError,
  runId: string,
  { base, paths }: { base: string; paths: readonly string[] },
  { cwd, readFile }: OperationContext,
): OrchError {
  const isThere = (path: string) => {
    const read = readFile(`${base}/${path}`, 0);
    return read.bytes !== undefined || read.fault === 'too-large';
  };
  if (paths.length === 0 || !paths.every(isThere)) return error;
  const files = paths.map((path) => `-f ${quoted(cwd === base ? path : `${base}/${path}`)}`).join(' ');
  const command = `${showCommand(runId)} | orch diff --from - ${files} --apply`;
  return new OrchError(error.code, error.message, {
    hint: `the answer is kept; to place it in the files as they are now, without a request: ${command}`,
    cause: error,
    ...(error.details ? { details: error.details } : {}),
  });
}

/**
 * The run that a stored patch is of. Undefined if it is not kept, and if what is kept holds placeholders of secrets: nobody
 * knows any more what they stand for.
 */
export async function runOfPatch(patchId: string, context: OperationContext): Promise<string | undefined> {
  const store = context.runs();
  for (const id of await store.ids('')) {
    const head = readHead((await store.head(id)) ?? '');
    if (head?.patch_id !== patchId && head?.partial_patch_id !== patchId) continue;
    const { result, answers } = await findRun(id, context);
    return holdsPlaceholder(result ?? longestAnswer(answers)?.text ?? '') ? undefined : id;
  }
  return undefined;
}

function quoted(path: string): string {
  return /^[\w./@+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
