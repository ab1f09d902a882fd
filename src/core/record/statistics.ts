/** Statistics for reports. */

/** Nearest-rank percentile, so always a value that occurred; null without values. `sorted` must be sorted. */
export function percentile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}

/** Compensated (Neumaier) sum, so that many fractions of a cent add up to what a spreadsheet shows. */
export function sum(values: readonly number[]): number {
  let total = 0;
  let lost = 0;
  for (const value of values) {
    const next = total + value;
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
    total = next;
  }
  return Number((total + lost).toPrecision(15));
}
