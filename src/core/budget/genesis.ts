/** What usage records say was spent, for a budget that begins now. */
import { mayBeBilled } from '../errors/provider-failure.ts';
import { AttemptRows } from '../record/attempt-rows.ts';
import {
  type Cells,
  type Column,
  type CsvRows,
  cellsOf,
  type LedgerSink,
  type RowFault,
  wrongCell,
} from '../record/csv-rows.ts';
import { countAt } from '../record/report/cell-numbers.ts';
import { readTimestamp } from '../record/when.ts';
import { mostUsd, nanoOf } from './nano.ts';
import type { Row, Sum } from './state.ts';

/** More than the longest window looks back. */
export const summedDays = 45;

/** Sums up the rows of the last 45 days. A row of unknown cost counts at what it may have cost at most. */
export class SpentSums implements LedgerSink {
  readonly #since: number;
  readonly #dayOf: (time: number) => string;
  readonly #sums = new Map<string, Map<string, number>>();
  readonly #attempts = new AttemptRows((rows, cells) => this.#rowOf(rows, cells));
  /** By run and attempt. */
  readonly #open = new Map<string, string[]>();
  readonly #counted: (readonly [id: string, ...Sum])[] = [];
  #cells: Cells = cellsOf([]);

  /**
   * `dayOf` gives the user's day of a time in milliseconds since 1970. `open`: the rows of reservations that are not
   * settled yet.
   */
  constructor(
    now: number,
    dayOf: (time: number) => string,
    open: readonly (readonly [id: string, Row])[] = [],
  ) {
    this.#since = now - summedDays * 24 * 60 * 60 * 1000;
    this.#dayOf = dayOf;
    for (const [id, { run_id, attempt }] of open) {
      const key = `${run_id} ${attempt}`;
      this.#open.set(key, [...(this.#open.get(key) ?? []), id]);
    }
  }

  /** To be read once all rows are in. */
  get sums(): Sum[] {
    this.#attempts.close();
    return [...this.#sums].flatMap(([day, projects]) =>
      [...projects].map(([project, nano]): Sum => [day, project, nano]),
    );
  }

  /** What the sums hold of the open reservations; to be read after them. */
  get counted(): readonly (readonly [id: string, ...Sum])[] {
    return this.#counted;
  }

  startFile(): void {
    // Of any file.
  }

  header(columns: readonly (Column | undefined)[]): void {
    this.#cells = cellsOf(columns);
  }

  skipped(): void {
    // Whoever reads names the rows that cannot be read.
  }

  row(rows: CsvRows): RowFault | undefined {
    return this.#rowOf(rows, this.#cells);
  }

  /** A fault: what the row may have cost is not known, or not when. */
  #rowOf(rows: CsvRows, cells: Cells): RowFault | undefined {
    const text = (column: Column) => {
      const cell = cells[column];
      return rows.starts[cell] === rows.ends[cell] ? undefined : rows.value(cell);
    };
    const amount = (column: Column) => rows.number(cells[column]);
    const time = readTimestamp(text('ts') ?? '');
    if (text('mode') === 'rehearsal') return;
    if (time === undefined) return wrongCell('ts', text('ts') ?? '');
    if (time <= this.#since) return;
    const cost = amount('cost_usd');
    const fault =
      cost === undefined && amount('cost_forecast_usd') === undefined ? text('cost_usd') : undefined;
    if (fault !== undefined) return wrongCell('cost_usd', fault);
    const attempt = countAt(rows, cells.attempt);
    if (this.#attempts.holdsBack(rows, cells, attempt)) return;
    if (this.#attempts.isRepeated(rows, cells, attempt)) return;
    const begun = text('response_id') !== undefined || text('model_served') !== undefined;
    const atMost = mayBeBilled(text('error'), begun) ? amount('cost_forecast_usd') : 0;
    const usd = cost ?? atMost ?? 0;
    const nano = nanoOf(Math.min(usd, mostUsd)) ?? 0;
    const isOpen = this.#open.size > 0 && this.#open.get(`${text('run_id')} ${attempt}`);
    if (nano === 0 && !isOpen) return;
    const day = this.#dayOf(time);
    const project = text('project') ?? '';
    for (const id of isOpen || []) this.#counted.push([id, day, project, nano]);
    if (nano === 0) return;
    const projects = this.#sums.get(day) ?? new Map<string, number>();
    // More than a budget can hold, as of a spoilt record, is as much as it can.
    const sum = Math.min((projects.get(project) ?? 0) + nano, Number.MAX_SAFE_INTEGER);
    this.#sums.set(day, projects.set(project, sum));
  }
}
