/** A usage record from a place that others may write to. */

import { type ColumnKind, columnKinds, type UsageRecord, usageColumns } from './usage-record.ts';
import { readTimestamp } from './when.ts';

/** More than any column holds. */
const longestText = 4000;

const kinds: Record<ColumnKind, (value: unknown) => boolean> = {
  time: (value) => isText(value) && readTimestamp(value) !== undefined,
  text: isText,
  number: (value) => typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER,
  boolean: (value) => typeof value === 'boolean',
};
const always: readonly (keyof UsageRecord)[] = ['ts', 'run_id', 'attempt', 'cost_usd'];

/** Only its columns are taken. Throws for what is none, such as one with an amount that is negative or no number. */
export function usageRecordOf(value: Readonly<Record<string, unknown>>): UsageRecord {
  const cells = usageColumns.map((column) => {
    const cell = value[column] ?? undefined;
    if (cell === undefined ? always.includes(column) : !kinds[columnKinds[column]](cell))
      throw new Error(`no usage record: ${column} cannot be used`);
    return [column, cell] as const;
  });
  return Object.fromEntries(cells) as unknown as UsageRecord;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= longestText;
}
