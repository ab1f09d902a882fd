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

/** The messages that have a term, in order, and how often each has it. */
interface Occurrences {
  messages: number[];
  counts: number[];
}

/** From 0 to 1, where 1 is the file that the messages speak for most; undefined for a file that none speaks for. */
export type PastScores = Pick<ReadonlyMap<string, number>, 'get'>;

/** Made once for a history. */
export class History {
  /** By message: numbers of the paths that its commit changed. */
  private readonly changed: readonly (readonly number[])[];
  /** By message: what a longer one takes from the weight of a count. */
  private readonly norms: Float64Array;
  private readonly numbers = new Map<string, number>();
  private readonly terms = new Map<string, Occurrences>();

  constructor(commits: readonly PastCommit[]) {
    const lengths: number[] = [];
    this.changed = usefulCommits(commits).map(({ subject, paths }, message) => {
      const terms = termsOf(subject);
      lengths.push(terms.length);
      for (const term of terms) this.count(term, message);
      return paths.map((path) => this.numberOf(path));
    });
    const all = lengths.reduce((sum, length) => sum + length, 0);
    const averageLength = Math.max(1, all) / Math.max(1, lengths.length);
    this.norms = Float64Array.from(lengths, (length) => lengthNorm(weights, length, averageLength));
  }

  scores(terms: QueryTerms): PastScores {
    const ofMessage = new Float64Array(this.norms.length);
    for (const [term, weight] of terms) {
      const { messages, counts } = this.terms.get(term) ?? { messages: [], counts: [] };
      const value = rarity(this.norms.length, messages.length) * weight * (weights.k1 + 1);
      for (let at = 0; at < messages.length; at++) {
        const message = messages[at]!;
        const count = counts[at]!;
        ofMessage[message]! += (value * count) / (count + this.norms[message]!);
      }
    }
    const ofPath = new Float64Array(this.numbers.size);
    for (const [message, score] of ofMessage.entries()) {
      if (score === 0) continue;
      const changed = this.changed[message]!;
      for (const path of changed) ofPath[path]! += score / Math.sqrt(changed.length);
    }
    let top = 0;
    for (const score of ofPath) if (score > top) top = score;
    return {
      get: (path) => {
        const score = ofPath[this.numbers.get(path) ?? -1] ?? 0;
        return score === 0 ? undefined : score / top;
      },
    };
  }

  private count(term: string, message: number): void {
    const known = this.terms.get(term);
    if (known === undefined) this.terms.set(term, { messages: [message], counts: [1] });
    else if (known.messages.at(-1) === message) known.counts[known.counts.length - 1]!++;
    else {
      known.messages.push(message);
      known.counts.push(1);
    }
  }

  private numberOf(path: string): number {
    const number = this.numbers.get(path) ?? this.numbers.size;
    this.numbers.set(path, number);
    return number;
  }
}
