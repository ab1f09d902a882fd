/** What is left to decide about the edits of an answer: whether having none is a result, and whether the files stay valid. */
import { lacksOpeningTag } from '../../core/answer/check-code.ts';
import { holdsTest } from '../../core/answer/holds-test.ts';
import { isClear, readNoChange } from '../../core/answer/no-change.ts';
import { isJsonFor } from '../../core/answer/valid-json.ts';
import { languageOfPath } from '../../core/input/language.ts';
import { readAnswer } from '../../core/patch/answer/read-answer.ts';
import { withoutThinking } from '../../core/patch/answer/unwrap.ts';
import { type PatchResult, patchFromAnswer } from '../../core/patch/patch-from-answer.ts';
import { alreadyThere } from '../../core/patch/place/already-there.ts';
import { canRetryBlocks } from '../../core/patch/repair/retry-prompt.ts';
import type { FileChange } from '../../core/patch/types.ts';
import { mayStay } from '../../core/tasks/tasks.ts';
import type { UnplaceableAnswer } from './finish-answer.ts';
import type { FinishOptions } from './options.ts';

/**
 * Why an answer without a patch is a result nonetheless, or the patch of the blocks that were kept if it says that
 * nothing more is to change.
 */
export function whyNothingChanges(
  answer: string,
  { edits, problems }: PatchResult,
  { task, shape, sourceSet, repairs }: FinishOptions,
): string | PatchResult | undefined {
  if (!mayStay(task, shape)) return undefined;
  const { sources: files, exists } = sourceSet;
  const made = repairs ? undefined : alreadyThere(edits, problems, files);
  if (made) {
    const places = made.slice(0, 3).map(({ path, line }) => `${path} line ${line}`);
    return `The change is already there (${places.join(', ')}${made.length > places.length ? ', …' : ''}).`;
  }
  const read = readAnswer(answer, { files, exists });
  if (read.edits.length > 0 || read.problems.some(({ code }) => code !== 'not-a-patch')) return undefined;
  const said = readNoChange(withoutThinking(answer) ?? '');
  if (!isClear(said)) return undefined;
  if (!repairs || !keepsGoodBlocks(repairs)) return said.sentence;
  const rest = patchFromAnswer(answer, files, { exists, repairs, nothingMore: true });
  return rest.patch === undefined ? undefined : rest;
}

function keepsGoodBlocks({ edits, problems }: UnplaceableAnswer): boolean {
  return canRetryBlocks(problems) && goodBlocks({ edits, problems }) > 0;
}

/** Blocks of an answer without a problem. */
export function goodBlocks({ edits, problems }: Pick<UnplaceableAnswer, 'edits' | 'problems'>): number {
  const bad = new Set(problems.map(({ block }) => block));
  const blocks = edits.flatMap(({ block, hunks }) =>
    hunks.length > 0 ? hunks.map((hunk) => hunk.block) : [block],
  );
  return new Set(blocks.filter((block) => !bad.has(block))).size;
}

/** What is wrong with changes that could be placed. */
export function faultOfChanges(changes: readonly FileChange[], { task }: FinishOptions): string | undefined {
  const broken = changes.find(breaksJson);
  if (broken) return `${broken.path} would no longer be valid JSON`;
  const plain = changes.find(
    ({ kind, path, after }) =>
      kind === 'create' && /\.php$/i.test(path) && after !== '' && lacksOpeningTag(after),
  );
  if (plain) return `${plain.path} is PHP and does not begin with <?php`;
  if (task !== 'tests' || !changes.some(({ kind }) => kind === 'create')) return undefined;
  return changes.some(({ path, after }) => holdsTest(after, languageOfPath(path)))
    ? undefined
    : 'none of the files that it writes holds a test';
}

/** What was no JSON before need not become any. */
function breaksJson({ kind, path, before, after }: FileChange): boolean {
  if (kind === 'delete' || !/\.jsonc?$/i.test(path)) return false;
  const file = { path, given: before === '' ? [] : [before] };
  return !isJsonFor(after, file) && (before === '' ? after !== '' : isJsonFor(before, file));
}
