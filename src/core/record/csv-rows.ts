/**
 * Reads a usage CSV as bytes, in pieces, so that a file of any length takes the same memory. Finds the cells of a row
 * and leaves what they mean to a sink; only what the sink asks for becomes text.
 *
 * A row is a line: a value never spans lines, so a damaged row does not affect the next one. Headers say which columns
 * are where, and a file may have several, each for the rows below it. Commas, semicolons and tabs divide cells, as the
 * header does.
 */
import { readNumber, restore, splitLine } from './csv-line.ts';
import type { KeptRow, KeptRows } from './kept-rows.ts';
import { columnKinds, type UsageRecord, usageColumns } from './usage-record.ts';
import { readTimestamp } from './when.ts';

export type Column = keyof UsageRecord;

/** Why a row was left out. Reports count by `why`; `detail` is of the row. */
export interface RowFault {
  why: string;
  detail?: string;
}

export interface SkippedRow {
  /** 1-based. */
  line: number;
  reason: string;
}

export interface RowSink {
  /** Called for each header. `columns`: by cell, undefined where it is none of ours. */
  header(columns: readonly (Column | undefined)[]): void;
  /** Called for each row with as many cells as its header. A row that is returned a fault for counts as skipped. */
  row(rows: CsvRows): RowFault | undefined;
  skipped(line: number, fault: RowFault): void;
}

/** Of rows from several files. */
export interface LedgerSink extends RowSink {
  /** The rows that follow are of this file. */
  startFile(path: string): void;
}

/** Faults that are kept one by one; the rest are only counted. */
const namedFaults = 5;

/** Unreadable rows by reason, and the first of them. */
export class RowFaults {
  readonly faults = new Map<string, number>();
  readonly firstFaults: { file: string; line: number; fault: RowFault }[] = [];
  readonly files: string[] = [];

  startFile(file: string): void {
    this.files.push(file);
  }

  skipped(line: number, fault: RowFault): void {
    this.faults.set(fault.why, (this.faults.get(fault.why) ?? 0) + 1);
    if (this.firstFaults.length < namedFaults)
      this.firstFaults.push({ file: this.files.at(-1) ?? '', line, fault });
  }
}

/** What was read is the CSV of a report: its rows are sums. */
export class SavedReport extends Error {}

/** Where the header has each column. */
export type Cells = Readonly<Record<Column, number>>;

const newline = 0x0a;
const carriageReturn = 0x0d;
const quote = 0x22;
const comma = 0x2c;
const delimiters = [',', ';', '\t'];
/** A line with more cells is no row of ours. */
const mostCells = 1024;
/** `sep=;` is as long as this, and no header is shorter. */
const shortestHeader = 4;
/** The number of a cell that is always empty: of columns that the header lacks. */
export const noCell: number = mostCells;

export function cellsOf(columns: readonly (Column | undefined)[]): Cells {
  const cells = Object.fromEntries(usageColumns.map((column) => [column, noCell]));
  columns.forEach((column, cell) => {
    if (column !== undefined) cells[column] = cell;
  });
  return cells as Record<Column, number>;
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

export function isWord(bytes: Uint8Array, start: number, end: number, word: Uint8Array): boolean {
  if (end - start !== word.length) return false;
  for (let at = 0; at < word.length; at++) if (bytes[start + at] !== word[at]) return false;
  return true;
}

export class CsvRows {
  /** What is read, with the bounds of the current row's cells in it, without their quotes. */
  bytes: Uint8Array = new Uint8Array(0);
  readonly starts: Int32Array = new Int32Array(mostCells + 1);
  readonly ends: Int32Array = new Int32Array(mostCells + 1);
  /** Whether decimals may be written with a comma: only where commas do not divide cells. */
  decimalComma = false;
  private readonly sink: RowSink;
  private delimiter = comma;
  /** Number of cells that a row must have; undefined before the first header. */
  private width: number | undefined;
  /** The cell of `ts`, if there is one. */
  private timeCell = noCell;
  private line = 0;
  private cells = 0;
  private isDamaged = false;
  /** The row has a quote within a quoted cell. */
  private hasEscapes = false;

  constructor(sink: RowSink) {
    this.sink = sink;
  }

  /** Whether a header was seen. If not, this is some other file. */
  get isUsageCsv(): boolean {
    return this.width !== undefined;
  }

  /** Reads the lines that end within the first `length` bytes. Returns how many bytes those are. */
  read(bytes: Uint8Array, length: number): number {
    this.bytes = bytes;
    let at = 0;
    for (;;) {
      at = this.afterEmptyLines(at, length);
      const next = this.findCells(at, length);
      if (next === -1) return at;
      this.take(at, next - 1);
      at = next;
    }
  }

  /** Reads a last line, which has no line break: there must be a byte of room for one. */
  readLast(bytes: Uint8Array, length: number): void {
    if (length === 0) return;
    bytes[length] = newline;
    this.read(bytes, length + 1);
  }

  text(cell: number): string {
    const text = utf8.decode(this.bytes.subarray(this.starts[cell], this.ends[cell]));
    return this.hasEscapes ? text.replaceAll('""', '"') : text;
  }

  /** Whether the bytes of a cell are these. */
  is(cell: number, word: Uint8Array): boolean {
    return isWord(this.bytes, this.starts[cell]!, this.ends[cell]!, word);
  }

  keepIn(kept: KeptRows): KeptRow {
    return kept.add(this, this.cells, this.hasEscapes);
  }

  /** Makes a row that was kept the current one. Not for an object that is reading. */
  show(row: KeptRow): void {
    this.bytes = row.bytes;
    for (let cell = 0; cell < row.cells; cell++) {
      this.starts[cell] = row.startOf(cell);
      this.ends[cell] = row.endOf(cell);
    }
    this.cells = row.cells;
    this.decimalComma = row.decimalComma;
    this.hasEscapes = row.hasEscapes;
  }

  /** The value of a cell with text, as it was recorded. */
  value(cell: number): string {
    return restore(this.text(cell));
  }

  /** Undefined where it is empty or no number. */
  number(cell: number): number | undefined {
    const text = this.text(cell);
    return readNumber(this.decimalComma ? text.replace(',', '.') : text);
  }

  /** A file may consist of millions of them: they cost no more than their bytes. */
  private afterEmptyLines(from: number, length: number): number {
    const { bytes } = this;
    let at = from;
    for (; at < length; at++) {
      if (bytes[at] === carriageReturn && at + 1 < length && bytes[at + 1] === newline) at++;
      if (bytes[at] !== newline) break;
      this.line++;
    }
    return at;
  }

  /** Finds the cells of the line at `from`. Returns where the next line starts, or -1 if this one does not end. */
  private findCells(from: number, length: number): number {
    const { bytes, starts, ends, delimiter } = this;
    // Most bytes are letters and digits, which need only one comparison.
    const highest = delimiter > quote ? delimiter : quote;
    let at = from;
    if (bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf) at += 3;
    let cells = 0;
    let start = at;
    this.isDamaged = false;
    this.hasEscapes = false;
    while (at < length) {
      let byte = bytes[at]!;
      while (byte > highest && ++at < length) byte = bytes[at]!;
      if (at === length) return -1;
      let end = at;
      if (byte === quote && at === start) {
        start = ++at;
        while (at < length && bytes[at] !== newline) {
          if (bytes[at] !== quote) at++;
          else if (bytes[at + 1] === quote) {
            this.hasEscapes = true;
            at += 2;
          } else break;
        }
        end = at;
        if (bytes[at] === quote) at++;
        else this.isDamaged = true;
        if (bytes[at] === carriageReturn && bytes[at + 1] === newline) at++;
        if (at >= length) return -1;
        if (bytes[at] !== delimiter && bytes[at] !== newline) {
          this.isDamaged = true;
          continue;
        }
      } else if (byte !== delimiter && byte !== newline) {
        if (byte === 0) this.isDamaged = true;
        at++;
        continue;
      } else if (byte === newline && at > start && bytes[at - 1] === carriageReturn) end--;
      starts[cells] = start;
      ends[cells] = end;
      if (bytes[at++] === newline) {
        this.cells = cells + 1;
        return at;
      }
      start = at;
      if (cells < mostCells - 1) cells++;
      else this.isDamaged = true;
    }
    return -1;
  }

  private take(start: number, end: number): void {
    this.line++;
    if (!this.beginsLikeRow() && (this.isBlank() || this.takeHeader(start, end))) return;
    const fault = this.faultOf() ?? this.sink.row(this);
    if (fault) this.sink.skipped(this.line, fault);
  }

  /** A time stands in no header. */
  private beginsLikeRow(): boolean {
    return (
      this.isDate(0) || (this.timeCell !== noCell && this.timeCell < this.cells && this.isDate(this.timeCell))
    );
  }

  private isDate(cell: number): boolean {
    const { bytes } = this;
    const at = this.starts[cell]!;
    return (
      this.ends[cell]! - at >= 10 && bytes[at + 4] === 0x2d && bytes[at + 7] === 0x2d && isDigit(bytes[at]!)
    );
  }

  private isBlank(): boolean {
    if (this.isDamaged) return false;
    for (let cell = 0; cell < this.cells; cell++) {
      if (this.starts[cell] !== this.ends[cell] && this.text(cell).trim() !== '') return false;
    }
    return true;
  }

  private takeHeader(start: number, end: number): boolean {
    if (end - start < shortestHeader) return false;
    const text = utf8.decode(this.bytes.subarray(start, end)).replace(/^\uFEFF|\r$/g, '');
    if (text.includes('\0')) return false;
    // Spreadsheets begin a file with it, and are the only ones to read it.
    if (this.line === 1 && /^"?sep=.?"?$/.test(text)) return true;
    for (const delimiter of delimiters) {
      const columns = readHeader(splitLine(text, delimiter) ?? []);
      if (!columns) continue;
      if (isReportHeader(text)) throw new SavedReport('it is a saved report, not a usage record');
      this.delimiter = delimiter.charCodeAt(0);
      this.decimalComma = delimiter !== ',';
      this.width = columns.length;
      const at = columns.indexOf('ts');
      this.timeCell = at === -1 ? noCell : at;
      this.sink.header(columns);
      return true;
    }
    return false;
  }

  private faultOf(): RowFault | undefined {
    if (this.width === undefined) return { why: 'no usage record header above it' };
    if (this.isDamaged)
      return { why: 'incomplete or damaged', detail: 'a quoted cell is not closed properly' };
    if (this.cells === this.width) return undefined;
    return {
      why: 'incomplete or edited',
      detail: `${this.cells} cells, but the header has ${this.width}`,
    };
  }
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** The CSV that reports are printed as has these columns, and some of ours. */
function isReportHeader(text: string): boolean {
  return ['calls', 'success_rate', 'cost_share'].every((name) => text.includes(name));
}

/** A header has at least two of our column names and neither a number nor a time; every row has one. */
function readHeader(cells: readonly string[]): (Column | undefined)[] | undefined {
  if (cells.length > mostCells) return undefined;
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

export function reasonOf({ why, detail }: RowFault): string {
  return detail === undefined ? why : `${why}: ${detail}`;
}

const kindNames = {
  time: 'an ISO 8601 time',
  text: 'text',
  number: 'a number from 0 to 1e12',
  boolean: 'true or false',
};

export function wrongCell(
  column: Column,
  text: string,
  wanted: string = kindNames[columnKinds[column]],
): RowFault {
  return {
    why: `${column} is not ${wanted}`,
    detail: JSON.stringify(text.slice(0, 40)),
  };
}

/** No amount is larger, and sums of larger ones would be no numbers. */
export function isAmount(value: number): boolean {
  return value >= 0 && value <= 1e12;
}
