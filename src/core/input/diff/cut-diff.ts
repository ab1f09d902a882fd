/**
 * Shortens a diff by file: what matters least goes first and whole, such as lock files; of what is left, the largest
 * files lose their last hunks. What is left out is listed with the number of its lines.
 */
import { formatCount } from '../../text/format.ts';
import { shortenLine } from '../log/long-line.ts';
import { type FileRank, rankOf } from './file-rank.ts';
import { type Section, sectionsOf } from './sections.ts';

/** Files of this rank and below are shortened; those above are left out whole. */
const shortenedRank = 1;
/** A file of less is not worth its header. */
const leastPerFile = 300;
const longestLine = 600;
/** Share of the room for the list of what is left out, and for the text between the files. */
const listShare = 0.15;
const textShare = 0.5;

interface File extends Section {
  change: NonNullable<Section['change']>;
  rank: FileRank;
}

interface Piece {
  text: string;
  /** What the list says of it; undefined if it is whole. */
  lost: string | undefined;
}

/** Result of at most `maxCharacters`. Undefined if it cannot be shortened by file. */
export function cutDiff(
  text: string,
  { maxCharacters, label }: { maxCharacters: number; label: string },
): string | undefined {
  const sections = sectionsOf(text);
  const files = sections.flatMap((section): File[] => {
    const { change } = section;
    return change ? [{ ...section, change, rank: rankOf(change.path, change.onlyWhitespace) }] : [];
  });
  const texts = sections.filter(({ change }) => change === undefined);
  const textRoom = texts.reduce((sum, { length }) => sum + length, 0);
  const listRoom = Math.floor(maxCharacters * listShare);
  if (files.length === 0 || textRoom > maxCharacters * textShare || listRoom < leastPerFile / 2)
    return undefined;
  const kept = shortened(files, maxCharacters - textRoom - listRoom);
  const list = listOf(files, kept, { room: listRoom, label });
  let next = 0;
  const body = sections.map((section) => {
    if (!section.change) return `${section.lines.join('\n')}\n`;
    return kept[next++]!.text;
  });
  return `${body.join('')}${list}`;
}

function shortened(files: readonly File[], room: number): Piece[] {
  const kept = files.map((file): Piece => ({ text: `${file.lines.join('\n')}\n`, lost: undefined }));
  let used = files.reduce((sum, { length }) => sum + length, 0);
  // Something is shown of a diff that has nothing but lock files.
  const best = files.reduce((least, { rank }) => Math.min(least, rank.rank), Number.POSITIVE_INFINITY);
  const lastShortened = Math.max(shortenedRank, best);
  const order = files.map((_, at) => at);
  order.sort((a, b) => files[b]!.rank.rank - files[a]!.rank.rank || files[b]!.length - files[a]!.length);
  let next = 0;
  for (; next < order.length && used > room; next++) {
    const file = files[order[next]!]!;
    if (file.rank.rank <= lastShortened) break;
    used -= file.length;
    kept[order[next]!] = { text: '', lost: statOf(file) };
  }
  if (used <= room) return kept;
  // Ordinary files first, and the smallest first, so that what they do not need is left to the others.
  const rest = order.slice(next).reverse();
  let left = room;
  for (const rank of new Set(rest.map((at) => files[at]!.rank.rank))) {
    const group = rest.filter((at) => files[at]!.rank.rank === rank);
    for (const [done, at] of group.entries()) {
      const file = files[at]!;
      const share = Math.floor(left / (group.length - done));
      if (file.length <= share) {
        left -= file.length;
        continue;
      }
      const text = share < leastPerFile ? undefined : startOf(file, share);
      kept[at] = { text: text ?? '', lost: statOf(file, text !== undefined) };
      left -= text?.length ?? 0;
    }
  }
  return kept;
}

/** The header and as many lines as fit, with a mark for the rest. */
function startOf({ lines, change: { path } }: File, most: number): string | undefined {
  const markFor = (count: number) => `[… ${formatCount(count)} lines left out of ${path} …]\n`;
  const room = most - markFor(lines.length).length;
  const out: string[] = [];
  let used = 0;
  for (const line of lines) {
    const shown = line.length > longestLine ? shortenLine(line, longestLine).text : line;
    if (used + shown.length + 1 > room) break;
    out.push(shown);
    used += shown.length + 1;
  }
  if (!out.some((line) => line.startsWith('@@'))) return undefined;
  const left = lines.length - out.length;
  return `${out.join('\n')}\n${left > 0 ? markFor(left) : ''}`;
}

function statOf({ change: { path, added, removed }, rank }: File, partly = false): string {
  const notes = [rank.what, partly ? 'in part' : undefined].filter((note) => note !== undefined);
  return ` ${path} | +${added} -${removed}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}\n`;
}

function listOf(
  files: readonly File[],
  kept: readonly Piece[],
  { room, label }: { room: number; label: string },
): string {
  const lost = kept.flatMap(({ lost: line }, at) => (line === undefined ? [] : [{ line, at }]));
  if (lost.length === 0) return '';
  const head = `[… ${formatCount(lost.length)} of ${formatCount(files.length)} files left out of ${label}, whole or in part:\n`;
  const end = '…]';
  const rest = (count: number) => ` and ${formatCount(count)} more\n`;
  let used = head.length + end.length + rest(lost.length).length;
  const out: string[] = [];
  for (const { line } of lost) {
    if (used + line.length > room) break;
    used += line.length;
    out.push(line);
  }
  const more = lost.length - out.length;
  return `${head}${out.join('')}${more > 0 ? rest(more) : ''}${end}`;
}
