/** Keeps edit marks and conflict marks out of the files: the last check on every result. */

import { addedMark, type EditMark, headingsIn } from '../dialects/edit-marks.ts';
import { splitText } from '../text/lines.ts';
import { reporting } from '../thresholds.ts';
import type { FileEdit, HunkLine, PatchProblem } from '../types.ts';

/** A problem if the edit would add such a mark to its file: then it was not read as it was meant. */
export function writtenMark(edit: FileEdit, before: string, after: string): PatchProblem | undefined {
  const { path, newPath = path } = edit;
  const refuse = ({ text }: EditMark, block: number): PatchProblem => {
    const shown = text.trim().slice(0, reporting.longestQuote);
    const message = `block ${block} would write "${shown}" into ${path}, which is the mark of an edit or of a conflict`;
    return { code: 'edit-mark', path, block, message };
  };
  for (const { lines, block } of edit.hunks) {
    // Whether this is a docstring depends on other lines, but a divider at the end of a block is never an underline.
    const mark = addedMark(side(lines, 'add'), side(lines, 'remove'), 'anywhere');
    if (mark) return refuse(mark, block);
  }
  const mark = addedMark(splitText(before).lines, splitText(after).lines, headingsIn(newPath));
  const adds = ({ kind, text }: HunkLine) => kind === 'add' && text.trim() === mark?.text.trim();
  const block = edit.hunks.find(({ lines }) => lines.some(adds))?.block ?? edit.block;
  return mark && refuse(mark, block);
}

function side(hunkLines: readonly HunkLine[], other: 'add' | 'remove'): string[] {
  return hunkLines.filter(({ kind }) => kind !== other).map(({ text }) => text);
}
