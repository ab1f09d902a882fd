/** The lines of a hunk: read from between two `@@` headers, or worked out from the text before and after. */
import { diffArrays } from 'diff';
import { DiffBudget } from '../text/diff-budget.ts';
import { diffing, reading } from '../thresholds.ts';
import type { HunkLine } from '../types.ts';

export interface DraftHunk {
  lines: HunkLine[];
  startLine?: number;
  counted?: boolean;
  headings: string[];
  atEnd?: boolean;
  finalNewline?: boolean;
}

export interface HunkHeader {
  startLine?: number;
  oldCount?: number;
  newCount?: number;
  heading?: string;
}

/** Understands git's header, the bare `@@` and `@@ ... @@`, and V4A's `@@ heading`. */
export function readHeader(line: string): HunkHeader | undefined {
  if (line[0] !== '@' || line.length > reading.longestHeader || !/^@@(?:[ -]|@|$)/.test(line))
    return undefined;
  const numbered = /^@@+ *-(\d+)(?:,(\d+))? +\+(\d+)(?:,(\d+))? *@@+ ?(.*)$/.exec(line);
  if (numbered) {
    const [, start, oldCount, , newCount, heading] = numbered;
    return {
      startLine: Number(start),
      oldCount: oldCount === undefined ? 1 : Number(oldCount),
      newCount: newCount === undefined ? 1 : Number(newCount),
      ...(heading!.trim() === '' ? {} : { heading: heading!.trim() }),
    };
  }
  const partial = /^@@+ *-(\d+)(?!\d)\S*(?: +\+\S+)? *(?:@@+(.*))?$/.exec(line);
  const rest = (partial ? (partial[2] ?? '') : line.replace(/^@@+/, '').replace(/(?<!@)@@+\s*$/, '')).trim();
  const between = /^(.*?)@@+(.*)$/.exec(rest);
  const heading = (between ? between[2]! : rest).trim();
  return {
    ...(partial ? { startLine: Number(partial[1]) } : {}),
    ...(heading === '' || /^(?:\.{2,}|\u2026)$/.test(heading) ? {} : { heading }),
  };
}

export function readHunkLine(line: string): HunkLine {
  const text = line.slice(1);
  switch (line[0]) {
    case '+':
      return { kind: 'add', text };
    case '-':
      return { kind: 'remove', text };
    case ' ':
      return markElision({ kind: 'context', text, raw: line });
    default:
      return markElision({ kind: 'context', text: line, unmarked: true });
  }
}

function markElision(hunkLine: HunkLine): HunkLine {
  return isElision(hunkLine.text) ? { ...hunkLine, elided: true } : hunkLine;
}

/** A context line that stands for lines left out. */
function isElision(text: string): boolean {
  return /^(?:\/\/|#|--|\/\*|<!--|;|%)?\s*(?:\.{3}|\u2026)\s*(?:\*\/|-->)?$/.test(text.trim());
}

/** The hunk between a header and the next, in a unified diff or in V4A. */
export function readHunk(lines: readonly string[], header: HunkHeader): DraftHunk {
  const hunkLines: HunkLine[] = [];
  let finalNewline: boolean | undefined;
  for (const line of lines) {
    if (line.startsWith('\\')) {
      const previous = hunkLines.at(-1)?.kind;
      finalNewline = previous === 'remove' ? true : previous === undefined ? undefined : false;
    } else hunkLines.push(readHunkLine(line));
  }
  const linesOf = (other: 'add' | 'remove') => hunkLines.filter(({ kind }) => kind !== other).length;
  const counted = header.oldCount === linesOf('add') && header.newCount === linesOf('remove');
  return {
    lines: hunkLines,
    ...(counted ? { counted } : {}),
    headings: header.heading === undefined ? [] : [header.heading],
    ...(header.startLine === undefined ? {} : { startLine: header.startLine }),
    ...(finalNewline === undefined ? {} : { finalNewline }),
  };
}

/** Whether the hunk changes nothing. */
export function changesNothing(hunkLines: readonly HunkLine[]): boolean {
  const without = (kind: 'remove' | 'add') =>
    hunkLines.filter((hunkLine) => hunkLine.kind !== kind).map(({ text }) => text);
  const before = without('add');
  const after = without('remove');
  return before.length === after.length && before.every((text, at) => text === after[at]);
}

/** The difference between two runs of lines, so that those that stay can be taken from the file. */
export function hunkLinesOf(
  search: readonly string[],
  replace: readonly string[],
  budget = new DiffBudget(diffing.mostBlockEdits),
): HunkLine[] {
  let head = 0;
  while (head < search.length && head < replace.length && search[head] === replace[head]) head++;
  let tail = 0;
  const room = Math.min(search.length, replace.length) - head;
  while (tail < room && search[search.length - 1 - tail] === replace[replace.length - 1 - tail]) tail++;
  const old = search.slice(head, search.length - tail);
  const fresh = replace.slice(head, replace.length - tail);
  const { mostEdits } = budget;
  const shortest = diffArrays(old, fresh, { maxEditLength: mostEdits });
  const edits = shortest?.reduce(
    (sum, { added, removed, value }) => sum + (added || removed ? value.length : 0),
    0,
  );
  budget.spend(edits ?? mostEdits);
  const middle = shortest ?? [
    { removed: true, added: false, value: old },
    { removed: false, added: true, value: fresh },
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
