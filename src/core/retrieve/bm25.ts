/** BM25: what the built-in index, the vectors for Qdrant and the search in past commits have in common. */

export interface Weights {
  /** How many occurrences of a term it takes until one more says little. */
  k1: number;
  /** From 0 to 1: how much less an occurrence is worth in a text that is longer than the average. */
  b: number;
}

/** Both engines rank blocks by these, so that they find the same. */
export const blockWeights: Weights = { k1: 2, b: 0.75 };

/** What is added to a count below the line. `length`: of the text, in terms, as `averageLength` is. */
export function lengthNorm({ k1, b }: Weights, length: number, averageLength: number): number {
  return k1 * (1 - b + (b * length) / averageLength);
}

/** How rare a term is that `having` of `all` texts have. */
export function rarity(all: number, having: number): number {
  return Math.log(1 + (all - having + 0.5) / (having + 0.5));
}
