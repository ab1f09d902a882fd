/**
 * The sums that the charts of a report show, whatever the report is grouped by: cost by day and model, cost by task,
 * latency by model. Memory depends on how many different values there are, and is bounded.
 */

import type { CsvRows } from '../csv-rows.ts';
import type { TimeZone } from '../time-zone.ts';
import { empty } from './cell-numbers.ts';
import { Latencies } from './latencies.ts';
import { Names } from './names.ts';
import { Periods } from './periods.ts';
import { UsdSum } from './usd-sum.ts';

/** What is known of a row that counts. */
export interface ChartRow {
  /** Milliseconds since 1970; NaN if the row has none. */
  time: number;
  /** Number of the cell that names the model, and of the task's. */
  model: number;
  task: number;
  isRehearsal: boolean;
  /** In the units of `UsdSum`; `empty` if it is unknown. */
  cost: number;
  /** Of an attempt that succeeded; `empty` of another, or if it is unknown. */
  latency: number;
}

export interface ChartedModel {
  name: string;
  attempts: number;
  /** Sum of the known costs; null if none is known. */
  costUsd: number | null;
  p50Ms: number | null;
  p95Ms: number | null;
}

export interface ChartedTask {
  name: string;
  costUsd: number | null;
}

export interface ChartSums {
  /**
   * Known costs, by day (`YYYY-MM-DD`, in order) and then by model. The model is null where there are too many of them to
   * tell them apart; all is null where there are too many days.
   */
  days: Map<string, Map<string | null, number>> | null;
  /** Known costs of attempts without a time, which belong to no day. */
  undatedUsd: number;
  /** By cost, descending; null if there are too many. */
  models: ChartedModel[] | null;
  tasks: ChartedTask[] | null;
}

/** Nobody sees more in a chart, and each takes memory. */
const most = 20_000;
/** Numbers of models are below this. */
const shift = 2 ** 26;
const allModels = shift - 1;

/** Names a value as the report's groups do. */
export type NameValue = (text: string, isRehearsal: boolean) => string;

interface Sums {
  attempts: number;
  costKnown: number;
  cost: UsdSum;
  latencies: Latencies;
}

/** A column whose values are numbered; rehearsals are apart. */
class Values {
  readonly sums: Sums[] = [];
  private readonly names = new Names();
  private isFull = false;

  /** Undefined once there are too many. */
  numberOf(rows: CsvRows, cell: number, isRehearsal: boolean): number | undefined {
    if (this.isFull) return undefined;
    const number = 2 * this.names.numberAt(rows, cell) + (isRehearsal ? 1 : 0);
    if (this.names.texts.length > most) this.isFull = true;
    return number;
  }

  add(number: number, cost: number, latency: number): void {
    this.sums[number] ??= { attempts: 0, costKnown: 0, cost: new UsdSum(), latencies: new Latencies() };
    const sums = this.sums[number];
    sums.attempts++;
    if (latency !== empty) sums.latencies.add(latency);
    if (cost === empty) return;
    sums.costKnown++;
    sums.cost.add(cost);
  }

  nameOf(number: number, nameValue: NameValue): string {
    return nameValue(this.names.texts[number >> 1]!, number % 2 === 1);
  }

  /** What looks the same is one. Null if there are too many. */
  byName(nameValue: NameValue): Map<string, Sums> | null {
    if (this.isFull) return null;
    const byName = new Map<string, Sums>();
    for (const [number, sums] of this.sums.entries()) {
      // Numbers of rehearsals are left out where there are none.
      if (sums === undefined) continue;
      const name = this.nameOf(number, nameValue);
      const known = byName.get(name);
      if (known === undefined) byName.set(name, sums);
      else {
        known.attempts += sums.attempts;
        known.costKnown += sums.costKnown;
        known.cost.addSum(sums.cost);
        known.latencies.addAll(sums.latencies);
      }
    }
    return byName;
  }
}

export class ChartTally {
  private readonly models = new Values();
  private readonly tasks = new Values();
  private readonly periods: Periods;
  /** By day and model. */
  private cells: Map<number, UsdSum> | undefined = new Map();
  private areModelsApart = true;
  private readonly undated = new UsdSum();

  constructor(zone: TimeZone) {
    this.periods = new Periods(zone, 'day');
  }

  add(rows: CsvRows, { time, model, task, isRehearsal, cost, latency }: ChartRow): void {
    const modelNumber = this.models.numberOf(rows, model, isRehearsal);
    if (modelNumber !== undefined) this.models.add(modelNumber, cost, latency);
    const taskNumber = this.tasks.numberOf(rows, task, isRehearsal);
    if (taskNumber !== undefined) this.tasks.add(taskNumber, cost, empty);
    if (cost === empty || this.cells === undefined) return;
    if (Number.isNaN(time)) {
      this.undated.add(cost);
      return;
    }
    if (modelNumber === undefined) this.mergeModels();
    this.addToDay(this.periods.numberOf(time), modelNumber ?? allModels, cost);
  }

  private addToDay(day: number, model: number, cost: number): void {
    const { cells } = this;
    if (cells === undefined) return;
    const key = day * shift + (this.areModelsApart ? model : allModels);
    const sum = cells.get(key);
    if (sum) sum.add(cost);
    else if (cells.size < most) {
      const first = new UsdSum();
      first.add(cost);
      cells.set(key, first);
    } else if (this.areModelsApart) {
      this.mergeModels();
      this.addToDay(day, model, cost);
    } else this.cells = undefined;
  }

  private mergeModels(): void {
    if (!this.areModelsApart || this.cells === undefined) return;
    this.areModelsApart = false;
    const merged = new Map<number, UsdSum>();
    for (const [key, sum] of this.cells) {
      const day = key - (key % shift) + allModels;
      const known = merged.get(day);
      if (known) known.addSum(sum);
      else merged.set(day, sum);
    }
    this.cells = merged;
  }

  sums(nameValue: NameValue): ChartSums {
    const models = this.models.byName(nameValue);
    const tasks = this.tasks.byName(nameValue);
    return {
      days: this.days(nameValue),
      undatedUsd: this.undated.usd,
      models: models && byCost([...models].map(([name, sums]) => modelOf(name, sums))),
      tasks: tasks && byCost([...tasks].map(([name, sums]) => ({ name, costUsd: costOf(sums) }))),
    };
  }

  private days(nameValue: NameValue): ChartSums['days'] {
    if (this.cells === undefined) return null;
    const sums = new Map<string, Map<string | null, UsdSum>>();
    for (const [key, sum] of this.cells) {
      const day = this.periods.texts[Math.floor(key / shift)]!;
      const model = this.areModelsApart ? this.models.nameOf(key % shift, nameValue) : null;
      const models = sums.get(day) ?? new Map<string | null, UsdSum>();
      const known = models.get(model);
      if (known) known.addSum(sum);
      else models.set(model, sum);
      sums.set(day, models);
    }
    return new Map(
      [...sums]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([day, models]) => [day, new Map([...models].map(([model, sum]) => [model, sum.usd]))]),
    );
  }
}

function costOf({ costKnown, cost }: Sums): number | null {
  return costKnown === 0 ? null : cost.usd;
}

function modelOf(name: string, sums: Sums): ChartedModel {
  return {
    name,
    attempts: sums.attempts,
    costUsd: costOf(sums),
    p50Ms: sums.latencies.percentile(0.5),
    p95Ms: sums.latencies.percentile(0.95),
  };
}

function byCost<Value extends ChartedTask>(values: Value[]): Value[] {
  return values.sort((a, b) => (b.costUsd ?? -1) - (a.costUsd ?? -1) || (a.name < b.name ? -1 : 1));
}
