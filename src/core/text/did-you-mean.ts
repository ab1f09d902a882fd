/** "Did you mean" suggestions by edit distance. */
import { distance } from 'fastest-levenshtein';

/** No real name is longer, and comparing two long texts would take minutes. */
const longestName = 200;

/** The closest name, if it is close enough for a typo: within a third of its letters. */
export function didYouMean(word: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  if (word.length > 2 * longestName) return undefined;
  const lower = word.toLowerCase();
  for (const name of names) {
    if (name.length > longestName) continue;
    const apart = typos(lower, name.toLowerCase());
    if (apart < bestDistance && apart <= Math.max(1, Math.floor(name.length / 3))) {
      best = name;
      bestDistance = apart;
    }
  }
  return best;
}

/** Edit distance that counts a single transposition of neighbours as one typo: `tset` for `test`. */
export function typos(word: string, name: string): number {
  const apart = distance(word, name);
  if (apart !== 2 || word.length !== name.length) return apart;
  const at = [...word].findIndex((letter, index) => letter !== name[index]);
  return word[at] === name[at + 1] && word[at + 1] === name[at] ? 1 : apart;
}
