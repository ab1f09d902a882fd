/** Reads a fenced block that holds a file's whole new text. */
import { fenceOn } from './fences.ts';
import { pathOnLine } from './resolve-path.ts';
import type { AnswerContext } from './types.ts';

/** The path that the fence on line `open` is labelled with, on it or on the line above. */
export function labelOf(lines: readonly string[], open: number, context: AnswerContext): string | undefined {
  const { info } = fenceOn(lines[open]!)!;
  for (const word of info.split(/[\s:{}]+/).reverse()) {
    const bare = word.replace(/^(?:title|file|filename|path)=/i, '').replace(/^["']|["']$/g, '');
    if (/[/.]/.test(bare)) {
      const path = pathOnLine(bare, context);
      if (path) return path;
    }
  }
  for (let index = open - 1; index >= 0 && open - index <= 2; index--) {
    if (lines[index]!.trim() === '') continue;
    return fenceOn(lines[index]!) ? undefined : pathOnLine(lines[index]!, context);
  }
  return undefined;
}

/** Text whose own fences may look like the one around it. */
export function mayHoldFences(path: string, before: string | undefined): boolean {
  return /\.(?:md|mdx|markdown|mkd|rst|txt|qmd|rmd)$/i.test(path) || /^(?:`{3,}|~{3,})/m.test(before ?? '');
}
