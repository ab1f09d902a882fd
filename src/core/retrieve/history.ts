/** A second ranking of files: those that past commits changed whose messages resemble the query. */
import { lengthNorm, rarity } from './bm25.ts';
import { termsOf } from './tokens.ts';
import type { PastCommit, QueryTerms } from './types.ts';

/** The usual ones. */
const weights = { k1: 1.2, b: 0.75 };
/** A commit that changes more files says little about each. */
const mostFiles = 50;
/** In characters: nobody writes longer ones by hand. */
const longestSubject = 1000;

/** What of the commits is of use: strangers' ones may change any number of files, and their first line fill a disk. */
export function usefulCommits(commits: readonly PastCommit[]): PastCommit[] {
  return commits
    .filter(({ paths }) => paths.length > 0 && paths.length <= mostFiles)
    .map(({ subject, paths }) => ({ subject: subject.slice(0, longestSubject), paths }));
}

interface Message {
  paths: readonly string[];
  counts: ReadonlyMap<string, number>;
  length: number;
}

/** Made once for a history. */
export class History {
  private readonly messages: readonly Message[];
  private readonly having = new Map<string, number>();
  private readonly averageLength: number;

  constructor(commits: readonly PastCommit[]) {
    this.messages = usefulCommits(commits).map(({ subject, paths }) => {
      const terms = termsOf(subject);
      const counts = new Map<string, number>();
      for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
      for (const term of counts.keys()) this.having.set(term, (this.having.get(term) ?? 0) + 1);
      return { paths, counts, length: terms.length };
    });
    const all = this.messages.reduce((sum, { length }) => sum + length, 0);
    this.averageLength = Math.max(1, all) / Math.max(1, this.messages.length);
  }

  /** By path: from 0 to 1, where 1 is the file that the messages speak for most. */
  scores(terms: QueryTerms): Map<string, number> {
    const scores = new Map<string, number>();
    for (const { paths, counts, length } of this.messages) {
      let score = 0;
      for (const [term, weight] of terms) {
        const count = counts.get(term);
        if (count === undefined) continue;
        const value = rarity(this.messages.length, this.having.get(term)!) * weight * (weights.k1 + 1);
        score += (value * count) / (count + lengthNorm(weights, length, this.averageLength));
      }
      if (score === 0) continue;
      for (const path of paths) scores.set(path, (scores.get(path) ?? 0) + score / Math.sqrt(paths.length));
    }
    // There may be more than a call takes arguments.
    let top = 0;
    for (const score of scores.values()) top = Math.max(top, score);
    for (const [path, score] of scores) scores.set(path, score / top);
    return scores;
  }
}
