/**
 * Converts usage records to CSV and back. Columns are identified by the header row, of which a file may have
 * several. Unreadable rows are reported, never guessed at.
 */
import { encodeCell, quoteCell, readNumber, restore, splitLine } from './csv-line.ts';
import { type ColumnKind, columnKinds, type UsageRecord, usageColumns } from './usage-record.ts';
import { readTimestamp } from './when.ts';

type Column = keyof UsageRecord;

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

export interface SkippedRow {
  /** 1-based. */
  line: number;
  reason: string;
}

export interface CsvReading {
  /** Text is kept as it is, even a task or mode unknown to this version; empty cells are undefined. */
  records: Partial<UsageRecord>[];
  skipped: SkippedRow[];
}

export function parseUsageCsv(text: string): CsvReading {
  const reader = createUsageCsvReader();
  const lines = text.split('\n');
  for (const line of lines) reader.push(line);
  return reader.reading;
}

export interface UsageCsvReader {
  push(line: string): void;
  reading: CsvReading;
  /** Whether one of our headers was seen. If not, this is some other file. */
  isUsageCsv(): boolean;
}

/** Reads a file line by line, without the `\n`; a trailing `\r` is dropped. */
export function createUsageCsvReader(): UsageCsvReader {
  const reading: CsvReading = { records: [], skipped: [] };
  const strings = new Map<string, string>();
  let header: (Column | undefined)[] | undefined;
  let lineNumber = 0;

  function push(raw: string): void {
    lineNumber++;
    let line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (line.startsWith('\uFEFF')) line = line.slice(1);
    if (line === '' || /^[,\s]*$/.test(line)) return;
    const cells = line.includes('\0') ? undefined : splitLine(line);
    const names = cells && !beginsWithTime.test(line) ? readHeader(cells) : undefined;
    if (names) {
      header = names;
      return;
    }
    const result = readRow(cells, header, strings);
    if (typeof result === 'string') reading.skipped.push({ line: lineNumber, reason: result });
    else reading.records.push(result);
  }
  return { push, reading, isUsageCsv: () => header !== undefined };
}

/** Rows that we wrote start with a time; they are not checked for column names. */
const beginsWithTime = /^\d{4}-\d\d-\d\d/;

/** A header has at least two of our column names and neither a number nor a time; every row has one. */
function readHeader(cells: readonly string[]): (Column | undefined)[] | undefined {
  const names = cells.map((cell) => cell.trim());
  const seen = new Set<string>();
  const known = names.map((name) => {
    const isFirst = !seen.has(name);
    seen.add(name);
    return isFirst && Object.hasOwn(columnKinds, name) ? (name as Column) : undefined;
  });
  if (known.filter(Boolean).length < 2) return undefined;
  const hasData = names.some((name) => readNumber(name) !== undefined || readTimestamp(name) !== undefined);
  return hasData ? undefined : known;
}

/** Copied instead of adding key by key: a large ledger then takes a third of the memory and half the time. */
const blank = Object.fromEntries(usageColumns.map((column) => [column, undefined]));

function readRow(
  cells: readonly string[] | undefined,
  header: readonly (Column | undefined)[] | undefined,
  strings: Map<string, string>,
): Partial<UsageRecord> | string {
  if (!header) return 'no usage record header above it';
  if (!cells) return 'incomplete or damaged: a quoted cell is not closed properly';
  if (cells.length !== header.length)
    return `incomplete or edited: ${cells.length} cells, but the header has ${header.length}`;
  const record: Record<string, unknown> = { ...blank };
  for (let index = 0; index < header.length; index++) {
    const column = header[index];
    if (column === undefined) continue;
    const cell = cells[index]!;
    const value = readCell(columnKinds[column], cell);
    if (value === undefined && (cell.trim() !== '' || column === 'ts')) {
      return `${column} is not ${kindNames[columnKinds[column]]}: ${JSON.stringify(cell.slice(0, 40))}`;
    }
    record[column] = typeof value === 'string' ? shared(value, strings) : value;
  }
  return record as Partial<UsageRecord>;
}

const kindNames: Record<ColumnKind, string> = {
  time: 'an ISO 8601 time',
  text: 'text',
  number: 'a number from 0 to 1e12',
  boolean: 'true or false',
};

/** Undefined when the cell is empty or invalid. */
function readCell(kind: ColumnKind, cell: string): string | number | boolean | undefined {
  if (cell === '') return undefined;
  if (kind === 'text') return restore(cell);
  if (kind === 'number') return readAmount(cell);
  if (kind === 'time') return readTimestamp(cell) === undefined ? undefined : cell;
  const word = cell.trim().toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : undefined;
}

/** No amount is larger, and sums of larger ones would be no numbers. */
const mostAmount = 1e12;

function readAmount(cell: string): number | undefined {
  const value = readNumber(cell);
  return value !== undefined && value >= 0 && value <= mostAmount ? value : undefined;
}

/** Interns strings: models, tasks and rules repeat in every row of a large file. */
function shared(text: string, strings: Map<string, string>): string {
  const known = strings.get(text);
  if (known !== undefined) return known;
  if (strings.size < 1000 && text.length <= 64) strings.set(text, text);
  return text;
}
