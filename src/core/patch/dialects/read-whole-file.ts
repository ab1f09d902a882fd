/** Reads a fenced block that holds a file's whole new text. */

import { isProse } from '../text/prose.ts';
import { reading } from '../thresholds.ts';
import type { AnswerContext } from '../types.ts';
import { fenceOn, nextContent } from './markdown-fences.ts';
import { type PathLabel, pathInComment, pathLabel, pathOnLine } from './path-label.ts';

export interface FileLabel extends PathLabel {
  /** The block's first line is a comment that holds the path. */
  titled: boolean;
}

/** What the fence on line `open` is labelled with: on it, on the line above, or in the comment that it begins with. */
export function labelOf(
  lines: readonly string[],
  open: number,
  context: AnswerContext,
): FileLabel | undefined {
  const content = nextContent(lines, open + 1);
  const title = pathInComment(lines[content] ?? '', context);
  const titled = title !== undefined && content === open + 1;
  const onFence = pathInInfo(fenceOn(lines[open]!)!.info, context);
  if (onFence !== undefined) return { path: onFence, plain: true, titled };
  const above = labelAbove(lines, open, context);
  // How it is called, or what it prints, is no text of a file.
  if (above && !above.plain && isTranscript(fenceOn(lines[open]!)!.info, above.path)) return undefined;
  if (above?.plain || (above && title === undefined)) return { ...above, titled };
  return title === undefined ? undefined : { path: title, plain: true, titled };
}

function isTranscript(info: string, path: string): boolean {
  return (
    /^(?:sh|bash|zsh|shell|console|shell-session|text|txt|output|log)\b/i.test(info) &&
    !/\.(?:sh|bash|zsh|txt|log)$/i.test(path)
  );
}

function labelAbove(lines: readonly string[], open: number, context: AnswerContext): PathLabel | undefined {
  for (let index = open - 1; index >= 0 && open - index <= reading.fenceLabelLines; index--) {
    if (lines[index]!.trim() === '') continue;
    return fenceOn(lines[index]!) ? undefined : pathLabel(lines[index]!, context);
  }
  return undefined;
}

/** The path in what follows an opening fence: `ts src/a.ts`, `ts:src/a.ts`, `ts title="src/a.ts"`. */
export function pathInInfo(info: string, context: AnswerContext): string | undefined {
  for (const word of info.split(/[\s:{}]+/).reverse()) {
    const bare = word.replace(/^(?:title|file|filename|path)=/i, '').replace(/^["']|["']$/g, '');
    const path = /[/.]/.test(bare) ? pathOnLine(bare, context) : undefined;
    if (path) return path;
  }
  return undefined;
}

/** Text whose own fences may look like the one around it. */
export function mayHoldFences(path: string, before: string | undefined): boolean {
  return isProse(path) || /^(?:`{3,}|~{3,})/m.test(before ?? '');
}
