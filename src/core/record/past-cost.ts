/** What the user's own calls have cost, shown beside an estimate. It decides nothing. */
import { countedRecords } from './counted-records.ts';
import { estimated, type UsageRecord } from './usage-record.ts';

/** With fewer the median says little. */
const leastCalls = 10;

export interface PastCost {
  calls: number;
  median_usd: number;
}

/** Of the answered calls of a task by a model; undefined for fewer than ten. Rehearsals and estimates do not count. */
export function pastCost(
  records: readonly Partial<UsageRecord>[],
  task: string,
  model: string,
): PastCost | undefined {
  const costs = countedRecords(records)
    .filter(
      (record) => record.task === task && record.model_requested === model && record.mode !== 'rehearsal',
    )
    .filter(({ error, cost_source }) => error === undefined && cost_source !== estimated)
    .flatMap(({ cost_usd: cost }) => cost ?? [])
    .sort((a, b) => a - b);
  if (costs.length < leastCalls) return undefined;
  // Always one that occurred.
  return { calls: costs.length, median_usd: costs[Math.ceil(costs.length / 2) - 1]! };
}
