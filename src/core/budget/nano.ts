/** Money of budgets: whole billionths of a dollar, so that sums are exact however often they are added up. */
import { roundUsd } from '../models/money.ts';

const perUsd = 1e9;

/** The largest amount in USD whose billionths are a safe integer, rounded down. */
export const mostUsd = 9_000_000;

/** Rounded to the nearest; undefined for what is no amount, or above `mostUsd`. */
export function nanoOf(usd: number): number | undefined {
  return isAmount(usd) ? Math.round(usd * perUsd) : undefined;
}

/** Rounded up, for what must not turn out to be more. */
export function nanoAtMost(usd: number): number | undefined {
  // The product of an amount such as 0.0041 is a little above the whole number that it stands for.
  return isAmount(usd) ? Math.ceil(Number((usd * perUsd).toFixed(3))) : undefined;
}

export function usdOf(nano: number): number {
  return roundUsd(nano / perUsd);
}

export function isNano(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isAmount(usd: number): boolean {
  return usd >= 0 && usd <= mostUsd;
}
