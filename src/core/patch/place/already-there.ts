/** Tells that all of an answer has been made already, so that there is nothing to do: more than a sign of it is needed. */
import { LineIndex } from '../match/line-index.ts';
import { WorkBudget } from '../match/work-budget.ts';
import { splitText } from '../text/lines.ts';
import { totalLength } from '../text/normalize.ts';
import { alreadyApplied } from '../thresholds.ts';
import type { FileEdit, Hunk, HunkLine, PatchProblem, SourceFile } from '../types.ts';

export interface AlreadyThere {
  path: string;
  /** From 1. */
  line: number;
}

/** Where the file has what each block would write; undefined unless that is so for every one. */
export function alreadyThere(
  edits: readonly FileEdit[],
  problems: readonly PatchProblem[],
  files: readonly SourceFile[],
): AlreadyThere[] | undefined {
  if (problems.length === 0 || problems.some(({ code }) => code !== 'already-applied')) return undefined;
  const found: AlreadyThere[] = [];
  const budget = new WorkBudget();
  for (const { kind, path, newPath, newMode, hunks } of edits) {
    const file = files.find((sent) => sent.path === path);
    if (!file || kind !== 'modify' || newPath !== undefined || newMode !== undefined) return undefined;
    const index = new LineIndex(splitText(file.text).lines, budget);
    for (const hunk of hunks) {
      const line = lineOf(hunk, index);
      if (line === undefined) return undefined;
      found.push({ path, line: line + 1 });
    }
  }
  return budget.exhausted || found.length === 0 ? undefined : found;
}

function lineOf({ lines }: Hunk, index: LineIndex): number | undefined {
  const texts = (some: readonly HunkLine[]) => some.map(({ text }) => text);
  const added = texts(lines.filter(({ kind }) => kind === 'add'));
  const after = texts(lines.filter(({ kind }) => kind !== 'remove'));
  if (lines.some(({ elided }) => elided)) return undefined;
  if (totalLength(added) < alreadyApplied.addedLetters || totalLength(after) < alreadyApplied.wholeLetters)
    return undefined;
  const runs = (wanted: readonly string[]) =>
    index.findRuns(
      'trailing-space',
      wanted.map((text) => [text.trimEnd()]),
    );
  const before = texts(lines.filter(({ kind }) => kind !== 'add'));
  if (lines.some(({ kind }) => kind === 'remove') && runs(before).length > 0) return undefined;
  return runs(after)[0];
}
