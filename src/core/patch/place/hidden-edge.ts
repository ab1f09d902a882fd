/**
 * Recognises insertions whose place only looks certain. A diff shows what stands above and below the lines it adds. If
 * it skips the line directly above them and shows nothing below, it adds them inside the block that they should follow,
 * and the lines it does show cannot reveal that.
 */

import { sideOf } from '../match/side-of-line.ts';
import { isBlank } from '../text/normalize.ts';
import type { Splice } from '../text/splices.ts';
import { choosing } from '../thresholds.ts';
import type { HunkLine } from '../types.ts';

/**
 * Whether the hunk begins or ends with added lines although the file goes on there: with text, if the hunk has context
 * elsewhere, or with the same line that was added, such as a second closing bracket.
 */
export function hidesAnEdge(
  lines: readonly string[],
  hunkLines: readonly HunkLine[],
  splices: readonly Splice[],
): boolean {
  const shows = hunkLines.filter(({ kind }) => kind === 'context').length >= choosing.shownContext;
  const [first, last] = [splices[0], splices.at(-1)];
  if (hunkLines.at(-1)?.kind === 'add' && last?.remove === 0) {
    const end = last.add.findLast((line) => !isBlank(line));
    if (isSame(lines[last.at], end)) return true;
    if (shows && hunkLines[0]?.kind === 'context' && hasText(lines, last.at, lines.length)) return true;
  }
  if (hunkLines[0]?.kind === 'add' && first?.remove === 0) {
    const start = first.add.find((line) => !isBlank(line));
    if (isSame(lines[first.at - 1], start)) return true;
    if (shows && hunkLines.at(-1)?.kind === 'context' && hasText(lines, 0, first.at)) return true;
  }
  return false;
}

/**
 * The same for lines that match exactly, in a dialect that does not ask for both sides: whether the layout shows that the
 * added lines belong on the other side of the line that the hunk does not show.
 */
export function skipsALine(
  lines: readonly string[],
  hunkLines: readonly HunkLine[],
  splices: readonly Splice[],
): boolean {
  const [first, last] = [splices[0], splices.at(-1)];
  if (hunkLines.at(-1)?.kind === 'add' && last?.remove === 0) {
    const { at, add: added } = last;
    if (at < lines.length && sideOf(lines, { line: at, added, above: at - 1 }) === 'below') return true;
  }
  if (hunkLines[0]?.kind === 'add' && first?.remove === 0 && first.at > 0) {
    const { at, add: added } = first;
    if (sideOf(lines, { line: at - 1, added, above: at - 2 }) === 'above') return true;
  }
  return false;
}

function isSame(line: string | undefined, added: string | undefined): boolean {
  return line !== undefined && added !== undefined && line.trimEnd() === added.trimEnd();
}

function hasText(lines: readonly string[], from: number, to: number): boolean {
  for (let line = from; line < to; line++) if (!isBlank(lines[line]!)) return true;
  return false;
}
