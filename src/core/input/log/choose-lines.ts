/**
 * Chooses what is kept of a log: errors from both ends, the first of a kind before its repeats, each with its stack
 * trace and the lines around it; then what speaks of errors, the beginning, and as much of the end as there is room for.
 */
import { blockEnd } from './blocks.ts';
import { type Gravity, gravityOf, kindOfLine, withoutPrefix } from './gravity.ts';

export interface Choice {
  /** Characters for the kept lines and the marks of gaps. */
  room: number;
  /** Length of the longest mark of a gap, with its line break. */
  markLength: number;
  /** Length of what joins two lines: 1 for a line break. */
  joint: number;
  /** Share of the room for the beginning. */
  headShare: number;
  /** Overrules the form of a line. */
  gravityAt?: (index: number) => Gravity | undefined;
}

/** Shares of the room up to which each of these may fill it, so that the end is never crowded out. */
const errorShare = 0.6;
const hintShare = 0.7;
/** Share that one block may take. */
const blockShare = 0.25;
const linesBefore = 2;
const linesAfter = 3;
/** Of a longer block, so many lines of its beginning and of its end are kept, or at least the fewer. */
const partsOfBlock = [
  [14, 8],
  [5, 3],
  [1, 1],
  [1, 0],
] as const;

/** From the first line to the last. */
interface Block {
  from: number;
  to: number;
}

/** Undefined where not even the mark of a gap fits. Otherwise which lines are kept. */
export function chooseLines(lines: readonly string[], choice: Choice): boolean[] | undefined {
  const { room, markLength, joint, headShare } = choice;
  const keep = new Array<boolean>(lines.length).fill(false);
  const isKept = (index: number) => index < 0 || index >= lines.length || keep[index] === true;
  // The last line has nothing behind it.
  let used = markLength - joint;
  if (used > room) return undefined;
  const take = (index: number, most: number): boolean => {
    if (isKept(index)) return true;
    // A line inside a gap splits it in two; the last line of a gap removes it.
    const gaps = 1 - Number(isKept(index - 1)) - Number(isKept(index + 1));
    const after = used + lines[index]!.length + joint + gaps * markLength;
    if (after > most) return false;
    keep[index] = true;
    used = after;
    return true;
  };
  const takeBlock = (block: Block, most: number): boolean => {
    const limit = Math.min(most, used + room * blockShare);
    for (const indexes of partsOf(block)) {
      const needed = indexes.reduce((sum, index) => sum + lines[index]!.length + joint, 2 * markLength);
      if (used + needed > limit && indexes.length > 1) continue;
      return indexes.every((index) => take(index, most));
    }
    return false;
  };
  const { errors, hints } = findBlocks(lines, choice.gravityAt);
  const errorRoom = room * errorShare;
  const chosen = errors.first.filter((block) => takeBlock(block, errorRoom));
  for (const { from, to } of chosen) {
    for (let away = 1; away <= linesBefore; away++) take(from - away, errorRoom);
    for (let away = 1; away <= linesAfter; away++) take(to + away, errorRoom);
  }
  for (const block of errors.repeats) if (!takeBlock(block, errorRoom)) break;
  for (const block of hints.first) takeBlock(block, room * hintShare);
  const headEnd = used + room * headShare;
  for (let index = 0; index < lines.length && take(index, Math.min(headEnd, room)); index++);
  for (let index = lines.length - 1; index >= 0 && take(index, room); index--);
  return keep;
}

/** All of the block, then ever less of it. */
function* partsOf({ from, to }: Block): Generator<number[]> {
  for (const [first, last] of partsOfBlock) {
    const length = to - from + 1;
    const indexes: number[] = [];
    for (let at = 0; at < length; at++) if (at < first || at >= length - last) indexes.push(from + at);
    yield indexes;
  }
}

interface Found {
  /** Of each kind, the first block; from both ends inwards. */
  first: Block[];
  /** The others, from both ends inwards. */
  repeats: Block[];
}

function findBlocks(
  lines: readonly string[],
  gravityAt: Choice['gravityAt'],
): { errors: Found; hints: Found } {
  const errors: Found = { first: [], repeats: [] };
  const hints: Found = { first: [], repeats: [] };
  const kinds = new Set<string>();
  for (let from = 0; from < lines.length; from++) {
    const gravity = gravityAt?.(from) ?? gravityOf(lines[from]!);
    if (gravity === 'none') continue;
    const to = gravity === 'error' ? blockEnd(lines, from) : from;
    const kind = kindOfBlock(lines, from, to);
    const found = gravity === 'error' ? errors : hints;
    (kinds.has(kind) ? found.repeats : found.first).push({ from, to });
    kinds.add(kind);
    from = to;
  }
  const inwards = ({ first, repeats }: Found): Found => ({
    first: fromBothEnds(first),
    repeats: fromBothEnds(repeats),
  });
  return { errors: inwards(errors), hints: inwards(hints) };
}

/** A trace of Python says what went wrong at its end. */
function kindOfBlock(lines: readonly string[], from: number, to: number): string {
  const last = /^\s*Traceback/.test(withoutPrefix(lines[from]!)) ? to : from;
  return kindOfLine(withoutPrefix(lines[last]!));
}

function fromBothEnds<T>(all: readonly T[]): T[] {
  return all.map((_, at) => all[at % 2 === 0 ? at / 2 : all.length - (at + 1) / 2]!);
}
