/** Exact sums of money: in integers, since many fractions of a cent would not add up as doubles. */

/** Decimals of a dollar that count. An amount with more is rounded. */
export const unitDigits = 12;
/** Below what a double holds exactly, with room for the largest amount that is likely. */
const mostPending = 4e15;

export class UsdSum {
  /** Of the units: an integer that a double holds exactly. */
  private pending = 0;
  private whole = 0n;

  add(units: number): void {
    this.pending += units;
    if (this.pending > mostPending) this.carry();
  }

  addSum(other: UsdSum): void {
    other.carry();
    this.whole += other.whole;
  }

  /** The double nearest to the sum. */
  get usd(): number {
    this.carry();
    const digits = String(this.whole).padStart(unitDigits + 1, '0');
    return Number(`${digits.slice(0, -unitDigits)}.${digits.slice(-unitDigits)}`);
  }

  private carry(): void {
    this.whole += BigInt(this.pending);
    this.pending = 0;
  }
}

export function roundedUnits(usd: number): number {
  return Math.round(usd * 10 ** unitDigits);
}
