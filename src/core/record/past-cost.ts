/** What the user's own calls have cost, shown beside an estimate. It decides nothing. */
import { countedRecords } from './counted-records.ts';
import { estimated, type UsageRecord } from './usage-record.ts';

/** With fewer the median says little. */
const leastCalls = 10;

/** What `pastCost` looks at: most of the time goes into reading cells. */
export const pastCostColumns = [
  'run_id',
  'attempt',
  'task',
  'mode',
  'model_requested',
  'error',
  'cost_usd',
  'cost_source',
] as const satisfies readonly (keyof UsageRecord)[];

export type PastRecord = Partial<Pick<UsageRecord, (typeof pastCostColumns)[number]>>;

export interface PastCost {
  calls: number;
  median_usd: number;
}

/** Of the answered calls of a task by a model; undefined for fewer than ten. Rehearsals and estimates do not count. */
export function pastCost(records: readonly PastRecord[], task: string, model: string): PastCost | undefined {
  const ofSuchCalls = records.filter(
    (record) => record.task === task && record.model_requested === model && record.mode !== 'rehearsal',
  );
  const costs = countedRecords(ofSuchCalls)
    .filter(({ error, cost_source }) => error === undefined && cost_source !== estimated)
    .flatMap(({ cost_usd: cost }) => cost ?? [])
    .sort((a, b) => a - b);
  if (costs.length < leastCalls) return undefined;
  // Always one that occurred.
  return { calls: costs.length, median_usd: costs[Math.ceil(costs.length / 2) - 1]! };
}
