/** Writes usage records as CSV. */
import { encodeCell, quoteCell } from './csv-line.ts';
import { type UsageRecord, usageColumns } from './usage-record.ts';

/** The header row, without the line break. */
export const headerRow: string = usageColumns.join(',');

/** One row in the order of `headerRow`, without the line break. Unknown values are empty cells. */
export function encodeRecord(record: UsageRecord): string {
  const cells = usageColumns.map((column) => encodeCell(record[column]));
  // Quoted so that a row cut off within its last cell is detected by the open quote (unless the cut falls on a
  // quote of the value itself).
  const last = cells.at(-1)!;
  if (last !== '' && !last.startsWith('"')) cells[cells.length - 1] = quoteCell(last);
  return cells.join(',');
}
