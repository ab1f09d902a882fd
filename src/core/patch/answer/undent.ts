/**
 * Takes back the indentation of an edit that stands in a list item: Markdown moves a fence in, and its content
 * with it. Left as it is, the lines of a file would be taken for its whole new text one step further in.
 */
import { indentedClosing, indentedOpening } from '../dialects/edit-marks.ts';
import { reading } from '../thresholds.ts';

const opening = /^( +)(`{3,}|~{3,}(?!~))[^`]*$/;
/** What moves out, in `lines` itself, the block that begins on a line, if one begins there that was moved in. */
export function undenter(lines: string[]): (at: number) => void {
  let looks = lines.length * reading.mostLooksPerLine;
  return (at) => {
    const fence = opening.exec(lines[at]!);
    const indentation = (fence ?? indentedOpening.exec(lines[at]!))?.[1];
    if (indentation === undefined) return;
    const closes = (line: string) =>
      fence
        ? line.trimEnd() === indentation + fence[2]!
        : line.startsWith(indentation) && indentedClosing.test(line);
    let end = at + 1;
    while (end < lines.length && !closes(lines[end]!)) {
      // What stands further out is no part of a block that was moved in as a whole.
      if (lines[end]!.trim() !== '' && !lines[end]!.startsWith(indentation)) return;
      if (looks-- <= 0) return;
      end++;
    }
    if (end === lines.length) return;
    for (let line = at; line <= end; line++) lines[line] = lines[line]!.slice(indentation.length);
  };
}
