/** Turns a located hunk into replacements of line ranges, and those into the file's new text. */

import type { HunkLine } from '../types.ts';
import { joinText, type TextLines, usualEnding } from './lines.ts';

/** Replaces `remove` lines from line `at` (counted from 0) by other lines. */
export interface Splice {
  at: number;
  remove: number;
  add: string[];
}

/** The file line, from 0, of each hunk line. Undefined for added lines and for context that was not found. */
export type Alignment = readonly (number | undefined)[];

/** The alignment of a hunk whose old lines are in the file one after the other. */
export function alignFrom(start: number, hunkLines: readonly HunkLine[]): Alignment {
  let line = start;
  return hunkLines.map(({ kind }) => (kind === 'add' ? undefined : line++));
}

/** An added line as the file would have it; `removed`: indices of the hunk lines that it replaces. */
export type Rewrite = (text: string, added: number, removed: readonly number[]) => string | undefined;

/**
 * Undefined if the place of an edit is not certain: an insertion whose two neighbours are not adjacent in the file, or
 * that has no neighbour at all.
 */
export function splicesOf(
  hunkLines: readonly HunkLine[],
  alignment: Alignment,
  rewrite: Rewrite = (text) => text,
): Splice[] | undefined {
  const splices: Splice[] = [];
  let index = 0;
  while (index < hunkLines.length) {
    if (hunkLines[index]!.kind === 'context') {
      index++;
      continue;
    }
    const start = index;
    while (index < hunkLines.length && hunkLines[index]!.kind !== 'context') index++;
    const removed: number[] = [];
    const add: string[] = [];
    for (let at = start; at < index; at++) if (hunkLines[at]!.kind === 'remove') removed.push(at);
    let added = 0;
    for (let at = start; at < index; at++) {
      if (hunkLines[at]!.kind !== 'add') continue;
      const text = rewrite(hunkLines[at]!.text, added++, removed);
      if (text === undefined) return undefined;
      add.push(text);
    }
    const removedLines = removed.map((at) => alignment[at]).filter((line) => line !== undefined);
    if (removedLines.length > 0) {
      splices.push({ at: removedLines[0]!, remove: removedLines.at(-1)! - removedLines[0]! + 1, add });
      continue;
    }
    if (add.length === 0) continue;
    const before = start === 0 ? undefined : alignment[start - 1];
    const after = index === hunkLines.length ? undefined : alignment[index];
    if (before === undefined && after === undefined) return undefined;
    if (before !== undefined && after !== undefined && after !== before + 1) return undefined;
    splices.push({ at: before !== undefined ? before + 1 : after!, remove: 0, add });
  }
  return splices;
}

/**
 * Applies splices that do not overlap, sorted by place. Other lines keep their bytes; added lines take the ending of the
 * lines around them; the final newline stays as it is, unless the last line is touched and `finalNewline` is set.
 */
export function applySplices(text: TextLines, splices: readonly Splice[], finalNewline?: boolean): string {
  const usual = usualEnding(text.endings);
  const lines: string[] = [];
  const endings: string[] = [];
  let next = 0;
  const keepUpTo = (end: number) => {
    for (; next < end; next++) {
      lines.push(text.lines[next]!);
      endings.push(text.endings[next]!);
    }
  };
  for (const { at, remove, add } of splices) {
    keepUpTo(at);
    const near = text.endings[at] || text.endings[at - 1] || usual;
    for (const line of add) {
      lines.push(line);
      endings.push(near);
    }
    next = at + remove;
  }
  keepUpTo(text.lines.length);
  endWith(lines, splices, text, finalNewline);
  // The line that is last now is the only one without an ending.
  const whole = lines.map((_, line) => (line === lines.length - 1 ? '' : endings[line] || usual));
  return joinText({ bom: text.bom, lines, endings: whole });
}

/** Adds or removes the empty last line that stands for a final newline. */
function endWith(
  lines: string[],
  splices: readonly Splice[],
  text: TextLines,
  finalNewline: boolean | undefined,
): void {
  const last = splices.at(-1);
  const count = text.lines.length;
  const had = text.lines.at(-1) === '';
  // With a final newline, the last line that people see is the one before the empty one.
  const touched = last !== undefined && last.at + last.remove >= (had ? count - 1 : count);
  const endsWithNewline = touched && finalNewline !== undefined ? finalNewline : had;
  if (lines.length === 0) lines.push('');
  if (endsWithNewline && lines.at(-1) !== '') lines.push('');
  else if (touched && finalNewline === false && lines.length > 1 && lines.at(-1) === '') lines.pop();
}
