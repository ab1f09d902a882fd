import { describe, expect, it } from 'vitest';
import { reportPage } from '../../../src/cli/render/report-page/page.ts';
import { themes } from '../../../src/cli/render/report-page/palette.ts';
import { style } from '../../../src/cli/render/report-page/style.ts';
import type { ReportBudget, UsageReportOptions } from '../../../src/core/record/report/usage-report.ts';
import type { UsageRecord } from '../../../src/core/record/usage-record.ts';
import { orchInProcess as orch } from '../../helpers/cli.ts';
import { folder } from '../../helpers/orch.ts';
import { usageRecord } from '../../helpers/usage-record.ts';
import { reportOfCsv, usageReport } from '../../helpers/usage-report.ts';

const now = Date.parse('2026-11-21T12:00:00Z');

function reportOf(records: Partial<UsageRecord>[], options: Partial<UsageReportOptions> = {}) {
  const numbered = records.map((fields, at) => usageRecord({ run_id: `run-${at}`, ...fields }));
  return usageReport(numbered, { by: ['model'], now, charts: true, ...options });
}
const pageOf = (...from: Parameters<typeof reportOf>) => reportPage(reportOf(...from));

/** Bars of the first drawing of each chart, by their titles. */
function bars(page: string): string[] {
  return [...page.matchAll(/<path [^>]*><title>([^<]*)<\/title><\/path>/g)].map(([, title]) => title!);
}

describe('the page', () => {
  const page = pageOf([
    { cost_usd: 0.75, input_tokens: 12_345 },
    { cost_usd: 0.25, model_served: 'gpt-5', ts: '2026-11-03T10:00:00Z', latency_ms: 61_000 },
    { cost_usd: undefined, model_served: 'gpt-5', task: 'docs', ts: '2026-11-03T11:00:00Z' },
    { ts: 'torn | <b>' },
  ]);

  it('loads and runs nothing, and may not', () => {
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline';`);
    expect(page).not.toMatch(
      /<script|<link|<img|<image|<iframe|<use|\bsrc=|\bhref=|url\((?!#p\d\))|@import|\son\w+=|ecmeta/i,
    );
    expect(page).toMatch(/<\/html>\n$/);
  });

  it('has the totals, the groups with the money first, and what to know about them', () => {
    expect(page).toContain(
      '<dt>Cost</dt><dd><data value="1">$1.00</data><small>and 1 attempt of unknown cost</small>',
    );
    const [, head] = /<h2 id="table">.*?<thead>(.*?)<\/thead>/s.exec(page)!;
    expect(
      head!
        .replace(/<[^>]*>/g, ' ')
        .split(/\s{2,}/)
        .slice(1, 5),
    ).toEqual(['Model', 'Cost', 'Share', 'Calls']);
    expect(page).toMatch(
      /<tfoot><tr><th scope="row" class="first"><bdi>Total<\/bdi><\/th><td><data value="1">\$1\.00/,
    );
    expect(page).toContain(
      '<li>skipped 1 unreadable row: usage.csv line 8 (ts is not an ISO 8601 time: &quot;torn | &lt;b&gt;',
    );
    expect(page).toContain(
      '<li>the cost of 1 attempt is unknown: the real total may be higher than shown</li>',
    );
    expect(page).toContain('<li>Baseline: an estimate.');
  });

  it('draws cost by day and model, cost by task and latency, for two widths', () => {
    const day = ['1 Nov, gpt-5-mini-2025-08-07: $0.75 of $0.75', '3 Nov, gpt-5: $0.25 of $0.25'];
    const task = ['tests: $1.00'];
    const latency = [
      'gpt-5, p50: 1.2 s',
      'gpt-5-mini-2025-08-07, p50: 1.2 s',
      'gpt-5, p95: 1 min 1 s',
      'gpt-5-mini-2025-08-07, p95: 1.2 s',
    ];
    expect(bars(page)).toEqual([...day, ...day, ...task, ...task, ...latency, ...latency]);
    expect(page.match(/<svg viewBox="0 0 \d+ \d+" role="img" aria-label="Bars of /g)).toHaveLength(6);
  });

  it('draws names that every object has properties of, and changes none of those', () => {
    const known = Object.getOwnPropertyDescriptors(Object.prototype);
    const names = [...Object.keys(known), 'a\n__proto__'];
    const drawn = ['__proto__', 'constructor', 'toString', 'a\n__proto__'].flatMap((name) => [
      pageOf([{ model_served: name, task: name }], { by: ['model', 'task'] }),
    ]);
    const all = pageOf(
      names.map((name) => ({ model_served: name, task: name })),
      { by: ['task'] },
    );
    expect(Object.getOwnPropertyDescriptors(Object.prototype)).toEqual(known);
    const inherited: string[] = [];
    for (const name in {}) inherited.push(name);
    expect(inherited).toEqual([]);
    expect(bars(drawn[0]!).join('\n')).toMatch(/^__proto__: \$/m);
    expect(all).toMatch(/<text [^>]*>\u200b__proto__<\/text>/);
  });

  it('has the numbers of each chart as a table', () => {
    const [first] = page.match(/<details>.*?<\/details>/s)!;
    expect(first!.replace(/<[^>]*>/g, '|').replace(/\|+/g, '|')).toBe(
      '|Numbers of this chart|Day|gpt-5-mini-2025-08-07|gpt-5|Together|2026-11-01|$0.75|$0|$0.75|2026-11-03|$0|$0.25|$0.25|',
    );
    expect(page.match(/<details>/g)).toHaveLength(3);
  });
});

describe('names from the CSV', () => {
  const hostile = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onload='alert(1)",
    ']]></style></svg><style>body{display:none}</style>',
    '&lt;b&gt; $& $1 {x}',
    'ecmeta_series_index="9" class="x"',
    'a\u202Eevil\u2066b',
    '</title><base href=//x>',
    '<!--',
    'url(http://x)',
  ];
  const page = pageOf(
    hostile.map((name) => ({ model_served: name, task: name, project: name, cost_usd: 0.5 })),
    { by: ['task', 'model', 'project'] },
  );

  it('add no element and no attribute', () => {
    const shape = (html: string) =>
      html
        .replace(/<title>[^<]*/g, '')
        .match(/<[a-zA-Z!/][^>]*>/g)!
        .map((tag) => tag.replace(' xml:space="preserve"', '').replace(/"[^"]*"/g, '""'));
    const plain = pageOf(
      hostile.map((_, at) => {
        const name = `name ${at}`;
        return { model_served: name, task: name, project: name, cost_usd: 0.5 };
      }),
      { by: ['task', 'model', 'project'] },
    );
    expect([...new Set(shape(page))].sort()).toEqual([...new Set(shape(plain))].sort());
    expect(shape(page).length).toBe(shape(plain).length);
  });

  it('are shown as they are, and what hides or turns text as escapes', () => {
    for (const text of [
      '&lt;script&gt;alert(1)&lt;/script&gt;',
      '&quot;&gt;&lt;img src=x onerror=alert(1)&gt;',
      '&amp;lt;b&amp;gt; $&amp; $1 {x}',
      'ecmeta_series_index=&quot;9&quot; class=&quot;x&quot;',
      'a\\u202eevil\\u2066b',
    ])
      expect(page).toContain(`<bdi>${text}</bdi>`);
    expect(page).not.toMatch(/[\u202E\u2066]/);
  });
});

describe('what is too little or too much to draw', () => {
  it.each([
    ['no rows', [], ['No attempts were found']],
    ['no cost', [{ cost_usd: 0 }], ['No day has a known cost', 'No task has a known cost']],
    [
      'unknown costs',
      [{ cost_usd: undefined }],
      ['No day has', 'No task has', '>1 attempt of unknown cost<'],
    ],
    ['only failures', [{ error: 'refusal', cost_usd: 1 }], ['No attempt that succeeded has a latency']],
  ])('%s', (_name, records, words) => {
    const page = pageOf(records);
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
    for (const word of words) expect(page).toContain(word);
    expect(page).toMatch(/<tbody>\n<tr>/);
  });

  it('one row', () => {
    expect(bars(pageOf([{ cost_usd: 1e-7 }]))[0]).toBe(
      '1 Nov, gpt-5-mini-2025-08-07: $0.00000010 of $0.00000010',
    );
  });

  it('ten thousand models on four hundred days', () => {
    const day = (at: number) => new Date(Date.parse('2025-12-01') + (at % 400) * 86_400_000).toISOString();
    const rows = Array.from({ length: 10_000 }, (_, at) => `${day(at)},m${at},t${at % 900},${at + 1}`);
    const csv = ['ts,model_served,task,cost_usd', ...rows].join('\n');
    const page = reportPage(reportOfCsv(csv, { by: ['model'], now, charts: true }));
    expect(page).toContain('9 994 other models');
    expect(page).toContain('Each bar is one week.');
    expect(page).toContain('889 others');
    expect(page).toContain(
      'Only the dearest 500 of 10 000 rows are shown, and the others as one (--format csv or json has all).',
    );
    expect(page.length).toBeLessThan(800_000);
  });

  it('days thousands of years apart', () => {
    const page = pageOf([
      { ts: '0001-01-01T00:00:00Z', cost_usd: 1 },
      { ts: '9999-12-31T00:00:00Z', cost_usd: 2 },
    ]);
    expect(page).toContain('Each bar is one year. Earlier, and not drawn: $1.00.');
  });
});

describe('budgets', () => {
  const budgets: ReportBudget[] = [
    { window: 'day', project: null, limit_usd: 2, spent_usd: 2.5 },
    { window: 'day', project: '<acme>', limit_usd: 1, spent_usd: null },
    { window: 'month', project: null, limit_usd: 40, spent_usd: 3 },
  ];
  const records = [{ cost_usd: 1 }, { ts: '2026-11-02T10:00:00Z', cost_usd: 0.5 }];

  it('are listed, and a line in the chart where they are of what its bars are', () => {
    const page = reportPage({ ...reportOf(records), budgets });
    expect(page).toContain(
      '<li>All projects: $2.00 per day, $2.50 spent today <span class="over">over the budget</span></li><li>Project <bdi>&lt;acme&gt;</bdi>: $1.00 per day</li><li>All projects: $40.00 per month, $3.00 spent this month</li>',
    );
    expect(page).toContain('Dashed: the budget of $2.00 per day.');
    expect(page.match(/>budget \$2\.00<\/text>/g)).toHaveLength(2);
    expect(page.match(/>budget /g)).toHaveLength(2);
  });

  it('are no line far above the bars', () => {
    const far = budgets.map((budget) => ({ ...budget, limit_usd: 100 }));
    expect(reportPage({ ...reportOf(records), budgets: far })).not.toContain('Dashed');
  });
});

it('shows what is compared side by side', async () => {
  const cwd = folder({
    'u.csv':
      'ts,model_served,task,cost_usd\n2026-11-01,a,docs,1\n2026-11-01,b,docs,2\n2026-11-01,a,tests,3\n',
  });
  const args = ['usage', 'report', 'u.csv', '--compare', 'model', '--format', 'html'];
  const { stdout } = await orch(args, { cwd });
  const [, table] = /<h2 id="table">Side by side<\/h2>.*?(<table>.*<\/table>)/s.exec(stdout)!;
  expect(table!.replace(/<[^>]*>/g, '|').replace(/[|\n]+/g, '|')).toBe(
    '|Task|Measure|a|b|tests|Calls|1|Success|100.0 %|Cost per success|$3.00|p50|-|p95|-|docs|Calls|1|1|Success|100.0 %|100.0 %|Cost per success|$1.00|$2.00|p50|-|-|p95|-|-|',
  );
});

describe.each(Object.entries(themes))('the %s theme', (_name, theme) => {
  it('can be read, and its bars can be seen', () => {
    for (const paper of [theme.paper, theme.band])
      for (const ink of [theme.ink, theme.quiet, theme.alert])
        expect(contrast(ink, paper)).toBeGreaterThanOrEqual(4.5);
    for (const bar of [theme.c1, theme.c2, theme.c3, theme.c4, theme.c5, theme.c6, theme.c7])
      expect(contrast(bar, theme.paper)).toBeGreaterThanOrEqual(3);
  });
});

it('prints the light theme', () => {
  expect(style).toContain('@media screen and (prefers-color-scheme:dark)');
});

/** As WCAG 2 defines it. */
function contrast(one: string, other: string): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}
