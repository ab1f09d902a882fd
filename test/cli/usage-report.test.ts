import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { renderReportTable } from '../../src/cli/render/report-table.ts';
import { encodeRecord, headerRow } from '../../src/core/record/csv.ts';
import { orchInProcess as orch } from '../helpers/cli.ts';
import { folder, orch as orchProcess, provider } from '../helpers/orch.ts';
import { usageRecord } from '../helpers/usage-record.ts';
import { usageReport } from '../helpers/usage-report.ts';

const row = (fields: Parameters<typeof usageRecord>[0] = {}) => encodeRecord(usageRecord(fields));
const ledger = [
  headerRow,
  row({ run_id: 'a', cost_usd: 0.25 }),
  row({ run_id: 'b', cost_usd: 0.5, model_served: 'gpt-5', ts: '2026-11-03T10:00:00.000Z' }),
  row({ run_id: 'c', cost_usd: undefined, error: 'server-error', ts: '2026-11-04T10:00:00.000Z' }),
].join('\n');

describe('orch usage report', () => {
  it('adds up what calls have left', async () => {
    const env = { ...(await provider()).env, XDG_STATE_HOME: folder() };
    const results = await Promise.all([
      orch(['docs', 'x', '--json'], { env }),
      orch(['docs', 'y', '--json'], { env }),
    ]);
    const costs = results.map(({ stdout }) => JSON.parse(stdout).meta.cost_usd as number);
    const { status, stdout } = await orch(['usage', 'report', '--json'], { env });
    expect(status).toBe(0);
    const report = JSON.parse(stdout);
    expect(report.total).toMatchObject({ calls: 2, attempts: 2, failures: 0, unknown_cost: 0 });
    expect(report.total.cost_usd).toBeCloseTo(costs[0]! + costs[1]!, 9);
  });

  it('reads the files it is given, grouped and bounded', async () => {
    const cwd = folder({ 'logs/usage.csv': `${ledger}\n` });
    const [all, some] = await Promise.all([
      orch(['usage', 'report', 'logs/usage.csv', '--by', 'model', '--json'], { cwd }),
      orch(
        ['usage', 'report', 'logs/usage.csv', '--since', '2026-11-02', '--until', '2026-11-03', '--json'],
        { cwd },
      ),
    ]);
    const report = JSON.parse(all.stdout);
    expect(
      report.groups.map(({ key, calls }: { key: object; calls: number }) => ({ ...key, calls })),
    ).toEqual(expect.arrayContaining([expect.objectContaining({ calls: 1 })]));
    expect(report.total).toMatchObject({ calls: 3, failures: 1, cost_usd: 0.75, unknown_cost: 1 });
    expect(JSON.parse(some.stdout).total).toMatchObject({ calls: 1, cost_usd: 0.5 });
  });

  it.each([
    ['table', /│ Model|Model/i],
    ['csv', /^model,/m],
    ['md', /^\| /m],
    ['html', /^<!doctype html>/i],
    ['json', /^\{/],
  ])('shows it as %s', async (format, shape) => {
    const cwd = folder({ 'usage.csv': `${ledger}\n` });
    const { status, stdout } = await orch(['usage', 'report', 'usage.csv', '--format', format], { cwd });
    expect(status).toBe(0);
    expect(stdout).toMatch(shape);
    expect(stdout).toContain('gpt-5');
  });

  it('writes it to a file', async () => {
    const cwd = folder({ 'usage.csv': `${ledger}\n` });
    const args = ['usage', 'report', 'usage.csv', '--format', 'html', '-o', 'report.html'];
    expect(await orch(args, { cwd })).toMatchObject({ status: 0, stdout: '' });
    expect(readFileSync(join(cwd, 'report.html'), 'utf8')).toMatch(/<\/html>\s*$/);
  });

  it('leaves out rows that it cannot read, and says so', async () => {
    const broken = `${ledger}\n"torn,row\n${headerRow}\n1,2,3\n${row({ run_id: 'd', cost_usd: 1 })}\n\u0000\u0001\n`;
    const cwd = folder({ 'usage.csv': broken });
    const { status, stdout, stderr } = await orch(['usage', 'report', 'usage.csv', '--json'], { cwd });
    expect(status).toBe(0);
    const report = JSON.parse(stdout);
    expect(report.total.cost_usd).toBeCloseTo(1.75, 9);
    expect(report.skipped_rows).toBeGreaterThan(0);
    expect(`${stderr}${report.warnings}`).toMatch(/line|row/);
  });

  it.each([
    ['that is missing', 'missing.csv', /missing\.csv/],
    ['that is a folder', '.', /directory|folder/],
  ])('refuses a file %s', async (_name, file, words) => {
    const { status, stdout, stderr } = await orch(['usage', 'report', file]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(words);
  });

  it('has nothing to show where nothing was recorded, and says why', async () => {
    const [empty, off, other] = await Promise.all([
      orch(['usage', 'report'], { env: { XDG_STATE_HOME: folder() } }),
      orch(['usage', 'report'], { env: { ORCH_USAGE_CSV: 'off' } }),
      orch(['usage', 'report', 'other.csv'], { cwd: folder({ 'other.csv': 'name,age\nx,1\n' }) }),
    ]);
    expect(empty).toMatchObject({
      status: 0,
      stderr: expect.stringMatching(/nothing has been recorded yet: .*usage\.csv/),
    });
    expect(off).toMatchObject({ status: 0, stderr: expect.stringContaining('ORCH_USAGE_CSV=off') });
    expect(other.stderr).not.toContain('internal error');
    expect(other.stderr).toMatch(/warning|error/);
  });

  it('is no report of a file that is something else', async () => {
    const cwd = folder({ 'a.ts': 'const a = 1;\nconst b = 2;\n', 'empty.csv': '' });
    const [other, empty] = await Promise.all(
      ['a.ts', 'empty.csv'].map((file) => orch(['usage', 'report', file], { cwd })),
    );
    expect(other).toMatchObject({ status: 2, stdout: '' });
    expect(other!.stderr).toMatch(/a\.ts is not a usage CSV/);
    expect(empty!.status).toBe(0);
  });
});

describe('the table', () => {
  const records = [
    usageRecord({ run_id: 'a', cost_usd: 0.25, error: 'refusal', cached_input_tokens: 7 }),
    usageRecord({
      run_id: 'a',
      attempt: 2,
      model_served: 'gpt-6.2-terra-2026-10-01',
      escalated_from: 'gpt-5-mini',
    }),
    usageRecord({ run_id: 'b', task: 'docs', verify_ms: 4000, cost_usd: undefined }),
  ];
  const lines = (text: string) => text.trimEnd().split('\n');
  const widest = (text: string) => Math.max(...lines(text).map((line) => line.length));
  const widths = [40, 80, 120, 200];

  it.each([[['model', 'task', 'language']], [['day', 'model']], [['week']], [[]]] as const)(
    'by %j keeps within the terminal, and says what it leaves out',
    (by) => {
      const report = usageReport(records, { by, now: 0 });
      for (const width of widths) {
        const table = renderReportTable(report, width);
        expect(widest(table)).toBeLessThanOrEqual(width);
        for (const title of ['Cost', 'Calls']) expect(table).toContain(title);
      }
      expect(renderReportTable(report, 40)).toMatch(/Hidden, .*p95/s);
      for (const width of [200, undefined]) expect(renderReportTable(report, width)).not.toContain('Hidden');
    },
  );

  it('explains a total in which rows overlap, and an estimate', () => {
    const table = renderReportTable(usageReport(records, { by: ['model'], now: 0 }));
    expect(table).toMatch(/^│ Total /m);
    expect(table).toMatch(/^Total: each of the 2 calls counts once there, .*; the rows have 3 together\./m);
    expect(table).toMatch(/^Baseline: an estimate\./m);
  });

  it('tears no word of a name at 40 columns', () => {
    const records = [
      usageRecord({ cost_usd: 0.25 }),
      usageRecord({ run_id: 'other', task: 'refactor', model_served: 'rehearsal:gpt-6.2-sol' }),
    ];
    const narrow = usageReport(records, { by: ['model', 'task'], now: 0 });
    const table = renderReportTable(narrow, 40);
    expect(widest(table)).toBeLessThanOrEqual(40);
    for (const word of [/ rehearsal: /, / gpt-6\.2-sol /, / refactor /]) expect(table).toMatch(word);
  });

  it('has what is compared side by side, as far as there is room', () => {
    const report = usageReport(records, { by: ['task'], compare: 'model', now: 0 });
    for (const width of widths) expect(widest(renderReportTable(report, width))).toBeLessThanOrEqual(width);
    expect(lines(renderReportTable(report, 80)).slice(0, 10)).toMatchInlineSnapshot(`
      [
        "Usage by task, models compared",
        "┌───────┬──────────────────┬───────────────────────┬──────────────────────────┐",
        "│ Task  │                  │ gpt-5-mini-2025-08-07 │ gpt-6.2-terra-2026-10-01 │",
        "├───────┼──────────────────┼───────────────────────┼──────────────────────────┤",
        "│ tests │ Calls            │                     1 │                        1 │",
        "│       │ Success          │                 0.0 % │                  100.0 % │",
        "│       │ Cost per success │                     - │                 $0.00065 │",
        "│       │ p50              │                     - │                    1.2 s │",
        "│       │ p95              │                     - │                    1.2 s │",
        "│ docs  │ Calls            │                     1 │                          │",
      ]
    `);
    const narrow = renderReportTable(report, 40);
    expect(narrow.match(/Cost per/g)?.length).toBe(4);
  });
});

it('takes files, patterns, packed files and standard input, and filters', async () => {
  const cwd = folder({ 'a.csv': `${headerRow}\n${row({ run_id: 'a', cost_usd: 1 })}\n` });
  const more = [
    row({ run_id: 'b', cost_usd: 2, project: 'acme' }),
    row({ run_id: 'c', cost_usd: 4, task: 'docs', model_served: 'gpt-5', project: 'acme' }),
  ];
  writeFileSync(join(cwd, 'b.csv.gz'), gzipSync([headerRow, ...more, ''].join('\n')));
  const cost = async (...args: string[]) =>
    JSON.parse((await orch(['usage', 'report', '*.csv*', '--json', ...args], { cwd })).stdout).total.cost_usd;
  expect(await cost()).toBe(7);
  expect(await cost('--project', 'acme')).toBe(6);
  expect(await cost('--task', 'docs', '--task', 'tests', '--model', 'gpt-5')).toBe(4);
  const compared = await orch(['usage', 'report', '*.csv*', '--compare', 'model', '--format', 'md'], { cwd });
  expect(compared.stdout).toMatch(/^\| Task .*\| gpt-5-mini-2025-08-07 \| +gpt-5 \|$/m);
  const csv = await orch(['usage', 'report', 'a.csv', '--format', 'csv', '--bom'], { cwd });
  expect(csv.stdout).toMatch(/^\uFEFFmodel,calls,/);
});

it('reads standard input', async () => {
  const { stdout } = await orchProcess(['usage', 'report', '-', '--json'], {
    stdin: gzipSync(`${ledger}\n`),
  });
  expect(JSON.parse(stdout)).toMatchObject({
    files: ['standard input'],
    total: { calls: 3, cost_usd: 0.75 },
  });
});

it('adds up exactly what the answers have said', async () => {
  const env = { ...(await provider()).env, XDG_STATE_HOME: folder() };
  const calls = Array.from({ length: 12 }, (_, at) =>
    orch(['docs', 'x'.repeat(1 + at * 37), '--json'], { env }),
  );
  const costs = (await Promise.all(calls)).map(({ stdout }) => JSON.parse(stdout).meta.cost_usd as number);
  const { stdout } = await orch(['usage', 'report', '--json'], { env });
  const sum = costs.reduce((total, usd) => total + BigInt(Math.round(usd * 1e12)), 0n);
  expect(Number(sum)).toBeGreaterThan(0);
  expect(JSON.parse(stdout).total.cost_usd).toBe(Number(sum) / 1e12);
});

it('counts the days of the time zone that is named, and knows its name', async () => {
  const cwd = folder({
    'u.csv': 'ts,model_served,cost_usd\n2026-10-31T22:59:59.000Z,a,1\n2026-10-31T23:00:00.000Z,a,2\n',
  });
  const report = (...args: string[]) => orch(['usage', 'report', 'u.csv', '--by', 'day', ...args], { cwd });
  const { stdout } = await report('--timezone', 'Europe/Berlin', '--since', '2026-11-01', '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    timezone: 'Europe/Berlin',
    since: '2026-10-31T23:00:00.000Z',
    groups: [{ key: { day: '2026-11-01' }, cost_usd: 2 }],
  });
  const shown = await report('--timezone', 'Europe/Berlin', '--since', '2026-11-01');
  expect(shown.stdout).toContain('Usage by day from 2026-11-01 00:00 (Europe/Berlin)');
  const { status, stderr } = await report('--timezone', 'Europe/Berln');
  expect([status, stderr]).toEqual([
    2,
    'error: --timezone: "Europe/Berln" is not a time zone\nhint: did you mean Europe/Berlin?\n',
  ]);
});
