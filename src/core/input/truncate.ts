/** Truncates text at line boundaries, keeping lines that report errors first, then the tail. */
import { formatCount } from '../text/format.ts';
import { approxTokens } from './tokens.ts';

/** Longer lines are minified code or data, whose middle is of no use. */
const longestLine = 2000;
/** Share of the space that one line may take, so that one long line neither fills it nor is dropped whole. */
const lineShare = 0.25;
/** Lines are never cut below this: about half of it is the truncation mark. */
const shortestCut = 100;
const errorWord =
  /\b(?:errors?|exceptions?|fail(?:s|ed|ing|ures?)?|fatal|panic(?:ked)?|traceback|assert\w*|denied|refused|undefined reference|segmentation fault|not ok)\b|\bERR!/i;
/** `TypeError`, `NullPointerException`. */
const errorName = /[a-z\d](?:Error|Exception)\b/;
/** Lines of context kept before and after a line that reports an error. */
const around = 2;
/** Share of the space for error lines, so that they never crowd out the tail. */
const errorShare = 0.5;

/** Result of at most `maxCharacters`, without a trailing newline. Undefined when not even a gap mark fits. */
export function keepTail(
  text: string,
  { maxCharacters, label }: { maxCharacters: number; label: string },
): string | undefined {
  const lineLimit = Math.max(shortestCut, Math.min(longestLine, Math.floor(maxCharacters * lineShare)));
  const lines = text
    .replace(/\r\n?/g, '\n')
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => clampLine(line, lineLimit));
  // The longest possible mark: a gap that covers the whole text.
  const markLength = markFor(lines.length, Math.ceil(text.length / 3), label).length + 1;

  const keep = new Array<boolean>(lines.length).fill(false);
  const isKept = (index: number) => index < 0 || index >= lines.length || keep[index] === true;
  // The last line has no newline.
  let used = markLength - 1;
  const take = (index: number, most: number): boolean => {
    if (isKept(index)) return true;
    // A line inside a gap splits it in two; the last line of a gap removes it.
    const gaps = 1 - Number(isKept(index - 1)) - Number(isKept(index + 1));
    const after = used + lines[index]!.length + 1 + gaps * markLength;
    if (after > most) return false;
    keep[index] = true;
    used = after;
    return true;
  };
  if (used > maxCharacters) return undefined;
  const errorRoom = maxCharacters * errorShare;
  for (let index = lines.length - 1; index >= 0; index--) {
    if (!reportsError(lines[index]!) || !take(index, errorRoom)) continue;
    for (let away = 1; away <= around; away++) take(index - away, errorRoom);
    for (let away = 1; away <= around; away++) take(index + away, errorRoom);
  }
  for (let index = lines.length - 1; index >= 0 && take(index, maxCharacters); index--);
  return render(lines, keep, label);
}

function reportsError(line: string): boolean {
  return errorWord.test(line) || errorName.test(line);
}

function clampLine(line: string, limit: number): string {
  if (line.length <= limit) return line;
  const markFor = (left: number) => ` [… ${formatCount(left)} characters left out …] `;
  const half = Math.floor((limit - markFor(line.length).length) / 2);
  // Servers reject half of a surrogate pair.
  const head = line.slice(0, half).replace(/[\uD800-\uDBFF]$/, '');
  const tail = line.slice(-half).replace(/^[\uDC00-\uDFFF]/, '');
  return `${head}${markFor(line.length - head.length - tail.length)}${tail}`;
}

function markFor(lines: number, tokens: number, label: string): string {
  return `[… ${formatCount(lines)} lines, about ${formatCount(tokens)} tokens left out of ${label} …]`;
}

function render(lines: readonly string[], keep: readonly boolean[], label: string): string {
  const out: string[] = [];
  let index = 0;
  while (index < lines.length) {
    if (keep[index]) {
      out.push(lines[index]!);
      index++;
      continue;
    }
    const start = index;
    while (index < lines.length && !keep[index]) index++;
    out.push(markFor(index - start, approxTokens(lines.slice(start, index).join('\n')), label));
  }
  return out.join('\n');
}
