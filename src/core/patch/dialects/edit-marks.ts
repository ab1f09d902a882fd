/**
 * The marks of every dialect and of git's conflicts, by which edits are recognised and which no edit may add to a
 * file. No other file knows them.
 */
import { hasLongStrings, stringBehind } from '../text/long-string.ts';
import { isProse } from '../text/prose.ts';
import type { Dialect } from '../types.ts';

/**
 * The marks around the two halves of a search/replace block. A path may stand behind an opening mark; with text behind
 * it, a line of plus or minus signs or a closing mark is ordinary text (`>>>>> new API below`).
 */
export const opening =
  /^(?:<{5,9} ?(?:SEARCH|ORIGINAL|OLD)\b:?|-{5,9} ?SEARCH:?\s*$|-{7} ?(?:ORIGINAL|OLD):?\s*$)/i;
export const divider = /^={5,9}\s*$/;
export const closing =
  /^(?:>{5,9} ?(?:REPLACE|UPDATED|NEW)|\+{5,9} ?REPLACE|\+{7} ?(?:UPDATED|NEW)|>{7})\s*$/i;

/**
 * The same in other forms: fewer signs, one space in, git's name for its own side. They are read only where the block
 * has one of each and its search text stands once in the file, to the letter.
 */
export const oddMarks = {
  opening: /^ ?<{3,9} ?(?:SEARCH|ORIGINAL|OLD|HEAD):?\s*$/i,
  divider: /^ ?={3,9}\s*$/,
  closing: /^ ?>{3,9} ?(?:REPLACE|UPDATED|NEW)\s*$/i,
};

/** The marks of a V4A patch. */
export const beginPatchText = '*** Begin Patch';
export const beginPatch = /^\*\*\* Begin Patch\s*$/;
export const endPatch = /^\*\*\* End Patch\b/;
export const fileLine = /^\*\*\* (Update|Add|Delete) File:(.*)$/s;
export const moveLine = /^\*\*\* Move to:(.*)$/;
export const endOfFile = /^\*\*\* End of File\s*$/;

/** The first line that git writes for each file of a diff. */
export const gitLine = 'diff --git ';

/** The marks of a block that stands in a list item, with its indentation. */
export const indentedOpening = /^( {2,})(?:<{5,9} ?(?:SEARCH|ORIGINAL|OLD)\b|\*\*\* Begin Patch\s*$)/i;
export const indentedClosing = /^ +(?:>{5,9} ?(?:REPLACE|UPDATED|NEW)\s*$|>{7}\s*$|\*\*\* End Patch)/i;

/** Whether a block of a dialect starts on a line; `next` is the line below it. */
export const blockStarts = {
  'search-replace': (line: string) => opening.test(line),
  v4a: (line: string) => beginPatch.test(line) || fileLine.test(line),
  unified: (line: string, next: string | undefined) =>
    line.startsWith(gitLine) || startsNames(line, next) || /^@@(?: |$)/.test(line),
} satisfies Record<Exclude<Dialect, 'whole-file'>, (line: string, next: string | undefined) => boolean>;

/** The two lines of a diff that name its file. */
export function startsNames(line: string, next: string | undefined): boolean {
  return /^--- \S/.test(line) && /^\+\+\+ \S/.test(next ?? '');
}

/** Whether an edit of any dialect starts on a line, so that the fence above opens a block of its own. */
export function startsEdit(line: string, next: string | undefined): boolean {
  return Object.values(blockStarts).some((starts) => starts(line, next)) || /^apply_patch\b/.test(line);
}

/** `ours` and `theirs` are the marks around a conflict; a mark of another kind does not take the place of one. */
export type MarkKind = 'opening' | 'divider' | 'closing' | 'ours' | 'base' | 'theirs' | 'envelope';

/**
 * What counts as a mark in a file, whatever its indentation. Wider than what is read, because odd forms are the ones
 * that are not recognised as an edit. Narrower where other text begins alike: a doctest (`>>> new`), a comment
 * (`----- Old names`), a mail (`-----Original Message-----`), a here-document (`<<<SQL`), a row of signs.
 */
const marks: readonly (readonly [MarkKind, RegExp])[] = [
  ['theirs', /^>{7}\s*$/],
  ['opening', opening],
  ['closing', closing],
  ['divider', divider],
  ['opening', /^(?:<{5,}\s*|<{3,4} )(?:SEARCH|ORIGINAL|OLD)\b/i],
  ['closing', /^>{5,}\s*(?:REPLACE|UPDATED)\b/i],
  ['closing', /^>{3,4} (?:REPLACE|UPDATED|NEW)\s*$/],
  ['divider', /^={5,}\s*(?:SEARCH|REPLACE|UPDATED)\s*$/i],
  ['ours', /^<{7}(?!<)/],
  ['ours', /^<{8,}\s*HEAD\b/],
  ['base', /^\|{7}\s*[^|\s]/],
  ['theirs', /^>{7}(?!>)/],
  ['theirs', /^>{8,}\s*HEAD\b/],
  [
    'envelope',
    /^\*{3}\s*(?:(?:Begin|End)\s+Patch\b|(?:Update|Add|Delete) File: ?\S|Move to: ?\S|End of File[\s*]*$)/i,
  ],
];

/** White space and characters without width. */
const indentation = /^[\s\u200B-\u200D\u2060\uFEFF]+/;

export function markOn(line: string): MarkKind | undefined {
  const text = line.replace(indentation, '');
  if (!/^[<>=|*+-]/.test(text)) return undefined;
  return marks.find(([, pattern]) => pattern.test(text))?.[0];
}

/**
 * The mark that begins an edit on a line, in a form that no dialect reads: with other signs, indented, quoted as in a
 * mail or escaped as in HTML.
 */
export function unreadMark(line: string): string | undefined {
  const mark = line.replace(/^(?:\s*>(?=\s))+/, '').replace(/&lt;/g, '<');
  const kind = markOn(mark);
  const begins = kind === 'opening' || kind === 'ours' || (kind === 'envelope' && / File: ?\S/i.test(mark));
  return begins ? mark : undefined;
}

export interface EditMark {
  kind: MarkKind;
  /** From 0. */
  line: number;
  text: string;
}

/** Where a text may have headings: anywhere, or only in strings such as a docstring. */
export type Headings = 'anywhere' | 'in-strings' | 'nowhere';

export function headingsIn(path: string): Headings {
  if (isProse(path)) return 'anywhere';
  return hasLongStrings(path) ? 'in-strings' : 'nowhere';
}

/**
 * The marks in a text. The underline of a heading does not count: it stands directly below a line of text and is not
 * the last line. Neither does the line above such a heading.
 */
export function marksIn(lines: readonly string[], headings: Headings): EditMark[] {
  const end = lines.findLastIndex((line) => line.trim() !== '');
  const underlines = (line: number) => line !== end && isDivider(lines[line]) && isText(lines[line - 1]);
  const overlines = (line: number) =>
    /^(?:"""|''')?$/.test((lines[line - 1] ?? '').trim()) &&
    underlines(line + 2) &&
    lines[line + 2]!.trim() === lines[line]!.trim();
  const found: EditMark[] = [];
  let string: string | undefined;
  for (const [line, text] of lines.entries()) {
    const kind = markOn(text);
    const mayHead = headings === 'anywhere' || (headings === 'in-strings' && string !== undefined);
    const heads = mayHead && isDivider(text) && (underlines(line) || overlines(line));
    if (kind && !heads) found.push({ kind, line, text });
    string = stringBehind(text, string);
  }
  return found;
}

/** The first mark of a kind that `after` has more of than `before`: an edit may keep and remove marks. */
export function addedMark(
  before: readonly string[],
  after: readonly string[],
  headings: Headings,
): EditMark | undefined {
  const left = new Map<MarkKind, number>();
  for (const { kind } of marksIn(before, headings)) left.set(kind, (left.get(kind) ?? 0) + 1);
  const known = new Set(before);
  const found = marksIn(after, headings);
  for (const { kind } of found) left.set(kind, (left.get(kind) ?? 0) - 1);
  const added = found.filter(({ kind }) => left.get(kind)! < 0);
  return added.find(({ text }) => !known.has(text)) ?? added[0];
}

/**
 * Whether text that should be code is an edit. Marks that code may contain for other reasons (a conflict in a test of
 * git, a line of equal signs) are not enough.
 */
export function holdsEdit(text: string): boolean {
  const lines = text.split('\n').map((line) => line.trimStart());
  const has = (pattern: RegExp) => lines.some((line) => pattern.test(line));
  return (has(divider) && has(closing)) || (has(beginPatch) && has(fileLine));
}

function isDivider(line: string | undefined): boolean {
  return line !== undefined && divider.test(line.trimStart());
}

function isText(line: string | undefined): boolean {
  return line !== undefined && line.trim() !== '' && markOn(line) === undefined;
}
