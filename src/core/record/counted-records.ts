/** Which of the records of one attempt counts: what `AttemptRows` decides while rows are read. */
import { estimated, type UsageRecord } from './usage-record.ts';

/** Those that count, in their order. */
export function countedRecords(records: readonly Partial<UsageRecord>[]): Partial<UsageRecord>[] {
  const counted = new Map<string, Partial<UsageRecord>>();
  const keyOf = ({ run_id, attempt }: Partial<UsageRecord>) =>
    run_id === undefined || attempt === undefined ? undefined : `${run_id} ${attempt}`;
  for (const record of records) {
    const key = keyOf(record);
    if (key === undefined) continue;
    const known = counted.get(key);
    if (known === undefined || (known.cost_source === estimated && record.cost_source !== estimated))
      counted.set(key, record);
  }
  return records.filter((record) => {
    const key = keyOf(record);
    return key === undefined || counted.get(key) === record;
  });
}
