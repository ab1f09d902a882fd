/** "Did you mean": the nearest of some names by edit distance. */
import { distance } from 'fastest-levenshtein';

/** The nearest name, if it is near enough to be a slip: a third of its letters at most. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const apart = slips(word.toLowerCase(), name.toLowerCase());
    if (apart < bestDistance && apart <= Math.max(1, Math.floor(name.length / 3))) {
      best = name;
      bestDistance = apart;
    }
  }
  return best;
}

/** Edit distance in which two neighbouring letters that changed places are one slip: `tset` for `test`. */
function slips(word: string, name: string): number {
  const apart = distance(word, name);
  if (apart !== 2 || word.length !== name.length) return apart;
  const at = [...word].findIndex((letter, index) => letter !== name[index]);
  return word[at] === name[at + 1] && word[at + 1] === name[at] ? 1 : apart;
}
