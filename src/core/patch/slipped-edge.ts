/**
 * Recognises an insertion that has slipped by a closing line. A diff that skips the last context line before
 * its added lines puts them inside the block that they should follow: the file then goes on with the very line
 * that they end with, two closing brackets in a row. The same can happen at the other end.
 */
import { isBlank } from './fold.ts';
import type { Splice } from './splices.ts';
import type { Operation } from './types.ts';

/** Only for insertions at the edge of a hunk, which shows nothing of what is on the other side. */
export function hasSlipped(
  lines: readonly string[],
  operations: readonly Operation[],
  splices: readonly Splice[],
): boolean {
  const last = splices.at(-1);
  if (operations.at(-1)?.kind === 'add' && last?.remove === 0) {
    const end = last.add.findLast((line) => !isBlank(line));
    if (end !== undefined && same(lines[last.at], end)) return true;
  }
  const first = splices[0];
  if (operations[0]?.kind === 'add' && first?.remove === 0) {
    const start = first.add.find((line) => !isBlank(line));
    if (start !== undefined && same(lines[first.at - 1], start)) return true;
  }
  return false;
}

function same(line: string | undefined, added: string): boolean {
  return line !== undefined && line.trimEnd() === added.trimEnd();
}
