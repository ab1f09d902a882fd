/** Reads the lines between two `@@` headers, which unified diffs and V4A write in the same way. */
import { reading } from '../thresholds.ts';
import type { HunkLine } from '../types.ts';

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

/** A context line that says "and so on" in place of the lines themselves. */
function isElision(text: string): boolean {
  return /^(?:\/\/|#|--|\/\*|<!--|;|%)?\s*(?:\.{3}|\u2026)\s*(?:\*\/|-->)?$/.test(text.trim());
}
