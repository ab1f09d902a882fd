/** Adds up the rows of usage CSVs by group, one after the other: memory depends on the number of groups, not of rows. */
import { OrchError } from '../../errors/orch-error.ts';
import { mayBeBilled } from '../../errors/provider-failure.ts';
import { formatCount } from '../../text/format.ts';
import { AttemptRows, isEstimate } from '../attempt-rows.ts';
import {
  type Cells,
  type Column,
  type CsvRows,
  cellsOf,
  type LedgerSink,
  noCell,
  type RowFault,
  RowFaults,
  wrongCell,
} from '../csv-rows.ts';
import type { TimeZone } from '../time-zone.ts';
import { amountAt, countAt, empty, Times, usdAt } from './cell-numbers.ts';
import type { ChartTally } from './chart-tally.ts';
import type { GroupKey } from './group-keys.ts';
import { Names } from './names.ts';
import { Periods } from './periods.ts';
import { news } from './recent-calls.ts';
import { Tally } from './tally.ts';

export interface UsageFilter {
  /** Milliseconds since 1970, inclusive. */
  since?: number | undefined;
  until?: number | undefined;
  /** A row must have one of each list. Undefined or empty: any. */
  tasks?: readonly string[] | undefined;
  /** By the model that was requested or answered, or the alias. */
  models?: readonly string[] | undefined;
  projects?: readonly string[] | undefined;
}

export interface TalliedGroup {
  /** By key of the report; empty if the record has none. */
  values: string[];
  isRehearsal: boolean;
  tally: Tally;
}

/** A column whose text is needed, and which numbers of it a filter lets pass. */
class TextColumn {
  readonly names = new Names();
  private readonly passes: boolean[] = [];
  private readonly wanted: ReadonlySet<string> | undefined;

  constructor(wanted?: readonly string[]) {
    this.wanted = wanted && wanted.length > 0 ? new Set(wanted) : undefined;
  }

  get isFilter(): boolean {
    return this.wanted !== undefined;
  }

  passesAt(rows: CsvRows, cell: number): boolean {
    if (!this.wanted) return true;
    const number = this.names.numberAt(rows, cell);
    this.passes[number] ??= this.wanted.has(this.names.texts[number]!);
    return this.passes[number];
  }
}

/** How a row is numbered by one key. */
interface Dimension {
  texts: readonly string[];
  numberOf(rows: CsvRows): number;
}

/** Groups by the numbers of their keys, one level per key. */
type Branches = (Branches | TalliedGroup | undefined)[];

const rehearsal = new TextEncoder().encode('rehearsal');
/** Nobody reads more, and each takes memory. */
const mostGroups = 50_000;

export class UsageTally extends RowFaults implements LedgerSink {
  readonly groups: TalliedGroup[] = [];
  /** Of all groups together: what their sums would count twice. */
  calls = 0;
  successes = 0;
  fallbacks = 0;
  duplicates = 0;
  /** Rows without a time, where only a period counts. */
  undated = 0;
  /** Rows of other tasks, models and projects than those asked for. */
  unwanted = 0;

  private readonly root: Branches = [];
  private readonly dimensions: Dimension[];
  private readonly attempts = new AttemptRows((rows, cells) => this.rowOf(rows, cells));
  private readonly times = new Times();
  private readonly since: number;
  private readonly until: number;
  private readonly isBounded: boolean;
  private readonly tasks: TextColumn;
  private readonly models: TextColumn;
  private readonly projects: TextColumn;
  /** Where the header has each column. */
  private cells: Cells = cellsOf([]);
  private time = Number.NaN;
  /** Of the row, by key. */
  private readonly numbers: number[] = [];

  private readonly charts: ChartTally | undefined;

  constructor(by: readonly GroupKey[], zone: TimeZone, filter: UsageFilter = {}, charts?: ChartTally) {
    super();
    this.charts = charts;
    this.since = filter.since ?? Number.NEGATIVE_INFINITY;
    this.until = filter.until ?? Number.POSITIVE_INFINITY;
    this.isBounded = filter.since !== undefined || filter.until !== undefined;
    this.tasks = new TextColumn(filter.tasks);
    this.models = new TextColumn(filter.models);
    this.projects = new TextColumn(filter.projects);
    this.dimensions = by.map((key) => this.dimensionFor(key, zone));
  }

  header(columns: readonly (Column | undefined)[]): void {
    this.cells = cellsOf(columns);
  }

  row(rows: CsvRows): RowFault | undefined {
    const { cells } = this;
    const time = cells.ts === noCell ? Number.NaN : this.times.at(rows, cells.ts);
    if (cells.ts !== noCell && Number.isNaN(time)) return wrongCell('ts', rows.text(cells.ts));
    const input = countAt(rows, cells.input_tokens);
    const cached = countAt(rows, cells.cached_input_tokens);
    const written = countAt(rows, cells.cache_write_tokens);
    const output = countAt(rows, cells.output_tokens);
    const reasoning = countAt(rows, cells.reasoning_tokens);
    const latency = amountAt(rows, cells.latency_ms);
    const verify = amountAt(rows, cells.verify_ms);
    const attempt = countAt(rows, cells.attempt);
    const cost = usdAt(rows, cells.cost_usd);
    const baseline = usdAt(rows, cells.baseline_cost_usd);
    // One that is NaN makes the sum NaN.
    if (
      Number.isNaN(
        input + cached + written + output + reasoning + latency + verify + attempt + cost + baseline,
      )
    )
      return this.wrongNumber(rows);
    if (this.isBounded) {
      if (Number.isNaN(time)) this.undated++;
      if (!(time >= this.since && time <= this.until)) return undefined;
    }
    if (!this.passesFilters(rows)) {
      this.unwanted++;
      return undefined;
    }
    if (this.attempts.holdsBack(rows, cells, attempt)) return undefined;
    this.time = time;
    const index = this.groupOf(rows);
    const { tally, isRehearsal } = this.groups[index]!;
    const { starts, ends } = rows;
    const failed = starts[cells.error] !== ends[cells.error];
    const fellOver = starts[cells.escalated_from] !== ends[cells.escalated_from];
    const facts =
      news.call |
      news.callInGroup |
      (failed ? 0 : news.success | news.successInGroup) |
      (fellOver ? news.fallback | news.fallbackInGroup : 0);
    const fresh = this.attempts.note(rows, cells, attempt, index, facts);
    if (fresh & news.duplicate) {
      this.duplicates++;
      return undefined;
    }
    if (fresh & news.call) this.calls++;
    if (fresh & news.success) this.successes++;
    if (fresh & news.fallback) this.fallbacks++;
    if (fresh & news.callInGroup) tally.calls++;
    if (fresh & news.successInGroup) tally.successes++;
    if (fresh & news.fallbackInGroup) tally.fallbacks++;
    tally.attempts++;
    if (input > 0) tally.inputTokens += input;
    if (cached > 0) tally.cachedInputTokens += cached;
    if (written > 0) tally.cacheWriteTokens += written;
    if (output > 0) tally.outputTokens += output;
    if (reasoning > 0) tally.reasoningTokens += reasoning;
    if (failed) tally.failures++;
    else if (latency !== empty) tally.latencies.add(latency);
    if (verify !== empty) {
      tally.verified++;
      tally.verifyMs += verify;
    }
    if (cost !== empty) {
      tally.costKnown++;
      tally.cost.add(cost);
      if (isEstimate(rows, cells)) {
        tally.estimates++;
        tally.estimated.add(cost);
      }
    } else if (this.isOnTheBill(rows, failed)) tally.costUnknown++;
    // What a rehearsal would have cost on another model was not saved.
    if (baseline !== empty && !isRehearsal) {
      tally.baselineKnown++;
      tally.baseline.add(baseline);
    }
    if (this.charts) {
      const model = this.modelCell(rows);
      this.charts.add(rows, {
        time,
        model,
        task: cells.task,
        isRehearsal,
        cost,
        latency: failed ? empty : latency,
      });
    }
    return undefined;
  }

  /** Once all rows are in. */
  close(): void {
    this.attempts.close();
  }

  /** A row under another header. */
  private rowOf(rows: CsvRows, cells: Cells): void {
    const current = this.cells;
    this.cells = cells;
    this.row(rows);
    this.cells = current;
  }

  private dimensionFor(key: GroupKey, zone: TimeZone): Dimension {
    if (key === 'day' || key === 'week' || key === 'month') {
      const periods = new Periods(zone, key);
      return { texts: periods.texts, numberOf: () => periods.numberOf(this.time) };
    }
    const names = new Names();
    const { texts } = names;
    if (key === 'model') return { texts, numberOf: (rows) => names.numberAt(rows, this.modelCell(rows)) };
    const column = columnOf[key];
    return { texts, numberOf: (rows) => names.numberAt(rows, this.cells[column]) };
  }

  private modelCell({ starts, ends }: CsvRows): number {
    const { model_served, model_requested } = this.cells;
    return starts[model_served] === ends[model_served] ? model_requested : model_served;
  }

  private passesFilters(rows: CsvRows): boolean {
    const { cells, models } = this;
    return (
      this.tasks.passesAt(rows, cells.task) &&
      this.projects.passesAt(rows, cells.project) &&
      (!models.isFilter ||
        models.passesAt(rows, cells.model_served) ||
        models.passesAt(rows, cells.model_requested) ||
        models.passesAt(rows, cells.alias))
    );
  }

  /** The number of the row's group, which is made if it is the first. */
  private groupOf(rows: CsvRows): number {
    const isRehearsal = this.isRehearsal(rows);
    let branches = this.root;
    let at = isRehearsal ? 1 : 0;
    const { numbers } = this;
    for (let key = 0; key < this.dimensions.length; key++) {
      numbers[key] = this.dimensions[key]!.numberOf(rows);
      branches[at] ??= [];
      branches = branches[at] as Branches;
      at = numbers[key]!;
    }
    const known = branches[at] as TalliedGroup | undefined;
    if (known) return known.tally.index;
    if (this.groups.length === mostGroups) {
      throw new OrchError('usage', `the report would have more than ${formatCount(mostGroups)} rows`, {
        hint: 'group by something with fewer values, or use --since, --task, --model or --project',
      });
    }
    const values = this.dimensions.map(({ texts }, key) => texts[numbers[key]!]!);
    const group = { values, isRehearsal, tally: new Tally(this.groups.length) };
    branches[at] = group;
    return this.groups.push(group) - 1;
  }

  private isRehearsal(rows: CsvRows): boolean {
    return rows.is(this.cells.mode, rehearsal);
  }

  private isOnTheBill(rows: CsvRows, failed: boolean): boolean {
    if (!failed) return true;
    const { error, model_served, response_id } = this.cells;
    const begun = [model_served, response_id].some((cell) => rows.starts[cell] !== rows.ends[cell]);
    return mayBeBilled(rows.value(error), begun);
  }

  private wrongNumber(rows: CsvRows): RowFault | undefined {
    const { cells } = this;
    const count = counts.find((column) => Number.isNaN(countAt(rows, cells[column])));
    if (count) return wrongCell(count, rows.text(cells[count]), 'a whole number from 0 to 1e12');
    const amount = amounts.find((column) => Number.isNaN(amountAt(rows, cells[column])));
    return amount && wrongCell(amount, rows.text(cells[amount]));
  }
}

const counts = [
  'input_tokens',
  'cached_input_tokens',
  'cache_write_tokens',
  'output_tokens',
  'reasoning_tokens',
  'attempt',
] as const satisfies Column[];
const amounts = ['latency_ms', 'verify_ms', 'cost_usd', 'baseline_cost_usd'] as const satisfies Column[];

const columnOf: Record<Exclude<GroupKey, 'day' | 'week' | 'month' | 'model'>, Column> = {
  task: 'task',
  language: 'language',
  alias: 'alias',
  project: 'project',
  rule: 'rule',
  tier: 'service_tier',
  outcome: 'outcome',
  error: 'error',
  run: 'run_id',
};
