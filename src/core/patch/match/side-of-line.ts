/**
 * Decides whether new lines belong above or below a line that the model did not show. Only the layout can tell, and only
 * if it rules out one of the two: no line is deeper directly below a closing bracket, no bracket closes what was not
 * opened, and nothing comes between a line and the lines that are indented below it.
 */
import { indentationOf, isBlank } from '../text/normalize.ts';

export interface SkippedLine {
  /** The line that was not shown, from 0. */
  line: number;
  added: readonly string[];
  /** The line, from 0, before the new ones if they come above. */
  above: number;
}

const closer = /^\s*(?:[\])}]+[;,]?|<\/[\w.:-]+>)\s*$/;
const startsClosing = /^\s*(?:[\])}]|<\/)/;
const opens = /(?:[[({]|^\s*<[\w.:-]+(?:\s[^>]*)?>)\s*$/;
const complete = /[;}]\s*$/;
/** Lines that follow other rules: continuations, labels, directives. */
const irregular = /^\s*(?:[.?:|&+\-*/=,#<>\\]|(?:break|case|default|else|catch|finally|end)\b|\w+:\s*$)/;

export function sideOf(
  lines: readonly string[],
  { line, added, above }: SkippedLine,
): 'above' | 'below' | undefined {
  const texts = added.filter((text) => !isBlank(text));
  const [first, last] = [texts[0], texts.at(-1)];
  const skipped = lines[line]!;
  const previous = nonBlank(lines, above, -1);
  const next = nonBlank(lines, line + 1, 1);
  if (first === undefined || last === undefined || isBlank(skipped)) return undefined;
  if (next === undefined) return undefined;
  if (
    [first, last].some((text) => irregular.test(text) && !startsClosing.test(text) && !/^\s*<\w/.test(text))
  )
    return undefined;
  if (closer.test(skipped)) {
    if (previous === undefined) return undefined;
    const fitsAbove = follows(previous, first) && follows(last, skipped);
    const fitsBelow = follows(skipped, first) && follows(last, next);
    return fitsAbove === fitsBelow ? undefined : fitsAbove ? 'above' : 'below';
  }
  // The new lines would separate it from the lines that are indented below it.
  const owns = lines[line + 1] === next && isDeeper(next, skipped);
  return owns && isLevel(first, skipped) && isLevel(last, skipped) && complete.test(last)
    ? 'above'
    : undefined;
}

/** Whether a line may stand below another, if brackets on lines of their own close what was opened. */
function follows(above: string, below: string): boolean {
  if (isLevel(above, below)) return !closer.test(below) || opens.test(above);
  if (isDeeper(below, above)) return !closer.test(above);
  if (isDeeper(above, below)) return startsClosing.test(below);
  return true;
}

function isLevel(one: string, other: string): boolean {
  return indentationOf(one) === indentationOf(other);
}

function isDeeper(one: string, other: string): boolean {
  const [deep, flat] = [indentationOf(one), indentationOf(other)];
  return deep.length > flat.length && deep.startsWith(flat);
}

function nonBlank(lines: readonly string[], from: number, step: 1 | -1): string | undefined {
  for (let line = from; line >= 0 && line < lines.length; line += step) {
    if (!isBlank(lines[line]!)) return lines[line];
  }
  return undefined;
}
