/** Describes what a failed call cost, for every surface. */

import { formatUsd } from '../text/format.ts';
import type { OrchError } from './orch-error.ts';

/** Part of an error's details; without `run_id`, no request was sent. */
export interface Spending {
  run_id?: string;
  /** Null when an attempt of unknown cost may have been billed. */
  cost_usd?: number | null;
  /** Cost of the other attempts, when `cost_usd` is null. */
  cost_at_least_usd?: number;
  /** That it cost more than the user wants to be told of. */
  cost_alert?: string;
}

/** Undefined up to the threshold, in USD. A cost that is known in part counts as far as it is known. */
export function costAlert(
  { cost_usd, cost_at_least_usd = 0 }: Spending,
  thresholdUsd: number,
): string | undefined {
  const known = cost_usd ?? cost_at_least_usd;
  if (known <= thresholdUsd) return undefined;
  const least = cost_usd === null ? 'at least ' : '';
  return `cost ${least}${formatUsd(known)}, above the alert threshold of ${formatUsd(thresholdUsd)}`;
}

/** Undefined when no request was sent. */
export function spendingOf({ details = {} }: OrchError): string | undefined {
  const { run_id, cost_usd, cost_at_least_usd = 0, cost_alert } = details as Spending;
  if (cost_usd === undefined || run_id === undefined) return undefined;
  if (cost_alert !== undefined) return `${cost_alert}, run ${run_id}`;
  if (cost_usd !== null) return `cost ${formatUsd(cost_usd)}, run ${run_id}`;
  const known = cost_at_least_usd === 0 ? 'unknown' : formatUsd(cost_at_least_usd);
  const doubt = `${cost_at_least_usd === 0 ? '' : 'possibly more: '}an attempt may have been billed`;
  return `cost ${known} (${doubt}), run ${run_id}`;
}
