/** Numbers and times in cells, read from the bytes where they are written as we write them. */
import { type CsvRows, isAmount } from '../csv-rows.ts';
import { readTimestamp } from '../when.ts';
import { roundedUnits, unitDigits } from './usd-sum.ts';

/** Instead of a number: the cell is empty. Amounts are never negative. */
export const empty = -1;

/** More digits might not be exact. */
const mostDigits = 15;
const powers = Array.from({ length: unitDigits + 1 }, (_, exponent) => 10 ** exponent);

/** `empty`, or NaN where the cell is no amount. */
export function amountAt(rows: CsvRows, cell: number): number {
  const { bytes } = rows;
  const start = rows.starts[cell]!;
  const end = rows.ends[cell]!;
  if (start === end) return empty;
  if (end - start > mostDigits) return otherAmount(rows, cell);
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! - 0x30;
    if (digit >>> 0 > 9) return otherAmount(rows, cell);
    value = value * 10 + digit;
  }
  return value;
}

/** The same for what is counted: a fraction is none, but may be a number with dots between the thousands. */
export function countAt(rows: CsvRows, cell: number): number {
  const count = amountAt(rows, cell);
  return Number.isInteger(count) ? count : Number.NaN;
}

function otherAmount(rows: CsvRows, cell: number): number {
  const value = rows.number(cell);
  if (value === undefined) return rows.text(cell).trim() === '' ? empty : Number.NaN;
  return isAmount(value) ? value : Number.NaN;
}

/** An amount of USD in the units of `UsdSum`; `empty`, or NaN where the cell is no amount. */
export function usdAt(rows: CsvRows, cell: number): number {
  const { bytes } = rows;
  const start = rows.starts[cell]!;
  const end = rows.ends[cell]!;
  if (start === end) return empty;
  let value = 0;
  let point = -1;
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! - 0x30;
    if (digit >>> 0 <= 9) value = value * 10 + digit;
    else if (bytes[at] === 0x2e && point === -1 && at > start) point = at;
    else return otherUsd(rows, cell);
  }
  const decimals = point === -1 ? 0 : end - point - 1;
  if (end - start > mostDigits || decimals > unitDigits) return otherUsd(rows, cell);
  return value * powers[unitDigits - decimals]!;
}

function otherUsd(rows: CsvRows, cell: number): number {
  const usd = otherAmount(rows, cell);
  return usd === empty ? empty : roundedUnits(usd);
}

const hour = 3_600_000;
const minute = 60_000;

/** Reads times; rows of one day, which mostly follow each other, share most of the work. */
export class Times {
  private readonly days = new Map<number, number>();
  private lastDay = -1;
  private lastStart = Number.NaN;

  /** Milliseconds since 1970, or NaN. */
  at(rows: CsvRows, cell: number): number {
    const { bytes } = rows;
    const at = rows.starts[cell]!;
    // Only as `toISOString` writes it: 2026-11-01T10:00:00.000Z.
    if (
      rows.ends[cell]! - at !== 24 ||
      bytes[at + 4] !== 0x2d ||
      bytes[at + 7] !== 0x2d ||
      bytes[at + 10] !== 0x54 ||
      bytes[at + 13] !== 0x3a ||
      bytes[at + 16] !== 0x3a ||
      bytes[at + 19] !== 0x2e ||
      bytes[at + 23] !== 0x5a
    )
      return otherTime(rows, cell);
    // Any that is no digit makes the sum NaN.
    const day = twoDigits(bytes, at) * 1e6 + twoDigits(bytes, at + 2) * 1e4 + twoDigits(bytes, at + 5) * 100;
    const hours = twoDigits(bytes, at + 11);
    const minutes = twoDigits(bytes, at + 14);
    const seconds = twoDigits(bytes, at + 17);
    const thousandths = twoDigits(bytes, at + 20) * 10 + (twoDigits(bytes, at + 21) % 10);
    if (hours > 23 || minutes > 59 || seconds > 59) return Number.NaN;
    const within = hours * hour + minutes * minute + seconds * 1000 + thousandths;
    return this.startOf(day + twoDigits(bytes, at + 8)) + within;
  }

  private startOf(day: number): number {
    if (day === this.lastDay) return this.lastStart;
    let start = this.days.get(day);
    if (start === undefined) {
      const digits = String(day).padStart(8, '0');
      start = readTimestamp(`${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`) ?? Number.NaN;
      this.days.set(day, start);
    }
    this.lastDay = day;
    this.lastStart = start;
    return start;
  }
}

function otherTime(rows: CsvRows, cell: number): number {
  return readTimestamp(rows.text(cell)) ?? Number.NaN;
}

function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = bytes[at]! - 0x30;
  const ones = bytes[at + 1]! - 0x30;
  return tens >>> 0 <= 9 && ones >>> 0 <= 9 ? tens * 10 + ones : Number.NaN;
}
