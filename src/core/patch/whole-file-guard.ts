/** Decides whether a whole-file answer can be the whole file, or is a sketch of it. */

import { isBlank } from './fold.ts';
import type { PatchProblem } from './types.ts';

/** A line that stands for code that was left out. Only counts when the file itself has no such line. */
export function looksElided(line: string): boolean {
  const text = line.trim();
  if (/^(?:\/\/|#|--|;|%|\/\*|<!--|\{\/\*|\*|"""|''')?\s*(?:\.{3}|…)\s*(?:\*\/\}?|-->|"""|''')?$/.test(text))
    return true;
  const comment = /^(?:\/\/|#|--|;|%|\/\*|<!--|\{\/\*|\*)\s*(.*?)\s*(?:\*\/\}?|-->)?$/.exec(text)?.[1];
  const said = comment ?? (/^[[(<].*[\])>]$/.test(text) ? text.slice(1, -1) : undefined);
  if (said === undefined) return false;
  const dots = /\.{3}|…/.test(said);
  const leftOut =
    /\b(?:rest|remainder|remaining|other|existing|previous|unchanged|same|omitted|above|below|keep|continue[sd]?)\b/i.test(
      said,
    );
  if (dots && leftOut) return true;
  return /^(?:the )?(?:rest|remainder|remaining \w+|existing \w+|other \w+|everything else|all other \w+)\b.*\b(?:unchanged|the same|as before|as is|stays?|remains?|omitted|here)\b/i.test(
    said,
  );
}

/** Python writes a body that does nothing as three dots. */
function isStub(lines: readonly string[], index: number): boolean {
  return lines[index]!.trim() === '...' && /:\s*(?:#.*)?$/.test(lines[index - 1] ?? '');
}

/** Shares below which an answer is taken for a part of the file. Chosen for files of more than ten lines. */
const fewestKept = 0.25;
const shortestResult = 0.5;

/** `before` and `after` as lines. Undefined when the answer may be the whole file. */
export function wholeFileProblem(
  path: string,
  before: readonly string[],
  after: readonly string[],
): Pick<PatchProblem, 'code' | 'message' | 'lines'> | undefined {
  const known = new Set(before.map((line) => line.trim()));
  const elided = after.findIndex(
    (line, index) => !known.has(line.trim()) && looksElided(line) && !isStub(after, index),
  );
  if (elided !== -1) {
    return {
      code: 'elided',
      message: `the text for ${path} leaves lines out ("${after[elided]!.trim().slice(0, 80)}"): the whole file is needed`,
    };
  }
  const oldLines = before.filter((line) => !isBlank(line));
  const newLines = new Set(after.map((line) => line.trim()));
  const kept = oldLines.filter((line) => newLines.has(line.trim())).length;
  const result = after.filter((line) => !isBlank(line)).length;
  if (
    oldLines.length > 10 &&
    kept < oldLines.length * fewestKept &&
    result < oldLines.length * shortestResult
  ) {
    return {
      code: 'elided',
      message: `the text for ${path} drops most of the file: ${kept} of ${oldLines.length} lines are left`,
    };
  }
  return undefined;
}
