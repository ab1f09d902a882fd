import { describe, expect, it } from 'vitest';
import { renderReportTable } from '../../../../src/cli/render/report-table.ts';
import { fewerGroups } from '../../../../src/core/record/report/fewer-groups.ts';
import type { GroupKey } from '../../../../src/core/record/report/group-keys.ts';
import { comparisonOf, reportTitle } from '../../../../src/core/record/report/report-columns.ts';
import { reportFormats } from '../../../../src/core/record/report/report-formats.ts';
import { reportOfCsv } from '../../../helpers/usage-report.ts';

const now = Date.parse('2026-11-21T12:00:00Z');
const columns =
  'ts,run_id,model_served,task,error,latency_ms,input_tokens,output_tokens,cost_usd,cost_source';

/** A row per day and model, of which every hundredth has an unknown cost and every tenth failed. */
function csvOf(rows: number): string {
  const lines = Array.from({ length: rows }, (_, at) => {
    const ts = new Date(Date.parse('2024-01-01') + at * 86_400_000).toISOString();
    const cost = at % 100 === 7 ? '' : `${at}.000000001`;
    return `${ts},r${at},m${at},t${at % 200},${at % 10 === 3 ? 'timeout' : ''},${at},${at},1,${cost},catalog`;
  });
  return [columns, ...lines].join('\n');
}

const reportBy = (by: GroupKey[], compare?: GroupKey) => reportOfCsv(csvOf(700), { by, compare, now });

describe('a report with too many rows', () => {
  it('has the dearest, and one for what the others come to', () => {
    const report = reportBy(['model', 'task']);
    const { groups, notes } = fewerGroups(report);
    expect(groups.slice(0, -1)).toEqual(report.groups.slice(0, 500));
    const rest = groups.at(-1)!;
    expect(rest.key).toEqual({ model: '200 others', task: '' });
    expect(rest).toMatchObject({ latency_p50_ms: null, latency_p95_ms: null, unknown_cost: 7 });
    for (const measure of ['calls', 'failures', 'input_tokens', 'output_tokens', 'unknown_cost'] as const) {
      const sum = groups.reduce((sum, group) => sum + group[measure], 0);
      expect([measure, sum]).toEqual([measure, report.total[measure]]);
    }
    const known = report.groups.slice(500).flatMap(({ cost_usd }) => cost_usd ?? []);
    const whole = known.reduce((sum, usd) => sum + Math.floor(usd), 0);
    expect(rest.cost_usd).toBe(Number(`${whole}.${String(known.length).padStart(9, '0')}`));
    expect(rest.error_rate).toBe(Number((rest.failures / 200).toFixed(6)));
    expect(notes).toEqual([
      'Only the dearest 500 of 700 rows are shown, and the others as one (--format csv or json has all).',
    ]);
  });

  it('by day has the last ones, below the sum of the earlier', () => {
    const report = reportBy(['day']);
    const { groups, notes } = fewerGroups(report);
    // Input tokens are the number of the day.
    expect(groups[0]).toMatchObject({ key: { day: '200 earlier' }, input_tokens: (199 * 200) / 2 });
    expect(groups.slice(1)).toEqual(report.groups.slice(200));
    expect(notes[0]).toContain('Only the last 500 of 700 rows');
  });

  it('with nothing known of the others does not take them for free', () => {
    const rows = Array.from({ length: 502 }, (_, at) => `2026-11-01,m${at},${at < 2 ? '' : 1}`);
    const report = reportOfCsv(['ts,model_served,cost_usd', ...rows].join('\n'), { by: ['model'], now });
    expect(fewerGroups(report).groups.at(-1)).toMatchObject({ cost_usd: null, unknown_cost: 2 });
  });

  it('is as it is with 500', () => {
    const report = reportOfCsv(csvOf(500), { by: ['model'], now });
    expect(fewerGroups(report)).toEqual({ groups: report.groups, notes: [] });
  });

  it('is whole for machines, and says in tables what is left out', () => {
    const report = reportBy(['model']);
    expect(reportFormats.csv(report).trimEnd().split('\n')).toHaveLength(701);
    const markdown = reportFormats.md(report);
    expect(markdown.match(/^\| /gm)).toHaveLength(2 + 501 + 1);
    expect(markdown).toContain('- Only the dearest 500 of 700 rows');
    const table = renderReportTable(report, 100);
    expect(table.match(/^│ /gm)).toHaveLength(1 + 501 + 1);
    expect(table).toMatch(/^│ 200 others +│/m);
    expect(table).toMatch(/^│ Total +│ +700 │/m);
    expect(table).toContain('Only the dearest 500 of 700 rows');
  });
});

describe('side by side', () => {
  it('are the first of many, and the others as one', () => {
    const { values, parts, notes } = comparisonOf(reportBy(['task'], 'model'))!;
    expect(values).toHaveLength(51);
    expect(values.at(-1)).toBe('650 others');
    expect(parts).toHaveLength(101);
    expect(parts.at(-1)!.keys).toEqual(['100 others']);
    expect(notes).toEqual([
      'Only 100 of 200 tasks and 50 of 700 models are shown, and the others as one (--format csv or json has all).',
    ]);
    const calls = parts.flatMap(({ measures }) => measures[0]!.cells.map(Number));
    expect(calls.reduce((sum, count) => sum + count, 0)).toBe(700);
  });

  it('days are the last ones, in order', () => {
    const { values } = comparisonOf(reportBy([], 'day'))!;
    expect(values).toHaveLength(51);
    expect([values[0], values[1], values[50]]).toEqual(['650 earlier', '2025-10-12', '2025-11-30']);
    const { parts } = comparisonOf(reportBy(['day'], 'task'))!;
    expect([parts[0]!.keys, parts[100]!.keys]).toEqual([['600 earlier'], ['2025-11-30']]);
  });

  it('are called by their name', () => {
    expect(reportTitle(reportBy(['task'], 'alias'))).toBe('Usage by task, aliases compared');
  });
});
