import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { encodeRecord, headerRow } from '../../src/core/record/csv.ts';
import { orchInProcess as orch } from '../helpers/cli.ts';
import { bareEnvironment, bin, folder, provider } from '../helpers/orch.ts';
import { usageRecord } from '../helpers/usage-record.ts';

describe('orch usage status', () => {
  it('says what calls have cost, and the last of them', async () => {
    const env = { ...(await provider()).env, XDG_STATE_HOME: folder() };
    const first = JSON.parse((await orch(['docs', 'x', '--json'], { env })).stdout).meta;
    const last = JSON.parse((await orch(['tests', 'y', '--json'], { env })).stdout).meta;
    const { status, stdout, stderr } = await orch(['usage', 'status'], { env });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^orch: \$[\d.]+ today in 2 calls \| last: .*, \$[\d.]+, just now\n$/);
    expect(stdout).toContain(last.model);
    const json = JSON.parse((await orch(['usage', 'status', '--json'], { env })).stdout);
    expect(json).toMatchObject({ calls: 2, last: { run_id: last.run_id, cost_usd: last.cost_usd } });
    expect(json.cost_usd).toBeCloseTo(first.cost_usd + last.cost_usd, 9);
  });

  it('of a file that cannot be read is an error, but for a status line', async () => {
    const { status, stderr } = await orch(['usage', 'status'], { env: { ORCH_USAGE_CSV: folder() } });
    expect(status).toBe(2);
    expect(stderr).toContain('could not be read');
  });
});

describe('orch usage status --statusline', () => {
  const at = '2026-11-02T09:00:00.000Z';
  const row = encodeRecord(usageRecord({ ts: at, cost_usd: 0.5 }));
  const clock = { ...systemClock, now: () => Date.parse(at) + 60_000 };
  const files = {
    'good.csv': `${headerRow}\n${row}\n`,
    'torn.csv': `${headerRow}\n${row}\n${row.slice(0, 80)}`,
    'text.csv': 'shopping list\nmilk\n',
    'json/policies.json': '{"budgets": {"perDayUsd": 1',
    'key/policies.json': '{"budgets": {"perYearUsd": 1}}',
  };
  const today = /^\$0\.50 today in 1 call \| last: gpt-5-mini-2025-08-07, \$0\.50, just now/;
  const after = (words: RegExp) => new RegExp(`${today.source} \\| ${words.source}`);

  it.each<[string, Record<string, string>, RegExp, string[]?]>([
    ['nothing wrong', {}, /^\$0\.50 today in 1 call \| last: [^|]*$/],
    ['recording off', { ORCH_USAGE_CSV: 'off' }, /^recording is off/],
    ['no ledger', { ORCH_USAGE_CSV: 'none.csv' }, /^\$0 today in 0 calls \| nothing has been recorded yet$/],
    ['a folder', { ORCH_USAGE_CSV: 'key' }, /^usage unknown: \S+ could not be read: it is not a file$/],
    ['below a file', { ORCH_USAGE_CSV: 'good.csv/x' }, /could not be read: ENOTDIR: not a directory$/],
    ['a torn row', { ORCH_USAGE_CSV: 'torn.csv' }, /^at least \$0\.50 .* 1 row of the ledger could not be/],
    ['another file', { ORCH_USAGE_CSV: 'text.csv' }, /^at least \$0 .* 2 rows of the ledger could not be/],
    ['torn JSON', { ORCH_CONF: 'json' }, after(/budgets unknown: .*\/json\/policies\.json: is not valid/)],
    ['a wrong key', { ORCH_CONF: 'key' }, after(/budgets unknown: .* budgets\.perYearUsd: unknown key/)],
    ['no configuration', { ORCH_CONF: '/nowhere' }, after(/budgets unknown: ORCH_CONF is \/nowhere/)],
    ['no amount', { ORCH_DAILY_BUDGET_USD: 'ten' }, after(/budgets unknown: .* "ten" is not an amount/)],
    ['below zero', { ORCH_MONTHLY_BUDGET_USD: '-1' }, after(/budgets unknown: .* "-1" is not an amount/)],
    ['no Redis URL', { ORCH_BUDGET_URL: 'here' }, after(/budgets unknown: .* ORCH_BUDGET_URL: is not/)],
    [
      'Redis down',
      { ORCH_BUDGET_URL: 'redis://127.0.0.1:1', ORCH_DAILY_BUDGET_USD: '5' },
      after(/budgets unknown: the budget at redis:\S+ could not be used: connection refused$/),
    ],
    ['a level of the log', { ORCH_LOG_LEVEL: 'loud' }, after(/budgets unknown: .* ORCH_LOG_LEVEL/)],
    ['an option that there is not', {}, /^usage unknown: unknown option '--bugdets'/, ['--bugdets']],
    ['a file without --rebuild', {}, /^usage unknown: files are only read with --rebuild$/, ['good.csv']],
  ])('is one line and a success, and says what is wrong: %s', async (_name, wrong, line, more = []) => {
    const cwd = folder(files);
    const { ORCH_CONF: conf } = wrong;
    const env = { ORCH_USAGE_CSV: 'good.csv', ...wrong, ORCH_CONF: conf && resolve(cwd, conf) };
    const session = JSON.stringify({ session_id: 's', workspace: { current_dir: '/' } });
    const args = ['usage', 'status', '--statusline', ...more];
    const text = await orch(args, { env, cwd, clock, stdin: session });
    expect(text).toMatchObject({ status: 0, stderr: '' });
    expect(text.stdout).toMatch(/^orch: .+\n$/);
    expect(text.stdout.slice('orch: '.length, -1)).toMatch(line);
    const json = await orch([...args, '--json'], { env, cwd, clock, stdin: session });
    expect(json).toMatchObject({ status: 0, stderr: '' });
    expect(json.stdout).toMatch(/^.+\n$/);
    expect(JSON.parse(json.stdout).line).toMatch(line);
  });

  it('is one line in a folder that is gone', () => {
    const leave = ['-c', 'rmdir "$PWD" && exec "$@"', 'sh', process.execPath, bin];
    const args = [...leave, 'usage', 'status', '--statusline'];
    const options = { cwd: folder(), env: bareEnvironment(), encoding: 'utf8' as const };
    expect(spawnSync('sh', args, options)).toMatchObject({
      status: 0,
      stdout: 'orch: usage unknown: the working directory no longer exists\n',
      stderr: '',
    });
  });
});
