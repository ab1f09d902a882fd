/** Chooses as many of the best blocks as a number of tokens allows; neighbours become one. */
import { approxTokens } from '../input/tokens.ts';
import type { RankedBlock } from './rank.ts';
import type { BlockRange } from './types.ts';

export interface Passage extends BlockRange {
  /** Of the best of its blocks. */
  score: number;
  symbol: string | undefined;
  text: string;
  tokens: number;
}

/** Of a path; what is longer counts like text: 4,000 characters are more than most blocks have. */
const usualPathTokens = 60;
/** Blocks that do not fit before it is no longer worth trying smaller ones. */
const mostMisses = 20;

/**
 * `blocks`: the best first. `textOf` gives the lines as they are now; undefined where they cannot be had. The passages'
 * tokens together are at most `maxTokens`, those of very long paths included, and `perPassage` for each but one; there
 * are at most `limit`.
 */
export function packBlocks(
  blocks: Iterable<RankedBlock>,
  {
    maxTokens,
    limit,
    perPassage = 0,
    textOf,
  }: {
    maxTokens: number;
    limit: number;
    /** What showing a passage takes beside its text, in tokens. Default 0. */
    perPassage?: number | undefined;
    textOf: (range: BlockRange) => string | undefined;
  },
): Passage[] {
  const passages: Passage[] = [];
  const byPath = new Map<string, Passage[]>();
  /** Blocks without a place, the best first: they get one when two passages become one, or when one reaches them. */
  const waiting: RankedBlock[] = [];
  let left = maxTokens + perPassage;
  let misses = 0;
  for (const block of blocks) {
    waiting.push(block);
    // The others have no place until this one takes one.
    for (let at = hasPlace(block) ? waiting.length - 1 : -1; at !== -1; at = waiting.findIndex(hasPlace)) {
      place(waiting.splice(at, 1)[0]!);
      if (misses >= mostMisses) return passages;
    }
  }
  return passages;

  function neighboursOf({ path, start, end }: BlockRange): Passage[] {
    const ofFile = byPath.get(path) ?? [];
    return ofFile.filter((each) => each.start <= end + 2 && start <= each.end + 2);
  }

  function hasPlace(block: RankedBlock): boolean {
    return passages.length < limit || neighboursOf(block).length > 0;
  }

  function place(block: RankedBlock): void {
    const neighbours = neighboursOf(block);
    const range = {
      path: block.path,
      start: Math.min(block.start, ...neighbours.map((each) => each.start)),
      end: Math.max(block.end, ...neighbours.map((each) => each.end)),
    };
    const text = textOf(range);
    if (text === undefined) return;
    const tokens = approxTokens(text);
    const around = perPassage + longPathTokens(block.path);
    const before = neighbours.reduce((sum, each) => sum + each.tokens + around, 0);
    const more = tokens + around - before;
    if (more > left) {
      misses++;
      return;
    }
    left -= more;
    const [first, ...others] = neighbours;
    if (first === undefined) {
      const passage = { ...range, score: block.value, symbol: block.symbol, text, tokens };
      passages.push(passage);
      byPath.set(block.path, [...(byPath.get(block.path) ?? []), passage]);
    } else {
      first.symbol ??= block.symbol;
      Object.assign(first, range, { text, tokens });
      if (others.length === 0) return;
      for (const other of others) passages.splice(passages.indexOf(other), 1);
      byPath.set(
        block.path,
        byPath.get(block.path)!.filter((each) => !others.includes(each)),
      );
    }
  }
}

function longPathTokens(path: string): number {
  return Math.max(0, approxTokens(path) - usualPathTokens);
}
