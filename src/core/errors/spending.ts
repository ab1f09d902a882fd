/** Describes what a call cost, for every surface. */

import { roundUsd } from '../models/money.ts';
import { formatUsd } from '../text/format.ts';
import type { OrchError } from './orch-error.ts';

export interface CallCost {
  /** Null when an attempt of unknown cost may have been billed. */
  cost_usd: number | null;
  /** The part of `cost_usd` that is an estimate: the worst case of attempts whose token counts are not known. */
  cost_estimated_usd?: number | undefined;
  /** When `cost_usd` is null: what is known, without estimates. */
  cost_at_least_usd?: number | undefined;
}

/** Part of an error's details; without `run_id`, no request was sent. */
export interface Spending extends Partial<CallCost> {
  run_id?: string;
  /** That it cost more than the user wants to be told of. */
  cost_alert?: string;
}

/** Such as "$0.012", "at most $0.35" or "$0.012 to $0.36": nobody is to take a worst case for what was paid. */
export function describeCost({
  cost_usd,
  cost_estimated_usd = 0,
}: Pick<CallCost, 'cost_usd' | 'cost_estimated_usd'>): string {
  if (cost_usd === null) return 'cost unknown';
  if (cost_estimated_usd === 0) return formatUsd(cost_usd);
  const least = roundUsd(cost_usd - cost_estimated_usd);
  return least > 0 ? `${formatUsd(least)} to ${formatUsd(cost_usd)}` : `at most ${formatUsd(cost_usd)}`;
}

/**
 * Undefined up to the threshold, in USD. A cost that is known in part counts as far as it is known, an estimated one at
 * its worst case.
 */
export function costAlert(
  { cost_usd = null, cost_estimated_usd = 0, cost_at_least_usd = 0 }: Spending,
  thresholdUsd: number,
): string | undefined {
  const most = cost_usd ?? cost_at_least_usd;
  if (most <= thresholdUsd) return undefined;
  const cost =
    cost_usd === null ? `at least ${formatUsd(most)}` : describeCost({ cost_usd, cost_estimated_usd });
  const perhaps = most - cost_estimated_usd <= thresholdUsd ? 'perhaps ' : '';
  return `cost ${cost}, ${perhaps}above the alert threshold of ${formatUsd(thresholdUsd)}`;
}

/** Undefined when no request was sent. */
export function spendingOf({ details = {} }: OrchError): string | undefined {
  const { run_id, cost_usd, cost_estimated_usd, cost_at_least_usd = 0, cost_alert } = details as Spending;
  if (cost_usd === undefined || run_id === undefined) return undefined;
  if (cost_alert !== undefined) return `${cost_alert}, run ${run_id}`;
  const mayBe = 'an attempt may have been billed';
  if (cost_usd !== null) {
    const cost = describeCost({ cost_usd, cost_estimated_usd });
    return `cost ${cost}${cost_estimated_usd ? ` (${mayBe})` : ''}, run ${run_id}`;
  }
  const known = cost_at_least_usd === 0 ? 'unknown' : formatUsd(cost_at_least_usd);
  const doubt = `${cost_at_least_usd === 0 ? '' : 'possibly more: '}${mayBe}`;
  return `cost ${known} (${doubt}), run ${run_id}`;
}
