import { describe, expect, it } from 'vitest';
import { encodeRecord, headerRow } from '../../../../src/core/record/csv.ts';
import { splitLine } from '../../../../src/core/record/csv-line.ts';
import {
  reportColumns,
  reportTitle,
  shownColumns,
} from '../../../../src/core/record/report/report-columns.ts';
import { reportFormats } from '../../../../src/core/record/report/report-formats.ts';
import { usageRecord } from '../../../helpers/usage-record.ts';
import { reportOfCsv, usageReport } from '../../../helpers/usage-report.ts';

const now = Date.parse('2026-11-21T12:00:00Z');
const hostile = "=cmd|\"<script>alert(1)</script>`, & 'x'";

const small = reportOfCsv(
  [
    headerRow,
    encodeRecord(usageRecord({ cost_usd: 0.75, input_tokens: 12_345 })),
    encodeRecord(usageRecord({ ts: 'torn | <b>' })),
    encodeRecord(usageRecord({ alias: 'full', run_id: 'run-2', cost_usd: 0.25, latency_ms: 61_000 })),
    encodeRecord(
      usageRecord({ alias: 'own', run_id: 'run-3', cost_usd: undefined, error: 'refusal', task: 'docs' }),
    ),
  ].join('\n'),
  { by: ['alias', 'task'], since: Date.parse('2026-11-01'), now },
);
const attack = usageReport([usageRecord({ project: hostile })], { by: ['project'], now });
const empty = usageReport([], { by: ['model'], now });

describe('columns', () => {
  it('are the keys and then the measures, each with a value and a text', () => {
    const columns = reportColumns(small);
    expect(columns.map(({ key }) => key)).toEqual([
      'alias',
      'task',
      'calls',
      'attempts',
      'successes',
      'success_rate',
      'failures',
      'error_rate',
      'fallbacks',
      'fallback_rate',
      'input_tokens',
      'cached_input_tokens',
      'cache_write_tokens',
      'output_tokens',
      'reasoning_tokens',
      'cost_usd',
      'cost_estimated_usd',
      'estimated_attempts',
      'cost_share',
      'unknown_cost',
      'cost_per_success_usd',
      'baseline_cost_usd',
      'latency_p50_ms',
      'latency_p95_ms',
      'verify_ms',
    ]);
    expect(columns.map((column) => column.align === 'left')).toEqual(columns.map((_, index) => index < 2));
    const shown = (group: (typeof small)['total']) => columns.map((column) => column.format(group));
    expect(shown(small.groups[0]!)).toMatchInlineSnapshot(`
      [
        "mini",
        "tests",
        "1",
        "1",
        "1",
        "100.0 %",
        "0",
        "0.0 %",
        "0",
        "0.0 %",
        "12 345",
        "0",
        "0",
        "200",
        "50",
        "$0.75",
        "$0",
        "0",
        "75.0 %",
        "0",
        "$0.75",
        "$0.0032",
        "1.2 s",
        "1.2 s",
        "-",
      ]
    `);
    expect(shown(small.groups[2]!)).toMatchInlineSnapshot(`
      [
        "own",
        "docs",
        "1",
        "1",
        "0",
        "0.0 %",
        "1",
        "100.0 %",
        "0",
        "0.0 %",
        "1 000",
        "0",
        "0",
        "200",
        "50",
        "unknown",
        "$0",
        "0",
        "-",
        "1",
        "-",
        "$0.0032",
        "-",
        "-",
        "-",
      ]
    `);
    expect(shown(small.total)).toMatchInlineSnapshot(`
      [
        "Total",
        "",
        "3",
        "3",
        "2",
        "66.7 %",
        "1",
        "33.3 %",
        "0",
        "0.0 %",
        "14 345",
        "0",
        "0",
        "600",
        "150",
        "$1.00",
        "$0",
        "0",
        "100.0 %",
        "1",
        "$0.50",
        "$0.0097",
        "1.2 s",
        "1 min 1 s",
        "-",
      ]
    `);
  });

  it('have a title that says keys and period', () => {
    expect(reportTitle(small)).toBe('Usage by alias, task from 2026-11-01 00:00 (UTC)');
    expect(reportTitle(empty)).toBe('Usage by model');
  });
});

describe('csv', () => {
  it('has exact numbers, empty cells for what is unknown, and no total', () => {
    expect(reportFormats.csv(small)).toBe(
      [
        'alias,task,calls,attempts,successes,success_rate,failures,error_rate,fallbacks,fallback_rate,input_tokens,cached_input_tokens,cache_write_tokens,output_tokens,reasoning_tokens,cost_usd,cost_estimated_usd,estimated_attempts,cost_share,unknown_cost,cost_per_success_usd,baseline_cost_usd,latency_p50_ms,latency_p95_ms,verify_ms',
        'mini,tests,1,1,1,1,0,0,0,0,12345,0,0,200,50,0.75,0,0,0.75,0,0.75,0.00325,1200,1200,',
        'full,tests,1,1,1,1,0,0,0,0,1000,0,0,200,50,0.25,0,0,0.25,0,0.25,0.00325,61000,61000,',
        'own,docs,1,1,0,0,1,1,0,0,1000,0,0,200,50,,0,0,,1,,0.00325,,,',
        '',
      ].join('\n'),
    );
    expect(reportFormats.csv(small, { bom: true })).toBe(`\uFEFF${reportFormats.csv(small)}`);
  });

  it('runs no formula in a spreadsheet', () => {
    const [, row = ''] = reportFormats.csv(attack).split('\n');
    expect(splitLine(row)?.[0]).toBe(`'${hostile}`);
  });

  it('of nothing is its header', () => {
    expect(reportFormats.csv(empty).split('\n')).toHaveLength(2);
  });

  it('without keys is the total', () => {
    const report = usageReport([usageRecord()], { by: [], now });
    expect(reportFormats.csv(report).split('\n')[1]).toBe(
      '1,1,1,1,0,0,0,0,1000,0,0,200,50,0.00065,0,0,1,0,0.00065,0.00325,1200,1200,',
    );
  });
});

describe('md', () => {
  it('is a table whose columns line up', () => {
    expect(reportFormats.md(small)).toMatchInlineSnapshot(`
      "## Usage by alias, task from 2026-11-01 00:00 (UTC)

      | Alias | Task  | Calls | Attempts |  Errors |  Input | Output | Reasoning |    Cost |   Share | Cost unknown | Baseline (est.) |       p50 |       p95 |
      | ----- | ----- | ----: | -------: | ------: | -----: | -----: | --------: | ------: | ------: | -----------: | --------------: | --------: | --------: |
      | mini  | tests |     1 |        1 |   0.0 % | 12 345 |    200 |        50 |   $0.75 |  75.0 % |            0 |         $0.0032 |     1.2 s |     1.2 s |
      | full  | tests |     1 |        1 |   0.0 % |  1 000 |    200 |        50 |   $0.25 |  25.0 % |            0 |         $0.0032 | 1 min 1 s | 1 min 1 s |
      | own   | docs  |     1 |        1 | 100.0 % |  1 000 |    200 |        50 | unknown |       - |            1 |         $0.0032 |         - |         - |
      | Total |       |     3 |        3 |  33.3 % | 14 345 |    600 |       150 |   $1.00 | 100.0 % |            1 |         $0.0097 |     1.2 s | 1 min 1 s |

      - Baseline: an estimate. On the dearest candidate of each decision the same tokens would have cost $0.0097 instead of $1.00.
      - skipped 1 unreadable row: usage.csv line 3 (ts is not an ISO 8601 time: "torn \\| &lt;b>")
      - the cost of 1 attempt is unknown: the real total may be higher than shown
      "
    `);
    const widths = reportFormats
      .md(attack)
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .map((line) => line.length);
    expect(new Set(widths).size).toBe(1);
  });

  it('has what is compared side by side', () => {
    const models = ['x', 'y'].map((model) => ({
      model_served: model,
      run_id: model,
      cost_usd: model === 'x' ? 1 : 2,
    }));
    const failed = usageRecord({
      run_id: 'z',
      model_served: 'x',
      task: 'docs',
      error: 'refusal',
      cost_usd: 0.5,
    });
    const records = [...models.map(usageRecord), failed];
    const compared = usageReport(records, { by: ['task'], compare: 'model', now });
    expect(reportFormats.md(compared)).toMatchInlineSnapshot(`
      "## Usage by task, models compared

      | Task  |                  |       x |       y |
      | ----- | ---------------- | ------: | ------: |
      | tests | Calls            |       1 |       1 |
      | tests | Success          | 100.0 % | 100.0 % |
      | tests | Cost per success |   $1.00 |   $2.00 |
      | tests | p50              |   1.2 s |   1.2 s |
      | tests | p95              |   1.2 s |   1.2 s |
      | docs  | Calls            |       1 |         |
      | docs  | Success          |   0.0 % |         |
      | docs  | Cost per success |       - |         |
      | docs  | p50              |       - |         |
      | docs  | p95              |       - |         |
      "
    `);
  });

  it('keeps a value within its cell', () => {
    const row = reportFormats.md(attack).split('\n')[4] ?? '';
    expect(row).toContain(String.raw`=cmd\|"&lt;script>alert(1)&lt;/script>\`, &amp; 'x'`);
    expect(row.replaceAll('\\|', '').split('|')).toHaveLength(shownColumns(attack).length + 2);
  });
});

it.each(Object.entries(reportFormats))('%s ends with one line break', (_, render) => {
  for (const report of [small, attack, empty]) expect(render(report)).toMatch(/[^\n]\n$/);
});
