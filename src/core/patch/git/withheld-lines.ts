/** Takes lines out of the context of hunks, by splitting the hunks there. */
import type { lineDiff } from '../text/line-diff.ts';

export type PatchHunk = ReturnType<typeof lineDiff>[number];

/**
 * Undefined if git would not accept the result: a line to withhold is deleted, or follows a change. Git takes a hunk
 * without context below for one at the end of the file. `isWithheld` gets a line of the old file, from 1.
 */
export function hunksWithoutLines(
  hunks: readonly PatchHunk[],
  isWithheld: (line: number) => boolean,
): PatchHunk[] | undefined {
  const kept: PatchHunk[] = [];
  for (const hunk of hunks) {
    const pieces = split(hunk, isWithheld);
    if (!pieces) return undefined;
    kept.push(...pieces);
  }
  return kept;
}

function split(hunk: PatchHunk, isWithheld: (line: number) => boolean): PatchHunk[] | undefined {
  const pieces: PatchHunk[] = [];
  let oldLine = hunk.oldStart;
  let newLine = hunk.newStart;
  let piece = emptyAt(oldLine, newLine);
  let withheld = false;
  for (const line of hunk.lines) {
    if (line.startsWith('\\')) {
      if (!withheld) piece.lines.push(line);
      continue;
    }
    const isOld = !line.startsWith('+');
    const isNew = !line.startsWith('-');
    withheld = isOld && isWithheld(oldLine);
    if (isOld) oldLine++;
    if (isNew) newLine++;
    if (!withheld) {
      piece.lines.push(line);
      if (isOld) piece.oldLines++;
      if (isNew) piece.newLines++;
      continue;
    }
    if (!isNew || (changes(piece) && !piece.lines.at(-1)!.startsWith(' '))) return undefined;
    pieces.push(piece);
    piece = emptyAt(oldLine, newLine);
  }
  return [...pieces, piece].filter(changes);
}

function emptyAt(oldStart: number, newStart: number): PatchHunk {
  return { oldStart, newStart, oldLines: 0, newLines: 0, lines: [] };
}

function changes({ lines }: PatchHunk): boolean {
  return lines.some((line) => !line.startsWith(' '));
}
