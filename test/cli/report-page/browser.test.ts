/** The page in a real browser: the numbers that it shows, and how it fits. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UsageReport } from '../../../src/core/record/report/usage-report.ts';
import { Chromium, chromiumPath } from '../../helpers/chromium.ts';
import { orchInProcess as orch } from '../../helpers/cli.ts';

const longName = 'a-name-that-is-much-longer-than-any-telephone-is-wide-'.repeat(4);
const models = [
  'gpt-5',
  'gpt-5-mini',
  '<img src=http://127.0.0.1:9/x onerror=alert(1)>',
  longName,
  'e',
  'f',
  'g',
  'h',
];

function csv(): string {
  const rows = Array.from({ length: 200 }, (_, at) => {
    const model = `"${models[at % models.length]!.replaceAll('"', '""')}"`;
    const day = String(1 + (at % 25)).padStart(2, '0');
    const cost = at % 17 === 0 ? '' : ((at % 23) / 100).toFixed(2);
    return `2026-11-${day}T10:00:00Z,r${at},${model},task ${at % 5},${1000 * at},${at},${900 + 70 * at},${cost},${at % 13 === 0 ? 'refusal' : ''}`;
  });
  return [
    'ts,run_id,model_served,task,input_tokens,output_tokens,latency_ms,cost_usd,error',
    ...rows,
    'torn',
  ].join('\n');
}

interface ShownCell {
  name: string;
  value: number | null;
  text: string;
}

/** Name, exact value and text of a column of the table of groups, the total last. */
const column = (title: string) => `(() => {
  const table = document.querySelector('section:last-of-type table');
  const at = [...table.tHead.rows[0].cells].findIndex((cell) => cell.innerText === ${JSON.stringify(title)});
  return [...table.tBodies[0].rows, ...table.tFoot.rows].map(({ cells }) => ({
    name: cells[0].textContent,
    value: Number(cells[at].querySelector('data')?.value ?? NaN),
    text: cells[at].innerText,
  }));
})()`;

const widthsOf = (selector: string) => `(() => {
  const pane = document.querySelector(${JSON.stringify(selector)});
  return { own: pane.scrollWidth, room: pane.clientWidth, window: innerWidth };
})()`;

const cwd = mkdtempSync(join(tmpdir(), 'orch-page-'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

describe.skipIf(chromiumPath === undefined)('the page in a browser (chromium)', () => {
  let browser: Chromium;
  let report: UsageReport;
  let url = '';

  beforeAll(async () => {
    writeFileSync(join(cwd, 'u.csv'), csv());
    const show = async (...args: string[]) =>
      (await orch(['usage', 'report', 'u.csv', ...args], { cwd })).stdout;
    const [page, json] = await Promise.all([show('--format', 'html'), show('--format', 'json')]);
    report = JSON.parse(json);
    writeFileSync(join(cwd, 'report.html'), page);
    url = pathToFileURL(join(cwd, 'report.html')).href;
    browser = await Chromium.start(chromiumPath!);
  }, 60_000);
  afterAll(() => browser?.close());

  it('shows the numbers of --format json', async () => {
    await browser.open(url, { width: 1280 });
    const totals = await browser.read<number[]>(
      `[...document.querySelectorAll('.totals data')].map(({ value }) => Number(value))`,
    );
    const { total } = report;
    expect(totals).toEqual([
      total.cost_usd,
      total.calls,
      total.error_rate,
      total.fallback_rate,
      total.input_tokens,
      total.output_tokens,
      total.latency_p50_ms,
    ]);
    for (const [title, key] of [
      ['Cost', 'cost_usd'],
      ['Calls', 'calls'],
      ['Input', 'input_tokens'],
      ['Cost unknown', 'unknown_cost'],
      ['p95', 'latency_p95_ms'],
    ] as const) {
      const shown = await browser.read<ShownCell[]>(column(title));
      expect(shown.map(({ name, value }) => [name, value])).toEqual(
        [...report.groups, total].map((group) => [group.key.model ?? 'Total', group[key]]),
      );
    }
    for (const { text, value } of await browser.read<ShownCell[]>(column('Cost')))
      expect(Number(text.slice(1))).toBe(value);
  });

  it('draws as much as was spent', async () => {
    await browser.open(url, { width: 1280 });
    // A border takes a pixel of each.
    const drawn = await browser.read<{ title: string; height: number }[]>(
      `[...document.querySelector('.wide').querySelectorAll('path > title')].map(({ textContent, parentNode }) =>
        ({ title: textContent, height: parentNode.getBBox().height + 1 }))`,
    );
    const costs = drawn.map(({ title }) => Number(/: \$([\d.]+) of \$[\d.]+$/.exec(title)![1]));
    const total = report.total.cost_usd!;
    expect(costs.reduce((sum, usd) => sum + usd, 0)).toBeCloseTo(total, 6);
    const perUsd = drawn.reduce((sum, { height }) => sum + height, 0) / total;
    for (const [at, { height }] of drawn.entries())
      expect(Math.abs(height - costs[at]! * perUsd)).toBeLessThan(1);
  });

  it.each([
    { width: 1280, scheme: 'light' },
    { width: 1280, scheme: 'dark' },
    { width: 390, scheme: 'light' },
    { width: 390, scheme: 'dark' },
    { width: 320, scheme: 'light' },
  ] as const)('fits $width px in $scheme colours', async ({ width, scheme }) => {
    await browser.open(url, { width, scheme });
    const page = await browser.read<{ own: number; room: number; window: number }>(widthsOf('html'));
    expect(page.own).toBe(page.room);
    expect(page.window).toBe(width);
    const paper = await browser.read<string>('getComputedStyle(document.body).backgroundColor');
    expect(paper).toBe(scheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(20, 23, 26)');
    const drawings = await browser.read<number[]>(
      `[...document.querySelectorAll('.wide svg, .narrow svg')].map((svg) => svg.getBoundingClientRect().width).filter((own) => own > 0)`,
    );
    expect(drawings).toHaveLength(3);
    expect(Math.max(...drawings)).toBeLessThanOrEqual(width);
    // Without scrolling the table, what is told of a model is who and how much.
    const cost = await browser.read<number>(
      `document.querySelector('section:last-of-type tbody td').getBoundingClientRect().right`,
    );
    expect(cost).toBeLessThanOrEqual(width);
    // And the rest is reached in a box of its own.
    const table = await browser.read<{ own: number; room: number }>(widthsOf('section:last-of-type .scroll'));
    if (width < 600) expect(table.own).toBeGreaterThan(table.room);
  });

  it('asks for nothing, and breaks no rule of its own', () => {
    expect([...new Set(browser.requests)]).toEqual([url]);
    expect(browser.complaints).toEqual([]);
  });
});
