/** Turns a whole-file answer into the file's new text, with the bytes that an answer cannot carry. */

import { hunkLinesOf } from '../dialects/hunk-lines.ts';
import { DiffBudget } from '../text/diff-budget.ts';
import { elisionsIn } from '../text/elision.ts';
import { splitText, type TextLines } from '../text/lines.ts';
import { alignFrom, applySplices, splicesOf } from '../text/splices.ts';
import { diffing, reporting } from '../thresholds.ts';
import type { FileEdit, PatchProblem, SourceFile } from '../types.ts';
import { fillElisions } from './fill-elisions.ts';
import { dropsMost, dropsMuch } from './whole-file-guard.ts';

export interface PlacedWholeFile {
  after: string;
  level: 'whole-file' | 'filled-elision';
  /** More than a third of the file is gone. */
  flagged: boolean;
}

/** `strict` refuses an answer that leaves lines out, even if it is clear which ones. */
export function placeWholeFile(
  edit: FileEdit,
  file: SourceFile,
  { strict = false }: { strict?: boolean } = {},
  diffs = new DiffBudget(diffing.mostBlockEdits),
): PlacedWholeFile | PatchProblem {
  const { path, block } = { path: file.path, block: edit.block };
  const before = splitText(file.text);
  const answered = splitText(edit.text ?? '').lines;
  const elisions = elisionsIn(before.lines, answered);
  const lines =
    elisions.length === 0 ? answered : strict ? undefined : fillElisions(before.lines, answered, elisions);
  if (!lines) {
    const remark = answered[elisions[0]!]!.trim().slice(0, reporting.longestQuote);
    const message = `the text for ${path} leaves lines out ("${remark}"): the whole file is needed`;
    return { code: 'elided', path, block, lines: elisions.map((line) => line + 1), message };
  }
  const loss = dropsMost(before.lines, lines);
  if (loss !== undefined) {
    return {
      code: 'elided',
      path,
      block,
      message: `the text for ${path} drops most of the file: ${loss}`,
    };
  }
  const much = dropsMuch(before.lines, lines);
  if (strict && much) {
    return {
      code: 'too-loose',
      path,
      block,
      message: `the text for ${path} leaves out more than a third of the file`,
    };
  }
  const restored = assemble(before, withFormerSpace(before.lines, lines), diffs);
  const level = elisions.length === 0 ? 'whole-file' : 'filled-elision';
  // If only trailing space differs, that is the change.
  return {
    after: restored === file.text ? assemble(before, lines, diffs) : restored,
    level,
    flagged: much || level !== 'whole-file',
  };
}

/** The new lines as an edit of the old ones, so that lines that stay keep their bytes. */
function assemble(before: TextLines, texts: readonly string[], diffs: DiffBudget): string {
  const lines = [...texts];
  if (before.lines.at(-1) !== '' && lines.length > 1 && lines.at(-1) === '') lines.pop();
  const hunkLines = hunkLinesOf(before.lines, lines, diffs);
  return applySplices(before, splicesOf(hunkLines, alignFrom(0, hunkLines)) ?? []);
}

/** Models lose trailing white space: a line that differs in nothing else keeps that of the file. */
function withFormerSpace(before: readonly string[], answered: readonly string[]): string[] {
  const former = new Map<string, string | undefined>();
  for (const line of before) {
    const bare = line.trimEnd();
    if (bare === '') continue;
    former.set(bare, former.has(bare) && former.get(bare) !== line ? undefined : line);
  }
  return answered.map((line) => former.get(line.trimEnd()) ?? line);
}
