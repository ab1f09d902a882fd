/**
 * Which of the rows of one attempt counts, for all who add rows up: the first, but one whose cost is estimated only if
 * there is no other. Another process estimates what one that was stopped or killed may have spent, and its owner may
 * still write what it really was, in the same file or in another one. Rows without a run or a number count as they are.
 * `countedRecords` does the same for records that are all there.
 */
import { type Cells, CsvRows } from './csv-rows.ts';
import { type KeptRow, KeptRows } from './kept-rows.ts';
import { news, RecentCalls } from './report/recent-calls.ts';
import { estimated } from './usage-record.ts';

const estimatedBytes = new TextEncoder().encode(estimated);

export function isEstimate(rows: CsvRows, { cost_source }: Cells): boolean {
  return rows.is(cost_source, estimatedBytes);
}

/** An estimate is held back for this many rows or more; the calls that `RecentCalls` knows reach further back. */
const heldFor = 1 << 16;
/** And at most so many of them for that long, since each takes memory. */
const mostHeld = 1 << 11;
const mostHeldBytes = 1 << 22;
/** What `RecentCalls` has room for. */
const mostAttempts = 1 << 22;

interface Held {
  row: KeptRow;
  cells: Cells;
  attempt: number;
}

/** The same for rows that are read one after the other, in a fixed amount of memory. */
export class AttemptRows {
  private readonly recent = new RecentCalls();
  private readonly count: (rows: CsvRows, cells: Cells) => void;
  /** By hash of the attempt; the older ones are let go first. */
  private held = new Map<number, Held[]>();
  private older = new Map<number, Held[]>();
  private rows = new KeptRows();
  private olderRows = new KeptRows();
  private heldNow = 0;
  private age = 0;
  private shown: CsvRows | undefined;
  private isLettingGo = false;

  /** `count` is called for an estimate that nothing has replaced. */
  constructor(count: (rows: CsvRows, cells: Cells) => void) {
    this.count = count;
  }

  /** To be asked for each row that would count: whether it does not, or only later. */
  holdsBack(rows: CsvRows, cells: Cells, attempt: number): boolean {
    if (this.isLettingGo) return false;
    if (++this.age > heldFor) this.letGo();
    const isReal = !isEstimate(rows, cells);
    if (isReal && this.held.size === 0 && this.older.size === 0) return false;
    const number = numberOf(attempt);
    const start = rows.starts[cells.run_id]!;
    const end = rows.ends[cells.run_id]!;
    if (number === 0 || start === end) return false;
    const key = hashOf(rows.bytes, start, end, number);
    const held = this.held.get(key);
    const older = this.older.get(key);
    if (isReal && !held && !older) return false;
    const run = rows.bytes.subarray(start, end);
    const isOther = ({ row, cells: { run_id }, attempt: other }: Held) =>
      other !== number || !row.is(run_id, run);
    if (isReal) {
      if (held) this.held.set(key, held.filter(isOther));
      if (older) this.older.set(key, older.filter(isOther));
      return false;
    }
    const isKnown = this.recent.has(rows.bytes, start, end, number);
    if (isKnown || ![...(held ?? []), ...(older ?? [])].every(isOther)) return true;
    this.held.set(key, [...(held ?? []), { row: rows.keepIn(this.rows), cells, attempt: number }]);
    if (++this.heldNow >= mostHeld || this.rows.usedBytes > mostHeldBytes) this.letGo();
    return true;
  }

  /** What the row is the first to show; see `RecentCalls`. */
  note(rows: CsvRows, cells: Cells, attempt: number, group: number, facts: number): number {
    const start = rows.starts[cells.run_id]!;
    const end = rows.ends[cells.run_id]!;
    if (start === end) return facts;
    return this.recent.note(rows.bytes, start, end, numberOf(attempt), group, facts);
  }

  /** Whether the row is of an attempt that was noted before; to be asked by those who do not tell calls apart. */
  isRepeated(rows: CsvRows, cells: Cells, attempt: number): boolean {
    return (this.note(rows, cells, attempt, 0, news.call) & news.duplicate) !== 0;
  }

  /** Once all rows are in. */
  close(): void {
    this.letGo();
    this.letGo();
  }

  private letGo(): void {
    const due = this.older;
    this.older = this.held;
    this.held = new Map();
    this.heldNow = 0;
    this.age = 0;
    this.shown ??= new CsvRows({ header() {}, row: () => undefined, skipped() {} });
    this.isLettingGo = true;
    for (const { row, cells } of [...due.values()].flat()) {
      this.shown.show(row);
      this.count(this.shown, cells);
    }
    this.isLettingGo = false;
    this.olderRows.clear();
    [this.rows, this.olderRows] = [this.olderRows, this.rows];
  }
}

/** 0 stands for none. */
function numberOf(attempt: number): number {
  return attempt > 0 && attempt < mostAttempts ? attempt | 0 : 0;
}

function hashOf(bytes: Uint8Array, start: number, end: number, attempt: number): number {
  let hash = attempt;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  // Small integers are found faster.
  return (hash ^ (hash >>> 15)) >>> 2;
}
