import { expect, it } from 'vitest';
import { SpentSums } from '../../../src/core/budget/genesis.ts';
import { decodeOperation } from '../../../src/core/budget/log-line.ts';
import { NotedFaults } from '../../../src/core/budget/noted-faults.ts';
import type { Row } from '../../../src/core/budget/state.ts';
import { encodeRecord, headerRow } from '../../../src/core/record/csv.ts';
import { CsvRows, reasonOf } from '../../../src/core/record/csv-rows.ts';
import type { UsageRecord } from '../../../src/core/record/usage-record.ts';
import { usageRecord } from '../../helpers/usage-record.ts';

const day = 24 * 60 * 60 * 1000;
const now = Date.parse('2026-06-15T12:00:00Z');

function spentIn(rows: readonly Partial<UsageRecord>[], open: readonly [id: string, row: Row][] = []) {
  // The user is two hours ahead of UTC.
  const sums = new SpentSums(now, (time) => new Date(time + day / 12).toISOString().slice(0, 10), open);
  const records = rows.map((row) => encodeRecord(usageRecord({ ts: '2026-06-14T21:59:00.000Z', ...row })));
  const bytes = new TextEncoder().encode(`${[headerRow, ...records].join('\n')}\n`);
  new CsvRows(sums).read(bytes, bytes.length);
  return sums;
}

function sumsOf(rows: readonly Partial<UsageRecord>[]) {
  return spentIn(rows).sums;
}

it('a budget begins with what was spent per day of the user and project', () => {
  const ts = '2026-06-14T22:00:00.000Z';
  expect(
    sumsOf([
      { cost_usd: 0.1, project: undefined },
      { cost_usd: 0.2, project: undefined, run_id: 'b' },
      { cost_usd: 0.3, project: 'shop', ts, run_id: 'c' },
      { cost_usd: 9, mode: 'rehearsal', run_id: 'd' },
      { cost_usd: 9, run_id: 'e', ts: new Date(now - 45 * day).toISOString() },
      {
        run_id: 'f',
        cost_usd: undefined,
        error: 'server-error',
        response_id: undefined,
        model_served: undefined,
      },
    ]),
  ).toEqual([
    ['2026-06-14', '', 300_000_000],
    ['2026-06-15', 'shop', 300_000_000],
  ]);
});

it('what has an unknown cost counts at its highest, unless it was not billed', () => {
  const unknown = { cost_usd: undefined, cost_forecast_usd: 0.5, project: undefined };
  const silent = { response_id: undefined, model_served: undefined };
  expect(sumsOf([{ ...unknown, error: 'cut' }])).toEqual([['2026-06-14', '', 500_000_000]]);
  expect(sumsOf([{ ...unknown, ...silent, error: 'rate-limited' }])).toEqual([]);
});

it('what it cannot count is a fault, and not one that counts at its highest', () => {
  const read = (edit: (row: string) => string) => {
    const faults: string[] = [];
    const sums = new SpentSums(now, (time) => new Date(time).toISOString().slice(0, 10));
    const sink = new NotedFaults(sums);
    const row = edit(encodeRecord(usageRecord({ ts: 'TIME', cost_usd: 0.125, cost_forecast_usd: 0.75 })));
    const bytes = new TextEncoder().encode(
      `${headerRow}\n${row.replace('TIME', '2026-06-14T20:00:00.000Z')}\n`,
    );
    new CsvRows(sink).read(bytes, bytes.length);
    for (const { line, fault } of sink.firstFaults) faults.push(`${line} ${reasonOf(fault)}`);
    return { faults, spent: sums.sums.map(([, , nano]) => nano) };
  };
  expect(read((row) => row)).toEqual({ faults: [], spent: [125_000_000] });
  expect(read((row) => row.replace('0.125', 'some'))).toEqual({ faults: [], spent: [750_000_000] });
  const costless = read((row) => row.replace('0.125', 'some').replace('0.75', ''));
  expect(costless).toEqual({ faults: [expect.stringMatching(/^2 .*cost_usd/)], spent: [] });
  const timeless = read((row) => row.replace('TIME', 'noon'));
  expect(timeless).toEqual({ faults: [expect.stringMatching(/^2 .*ts/)], spent: [] });
});

it('an estimate does not count beside the row of its process', () => {
  const row = { run_id: 'r', attempt: 1, project: undefined };
  const estimated = { ...row, cost_usd: 0.5, cost_source: 'estimated' };
  expect(sumsOf([estimated, { ...row, attempt: 2, cost_usd: 0.1 }])).toEqual([
    ['2026-06-14', '', 600_000_000],
  ]);
  const once = [['2026-06-14', '', 200_000_000]];
  expect(sumsOf([estimated, { ...row, cost_usd: 0.2 }])).toEqual(once);
  // Its process was killed after it had recorded the attempt, and before it could settle it.
  expect(sumsOf([{ ...row, cost_usd: 0.2 }, estimated])).toEqual(once);
});

it('says what it holds of reservations that are open: their rows, estimates among them, and none of others', () => {
  const row = { run_id: 'r', attempt: 1, project: 'shop' };
  const spent = spentIn(
    [
      { ...row, cost_usd: 0.2 },
      { ...row, attempt: 2, cost_usd: 0 },
      { ...row, attempt: 3, cost_usd: 0.5, cost_source: 'estimated' },
      { ...row, run_id: 'other', cost_usd: 0.4 },
    ],
    [
      ['first', { run_id: 'r', attempt: 1 }],
      ['free', { run_id: 'r', attempt: 2 }],
      ['gone', { run_id: 'r', attempt: 3 }],
      ['not recorded', { run_id: 'r', attempt: 4 }],
      ['of nobody', {}],
    ],
  );
  expect(spent.sums).toEqual([['2026-06-14', 'shop', 1_100_000_000]]);
  expect(new Set(spent.counted)).toEqual(
    new Set([
      ['first', '2026-06-14', 'shop', 200_000_000],
      ['free', '2026-06-14', 'shop', 0],
      ['gone', '2026-06-14', 'shop', 500_000_000],
    ]),
  );
});

it('what is more than a budget can hold counts as much as it can, in a sum that a budget can begin with', () => {
  const row = { project: undefined, cost_usd: 9_000_000 };
  const sums = sumsOf([row, { ...row, run_id: 'b' }, { ...row, run_id: 'c', cost_usd: 1e11 }]);
  expect(sums).toEqual([['2026-06-14', '', Number.MAX_SAFE_INTEGER]]);
  expect(decodeOperation(JSON.stringify({ by: 'me', op: 'begin', sums, open: [] }))).toBeDefined();
});
