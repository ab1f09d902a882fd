/** Folds lines, and groups of a few lines, that a log repeats one after another. */
import { formatCount } from '../../text/format.ts';

/** Lines of a log as they are shown, some of which stand for several. */
export interface LogLines {
  shown: string[];
  /** Parallel to `shown`: how many lines of the log each stands for. */
  stands: number[];
}

export interface Folding {
  /** Lines with the same key count as repeated. */
  keyOf: (line: string) => string;
  /** The fewest repetitions that are folded. */
  least: number;
  /** Repetitions that stay before the mark, and behind it. */
  before: number;
  after: number;
  /** So many characters of further repetitions stay behind the mark. */
  spare: number;
  /** Whether the lines are the same or only alike. */
  exact: boolean;
}

export const sameLines: Folding = {
  keyOf: (line) => line,
  least: 3,
  before: 1,
  after: 0,
  spare: 0,
  exact: true,
};

/** The longest group of lines that is recognised when it is repeated. */
const longestGroup = 12;

export function foldRepeats(log: LogLines, folding: Folding): LogLines & { folds: number } {
  const { shown, stands } = log;
  const keys = interned(shown, folding.keyOf);
  const lines: string[] = [];
  const counts: number[] = [];
  let folds = 0;
  const copy = (from: number, to: number) => {
    for (let at = from; at < to; at++) {
      lines.push(shown[at]!);
      counts.push(stands[at]!);
    }
  };
  for (let at = 0; at < shown.length; ) {
    const group = groupAt(keys, at, folding.least);
    if (!group) {
      copy(at, ++at);
      continue;
    }
    const end = at + group.times * group.length;
    const gap = gapIn(shown, at, group, folding);
    if (gap.times > 0 && lengthOf(shown, gap.from, gap.to) > gap.mark.length) {
      copy(at, gap.from);
      lines.push(gap.mark);
      counts.push(sumOf(stands, gap.from, gap.to));
      copy(gap.to, end);
      folds++;
    } else copy(at, end);
    at = end;
  }
  return { shown: lines, stands: counts, folds };
}

interface Group {
  /** In lines. */
  length: number;
  times: number;
}

function gapIn(shown: readonly string[], at: number, { length, times }: Group, folding: Folding) {
  const { before, after, exact } = folding;
  let left = times - before - after;
  let { spare } = folding;
  for (; left > 0 && spare > 0; left--) {
    const end = at + (before + left) * length;
    spare -= lengthOf(shown, end - length, end);
    if (spare < 0) break;
  }
  const from = at + before * length;
  return { from, to: from + left * length, times: left, mark: left > 0 ? markFor(length, left, exact) : '' };
}

function interned(lines: readonly string[], keyOf: Folding['keyOf']): Int32Array {
  const numbers = new Map<string, number>();
  return Int32Array.from(lines, (line) => {
    const key = keyOf(line);
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, numbers.size);
    return numbers.size - 1;
  });
}

/** The shortest group that is repeated often enough from here on. */
function groupAt(keys: Int32Array, at: number, least: number): Group | undefined {
  for (let length = 1; length <= longestGroup; length++) {
    let end = at + length;
    while (end < keys.length && keys[end] === keys[end - length]) end++;
    const times = Math.floor((end - at) / length);
    if (times >= least) return { length, times };
  }
  return undefined;
}

function lengthOf(lines: readonly string[], from: number, to: number): number {
  let length = 0;
  for (let at = from; at < to; at++) length += lines[at]!.length + 1;
  return length;
}

function sumOf(numbers: readonly number[], from: number, to: number): number {
  let sum = 0;
  for (let at = from; at < to; at++) sum += numbers[at]!;
  return sum;
}

function markFor(length: number, times: number, exact: boolean): string {
  const what = length === 1 ? 'the line above' : `the ${length} lines above`;
  const often = `${formatCount(times)} more ${times === 1 ? 'time' : 'times'}`;
  return `[… ${what} ${exact ? '' : 'with other numbers '}${often} …]`;
}
