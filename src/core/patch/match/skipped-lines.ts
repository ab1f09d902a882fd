/**
 * The hunk's lines are all in the file and in order, but at one point the file has a few lines more, which the model
 * skipped. Away from every edit that does not matter; next to an edit it must be certain on which side of the skipped
 * lines the edit belongs.
 */

import { significantLength } from '../text/normalize.ts';
import { type Splice, splicesOf } from '../text/splices.ts';
import { skippedLines } from '../thresholds.ts';
import type { DialectTraits, HunkLine, Place } from '../types.ts';
import { formsOf } from './contiguous.ts';
import { type LineIndex, normalizers } from './line-index.ts';
import { sideOf } from './side-of-line.ts';
import { sharesWords } from './similar-line.ts';

export interface SkippedMatch {
  found: Place[];
  /** First lines, from 0, of places that fit, but where it is not certain where the edit belongs. */
  uncertain: number[];
}

export function matchSkipped(
  index: LineIndex,
  hunkLines: readonly HunkLine[],
  traits: DialectTraits,
): SkippedMatch {
  const match: SkippedMatch = { found: [], uncertain: [] };
  const old = [...hunkLines.keys()].filter((at) => hunkLines[at]!.kind !== 'add');
  if (old.length < 2 || old.some((at) => hunkLines[at]!.elided)) return match;
  const significant = old.map((at) => significantLength(hunkLines[at]!.text));
  const upTo = [0];
  for (const length of significant) upTo.push(upTo.at(-1)! + length);
  const sum = (from: number, to: number) => upTo[to]! - upTo[from]!;
  if (sum(0, old.length) < skippedLines.letters) return match;
  const normalize = normalizers['trailing-space'];
  const { keys, positions } = index.view('trailing-space');
  const forms = old.map((at) => formsOf(hunkLines[at]!, true).map(normalize));
  if (forms.some((alternatives) => !alternatives.some((form) => positions.has(form)))) return match;

  for (const start of new Set(forms[0]!.flatMap((form) => positions.get(form) ?? []))) {
    if (index.budget.exhausted) break;
    let head = 1;
    while (head < old.length && forms[head]!.includes(keys[start + head] ?? '\0')) head++;
    index.budget.spend(head);
    if (head === old.length) continue;
    for (let skipped = 1; skipped <= skippedLines.most; skipped++) {
      const end = start + old.length + skipped;
      let tail = 0;
      while (tail < old.length - 1 && forms[old.length - 1 - tail]!.includes(keys[end - 1 - tail] ?? '\0'))
        tail++;
      index.budget.spend(tail + 1);
      if (head + tail < old.length) continue;
      // If a line is repeated, the skipped ones may be before or after it.
      const gaps: number[] = [];
      for (let gap = old.length - tail; gap <= head; gap++) gaps.push(gap);
      if (
        !gaps.some(
          (gap) =>
            sum(0, gap) >= skippedLines.lettersBeside && sum(gap, old.length) >= skippedLines.lettersBeside,
        )
      )
        continue;
      if (gaps.length > skippedLines.mostGaps) {
        match.uncertain.push(start);
        break;
      }
      index.budget.spend(gaps.length * hunkLines.length);
      const ways = gaps.map((gap) => place({ index, hunkLines, old, start, gap, skipped, traits }));
      const [first] = ways;
      if (first && ways.every((way) => JSON.stringify(way) === JSON.stringify(first)))
        match.found.push({ first: start, end, splices: first });
      else match.uncertain.push(start);
      break;
    }
  }
  return match;
}

interface Gap {
  index: LineIndex;
  hunkLines: readonly HunkLine[];
  /** Hunk lines that are in the file. */
  old: readonly number[];
  start: number;
  /** The skipped lines come before this one of `old`. */
  gap: number;
  skipped: number;
  traits: DialectTraits;
}

function place({ index, hunkLines, old, start, gap, skipped, traits }: Gap): Splice[] | undefined {
  const alignment: (number | undefined)[] = hunkLines.map(() => undefined);
  old.forEach((at, order) => {
    alignment[at] = start + order + (order < gap ? 0 : skipped);
  });
  const above = old[gap - 1]!;
  const below = old[gap]!;
  const added = hunkLines.slice(above + 1, below).map(({ text }) => text);
  const removed = [above, below].filter((at) => hunkLines[at]!.kind === 'remove');
  const beside = editsBeside(hunkLines, above, below);
  if (beside.length > 0 && removed.length < 2 && beside.every((edit) => rewords(edit)))
    return splicesOf(hunkLines, alignment);
  // Which lines of a whole block change is only worked out here.
  if (traits.wholeBlocks && isBeside(hunkLines, above, below)) return undefined;
  if (added.length === 0 && removed.length === 0) return splicesOf(hunkLines, alignment);
  if (removed.length === 2) return undefined;
  if (added.length === 0) return splicesOf(hunkLines, alignment);
  if (skipped > 1 || hunkLines[below]!.kind === 'remove') return undefined;
  const line = alignment[above]! + 1;
  // The line before the removed ones directly above.
  const kept = hunkLines.slice(0, above + 1).findLastIndex(({ kind }) => kind === 'context');
  const side = sideOf(index.lines, { line, added, above: kept < 0 ? start - 1 : alignment[kept]! });
  if (side === 'above') {
    if (removed.length === 0) alignment[below] = undefined;
    return splicesOf(hunkLines, alignment);
  }
  if (side !== 'below' || removed.length > 0) return undefined;
  alignment[above] = undefined;
  return splicesOf(hunkLines, alignment);
}

/** The edits that only brackets and blank lines separate from the gap. */
function editsBeside(hunkLines: readonly HunkLine[], above: number, below: number): HunkLine[][] {
  const edits: HunkLine[][] = [];
  const isBare = (at: number) =>
    hunkLines[at]?.kind === 'context' && significantLength(hunkLines[at].text) === 0;
  const isEdit = (at: number) => hunkLines[at] !== undefined && hunkLines[at].kind !== 'context';
  // Added lines directly in the gap belong to the edit that ends there.
  let up = isEdit(below - 1) ? below - 1 : above;
  while (isBare(up)) up--;
  let start = up;
  while (isEdit(start)) start--;
  if (start < up) edits.push(hunkLines.slice(start + 1, up + 1));
  let down = below;
  while (isBare(down)) down++;
  let end = down;
  while (isEdit(end)) end++;
  if (end > down) edits.push(hunkLines.slice(down, end));
  return edits;
}

/** Whether every removed line comes back with other words: then it does not matter on which side of the gap they are. */
function rewords(edit: readonly HunkLine[]): boolean {
  const removed = edit.filter(({ kind }) => kind === 'remove');
  const added = edit.filter(({ kind }) => kind === 'add');
  return (
    removed.length > 0 &&
    removed.length === added.length &&
    removed.every(({ text }, at) => sharesWords(text, added[at]!.text))
  );
}

/** Whether nothing but brackets and blank lines, past which an edit can be shown differently, separates it from the gap. */
function isBeside(hunkLines: readonly HunkLine[], above: number, below: number): boolean {
  const isBare = (at: number) =>
    hunkLines[at]?.kind === 'context' && significantLength(hunkLines[at].text) === 0;
  let [up, down] = [above, below];
  while (isBare(up)) up--;
  while (isBare(down)) down++;
  const isEdit = (at: number) => hunkLines[at] !== undefined && hunkLines[at].kind !== 'context';
  return below > above + 1 || isEdit(up) || isEdit(down);
}
