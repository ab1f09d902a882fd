/** Cuts material to a number of tokens on line borders: lines that report errors first, then the tail. */
import { formatCount } from './format.ts';
import { approxTokens } from './tokens.ts';

/** Longer lines are minified code or data: their middle says nothing. */
const longestLine = 2000;
const errorLine =
  /\b(error|exception|fail(ed|ure)?|fatal|panic|traceback|assert\w*|denied|refused|undefined reference)\b/i;
/** Lines around one that reports an error that are kept with it. */
const around = 2;
/** Share of the room that such lines may take, so that the tail is never crowded out. */
const errorShare = 0.5;

/** Undefined when not even the mark of what was left out fits. */
export function keepTail(
  text: string,
  { maxTokens, label }: { maxTokens: number; label: string },
): string | undefined {
  const lines = text.replace(/\r\n?/g, '\n').replace(/\n$/, '').split('\n').map(clampLine);
  const costs = lines.map((line) => line.length + 1);
  // A gap is marked by a line of its own; the room for two such marks is set aside.
  const room = maxTokens * 3 - 2 * markFor(lines.length, text.length, label).length;
  if (room <= 0) return undefined;

  const keep = new Array<boolean>(lines.length).fill(false);
  let used = 0;
  const take = (index: number, most: number): boolean => {
    if (keep[index]) return true;
    if (used + costs[index]! > most) return false;
    keep[index] = true;
    used += costs[index]!;
    return true;
  };
  const gapMark = markFor(lines.length, text.length, label).length;
  for (let index = lines.length - 1; index >= 0; index--) {
    if (!errorLine.test(lines[index]!)) continue;
    // Each island of lines costs a mark of what was left out before it.
    if (used + gapMark > room * errorShare) break;
    used += gapMark;
    for (let near = index; near >= Math.max(0, index - around); near--) take(near, room * errorShare);
    for (let near = index + 1; near <= Math.min(lines.length - 1, index + around); near++)
      take(near, room * errorShare);
  }
  for (let index = lines.length - 1; index >= 0 && take(index, room); index--);
  return render(lines, keep, label);
}

function clampLine(line: string): string {
  if (line.length <= longestLine) return line;
  const half = Math.floor(longestLine / 2);
  return `${line.slice(0, half)} [… ${formatCount(line.length - 2 * half)} characters left out …] ${line.slice(-half)}`;
}

function markFor(lines: number, characters: number, label: string): string {
  return `[… ${formatCount(lines)} lines, about ${formatCount(Math.ceil(characters / 3))} tokens left out of ${label} …]\n`;
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
    const gap = lines.slice(start, index).join('\n');
    out.push(
      `[… ${formatCount(index - start)} lines, about ${formatCount(approxTokens(gap))} tokens left out of ${label} …]`,
    );
  }
  return out.join('\n');
}
