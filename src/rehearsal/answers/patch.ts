/**
 * A small, harmless edit that really applies: a comment after the last line of a file, the only place that is
 * outside strings and comments in every language.
 */
import { languageOfPath } from '../../core/input/language.ts';
import type { PatchFormat } from '../../core/patch/dialects/index.ts';
import { commentIn, note } from './comments.ts';
import type { RequestFile } from './read-request.ts';

/** An edit of a file; an empty file gets `newText`. */
export function patchAnswer(file: RequestFile, newText: string, format: PatchFormat): string {
  const { path, lines } = file;
  // No other format can locate a line in a blank file.
  if (lines.length === 0) return wholeFile(path, linesOf(newText));
  const { at, added } = chooseInsertion(file);
  const [from, to] = format === 'whole-file' ? [0, lines.length] : surroundings(lines, at);
  const before = lines.slice(from, at);
  const after = lines.slice(at, to);
  if ([...before, ...after].some(isUnfit)) return newFileAnswer(`${path}.rehearsal.md`, `${note}\n`, format);
  const replaced = [...before, ...added, ...after];
  if (format === 'whole-file') return wholeFile(path, replaced);
  if (format === 'search-replace') return searchReplace(path, [...before, ...after], replaced);
  return v4a(`Update File: ${path}`, [
    '@@',
    ...signed(' ', before),
    ...signed('+', added),
    ...signed(' ', after),
  ]);
}

/** Content of a new or empty file. `text` ends with a newline. */
export function newFileAnswer(path: string, text: string, format: PatchFormat): string {
  const lines = linesOf(text);
  if (format === 'v4a') return v4a(`Add File: ${path}`, signed('+', lines));
  return format === 'whole-file' ? wholeFile(path, lines) : searchReplace(path, [], lines);
}

/** The lines to add, and the number of lines above them. */
function chooseInsertion({ path, lines, partial }: RequestFile): { at: number; added: string[] } {
  const isEnd = (line: string) => /^__(?:END|DATA)__$/.test(line);
  const end = lines.some(isEnd) ? lines.findIndex(isEnd) : lines.length;
  const last = lines.slice(0, end).findLastIndex(isFilled);
  // What follows the lines shown is unknown, so nothing can be added after them.
  const at = partial ? Math.max(0, last) : last + 1;
  const text = nextNote(lines);
  const language = languageOfPath(path);
  if (language === 'markdown')
    return { at, added: ['', `> ${text}`, ...(isFilled(lines[at] ?? '') ? [''] : [])] };
  if (language === 'php' && isOutsidePhp(lines.slice(0, at).join('\n'), partial))
    return { at, added: [`<?php /* ${text} */ ?>`] };
  const comment = commentIn(path, text);
  const indent = /^[ \t]*/.exec(lines[at] ?? '')![0];
  if (comment !== undefined) return { at, added: [indent + comment] };
  // JSON has no comments, and other formats are unknown: only a blank line between others is safe.
  return { at: Math.max(0, last), added: [''] };
}

/** Numbered from the second one on: repeating the same line would count as already applied. */
function nextNote(lines: readonly string[]): string {
  const notes = lines.filter((line) => line.includes(note)).length;
  return notes === 0 ? note : `${note} (${notes + 1})`;
}

function isFilled(line: string): boolean {
  return line.trim() !== '';
}

/** Text outside the tags is output. */
function isOutsidePhp(above: string, partial: boolean): boolean {
  const closed = above.lastIndexOf('?>');
  const opened = above.lastIndexOf('<?');
  return closed > opened || (opened < 0 && !partial);
}

const context = 3;

/**
 * The lines above the place and, if there is one, the next non-blank line below; enough of them to occur only
 * once in the file.
 */
function surroundings(lines: readonly string[], at: number): [from: number, to: number] {
  const text = lines.join('\n');
  const below = lines.slice(at).findIndex(isFilled);
  const to = at + below + 1;
  let from = Math.max(0, at - context);
  from += lines.slice(from, at).findLastIndex(isUnfit) + 1;
  const isUnique = (part: string) => isFilled(part) && text.indexOf(part) === text.lastIndexOf(part);
  for (let step = 1; from > 0 && !isUnique(lines.slice(from, to).join('\n')); step *= 2)
    from = Math.max(0, from - step);
  return [from, to];
}

/** Characters; a longer line may not fit in the answer. */
const longestLine = 1000;

/** A line that a parser could mistake for part of the patch, or that makes the answer too long. */
function isUnfit(line: string): boolean {
  return /^(?:[<=>]{5,}|\*\*\* |@@|diff --git )/.test(line) || line.length > longestLine;
}

function searchReplace(path: string, search: readonly string[], replace: readonly string[]): string {
  return text([path, '<<<<<<< SEARCH', ...search, '=======', ...replace, '>>>>>>> REPLACE']);
}

function v4a(header: string, lines: readonly string[]): string {
  return text(['*** Begin Patch', `*** ${header}`, ...lines, '*** End Patch']);
}

/** Uses a fence longer than any in the file. */
function wholeFile(path: string, lines: readonly string[]): string {
  const longest = Math.max(3, ...lines.map((line) => /^`*/.exec(line)![0].length));
  const fence = '`'.repeat(longest + 1);
  return text([path, fence, ...lines, fence]);
}

function signed(sign: string, lines: readonly string[]): string[] {
  return lines.map((line) => sign + line);
}

function linesOf(text: string): string[] {
  return text.replace(/\n$/, '').split('\n');
}

function text(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
