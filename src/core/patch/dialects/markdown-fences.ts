/**
 * Markdown fences around a patch. A patch may contain fences itself, so the closing line is the last possible one, not
 * the first: cutting a patch short would silently lose edits.
 */

import type { AnswerText } from './dialect.ts';
import { startsEdit } from './edit-marks.ts';

export interface Fence {
  character: '`' | '~';
  length: number;
  /** Spaces before it. A fence in the context of a diff is indented by one more than the fence around the diff. */
  indentation: number;
  /** What follows the opening fence: a language, a path or nothing. */
  info: string;
}

export function fenceOn(line: string): Fence | undefined {
  const match = /^( {0,3})(`{3,}|~{3,}(?!~))([^`]*)$/.exec(line);
  if (!match) return undefined;
  return {
    character: match[2]![0] as '`' | '~',
    length: match[2]!.length,
    indentation: match[1]!.length,
    info: match[3]!.trim(),
  };
}

export function closes(line: string, opening: Fence): boolean {
  const fence = fenceOn(line);
  return (
    fence !== undefined &&
    fence.info === '' &&
    fence.indentation === opening.indentation &&
    fence.character === opening.character &&
    fence.length >= opening.length
  );
}

/** First line from `from` on that is not blank; the number of lines if there is none. */
export function nextContent(lines: readonly string[], from: number): number {
  let index = from;
  while (index < lines.length && lines[index]!.trim() === '') index++;
  return index;
}

/**
 * The line that closes the fence opened on line `open`, or -1 if none does. `goesOn(closing, next)`: what stands
 * between a possible closing line and the next one still belongs to the block. `stopsAt(fence)`: no block continues
 * past this opening fence. `isText(line)`, asked for every line in turn: a fence there is text.
 */
export function closingLine(
  { lines, looks }: Pick<AnswerText, 'lines' | 'looks'>,
  open: number,
  goesOn: (closing: number, next: number) => boolean,
  stopsAt: (fence: number) => boolean = () => false,
  isText: (line: number) => boolean = () => false,
): number {
  const fence = fenceOn(lines[open]!)!;
  let inner: Fence | undefined;
  let last = -1;
  let closing = -1;
  for (let index = open + 1; index < lines.length; index++) {
    looks.spend(1);
    if (looks.exhausted) return -1;
    const line = lines[index]!;
    const here = isText(index) ? undefined : fenceOn(line);
    if (!here) continue;
    if (closes(line, fence)) last = index;
    if (inner) {
      if (closes(line, inner)) inner = undefined;
    } else if (closes(line, fence)) {
      if (closing !== -1 && !goesOn(closing, index)) return closing;
      closing = index;
    } else if (here.character === fence.character && here.info !== '') {
      const content = nextContent(lines, index + 1);
      const opensEdit = startsEdit(lines[content] ?? '', lines[content + 1]);
      if (closing !== -1 && (opensEdit || stopsAt(index))) return closing;
      inner = here;
    }
  }
  // A fence that is opened inside and never closed has taken the closing line of the outer one.
  if (closing === -1) return last;
  return inner && last > closing && goesOn(closing, last) ? last : closing;
}
