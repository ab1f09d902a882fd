/**
 * Tells a badly remembered line from a different one: the words are the same and in the same order, apart from one or
 * from a comment at the end. This only confirms a place that the lines around it have already fixed.
 */

import { indentationOf } from '../text/normalize.ts';
import { misrememberedLines, skippedLines } from '../thresholds.ts';

export function isSameLine(file: string, remembered: string): boolean {
  // With another indentation, the added lines may be wrong in the same way.
  if (indentationOf(file) !== indentationOf(remembered)) return false;
  const real = wordsOf(file);
  const bare = withoutComment(remembered);
  if (bare !== undefined && wordsOf(bare).join(' ') === real.join(' ') && beginsAlike(file, bare))
    return true;
  const shown = wordsOf(remembered);
  if (real.length === 0) return shown.length === 0 && sameSigns(file, remembered);
  let head = 0;
  while (head < real.length && head < shown.length && real[head] === shown[head]) head++;
  if (head === real.length && head === shown.length) return true;
  let tail = 0;
  const room = Math.min(real.length, shown.length) - head;
  while (tail < room && real.at(-1 - tail) === shown.at(-1 - tail)) tail++;
  if (head + tail < misrememberedLines.fewestWords) return false;
  return head + tail >= real.length - 1 && head + tail >= shown.length - 1;
}

/** Whether a line is another one with some of its words replaced, which leaves as many brackets open. */
export function sharesWords(before: string, after: string): boolean {
  if (indentationOf(before) !== indentationOf(after) || openIn(before) !== openIn(after)) return false;
  const [old, fresh] = [wordsOf(before), wordsOf(after)];
  const left = new Map<string, number>();
  for (const word of old) left.set(word, (left.get(word) ?? 0) + 1);
  let shared = 0;
  for (const word of fresh) {
    const count = left.get(word) ?? 0;
    if (count === 0) continue;
    left.set(word, count - 1);
    shared++;
  }
  return shared > 0 && shared >= Math.max(old.length, fresh.length) * skippedLines.sharedWords;
}

/** How many more brackets a line opens than it closes. */
function openIn(line: string): number {
  return (line.match(/[[({]/g)?.length ?? 0) - (line.match(/[\])}]/g)?.length ?? 0);
}

function wordsOf(line: string): string[] {
  return line.match(/[\p{L}\p{N}_]+/gu) ?? [];
}

/** A line of signs alone, such as a rule, may have more or fewer of them. */
function sameSigns(file: string, remembered: string): boolean {
  const signs = (line: string) => [...new Set(line.trim())].join('');
  return signs(file) !== '' && signs(file) === signs(remembered);
}

/** The line without the comment at its end; undefined if it has none. */
function withoutComment(line: string): string | undefined {
  const bare = /^(.*?\S)\s+(?:#|\/\/|--|\/\*|<!--|;)\s*\S/.exec(line)?.[1];
  return bare === undefined || bare.length > line.length ? undefined : bare;
}

function beginsAlike(file: string, bare: string): boolean {
  return file.trim()[0] === bare.trim()[0];
}
