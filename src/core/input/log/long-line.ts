/** Shortens a line that is too long, such as a log in one line of JSON, and keeps what speaks of errors in it. */
import { formatCount } from '../../text/format.ts';
import { chooseLines } from './choose-lines.ts';
import { type Gravity, gravityOf } from './gravity.ts';

const longestPiece = 600;
const shortestPiece = 8;
/** Parts of the limit that a piece may have. */
const piecesInLimit = 10;
/** Where a record inside the line ends. */
const recordEnd = /\\n|\}\s?,|\}(?=\s?\{)|\n/g;

export interface ShortLine {
  text: string;
  gravity: Gravity;
}

export function shortenLine(line: string, limit: number): ShortLine {
  const pieceLength = Math.min(longestPiece, Math.max(shortestPiece, Math.floor(limit / piecesInLimit)));
  const pieces = split(line, pieceLength);
  const gravities = pieces.map(gravityOf);
  const keep = chooseLines(pieces, {
    room: limit,
    markLength: markFor(line.length).length,
    joint: 0,
    headShare: 0.3,
    gravityAt: (index) => gravities[index],
  });
  const worst = (['error', 'hint'] as const).find((one) => gravities.includes(one)) ?? 'none';
  if (keep === undefined) return { text: line.slice(0, limit), gravity: worst };
  const out: string[] = [];
  let left = 0;
  for (const [at, piece] of pieces.entries()) {
    if (keep[at]) {
      if (left > 0) out.push(markFor(left));
      out.push(piece);
      left = 0;
    } else left += piece.length;
  }
  if (left > 0) out.push(markFor(left));
  return { text: out.join(''), gravity: worst };
}

function markFor(characters: number): string {
  return ` [… ${formatCount(characters)} characters left out …] `;
}

/** At the ends of records where they are near, else behind a comma or a blank, else anywhere but inside a character. */
function split(line: string, most: number): string[] {
  const pieces: string[] = [];
  for (let from = 0; from < line.length; ) {
    const part = line.slice(from, from + most);
    let length = part.length;
    if (from + length < line.length) {
      recordEnd.lastIndex = 0;
      const end = recordEnd.exec(part);
      const soft = Math.max(part.lastIndexOf(' '), part.lastIndexOf(','), part.lastIndexOf(';')) + 1;
      if (end) length = end.index + end[0].length;
      else if (soft > most / 2) length = soft;
      // Servers reject half of a surrogate pair.
      else if (/[\uD800-\uDBFF]$/.test(part)) length--;
    }
    pieces.push(line.slice(from, from + length));
    from += length;
  }
  return pieces;
}
