/** Whether an amount fits what is left, and how that is told. */
import { formatUsd } from '../text/format.ts';
import { describeLimit } from './limits.ts';
import { usdOf } from './nano.ts';
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
  return `it may cost ${formatUsd(worstUsd)}, and ${formatUsd(usdOf(standing.left))} is left of the ${describeLimit(standing)}`;
}
