/**
 * Removes the indentation of an edit in a list item, where Markdown indents a fence together with its content.
 * Otherwise a whole file would be read one level too deep.
 */
import { indentedClosing, indentedOpening } from '../dialects/edit-marks.ts';
import { reading } from '../thresholds.ts';

const opening = /^( +)(`{3,}|~{3,}(?!~))[^`]*$/;

/** A function that unindents, in `lines` itself, the block that starts on a line, if an indented one does. */
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
      // A line that is less indented does not belong to a block that was indented as a whole.
      if (lines[end]!.trim() !== '' && !lines[end]!.startsWith(indentation)) return;
      if (looks-- <= 0) return;
      end++;
    }
    if (end === lines.length) return;
    for (let line = at; line <= end; line++) lines[line] = lines[line]!.slice(indentation.length);
  };
}
