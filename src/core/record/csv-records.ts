/** Reads the rows of a usage CSV as records. Unreadable rows are reported, never guessed at. */
import {
  type Column,
  CsvRows,
  isAmount,
  type RowFault,
  type RowSink,
  reasonOf,
  type SkippedRow,
  wrongCell,
} from './csv-rows.ts';
import { columnKinds, type UsageRecord, usageColumns } from './usage-record.ts';
import { readTimestamp } from './when.ts';

export interface CsvReading {
  /** Text is kept as it is, even a task or mode unknown to this version; empty cells are undefined. */
  records: Partial<UsageRecord>[];
  skipped: SkippedRow[];
}

export function parseUsageCsv(text: string): CsvReading {
  const sink = new RecordSink();
  const bytes = new TextEncoder().encode(`${text}\n`);
  const rows = new CsvRows(sink);
  rows.read(bytes, bytes.length);
  return { records: sink.records, skipped: sink.skippedRows };
}

/** Copied instead of adding key by key: a large ledger then takes a third of the memory and half the time. */
const blank = Object.fromEntries(usageColumns.map((column) => [column, undefined]));

export class RecordSink implements RowSink {
  readonly records: Partial<UsageRecord>[] = [];
  readonly skippedRows: SkippedRow[] = [];
  private readonly strings = new Map<string, string>();
  private columns: readonly (Column | undefined)[] = [];

  header(columns: readonly (Column | undefined)[]): void {
    this.columns = columns;
  }

  skipped(line: number, fault: RowFault): void {
    this.skippedRows.push({ line, reason: reasonOf(fault) });
  }

  row(rows: CsvRows): RowFault | undefined {
    const record: Record<string, unknown> = { ...blank };
    for (const [cell, column] of this.columns.entries()) {
      if (column === undefined) continue;
      const value = readCell(column, cell, rows);
      if (value === undefined && (rows.text(cell).trim() !== '' || column === 'ts'))
        return wrongCell(column, rows.text(cell));
      record[column] = typeof value === 'string' ? this.shared(value) : value;
    }
    this.records.push(record as Partial<UsageRecord>);
    return undefined;
  }

  /** Interns strings: models, tasks and rules repeat in every row of a large file. */
  private shared(text: string): string {
    const known = this.strings.get(text);
    if (known !== undefined) return known;
    if (this.strings.size < 1000 && text.length <= 64) this.strings.set(text, text);
    return text;
  }
}

/** Undefined when the cell is empty or invalid. */
function readCell(column: Column, cell: number, rows: CsvRows): string | number | boolean | undefined {
  if (rows.starts[cell] === rows.ends[cell]) return undefined;
  const kind = columnKinds[column];
  if (kind === 'text') return rows.value(cell);
  if (kind === 'number') {
    const value = rows.number(cell);
    return value !== undefined && isAmount(value) ? value : undefined;
  }
  const text = rows.text(cell);
  if (kind === 'time') return readTimestamp(text) === undefined ? undefined : text;
  const word = text.trim().toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : undefined;
}
