/** From blocks that match to an order of files and blocks. */

import { kindOf } from '../input/file-kind.ts';
import { byText, sorted } from './best-first.ts';
import type { PastScores } from './history.ts';
import { termsOf } from './tokens.ts';
import type { BlockMatch, QueryTerms } from './types.ts';

/** How many blocks to ask an engine for: those behind them would not fit into any answer. */
export const mostMatches = 300;

/** Tests, documentation and other text, beside source code. */
const prior = 0.4;
/** A file that the query names counts up to this much more. */
const namedBonus = 0.3;
/** A file's score is that of its best block, and this share of the next two. */
const restShare = 0.3;
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
  { terms, past }: { terms: QueryTerms; past?: PastScores | undefined },
): { files: RankedFile[]; blocks: RankedBlock[] } {
  const byPath = new Map<string, OfFile>();
  for (const { path, score } of matches) {
    const known = byPath.get(path);
    if (known === undefined) byPath.set(path, { path, best: [score, 0, 0], factor: 0, score: 0 });
    else insert(known.best, score);
  }
  let top = 0;
  for (const file of byPath.values()) {
    const { isSource, named } = nameOf(file.path);
    const [first, second, third] = file.best;
    file.factor = (isSource ? 1 : prior) * (1 + namedBonus * shareIn(terms, named));
    file.score = file.factor * (first + restShare * (second + third));
    top = Math.max(top, file.score);
  }
  for (const file of byPath.values())
    file.score = file.score / top + historyWeight * (past?.get(file.path) ?? 0);
  const blocks = matches.map(({ path, start, end, score, hash, symbol }): RankedBlock => {
    const file = byPath.get(path)!;
    const value = (score * file.factor) / top + fileShare * file.score ** 2;
    return { path, start, end, score, hash, symbol, value };
  });
  return {
    files: sorted(
      Array.from(byPath.values(), ({ path, score }) => ({ path, score })),
      ({ score }) => score,
      (one, other) => other.score - one.score || byText(one.path, other.path),
    ),
    blocks: sorted(
      blocks,
      ({ value }) => value,
      (one, other) => other.value - one.value || byText(one.path, other.path) || one.start - other.start,
    ),
  };
}

interface OfFile {
  path: string;
  /** Scores of its best blocks, the best first. */
  best: [number, number, number];
  factor: number;
  score: number;
}

function insert(best: OfFile['best'], score: number): void {
  if (score > best[0]) [best[0], best[1], best[2]] = [score, best[0], best[1]];
  else if (score > best[1]) [best[1], best[2]] = [score, best[1]];
  else if (score > best[2]) best[2] = score;
}

interface PathName {
  isSource: boolean;
  /** Terms of the file's name and its folder's. */
  named: readonly string[];
}

/** To take a path apart takes longer than all else, and most queries meet the same files. */
const names = new Map<string, PathName>();
const mostNames = 20_000;

function nameOf(path: string): PathName {
  const known = names.get(path);
  if (known !== undefined) return known;
  if (names.size >= mostNames) names.clear();
  const name = path
    .split('/')
    .slice(-2)
    .join(' ')
    .replace(/\.\w+$/, '');
  const made = { isSource: kindOf(path) === 'source', named: termsOf(name) };
  names.set(path, made);
  return made;
}

/** How many of them the query has, from 0 to 1. */
function shareIn(terms: QueryTerms, named: readonly string[]): number {
  if (named.length === 0) return 0;
  let count = 0;
  for (const term of named) if (terms.has(term)) count++;
  return count / named.length;
}
