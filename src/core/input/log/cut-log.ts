/** Shortens a log, or any text of lines: repeats are folded, then the lines are chosen that fit the room. */
import { formatCount } from '../../text/format.ts';
import { chooseLines } from './choose-lines.ts';
import { withoutEscapes } from './escapes.ts';
import { type Folding, foldRepeats, type LogLines, sameLines } from './fold.ts';
import { type Gravity, numberless } from './gravity.ts';
import { shortenLine } from './long-line.ts';

/** A line is long from here on, or from a share of the room that is less. */
const longLine = 2000;
const longLineShare = 0.25;
const shortestLongLine = 100;
/** Long lines share what the others leave of this part of the room, and have at least that. */
const longLinesShare = 0.9;
const othersShare = 0.5;
const headShare = 0.04;

/** Messages that come again and again with another time or number. Only where there is too little room. */
const alikeLines: Folding = { keyOf: numberless, least: 20, before: 2, after: 2, spare: 0, exact: false };

/** What loses nothing: without escape sequences, and with repeated lines counted instead of shown. */
export function tidyLog(text: string): string {
  return foldRepeats(linesOf(withoutEscapes(text)), sameLines).shown.join('\n');
}

/** Result of at most `maxCharacters`, without a trailing newline. Undefined when not even a gap mark fits. */
export function cutLog(
  text: string,
  { maxCharacters, label }: { maxCharacters: number; label: string },
): string | undefined {
  const exact = foldRepeats(linesOf(text), sameLines);
  if (charactersOf(exact.shown) <= maxCharacters) return exact.shown.join('\n');
  const gravities = new Map<string, Gravity>();
  const short = shortenLines(exact, maxCharacters, gravities);
  const { shown, stands } = foldAlike(short, maxCharacters);
  if (charactersOf(shown) <= maxCharacters) return shown.join('\n');
  // The longest possible mark: a gap that covers the whole text.
  const lines = stands.reduce((sum, count) => sum + count, 0);
  const keep = chooseLines(shown, {
    room: maxCharacters,
    markLength: markFor(lines, text.length, label).length + 1,
    joint: 1,
    headShare,
    gravityAt: (index) => gravities.get(shown[index]!),
  });
  return keep && render({ shown, stands }, keep, label);
}

/** More of the lines stay where there is room for them. */
function foldAlike(lines: LogLines, room: number): LogLines {
  const least = foldRepeats(lines, alikeLines);
  const spare = room - charactersOf(least.shown);
  if (spare <= 0 || least.folds === 0) return least;
  return foldRepeats(lines, { ...alikeLines, spare: Math.floor(spare / least.folds) });
}

function linesOf(text: string): LogLines {
  const shown = text.replace(/\r\n?/g, '\n').replace(/\n$/, '').split('\n');
  return { shown, stands: new Array<number>(shown.length).fill(1) };
}

function charactersOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length + 1, -1);
}

/** Adds what the shortened lines hold to `gravities`, since it may stand anywhere in them. */
function shortenLines({ shown, stands }: LogLines, room: number, gravities: Map<string, Gravity>): LogLines {
  const longest = Math.max(shortestLongLine, Math.min(longLine, Math.floor(room * longLineShare)));
  const long = shown.filter((line) => line.length > longest);
  if (long.length === 0) return { shown, stands };
  const others = charactersOf(shown) - charactersOf(long);
  const left = room * longLinesShare - Math.min(others, room * othersShare);
  const limit = Math.max(longest, Math.floor(left / long.length));
  const shortened = shown.map((line) => {
    if (line.length <= limit) return line;
    const { text, gravity } = shortenLine(line, limit);
    gravities.set(text, gravity);
    return text;
  });
  return { shown: shortened, stands };
}

function markFor(lines: number, characters: number, label: string): string {
  const tokens = Math.ceil(characters / 3);
  return `[… ${formatCount(lines)} lines, about ${formatCount(tokens)} tokens left out of ${label} …]`;
}

function render({ shown, stands }: LogLines, keep: readonly boolean[], label: string): string {
  const out: string[] = [];
  for (let index = 0; index < shown.length; ) {
    if (keep[index]) {
      out.push(shown[index]!);
      index++;
      continue;
    }
    let lines = 0;
    let characters = -1;
    for (; index < shown.length && !keep[index]; index++) {
      lines += stands[index]!;
      characters += shown[index]!.length + 1;
    }
    out.push(markFor(lines, characters, label));
  }
  return out.join('\n');
}
