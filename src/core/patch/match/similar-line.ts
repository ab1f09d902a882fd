/**
 * Tells a line that a model remembers badly from another line: the words are the same and in the same order,
 * but for one, or for a remark behind them. Says nothing about where a line is; it only confirms a place that
 * the lines around it have already fixed.
 */

import { indentationOf } from '../text/normalize.ts';
import { misrememberedLines } from '../thresholds.ts';

export function isSameLine(file: string, remembered: string): boolean {
  // Another indentation is another kind of damage, which added lines have their share of.
  if (indentationOf(file) !== indentationOf(remembered)) return false;
  const real = wordsOf(file);
  const bare = withoutRemark(remembered);
  if (bare !== undefined && wordsOf(bare).join(' ') === real.join(' ') && beginsAlike(file, bare))
    return true;
  const said = wordsOf(remembered);
  if (real.length === 0) return said.length === 0 && sameSigns(file, remembered);
  let head = 0;
  while (head < real.length && head < said.length && real[head] === said[head]) head++;
  if (head === real.length && head === said.length) return true;
  let tail = 0;
  const room = Math.min(real.length, said.length) - head;
  while (tail < room && real.at(-1 - tail) === said.at(-1 - tail)) tail++;
  if (head + tail < misrememberedLines.fewestWords) return false;
  return head + tail >= real.length - 1 && head + tail >= said.length - 1;
}

function wordsOf(line: string): string[] {
  return line.match(/[\p{L}\p{N}_]+/gu) ?? [];
}

/** A line of signs alone, a rule or a row of brackets, may have more or fewer of them. */
function sameSigns(file: string, remembered: string): boolean {
  const signs = (line: string) => [...new Set(line.trim())].join('');
  return signs(file) !== '' && signs(file) === signs(remembered);
}

/** The line without the comment that it ends with; undefined when it has none. */
function withoutRemark(line: string): string | undefined {
  const bare = /^(.*?\S)\s+(?:#|\/\/|--|\/\*|<!--|;)\s*\S/.exec(line)?.[1];
  return bare === undefined || bare.length > line.length ? undefined : bare;
}

function beginsAlike(file: string, bare: string): boolean {
  return file.trim()[0] === bare.trim()[0];
}
