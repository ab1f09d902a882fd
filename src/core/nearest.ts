/** "Did you mean": the nearest of some names by edit distance. */
import { distance } from 'fastest-levenshtein';

/** The nearest name, if it is near enough to be a slip: a third of its letters at most, rounded up. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const apart = distance(word.toLowerCase(), name.toLowerCase());
    if (apart < bestDistance && apart <= Math.ceil(name.length / 3)) {
      best = name;
      bestDistance = apart;
    }
  }
  return best;
}
