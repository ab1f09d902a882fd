/** What usage records say was spent, for a budget that begins now. */
import { mayBeBilled } from '../errors/provider-failure.ts';
import { type Column, type CsvRows, type LedgerSink, noCell } from '../record/csv-rows.ts';
import { readTimestamp } from '../record/when.ts';
import { nanoOf } from './nano.ts';
import type { Sum } from './state.ts';

/** Milliseconds that the longest window looks back, and more. */
const relevant = 45 * 24 * 60 * 60 * 1000;

/** Rows that may lie between that of an attempt and an estimate of it, which follows within a minute or so. */
const estimatedWithin = 20_000;

/** Sums up the rows of the last 45 days. A row of unknown cost counts at what it may have cost at most. */
export class SpentSums implements LedgerSink {
  readonly #since: number;
  readonly #dayOf: (time: number) => string;
  readonly #sums = new Map<string, Map<string, number>>();
  /** By call and attempt: the row of a process that has come back replaces the estimate above it. */
  readonly #estimates = new Map<string, Sum>();
  /** The attempts of the last rows that are none. */
  readonly #recorded = new Set<string>();
  #cells = new Map<Column, number>();

  /** `dayOf` gives the user's day of a time in milliseconds since 1970. */
  constructor(now: number, dayOf: (time: number) => string) {
    this.#since = now - relevant;
    this.#dayOf = dayOf;
  }

  get sums(): Sum[] {
    return [...this.#sums].flatMap(([day, projects]) =>
      [...projects].map(([project, nano]): Sum => [day, project, nano]),
    );
  }

  startFile(): void {
    // Of any file.
  }

  header(columns: readonly (Column | undefined)[]): void {
    this.#cells = new Map(columns.flatMap((column, cell) => (column === undefined ? [] : [[column, cell]])));
  }

  skipped(): void {
    // A report names the rows that cannot be read.
  }

  row(rows: CsvRows): undefined {
    const text = (column: Column) => {
      const cell = this.#cells.get(column) ?? noCell;
      return rows.starts[cell] === rows.ends[cell] ? undefined : rows.value(cell);
    };
    const amount = (column: Column) => rows.number(this.#cells.get(column) ?? noCell);
    const time = readTimestamp(text('ts') ?? '');
    if (time === undefined || time <= this.#since || text('mode') === 'rehearsal') return;
    const begun = text('response_id') !== undefined || text('model_served') !== undefined;
    const atMost = mayBeBilled(text('error'), begun) ? amount('cost_forecast_usd') : 0;
    const nano = nanoOf(amount('cost_usd') ?? atMost ?? 0) ?? 0;
    const attempt = `${text('run_id')} ${text('attempt')}`;
    const isEstimate = text('cost_source') === 'estimated';
    // Its process was killed between recording it and settling it.
    if (isEstimate && this.#recorded.has(attempt)) return;
    if (!isEstimate) this.#note(attempt);
    const [day, project, estimated] = this.#estimates.get(attempt) ?? [];
    if (day !== undefined) this.#add([day, project!, -estimated!]);
    this.#estimates.delete(attempt);
    const sum: Sum = [this.#dayOf(time), text('project') ?? '', nano];
    if (isEstimate) this.#estimates.set(attempt, sum);
    this.#add(sum);
  }

  #note(attempt: string): void {
    this.#recorded.add(attempt);
    if (this.#recorded.size <= estimatedWithin) return;
    const [oldest] = this.#recorded;
    this.#recorded.delete(oldest!);
  }

  #add([day, project, nano]: Sum): void {
    if (nano === 0) return;
    const projects = this.#sums.get(day) ?? new Map<string, number>();
    this.#sums.set(day, projects.set(project, (projects.get(project) ?? 0) + nano));
  }
}
