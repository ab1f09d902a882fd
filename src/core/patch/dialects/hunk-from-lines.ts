/** What a hunk does, line by line. */

import { diffArrays } from 'diff';
import { diffing } from '../thresholds.ts';
import type { HunkLine } from '../types.ts';

/** True when the hunk leaves the text as it is. */
export function saysNothing(hunkLines: readonly HunkLine[]): boolean {
  const without = (kind: 'remove' | 'add') =>
    hunkLines.filter((hunkLine) => hunkLine.kind !== kind).map(({ text }) => text);
  const before = without('add');
  const after = without('remove');
  return before.length === after.length && before.every((text, at) => text === after[at]);
}

/** What turns some lines into others, so that those which stay can be taken from the file itself. */
export function hunkLinesOf(search: readonly string[], replace: readonly string[]): HunkLine[] {
  let head = 0;
  while (head < search.length && head < replace.length && search[head] === replace[head]) head++;
  let tail = 0;
  const room = Math.min(search.length, replace.length) - head;
  while (tail < room && search[search.length - 1 - tail] === replace[replace.length - 1 - tail]) tail++;
  const middle = diffArrays(
    search.slice(head, search.length - tail),
    replace.slice(head, replace.length - tail),
    { maxEditLength: diffing.mostBlockEdits },
  ) ?? [
    { removed: true, added: false, value: search.slice(head, search.length - tail) },
    { removed: false, added: true, value: replace.slice(head, replace.length - tail) },
  ];
  const contextLine = (text: string): HunkLine => ({ kind: 'context', text });
  return [
    ...search.slice(0, head).map(contextLine),
    ...middle.flatMap(({ value, added, removed }) =>
      value.map((text): HunkLine => ({ kind: added ? 'add' : removed ? 'remove' : 'context', text })),
    ),
    ...(tail > 0 ? search.slice(-tail).map(contextLine) : []),
  ];
}
