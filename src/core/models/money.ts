/**
 * Money is counted in USD as a double. Every amount that is computed passes through here before it is stored or shown,
 * so that 0.1 + 0.2 is 0.3 in the ledger, in JSON and in reports.
 */

/** Rounded to 1e-12 USD, far below the price of any token, and to the 15 digits that a double holds exactly. */
export function roundUsd(usd: number): number {
  return Number(Number(usd.toFixed(12)).toPrecision(15));
}
