import { describe, expect, it } from 'vitest';
import type { UsageReportOptions } from '../../../../src/core/record/report/usage-report.ts';
import type { UsageRecord } from '../../../../src/core/record/usage-record.ts';
import { usageRecord } from '../../../helpers/usage-record.ts';
import { reportOfCsv, usageReport } from '../../../helpers/usage-report.ts';

const now = Date.parse('2026-11-21T12:00:00Z');

function chartsOf(records: Partial<UsageRecord>[], options: Partial<UsageReportOptions> = {}) {
  const numbered = records.map((fields, at) => usageRecord({ run_id: `run-${at}`, ...fields }));
  return usageReport(numbered, { by: ['project'], now, charts: true, ...options }).charts!;
}

/** Rows of `ts,model_served,task,cost_usd`. */
function chartsOfRows(rows: readonly string[]) {
  const csv = ['ts,model_served,task,cost_usd', ...rows].join('\n');
  return reportOfCsv(csv, { by: [], now, charts: true }).charts!;
}

const costs = (days: ReturnType<typeof chartsOf>['days']) =>
  [...days!].map(([day, models]) => [day, Object.fromEntries(models)]);

describe('what charts show', () => {
  it('is summed by day, model and task, whatever the report is grouped by', () => {
    const charts = chartsOf([
      { ts: '2026-11-02T10:00:00Z', model_served: 'b', task: 'docs', cost_usd: 0.1, latency_ms: 100 },
      { ts: '2026-11-01T10:00:00Z', model_served: 'a', task: 'docs', cost_usd: 0.2, latency_ms: 200 },
      { ts: '2026-11-02T11:00:00Z', model_served: 'b', task: 'tests', cost_usd: 0.2, latency_ms: 300 },
      { ts: '2026-11-02T12:00:00Z', model_served: 'b', task: 'tests', cost_usd: 4, error: 'refusal' },
      { ts: '2026-11-02T13:00:00Z', model_served: 'c', task: 'review', cost_usd: undefined },
    ]);
    expect(costs(charts.days)).toEqual([
      ['2026-11-01', { a: 0.2 }],
      ['2026-11-02', { b: 4.3 }],
    ]);
    expect(charts.models).toEqual([
      { name: 'b', attempts: 3, costUsd: 4.3, p50Ms: 100, p95Ms: 300 },
      { name: 'a', attempts: 1, costUsd: 0.2, p50Ms: 200, p95Ms: 200 },
      { name: 'c', attempts: 1, costUsd: null, p50Ms: 1200, p95Ms: 1200 },
    ]);
    expect(charts.tasks).toEqual([
      { name: 'tests', costUsd: 4.2 },
      { name: 'docs', costUsd: 0.3 },
      { name: 'review', costUsd: null },
    ]);
  });

  it('counts no row twice, and none that the report leaves out', () => {
    const records = [
      { run_id: 'a', cost_usd: 1, task: 'docs' },
      { run_id: 'a', cost_usd: 1, task: 'docs' },
      { run_id: 'b', cost_usd: 2, task: 'tests' },
    ];
    expect(chartsOf(records, { tasks: ['docs'] }).tasks).toEqual([{ name: 'docs', costUsd: 1 }]);
  });

  it('keeps rehearsals apart, and costs without a time off the days', () => {
    const { days, models, undatedUsd } = chartsOf([
      { model_served: 'a', cost_usd: 1 },
      { model_served: 'a', cost_usd: 2, mode: 'rehearsal' },
      { model_served: 'a', cost_usd: 4, ts: undefined },
    ]);
    expect(costs(days)).toEqual([['2026-11-01', { a: 1, 'rehearsal:a': 2 }]]);
    expect(undatedUsd).toBe(4);
    expect(models!.map(({ name, costUsd }) => [name, costUsd])).toEqual([
      ['a', 5],
      ['rehearsal:a', 2],
    ]);
  });

  it('is one where it looks the same', () => {
    const { days, models, tasks } = chartsOf([
      { model_served: 'a\u0001', task: 'x\u0001', cost_usd: 1 },
      { model_served: 'a\u0002', task: 'x\u0002', cost_usd: 2 },
    ]);
    expect(costs(days)).toEqual([['2026-11-01', { 'a ': 3 }]]);
    expect(models).toMatchObject([{ name: 'a ', attempts: 2, costUsd: 3 }]);
    expect(tasks).toEqual([{ name: 'x ', costUsd: 3 }]);
  });

  it('tells models of a day apart only as long as there is room', () => {
    const day = (at: number) => `2026-11-${String(1 + (at % 28)).padStart(2, '0')}`;
    const rows = Array.from({ length: 22_400 }, (_, at) => `${day(at)},m${at % 801},t,0.5`);
    const { days, models } = chartsOfRows(rows);
    expect(models).toHaveLength(801);
    expect(days!.size).toBe(28);
    expect([...days!.values()].every((sums) => sums.size === 1 && sums.get(null) === 400)).toBe(true);
  });

  it('gives up what has too many values', () => {
    const rows = Array.from({ length: 20_001 }, (_, at) => `2026-11-01,m${at},t${at},1`);
    const { days, models, tasks } = chartsOfRows(rows);
    expect([models, tasks]).toEqual([null, null]);
    expect(costs(days)).toEqual([['2026-11-01', { null: 20_001 }]]);
  });

  it('is left out unless it is asked for', () => {
    expect(usageReport([usageRecord()], { by: [], now })).not.toHaveProperty('charts');
  });
});
