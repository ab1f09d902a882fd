/** Finds the lines that a heading names. Thousands of hunks may ask, so what takes a look at the file is kept. */

import { indentationOf, isBlank } from '../text/normalize.ts';
import { choosing } from '../thresholds.ts';

export class HeadingIndex {
  private texts: { text: string; line: number }[] | undefined;
  private readonly headings = new Map<string, number[][]>();
  private readonly ends = new Map<string, number>();

  constructor(readonly lines: readonly string[]) {}

  /** Lines with a heading's text, from 0 and ascending. Where there is none, those that it names without their end. */
  linesWith(heading: string, from: number, to: number): number[] {
    for (const lines of this.named(heading)) {
      const found = lines.filter((line) => line >= from && line < to);
      if (found.length > 0) return found;
    }
    return [];
  }

  /** Lines with exactly this text, those that only open a block after it (`class Cart:`), and those that go on. */
  private named(heading: string): number[][] {
    let found = this.headings.get(heading);
    if (found === undefined) {
      found = this.findNamed(heading);
      this.headings.set(heading, found);
    }
    return found;
  }

  private findNamed(heading: string): number[][] {
    this.texts ??= this.lines
      .map((text, line) => ({ text: text.trim(), line }))
      .sort((left, right) => compare(left.text, right.text) || left.line - right.line);
    const [whole, opening, named]: [number[], number[], number[]] = [[], [], []];
    for (let at = lowerBound(this.texts, heading); at < this.texts.length; at++) {
      const { text, line } = this.texts[at]!;
      if (!text.startsWith(heading)) break;
      const rest = text.slice(heading.length);
      // Git cuts the line at 80 bytes.
      if (rest === '' || heading.length >= choosing.cutHeading) whole.push(line);
      else if (/^\s*[:{]$/.test(rest)) opening.push(line);
      else if (/^\s*[(<:{]/.test(rest)) named.push(line);
    }
    return [whole, opening, named].map((lines) => lines.sort((left, right) => left - right));
  }

  /** First line below that is not deeper than the heading and starts something else. */
  endOfBlock(start: number, starts: RegExp): number {
    const key = `${start} ${starts.source}`;
    let end = this.ends.get(key);
    if (end === undefined) {
      end = this.findEnd(start, starts);
      this.ends.set(key, end);
    }
    return end;
  }

  private findEnd(start: number, starts: RegExp): number {
    const depth = indentationOf(this.lines[start]!).length;
    for (let line = start + 1; line < this.lines.length; line++) {
      const text = this.lines[line]!;
      if (!isBlank(text) && indentationOf(text).length <= depth && starts.test(text)) return line;
    }
    return this.lines.length;
  }
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function lowerBound(sorted: readonly { text: string }[], text: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]!.text < text) low = middle + 1;
    else high = middle;
  }
  return low;
}
