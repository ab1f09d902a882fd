/**
 * Terms as the sparse vectors of a Qdrant collection whose modifier is `idf`: the server multiplies the values of a
 * query by the rarity of their terms, so that the product of both vectors is BM25.
 */
import { blockWeights, lengthNorm } from '../../core/retrieve/bm25.ts';
import type { QueryTerms } from '../../core/retrieve/types.ts';

/** Indices are unique unsigned 32-bit integers. */
export interface SparseVector {
  indices: number[];
  values: number[];
}

/**
 * `counts`: how often a block has each term, weighted. `length`: its terms; `averageLength`: those of a block of the
 * collection.
 */
export function blockVector(
  { counts, length }: { counts: ReadonlyMap<string, number>; length: number },
  averageLength: number,
): SparseVector {
  const norm = lengthNorm(blockWeights, length, Math.max(averageLength, 1e-9));
  // The terms of one index are counted as one term: the sum of two saturated values would be above what one can have.
  return toVector(counts, (count) => (count * (blockWeights.k1 + 1)) / (count + norm));
}

export function queryVector(terms: QueryTerms): SparseVector {
  return toVector(terms, (weight) => weight);
}

function toVector(weights: ReadonlyMap<string, number>, valueFor: (weight: number) => number): SparseVector {
  const sums = new Map<number, number>();
  for (const [term, weight] of weights) {
    const index = termIndex(term);
    sums.set(index, (sums.get(index) ?? 0) + weight);
  }
  return { indices: [...sums.keys()], values: [...sums.values()].map(valueFor) };
}

/** FNV-1a, its bits mixed once more. Of 100,000 terms, one or two share an index with another. */
function termIndex(term: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < term.length; at++) hash = Math.imul(hash ^ term.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
