/**
 * Removed lines that are an anchor are found without the context that touches them. Whether lines added at their edge
 * belong there depends on that context, which may be misremembered or invented, or a line may be skipped.
 */

import { isBlank } from '../text/normalize.ts';
import { anchoring } from '../thresholds.ts';
import type { DialectTraits, HunkLine } from '../types.ts';
import { formsOf } from './contiguous.ts';
import { type LineIndex, normalizers } from './line-index.ts';
import type { Segment } from './segments.ts';
import { isSameLine } from './similar-line.ts';

/** `start` is the file line, from 0, of the segment's first old line. */
export function standsRightly(
  index: LineIndex,
  hunkLines: readonly HunkLine[],
  { from, to }: Segment,
  start: number,
  { wholeBlocks }: DialectTraits,
): boolean {
  if (hunkLines[from]!.kind === 'context') return true;
  let first = from;
  let last = to - 1;
  while (first > 0 && hunkLines[first - 1]!.kind !== 'context') first--;
  while (last + 1 < hunkLines.length && hunkLines[last + 1]!.kind !== 'context') last++;
  const height = hunkLines.slice(from, to).filter(({ kind }) => kind !== 'add').length;
  // Only lines added at an end of the edit can end up on the wrong side of a skipped line.
  // Where the lines of a whole block change is worked out here, so both of its sides count.
  const sides = [
    { edge: first, touching: first - 1, place: start - 1, step: -1 },
    { edge: last, touching: last + 1, place: start + height, step: 1 },
  ] as const;
  return sides.every(({ edge, touching, place, step }) =>
    wholeBlocks || hunkLines[edge]!.kind === 'add'
      ? isRight(index, hunkLines, touching, place, step)
      : isNotFar(index, hunkLines[touching], place, step),
  );
}

/** If the touching context line stands further away, other lines with the same text are meant. */
function isNotFar(index: LineIndex, hunkLine: HunkLine | undefined, place: number, step: 1 | -1): boolean {
  if (hunkLine?.kind !== 'context' || hunkLine.elided || isBlank(hunkLine.text)) return true;
  const { keys } = index.view('trailing-space');
  const forms = formsOf(hunkLine, true).map(normalizers['trailing-space']);
  const isThere = (lines: number) => forms.includes(keys[place + lines * step] ?? '\0');
  const distance = Array.from({ length: anchoring.near + 1 }, (_, lines) => lines).find(isThere);
  return distance === undefined || distance <= anchoring.mostSkipped;
}

/**
 * Follows the context away from the edit until one of its lines is found. The file must have no lines in place of those
 * passed on the way, which the model invented, or as many, each the same apart from a word.
 */
function isRight(
  index: LineIndex,
  hunkLines: readonly HunkLine[],
  touching: number,
  place: number,
  step: 1 | -1,
): boolean {
  const { keys } = index.view('trailing-space');
  let passed = 0;
  let same = true;
  for (let at = touching; at >= 0 && at < hunkLines.length; at += step) {
    const hunkLine = hunkLines[at]!;
    if (hunkLine.elided) return passed === 0 || same;
    if (hunkLine.kind !== 'context') break;
    const forms = formsOf(hunkLine, true).map(normalizers['trailing-space']);
    const isThere = (line: number) => forms.includes(keys[line] ?? '\0');
    // The file has no lines, or as many, in place of the passed ones.
    if (isThere(place) || (passed > 0 && same && isThere(place + passed * step))) return true;
    for (let distance = 1; distance <= anchoring.near; distance++)
      if (isThere(place + distance * step)) return false;
    same &&= formsOf(hunkLine, true).some((form) => isSameLine(keys[place + passed * step] ?? '', form));
    passed++;
  }
  return same;
}
