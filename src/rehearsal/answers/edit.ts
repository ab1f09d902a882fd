/**
 * Chooses a small, harmless edit that really applies: a line put in at a place whose surroundings occur
 * exactly once. What follows a choice of lines is checked, not hoped for.
 */
import { type CommentStyle, comment, commentLanguage, commentStyle } from './comments.ts';
import { isDeclaration } from './declarations.ts';
import type { GivenFile } from './given.ts';
import { linesInside } from './literals.ts';
import { editNote } from './words.ts';

/** Lines put in between `before` and `after`, which stand together in the file and in no second place. */
export interface Insertion {
  before: string[];
  insert: string[];
  after: string[];
}

/** Lines that a reader of patches could take for a part of the patch's own form. */
const marker = /^(?:[<=>]{5,}|\*\*\* |@@|```|~~~)/;
const context = 3;
/** Characters. */
const longLine = 400;

/** Undefined for an empty file: there is no place to name. */
export function chooseInsertion(file: GivenFile): Insertion | undefined {
  const { lines } = file;
  if (lines.length === 0) return undefined;
  const language = commentLanguage(file.path);
  if (language === 'markdown') {
    const place = markdownPlace(lines);
    return surroundings(lines, place, quotation(lines, place));
  }
  const style = commentStyle(language);
  // JSON has no comments and of an unknown form nothing is known: a blank line is all that is safe.
  if (!style) return surroundings(lines, lines.length > 1 ? 1 : 0, ['']);
  const place = codePlace(lines, language, style);
  const indent = /^[ \t]*/.exec(lines[place] ?? '')![0];
  return surroundings(lines, place, [`${indent}${comment(editNote, style)}`]);
}

/** The index of the line above which the note goes; the number of lines: at the end. */
function codePlace(lines: readonly string[], language: string | undefined, style: CommentStyle): number {
  const inside = linesInside(lines, language);
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  const free = [...lines.keys()].filter(
    (index) => !inside.has(index) && isFree(lines, index, language, style),
  );
  const once = free.filter((index) => counts.get(lines[index]!) === 1);
  const declared = once.filter((index) => isDeclaration(lines[index]!, language));
  const flush = (index: number) => !/^\s/.test(lines[index]!);
  const fresh = (index: number) => !lines[index - 1]?.includes(editNote) && !isUnwelcome(lines[index]!);
  const best =
    declared.find((index) => flush(index) && fresh(index)) ??
    declared.find(fresh) ??
    declared[0] ??
    (isMarkup(style) ? undefined : (once.find(flush) ?? free.find(flush) ?? free[0]));
  return best ?? lines.length;
}

/** Whether a comment may stand above a line. */
function isFree(
  lines: readonly string[],
  index: number,
  language: string | undefined,
  style: CommentStyle,
): boolean {
  const line = lines[index]!;
  if (line.trim() === '' || marker.test(line)) return false;
  // A line that goes on in the next one would swallow the comment or be cut by it.
  if (/\\\s*$/.test(lines[index - 1] ?? '')) return false;
  // Interpreter lines, directives in comments and declarations of a form must stay where they are.
  if (/^\s*(?:#!|<\?|<!DOCTYPE|---|%YAML|@charset)/i.test(line)) return false;
  if (line.trimStart().startsWith(style.open.trim())) return false;
  return language !== 'php' || insidePhp(lines.slice(0, index).join('\n'));
}

/** What stands outside of the tags is output. */
function insidePhp(above: string): boolean {
  return above.lastIndexOf('<?') > above.lastIndexOf('?>');
}

function isMarkup(style: CommentStyle): boolean {
  return style.open.startsWith('<');
}

/** Below the first heading outside of front matter and fences; at the beginning where there is none. */
function markdownPlace(lines: readonly string[]): number {
  const inside = linesInside(lines, 'markdown');
  const start = lines[0] === '---' ? lines.indexOf('---', 1) + 1 : 0;
  const heading = lines.findIndex(
    (line, index) => index >= start && !inside.has(index) && /^#{1,6}\s/.test(line),
  );
  return heading >= 0 ? heading + 1 : start;
}

/** A quotation of its own, with blank lines where the neighbours would run into it. */
function quotation(lines: readonly string[], place: number): string[] {
  const filled = (index: number) => (lines[index] ?? '').trim() !== '';
  return [...(filled(place - 1) ? [''] : []), `> ${editNote}`, ...(filled(place) ? [''] : [])];
}

/**
 * Three lines before and after, and more, in growing steps, until together they occur once; at the most the
 * whole file.
 */
function surroundings(lines: readonly string[], place: number, insert: string[]): Insertion {
  const text = lines.join('\n');
  let from = Math.max(0, place - context);
  let to = Math.min(lines.length, place + context);
  // Not across such a line, where that can be helped.
  from += lines.slice(from, place).findLastIndex(isUnwelcome) + 1;
  const below = lines.slice(place, to).findIndex(isUnwelcome);
  if (below >= 0) to = place + Math.max(1, below);
  // Readers of patches differ about blank lines at the edges.
  while (from < place && lines[from]!.trim() === '') from++;
  while (to > place && lines[to - 1]!.trim() === '') to--;
  for (let step = 1; !isUnique(text, lines.slice(from, to).join('\n')); step *= 2) {
    if (from === 0 && to === lines.length) break;
    from = Math.max(0, from - step);
    to = Math.min(lines.length, to + step);
  }
  return { before: lines.slice(from, place), insert, after: lines.slice(place, to) };
}

/** Markers, and lines of minified code that would make the answer as long as the file. */
function isUnwelcome(line: string): boolean {
  return marker.test(line) || line.length > longLine;
}

/** As text, so that a part of a longer line counts too. */
function isUnique(text: string, part: string): boolean {
  return part.trim() !== '' && text.indexOf(part) === text.lastIndexOf(part);
}
