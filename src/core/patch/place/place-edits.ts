/**
 * Places the edits of an answer in the files that were sent, in memory. Nothing of the result should be used unless
 * `problems` is empty.
 */

import { sentFiles } from '../dialects/sent-files.ts';
import { WorkBudget } from '../match/work-budget.ts';
import { DiffBudget } from '../text/diff-budget.ts';
import { diffing } from '../thresholds.ts';
import type { FileChange, FileEdit, HunkReport, PatchProblem, SourceFile } from '../types.ts';
import { placeHunks } from './place-hunks.ts';
import { placeWholeFile } from './place-whole-file.ts';
import { writtenElision } from './written-elision.ts';
import { writtenMark } from './written-mark.ts';

export interface PlacedEdits {
  /** One per file, in the order of the answer. */
  changes: FileChange[];
  hunks: HunkReport[];
  problems: PatchProblem[];
}

export interface PlaceOptions {
  /** Refuse every hunk that is located by a level looser than the strict ones. Default false. */
  strict?: boolean;
}

export function placeEdits(
  edits: readonly FileEdit[],
  files: readonly SourceFile[],
  options: PlaceOptions = {},
): PlacedEdits {
  const placed: PlacedEdits = { changes: [], hunks: [], problems: [] };
  const budgets = { search: new WorkBudget(), diffs: new DiffBudget(diffing.mostBlockEdits) };
  const touched = new Set<string>();
  for (const edit of edits) {
    const paths = edit.newPath === undefined ? [edit.path] : [edit.path, edit.newPath];
    if (paths.some((path) => touched.has(path))) {
      placed.problems.push({
        code: 'overlap',
        path: edit.path,
        block: edit.block,
        message: `the answer changes ${edit.path} in two ways`,
      });
      continue;
    }
    for (const path of paths) touched.add(path);
    placeEdit(edit, sentFiles(files).named(edit.path), budgets, options, placed);
  }
  refuseNesting(placed);
  dropUnchanged(placed);
  if (placed.changes.length === 0 && placed.problems.length === 0) {
    placed.problems.push({ code: 'no-change', message: 'the answer changes nothing' });
  }
  return placed;
}

function placeEdit(
  edit: FileEdit,
  file: SourceFile | undefined,
  budgets: { search: WorkBudget; diffs: DiffBudget },
  options: PlaceOptions,
  { changes, hunks, problems }: PlacedEdits,
): void {
  const { path, block } = edit;
  if (edit.kind === 'create') {
    const mark = writtenMark(edit, '', edit.text ?? '') ?? writtenElision(edit, '', edit.text ?? '');
    if (mark) {
      problems.push(mark);
      return;
    }
    changes.push({
      kind: 'create',
      path,
      before: '',
      after: edit.text ?? '',
      mode: edit.newMode ?? '100644',
    });
    hunks.push({ path, block, level: 'whole-file', line: 1, flagged: false });
    return;
  }
  if (!file) {
    problems.push({
      code: 'unknown-path',
      path,
      block,
      message: `${path} was not given, so it cannot be changed`,
    });
    return;
  }
  const oldMode = file.mode ?? '100644';
  if (edit.kind === 'delete') {
    changes.push({ kind: 'delete', path, before: file.text, after: '', oldMode });
    return;
  }
  let after: string;
  if (edit.kind === 'whole') {
    const whole = placeWholeFile(edit, file, options, budgets.diffs);
    if ('code' in whole) {
      problems.push(whole);
      return;
    }
    after = whole.after;
    hunks.push({ path, block, level: whole.level, line: 1, flagged: whole.flagged });
  } else {
    const result = placeHunks(edit, file, budgets.search, options);
    hunks.push(...result.hunks);
    problems.push(...result.problems);
    if (result.problems.length > 0) return;
    after = result.after;
  }
  const mark = writtenMark(edit, file.text, after) ?? writtenElision(edit, file.text, after);
  if (mark) {
    problems.push(mark);
    return;
  }
  const mode = edit.newMode ?? oldMode;
  if (after === file.text && edit.newPath === undefined && mode === oldMode) {
    problems.push({ code: 'no-change', path, block, message: `the answer does not change ${path}` });
    return;
  }
  changes.push({
    kind: edit.newPath === undefined ? 'modify' : 'rename',
    path: edit.newPath ?? path,
    ...(edit.newPath === undefined ? {} : { oldPath: path }),
    before: file.text,
    after,
    mode,
    oldMode,
  });
}

/** A whole file that comes back as it was is no problem beside others that change. */
function dropUnchanged(placed: PlacedEdits): void {
  const isRemark = ({ code }: PatchProblem) => code === 'no-change';
  if (placed.changes.length > 0) placed.problems = placed.problems.filter((problem) => !isRemark(problem));
}

/** A path cannot be a file and a folder at once; git refuses such a patch. */
function refuseNesting({ changes, problems }: PlacedEdits): void {
  const left = new Set(changes.filter(({ kind }) => kind !== 'delete').map(({ path }) => path));
  for (const path of left) {
    const segments = path.split('/');
    for (let depth = 1; depth < segments.length; depth++) {
      const parent = segments.slice(0, depth).join('/');
      if (left.has(parent)) {
        problems.push({ code: 'overlap', path, message: `${path} would be inside the file ${parent}` });
      }
    }
  }
}
