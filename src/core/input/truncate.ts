/** Cuts material to a number of characters on line borders: lines that report errors first, then the tail. */
import { formatCount } from '../text/format.ts';
import { approxTokens } from './tokens.ts';

/** Longer lines are minified code or data: their middle says nothing. */
const longestLine = 2000;
/** Share of the room that one line may take, so that a long one at the end is not all there is, or nothing. */
const lineShare = 0.25;
/** A line is never cut shorter: half of it is the mark. */
const shortestCut = 100;
const errorWord =
  /\b(?:errors?|exceptions?|fail(?:s|ed|ing|ures?)?|fatal|panic(?:ked)?|traceback|assert\w*|denied|refused|undefined reference|segmentation fault|not ok)\b|\bERR!/i;
/** `TypeError`, `NullPointerException`. */
const errorName = /[a-z\d](?:Error|Exception)\b/;
/** Lines around one that reports an error that are kept with it. */
const around = 2;
/** Share of the room that such lines may take, so that the tail is never crowded out. */
const errorShare = 0.5;

/** At most `maxCharacters`, without a newline at the end. Undefined when not even the mark of a gap fits. */
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
  // No gap has a longer mark than all of the text.
  const markLength = markFor(lines.length, Math.ceil(text.length / 3), label).length + 1;

  const keep = new Array<boolean>(lines.length).fill(false);
  const isKept = (index: number) => index < 0 || index >= lines.length || keep[index] === true;
  // The last line has no newline behind it.
  let used = markLength - 1;
  const take = (index: number, most: number): boolean => {
    if (isKept(index)) return true;
    // A line between two gaps makes two of one; the last one of a gap ends it.
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
  // Half of a surrogate pair is no character, and no server takes it.
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
