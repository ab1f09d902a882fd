/**
 * Money. An amount is a number of USD that stands for a whole number of billionths of a dollar (nano-USD): it is rounded
 * once, when it is computed, and sums of such amounts are exact. Numbers of USD hold nano-USD exactly up to about
 * 9,000,000 USD.
 */

const nanoPerUsd = 1_000_000_000;

/** Rounded to the nearest nano-USD, so that 0.1 + 0.2 is 0.3 in the ledger, in JSON and in reports. */
export function roundUsd(usd: number): number {
  return Math.round(usd * nanoPerUsd) / nanoPerUsd;
}

/** The exact sum of amounts, whatever their order. */
export function sumUsd(amounts: Iterable<number>): number {
  let nano = 0;
  for (const usd of amounts) nano += Math.round(usd * nanoPerUsd);
  return nano / nanoPerUsd;
}

/** `digits` divided by 10 to the power of `scale`: a decimal fraction without rounding. */
export interface Decimal {
  digits: bigint;
  scale: number;
}

/** The decimal as it is written: 0.1 is one tenth, not the binary fraction next to it. */
export function decimal(value: number): Decimal {
  const [mantissa = '0', exponent = '0'] = String(value).split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  const scale = fraction.length - Number(exponent);
  const digits = BigInt(whole + fraction);
  return scale < 0 ? { digits: digits * 10n ** BigInt(-scale), scale: 0 } : { digits, scale };
}

export function times(a: Decimal, b: Decimal): Decimal {
  return { digits: a.digits * b.digits, scale: a.scale + b.scale };
}

export function plus(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  const at = ({ digits, scale: own }: Decimal) => digits * 10n ** BigInt(scale - own);
  return { digits: at(a) + at(b), scale };
}

/** An amount that is given in millionths of a dollar, rounded half up to the nearest nano-USD. Not for negative ones. */
export function usdOfMillionths({ digits, scale }: Decimal): number {
  const nano = digits * 1000n;
  const unit = 10n ** BigInt(scale);
  return Number((2n * nano + unit) / (2n * unit)) / nanoPerUsd;
}
