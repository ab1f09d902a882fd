/** How good an order of files is. */

export interface Quality {
  /** Share of the relevant files among the first five, ten. */
  recall5: number;
  recall10: number;
  /** 1 / place of the first relevant file. */
  mrr: number;
  /** Whether the first file is relevant. */
  hit1: number;
}

export function qualityOf(ranked: readonly string[], relevant: readonly string[]): Quality {
  const recall = (most: number) => {
    const first = new Set(ranked.slice(0, most));
    return relevant.filter((path) => first.has(path)).length / relevant.length;
  };
  const place = ranked.findIndex((path) => relevant.includes(path));
  return {
    recall5: recall(5),
    recall10: recall(10),
    mrr: place === -1 ? 0 : 1 / (place + 1),
    hit1: place === 0 ? 1 : 0,
  };
}

/** Not a number for no values. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
