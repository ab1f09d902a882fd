/** From blocks that match to an order of files and blocks. */
import { byText } from './best-first.ts';
import { kindOf } from './kind.ts';
import { termsOf } from './tokens.ts';
import type { BlockMatch, QueryTerms } from './types.ts';

/** How many blocks to ask an engine for: those behind them would not fit into any answer. */
export const mostMatches = 300;

/** Tests, documentation and other text, beside source code. */
const prior = 0.4;
/** A file that the query names counts up to this much more. */
const namedBonus = 0.3;
/** A file's score is that of its best block, and this share of the next ones. */
const restShare = 0.3;
const restBlocks = 2;
const historyWeight = 0.3;
/** A block's place follows from its own score and this share of its file's, squared: the best files come first. */
const fileShare = 0.5;

export interface RankedFile {
  path: string;
  /** 1 is the best that the blocks alone gave; history can add to it. */
  score: number;
}

export interface RankedBlock extends BlockMatch {
  /** What the blocks are ordered by. */
  value: number;
}

/**
 * `matches` in any order. `past`: scores by path of a second ranking, from 0 to 1. Both lists: the best first, ties by
 * path and line.
 */
export function rank(
  matches: readonly BlockMatch[],
  { terms, past }: { terms: QueryTerms; past?: ReadonlyMap<string, number> | undefined },
): { files: RankedFile[]; blocks: RankedBlock[] } {
  const byPath = new Map<string, number[]>();
  for (const { path, score } of matches) {
    const scores = byPath.get(path);
    if (scores) scores.push(score);
    else byPath.set(path, [score]);
  }
  const factors = new Map<string, number>();
  const scores = new Map<string, number>();
  let top = 0;
  for (const [path, ofFile] of byPath) {
    const factor = (kindOf(path) === 'source' ? 1 : prior) * (1 + namedBonus * namedShare(path, terms));
    ofFile.sort((one, other) => other - one);
    const rest = ofFile.slice(1, 1 + restBlocks).reduce((sum, score) => sum + score, 0);
    const score = factor * (ofFile[0]! + restShare * rest);
    factors.set(path, factor);
    scores.set(path, score);
    top = Math.max(top, score);
  }
  const files = Array.from(scores, ([path, score]) => ({
    path,
    score: score / top + historyWeight * (past?.get(path) ?? 0),
  })).sort((one, other) => other.score - one.score || byText(one.path, other.path));
  const fileScores = new Map(files.map(({ path, score }) => [path, score]));
  const blocks = matches
    .map((match) => ({
      ...match,
      value: (match.score * factors.get(match.path)!) / top + fileShare * fileScores.get(match.path)! ** 2,
    }))
    .sort((one, other) => other.value - one.value || byText(one.path, other.path) || one.start - other.start);
  return { files, blocks };
}

/** How much of a file's name and its folder's the query says, from 0 to 1. */
function namedShare(path: string, terms: QueryTerms): number {
  const name = path
    .split('/')
    .slice(-2)
    .join(' ')
    .replace(/\.\w+$/, '');
  const named = termsOf(name);
  return named.length === 0 ? 0 : named.filter((term) => terms.has(term)).length / named.length;
}
