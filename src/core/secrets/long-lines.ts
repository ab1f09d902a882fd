/**
 * Bounds the length of lines, so that no expression takes long: a longer line is cut into windows that overlap, so that
 * what stands across a cut is found in one of them.
 */
import type { SecretSpan } from './redactions.ts';

const longestLine = 4096;
const overlap = 1536;

interface Window {
  /** Where it begins in the bounded text and in the original. */
  at: number;
  original: number;
  length: number;
}

export interface BoundedText {
  text: string;
  /** Translates a span, and extends one that a cut ended to the rest of its run of characters. */
  toOriginal(span: SecretSpan): SecretSpan;
}

export function boundLines(original: string): BoundedText {
  if (!hasLongLine(original)) return { text: original, toOriginal: (span) => span };
  const windows: Window[] = [];
  const parts: string[] = [];
  let at = 0;
  const add = (start: number, end: number) => {
    windows.push({ at, original: start, length: end - start });
    parts.push(original.slice(start, end));
    at += end - start + 1;
  };
  for (let start = 0; start <= original.length; ) {
    const newline = original.indexOf('\n', start);
    const end = newline === -1 ? original.length : newline;
    let from = start;
    for (; end - from > longestLine; from += longestLine - overlap) add(from, from + longestLine);
    add(from, end);
    start = end + 1;
  }
  return {
    text: parts.join('\n'),
    toOriginal: ({ kind, start, end }) => {
      const first = windowAt(windows, start);
      const from = first.original + start - first.at;
      // No rule looks across lines, so a span lies in a single window.
      const to = Math.min(from + end - start, first.original + first.length);
      const cut = to === first.original + first.length;
      return { kind, start: from, end: cut ? endOfRun(original, to) : to };
    },
  };
}

function hasLongLine(text: string): boolean {
  for (let start = 0; start <= text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    if (end - start > longestLine) return true;
    start = end + 1;
  }
  return false;
}

function windowAt(windows: readonly Window[], position: number): Window {
  let low = 0;
  let high = windows.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (windows[middle]!.at <= position) low = middle;
    else high = middle - 1;
  }
  return windows[low]!;
}

function endOfRun(text: string, from: number): number {
  const run = /[A-Za-z0-9_+/=.-]*/y;
  run.lastIndex = from;
  run.test(text);
  return run.lastIndex;
}
