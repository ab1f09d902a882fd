/** "Did you mean": the nearest of some names by edit distance. */
import { distance } from 'fastest-levenshtein';

/** No name that anybody mistypes is longer; to compare two such texts would take minutes. */
const longestName = 200;

/** The nearest name, if it is near enough to be a slip: a third of its letters at most. */
export function didYouMean(word: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  if (word.length > 2 * longestName) return undefined;
  const wanted = word.toLowerCase();
  for (const name of names) {
    if (name.length > longestName) continue;
    const apart = slips(wanted, name.toLowerCase());
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
