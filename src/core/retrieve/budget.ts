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
 * tokens together are at most `maxTokens`, those of very long paths included; there are at most `limit`.
 */
export function packBlocks(
  blocks: Iterable<RankedBlock>,
  {
    maxTokens,
    limit,
    textOf,
  }: { maxTokens: number; limit: number; textOf: (range: BlockRange) => string | undefined },
): Passage[] {
  const passages: Passage[] = [];
  let left = maxTokens;
  let misses = 0;
  for (const { path, start, end, value, symbol } of blocks) {
    const neighbours = passages.filter(
      (each) => each.path === path && each.start <= end + 2 && start <= each.end + 2,
    );
    if (neighbours.length === 0 && passages.length >= limit) continue;
    const range = {
      path,
      start: Math.min(start, ...neighbours.map((each) => each.start)),
      end: Math.max(end, ...neighbours.map((each) => each.end)),
    };
    const text = textOf(range);
    if (text === undefined) continue;
    const tokens = approxTokens(text);
    const before = neighbours.reduce((sum, each) => sum + each.tokens, 0);
    const more = tokens - before + (neighbours.length === 0 ? longPathTokens(path) : 0);
    if (more > left) {
      if (++misses >= mostMisses) break;
      continue;
    }
    left -= more;
    const [first, ...others] = neighbours;
    if (first === undefined) passages.push({ ...range, score: value, symbol, text, tokens });
    else {
      first.symbol ??= symbol;
      Object.assign(first, range, { text, tokens });
      for (const other of others) passages.splice(passages.indexOf(other), 1);
    }
  }
  return passages;
}

function longPathTokens(path: string): number {
  return Math.max(0, approxTokens(path) - usualPathTokens);
}
