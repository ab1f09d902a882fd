import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SpentSums } from '../../../src/core/budget/genesis.ts';
import { encodeRecord, headerRow } from '../../../src/core/record/csv.ts';
import { parseUsageCsv } from '../../../src/core/record/csv-records.ts';
import { CsvRows, type LedgerSink } from '../../../src/core/record/csv-rows.ts';
import { openReport } from '../../../src/core/record/report/usage-report.ts';
import { timeZone } from '../../../src/core/record/time-zone.ts';
import type { UsageRecord } from '../../../src/core/record/usage-record.ts';
import { usageStatus } from '../../../src/core/record/usage-status.ts';
import { usageRecord } from '../../helpers/usage-record.ts';

const now = Date.parse('2026-11-01T12:00:00Z');
const zone = timeZone('UTC', 'test');

function read(files: readonly string[], sink: LedgerSink): void {
  for (const [at, file] of files.entries()) {
    sink.startFile(`${at}.csv`);
    const bytes = new TextEncoder().encode(file);
    new CsvRows(sink).read(bytes, bytes.length);
  }
}

/** What each reader makes of the cost of the files, which are read one after the other. */
function costs(files: readonly string[]): Record<string, number> {
  const { tally, close } = openReport({ by: ['error'], now, zone, charts: true });
  read(files, tally);
  const { groups, total, charts } = close();
  const spent = new SpentSums(now, () => '2026-11-01');
  read(files, spent);
  const records = files.flatMap((file) => parseUsageCsv(file).records);
  const sum = (values: Iterable<number>) => Number([...values].reduce((a, b) => a + b, 0).toFixed(9));
  return {
    report: total.cost_usd ?? 0,
    groups: sum(groups.map(({ cost_usd }) => cost_usd ?? 0)),
    'charted models': sum(charts!.models!.map(({ costUsd }) => costUsd ?? 0)),
    'charted days': sum([...charts!.days!.values()].flatMap((models) => [...models.values()])),
    status: usageStatus(records, { now, zone, budgets: [] }).cost_usd,
    'last call': usageStatus(records, { now, zone, budgets: [] }).last?.cost_usd ?? 0,
    budget: sum(spent.sums.map(([, , nano]) => nano / 1e9)),
  };
}

const csv = (...rows: Partial<UsageRecord>[]) =>
  `${[headerRow, ...rows.map((row) => encodeRecord(usageRecord(row)))].join('\n')}\n`;

const estimate: Partial<UsageRecord> = {
  cost_usd: 0.5,
  cost_source: 'estimated',
  error: 'cancelled',
  model_served: undefined,
};
const real: Partial<UsageRecord> = { cost_usd: 0.125 };
/** Nothing was billed. */
const refused: Partial<UsageRecord> = {
  cost_usd: undefined,
  cost_source: undefined,
  error: 'rate-limited',
  response_id: undefined,
  model_served: undefined,
};

function all(cost: number) {
  const readers = costs([csv()]);
  return Object.fromEntries(Object.keys(readers).map((reader) => [reader, cost]));
}

describe('the row that counts of an attempt', () => {
  it.each<[string, string[], number]>([
    ['the estimate where there is no other', [csv(estimate)], 0.5],
    ['one estimate of two', [csv(estimate, estimate)], 0.5],
    ['the first of two estimates', [csv(estimate, { ...estimate, cost_usd: 0.75 })], 0.5],
    ['the real one after the estimate', [csv(estimate, real)], 0.125],
    ['the real one before the estimate', [csv(real, estimate)], 0.125],
    ['the real one between two estimates', [csv(estimate, real, estimate)], 0.125],
    ['the first of two real ones', [csv(real, { cost_usd: 9 }, estimate)], 0.125],
    ['the real one in another file', [csv(estimate), csv(real)], 0.125],
    ['the real one in the file before', [csv(real), csv(estimate)], 0.125],
    ['one estimate of two in two files', [csv(estimate), csv(estimate)], 0.5],
    ['one that cost nothing', [csv(refused, estimate)], 0],
    ['one that cost nothing, after the estimate', [csv(estimate, refused)], 0],
    ['each of several attempts', [csv(estimate, { ...real, attempt: 2 })], 0.625],
    ['each of those that cannot be told apart', [csv({ ...estimate, attempt: undefined as never })], 0.5],
  ])('is %s, for all readers', (_name, files, cost) => {
    expect(costs(files)).toEqual(all(cost));
  });

  it('is the same whatever the order', () => {
    const rows = fc.array(
      fc.record({
        // All of one call, so that it is the last one as well.
        attempt: fc.integer({ min: 1, max: 4 }),
        kind: fc.constantFrom(estimate, real, refused),
        file: fc.nat(2),
      }),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(rows, (drawn) => {
        const files = [0, 1, 2].map((file) =>
          csv(...drawn.filter((row) => row.file === file).map(({ attempt, kind }) => ({ ...kind, attempt }))),
        );
        const inOrder = [0, 1, 2].flatMap((file) => drawn.filter((row) => row.file === file));
        const cost = [1, 2, 3, 4].reduce((sum, attempt) => {
          const kinds = inOrder.filter((row) => row.attempt === attempt).map(({ kind }) => kind);
          const counted = kinds.find((kind) => kind !== estimate) ?? kinds[0];
          return sum + (counted?.cost_usd ?? 0);
        }, 0);
        expect(costs(files)).toEqual(all(cost));
      }),
      { numRuns: 30 },
    );
  });

  it('leaves nothing of the estimate in a report', () => {
    const reportOf = (...rows: Partial<UsageRecord>[]) => {
      const { tally, close } = openReport({ by: ['model', 'error'], now, zone, charts: true });
      read([csv(...rows)], tally);
      return close();
    };
    const alone = reportOf(real, { ...real, attempt: 2 });
    for (const rows of [
      [estimate, real, { ...real, attempt: 2 }],
      [real, { ...real, attempt: 2 }, estimate],
    ])
      expect(reportOf(...rows)).toEqual(alone);
    expect(reportOf(estimate, { ...real, attempt: 2 }).total).toMatchObject({ calls: 1, attempts: 2 });
  });

  it('is found in the same memory however many rows there are, and a call counts once', () => {
    const columns = 'ts,run_id,attempt,cost_usd,cost_source,error\n';
    const row = (run: string, attempt: number, rest: string) => `2026-11-01,${run},${attempt},${rest}\n`;
    const rows = (count: number, rowsOf: (at: number) => string) =>
      Array.from({ length: count }, (_, at) => rowsOf(at)).join('');
    const cutAndRetried = (at: number) =>
      row(`cut${at}`, 1, '1,estimated,cut') + row(`cut${at}`, 2, '0.001,catalog,');
    const { tally, close } = openReport({ by: [], now, zone });
    const text = [
      columns,
      rows(4200, cutAndRetried),
      row('stopped', 1, '5,estimated,cancelled'),
      rows(40_000, (at) => row(`one${at}`, 1, '0.001,catalog,')),
      row('stopped', 1, '0.25,catalog,'),
      row('late', 1, '5,estimated,cancelled'),
      // So many that the estimate is among the older ones.
      rows(70_000, (at) => row(`other${at}`, 1, '0.001,catalog,')),
      row('late', 1, '0.25,catalog,'),
    ];
    read([text.join('')], tally);
    const { total } = close();
    expect(total).toMatchObject({ calls: 114_202, attempts: 118_402 });
    expect(total.cost_usd).toBe(4200 + 4.2 + 0.25 + 110 + 0.25);
  });
});
