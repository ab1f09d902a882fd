/** Which of the records of one attempt counts: what `AttemptRows` decides while rows are read. */
import { estimated, type UsageRecord } from './usage-record.ts';

/** Those that count, in their order. */
export function countedRecords<Row extends Partial<Pick<UsageRecord, 'run_id' | 'attempt' | 'cost_source'>>>(
  records: readonly Row[],
): Row[] {
  const counted = new Map<string, Row>();
  const keyOf = ({ run_id, attempt }: Row) =>
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
