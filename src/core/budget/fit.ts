/** Whether an amount fits what is left, and how that is told. */
import { formatUsd, formatUsdDown, formatUsdUp } from '../text/format.ts';
import { describeLimit, keyOf, variableOf } from './limits.ts';
import { nanoAtMost, usdOf } from './nano.ts';
import type { Standing } from './state.ts';

/** Of the limits that an amount would break, the one with the least left. */
export function limitBroken(nano: number, standings: readonly Standing[]): Standing | undefined {
  return standings
    .filter(({ settled, open, nano: limit }) => settled + open + nano > limit)
    .sort((one, other) => one.left - other.left)[0];
}

/** Why a model is not asked. `standing` is undefined if its price is unknown. */
export function describeShortage(worstUsd: number | undefined, standing: Standing | undefined): string {
  if (worstUsd === undefined || standing === undefined)
    return 'its price is unknown, so it fits no budget (add it to catalog.json)';
  const held = standing.open === 0 ? '' : `; calls that are running hold ${formatUsd(usdOf(standing.open))}`;
  // Rounded apart: the same number twice would look like an amount that fits.
  return `it may cost ${formatUsdUp(worstUsd)}, and ${formatUsdDown(usdOf(standing.left))} is left of the ${describeLimit(standing)}${held}`;
}

/**
 * What makes room for amounts in USD that do not fit: to wait, where only what is reserved is in the way, and to raise
 * the limits that they break.
 */
export function makeRoom(worstUsd: readonly number[], standings: readonly Standing[]): string {
  const settledOnly = standings.map((standing) => ({ ...standing, open: 0 }));
  const amounts = worstUsd.flatMap((usd) => nanoAtMost(usd) ?? []);
  const broken = amounts.flatMap((nano) => limitBroken(nano, standings) ?? []);
  if (broken.length === 0) return "add the model's price to catalog.json";
  const mayWait = amounts.some(
    (nano) => limitBroken(nano, standings) !== undefined && limitBroken(nano, settledOnly) === undefined,
  );
  const places = broken.map((limit) => [variableOf(limit), keyOf(limit)].filter(Boolean).join(' or '));
  const raise = `raise the budget (${[...new Set(places)].join(', ')} in policies.json)`;
  return mayWait ? `wait until the calls that are running have ended, or ${raise}` : raise;
}
