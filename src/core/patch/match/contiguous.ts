/** The strict levels: the hunk's old lines stand in the file one after the other. */

import { plainCharacter } from '../text/normalize.ts';
import { type Rewrite, splicesOf } from '../text/splices.ts';
import type { Operation } from '../types.ts';
import type { Alternatives, Comparison, LineIndex } from './line-index.ts';
import type { Candidate } from './place.ts';

/** More places than this are as good as none: nothing could choose between them. */
const mostCandidates = 2000;

/** The forms that an old line may have in the file. Restoring adds the line with its swallowed first space. */
export function formsOf(operation: Operation, restored: boolean): Alternatives {
  return restored && operation.raw !== undefined ? [operation.text, operation.raw] : [operation.text];
}

export function matchLines(
  index: LineIndex,
  operations: readonly Operation[],
  comparison: Exclude<Comparison, 'indentation'>,
  restored: boolean,
): Candidate[] {
  const old = operations.filter(({ kind }) => kind !== 'add');
  if (old.length === 0) return [];
  if (restored && !old.some(({ raw }) => raw !== undefined)) return [];
  const starts = index.findRuns(
    comparison,
    old.map((operation) => formsOf(operation, restored)),
  );
  const candidates: Candidate[] = [];
  for (const start of starts.slice(0, mostCandidates)) {
    let line = start;
    const alignment = operations.map(({ kind }) => (kind === 'add' ? undefined : line++));
    const rewrite =
      comparison === 'typographic' ? restoreTypography(index, operations, alignment) : undefined;
    const splices = splicesOf(operations, alignment, rewrite);
    if (splices) candidates.push({ first: start, end: start + old.length, splices });
  }
  return candidates;
}

/**
 * Where an added line begins and ends like the line it replaces, the file's own characters are kept: a model
 * that types straight quotes did not mean to change the curly ones.
 */
function restoreTypography(
  index: LineIndex,
  operations: readonly Operation[],
  alignment: readonly (number | undefined)[],
): Rewrite {
  return (text, added, dropped) => {
    const replaced = dropped[added];
    if (replaced === undefined || operations[replaced] === undefined) return text;
    return keepCharacters(index.lines[alignment[replaced]!]!, text);
  };
}

export function keepCharacters(file: string, text: string): string {
  const old = [...file];
  const wanted = [...text];
  const same = (left: string | undefined, right: string | undefined) =>
    left !== undefined && right !== undefined && plainCharacter(left) === plainCharacter(right);
  let head = 0;
  while (head < wanted.length && same(old[head], wanted[head])) head++;
  let tail = 0;
  const room = Math.min(old.length, wanted.length) - head;
  while (tail < room && same(old[old.length - 1 - tail], wanted[wanted.length - 1 - tail])) tail++;
  return [
    ...old.slice(0, head),
    ...wanted.slice(head, wanted.length - tail),
    ...old.slice(old.length - tail, old.length),
  ].join('');
}
