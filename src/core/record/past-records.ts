/** Reads of a ledger what `pastCost` compares: to read every cell would take longer than the rest of a start. */
import { readNumber, restore, splitLine } from './csv-line.ts';
import { type PastRecord, pastCostColumns } from './past-cost.ts';

const headerStart = /^\uFEFF?ts,/;

/** Of the lines that hold `word`. One without as many cells as the header above it is left out. */
export function pastRecords(lines: readonly string[], word: string): PastRecord[] {
  const records: PastRecord[] = [];
  let header: string[] = [];
  for (const line of lines) {
    const isHeader = headerStart.test(line);
    if (!isHeader && !line.includes(word)) continue;
    const cells = splitLine(line.replace(/\r$/, ''));
    if (isHeader) header = cells ?? [];
    else if (cells !== undefined && cells.length === header.length) records.push(recordOf(cells, header));
  }
  return records;
}

function recordOf(cells: readonly string[], header: readonly string[]): PastRecord {
  const values = pastCostColumns.map((column) => {
    const cell = cells[header.indexOf(column)] || undefined;
    const isNumber = column === 'attempt' || column === 'cost_usd';
    return [column, cell && (isNumber ? readNumber(cell) : restore(cell))];
  });
  return Object.fromEntries(values);
}
