import { describe, expect, it } from 'vitest';
import { splitLine } from '../../../src/core/record/csv-line.ts';
import { reportColumns, reportTitle } from '../../../src/core/record/report-columns.ts';
import { reportFormats } from '../../../src/core/record/report-formats.ts';
import { usageReport } from '../../../src/core/record/usage-report.ts';
import { usageRecord } from '../../helpers/usage-record.ts';

const now = Date.parse('2026-11-21T12:00:00Z');
const hostile = "=cmd|\"<script>alert(1)</script>`, & 'x'";

const small = usageReport(
  {
    records: [
      usageRecord({ cost_usd: 0.75, input_tokens: 12_345 }),
      usageRecord({ alias: 'full', run_id: 'run-2', cost_usd: 0.25, latency_ms: 61_000 }),
      usageRecord({ alias: 'own', run_id: 'run-3', cost_usd: undefined, error: 'refusal', task: 'docs' }),
    ],
    skipped: [{ file: 'usage.csv', line: 3, reason: 'torn | <b>' }],
    files: ['usage.csv'],
  },
  { by: ['alias', 'task'], since: Date.parse('2026-11-01'), now },
);
const attack = usageReport(
  { records: [usageRecord({ project: hostile })], skipped: [], files: [] },
  { by: ['project'], now },
);
const empty = usageReport({ records: [], skipped: [], files: [] }, { by: ['model'], now });

describe('columns', () => {
  it('are the keys and then the measures, each with a value and a text', () => {
    const columns = reportColumns(small);
    expect(columns.map(({ key }) => key)).toEqual([
      'alias',
      'task',
      'calls',
      'attempts',
      'failures',
      'input_tokens',
      'cached_input_tokens',
      'output_tokens',
      'reasoning_tokens',
      'cost_usd',
      'cost_share',
      'unknown_cost',
      'latency_p50_ms',
      'latency_p95_ms',
    ]);
    expect(columns.map((column) => column.align === 'left')).toEqual(columns.map((_, index) => index < 2));
    const shown = (group: (typeof small)['total']) => columns.map((column) => column.format(group));
    expect(shown(small.groups[0]!)).toMatchInlineSnapshot(`
      [
        "mini",
        "tests",
        "1",
        "1",
        "0",
        "12 345",
        "0",
        "200",
        "50",
        "$0.75",
        "75.0 %",
        "0",
        "1.2 s",
        "1.2 s",
      ]
    `);
    expect(shown(small.groups[2]!)).toMatchInlineSnapshot(`
      [
        "own",
        "docs",
        "1",
        "1",
        "1",
        "1 000",
        "0",
        "200",
        "50",
        "unknown",
        "-",
        "1",
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
        "1",
        "14 345",
        "0",
        "600",
        "150",
        "$1.00",
        "100.0 %",
        "1",
        "1.2 s",
        "1 min 1 s",
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
        'alias,task,calls,attempts,failures,input_tokens,cached_input_tokens,output_tokens,reasoning_tokens,cost_usd,cost_share,unknown_cost,latency_p50_ms,latency_p95_ms',
        'mini,tests,1,1,0,12345,0,200,50,0.75,0.75,0,1200,1200',
        'full,tests,1,1,0,1000,0,200,50,0.25,0.25,0,61000,61000',
        'own,docs,1,1,1,1000,0,200,50,,,1,,',
        '',
      ].join('\n'),
    );
  });

  it('runs no formula in a spreadsheet', () => {
    const [, row = ''] = reportFormats.csv(attack).split('\n');
    expect(splitLine(row)?.[0]).toBe(`'${hostile}`);
  });

  it('of nothing is its header', () => {
    expect(reportFormats.csv(empty).split('\n')).toHaveLength(2);
  });

  it('without keys is the total', () => {
    const report = usageReport({ records: [usageRecord()], skipped: [], files: [] }, { by: [], now });
    expect(reportFormats.csv(report).split('\n')[1]).toBe('1,1,0,1000,0,200,50,0.00065,1,0,1200,1200');
  });
});

describe('md', () => {
  it('is a table whose columns line up', () => {
    expect(reportFormats.md(small)).toMatchInlineSnapshot(`
      "## Usage by alias, task from 2026-11-01 00:00 (UTC)

      | Alias | Task  | Calls | Attempts | Failures |  Input | Cached | Output | Reasoning |    Cost |   Share | Cost unknown |       p50 |       p95 |
      | ----- | ----- | ----: | -------: | -------: | -----: | -----: | -----: | --------: | ------: | ------: | -----------: | --------: | --------: |
      | mini  | tests |     1 |        1 |        0 | 12 345 |      0 |    200 |        50 |   $0.75 |  75.0 % |            0 |     1.2 s |     1.2 s |
      | full  | tests |     1 |        1 |        0 |  1 000 |      0 |    200 |        50 |   $0.25 |  25.0 % |            0 | 1 min 1 s | 1 min 1 s |
      | own   | docs  |     1 |        1 |        1 |  1 000 |      0 |    200 |        50 | unknown |       - |            1 |         - |         - |
      | Total |       |     3 |        3 |        1 | 14 345 |      0 |    600 |       150 |   $1.00 | 100.0 % |            1 |     1.2 s | 1 min 1 s |

      - skipped 1 unreadable row: usage.csv line 3 (torn \\| &lt;b>)
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

  it('keeps a value within its cell', () => {
    const row = reportFormats.md(attack).split('\n')[4] ?? '';
    expect(row).toContain(String.raw`=cmd\|"&lt;script>alert(1)&lt;/script>\`, &amp; 'x'`);
    expect(row.replaceAll('\\|', '').split('|')).toHaveLength(reportColumns(attack).length + 2);
  });
});

describe('html', () => {
  const page = reportFormats.html(small);

  it('is one page that loads and runs nothing', () => {
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page).toContain('prefers-color-scheme: dark');
    expect(page).not.toMatch(/<script|<link|<img|<iframe|\bsrc=|\bhref=|url\(|@import|\son\w+=/i);
  });

  it('has a row per group, the total in the foot, and the warnings', () => {
    expect(page.match(/<tr>/g)).toHaveLength(1 + small.groups.length + 1);
    expect(page).toMatch(/<tfoot><tr><td>Total<\/td>.*<td class="right">\$1\.00<\/td>.*<\/tfoot>/);
    expect(page).toContain('<li>skipped 1 unreadable row: usage.csv line 3 (torn | &lt;b&gt;)</li>');
  });

  it('shows values and never runs them', () => {
    const attacked = reportFormats.html(attack);
    expect(attacked).toContain('=cmd|&quot;&lt;script&gt;alert(1)&lt;/script&gt;`, &amp; &#39;x&#39;');
    expect(attacked).not.toContain('<script');
  });
});

it.each(Object.entries(reportFormats))('%s ends with one line break', (_, render) => {
  for (const report of [small, attack, empty]) expect(render(report)).toMatch(/[^\n]\n$/);
});
