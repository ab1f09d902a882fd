/** Reads a fenced block that holds a file's whole new text. */
import { fenceOn } from './fences.ts';
import { pathOnLine } from './resolve-path.ts';
import type { AnswerContext } from './types.ts';

/** The path that the fence on line `open` is labelled with, on it or on the line above. */
export function labelOf(lines: readonly string[], open: number, context: AnswerContext): string | undefined {
  const onFence = pathInInfo(fenceOn(lines[open]!)!.info, context);
  if (onFence) return onFence;
  for (let index = open - 1; index >= 0 && open - index <= 2; index--) {
    if (lines[index]!.trim() === '') continue;
    return fenceOn(lines[index]!) ? undefined : pathOnLine(lines[index]!, context);
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
  return /\.(?:md|mdx|markdown|mkd|rst|txt|qmd|rmd)$/i.test(path) || /^(?:`{3,}|~{3,})/m.test(before ?? '');
}
