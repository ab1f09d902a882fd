import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { redisBudget } from '../../src/adapters/budget/redis-budget.ts';
import { encodeRecord, headerRow } from '../../src/core/record/csv.ts';
import { parseUsageCsv } from '../../src/core/record/csv-records.ts';
import { orchInProcess as run } from '../helpers/cli.ts';
import { folder, orch, provider } from '../helpers/orch.ts';
import { hasRedis, startRedis } from '../helpers/redis-server.ts';
import { usageRecord } from '../helpers/usage-record.ts';

/** An environment of its own: what is spent in it is counted from nothing. */
async function home(more: Record<string, string> = {}) {
  const { env, server } = await provider();
  const state = folder();
  return { env: { ...env, XDG_STATE_HOME: state, ...more }, server, state: join(state, 'orch') };
}

const question = ['docs', 'x', '--json'];

describe('a budget on the command line', () => {
  it('of 0 sends nothing, with exit status 6', async () => {
    const { env, server } = await home({ ORCH_DAILY_BUDGET_USD: '0' });
    const { status, stdout } = await run(question, { env });
    expect(status).toBe(6);
    expect(JSON.parse(stdout).error).toMatchObject({
      code: 'over-budget',
      message: expect.stringContaining('$0 is left of the daily budget of $0'),
      details: { refused: expect.any(Array) },
    });
    expect(server.requests).toEqual([]);
  });

  it('holds over calls, and counts those before it was set', async () => {
    const { env, server, state } = await home();
    const { cost_usd: cost } = JSON.parse((await run(question, { env })).stdout).meta;
    expect(existsSync(join(state, 'budget'))).toBe(false);

    const limited = { ...env, ORCH_MONTHLY_BUDGET_USD: '1' };
    const { meta } = JSON.parse((await run(question, { env: limited })).stdout);
    expect(meta.warnings.join()).not.toContain('budget');
    const log = readFileSync(join(state, 'budget', '1.log'), 'utf8');
    expect(JSON.parse(log.split('\n')[1]!).sums).toEqual([[expect.any(String), '', Math.round(cost * 1e9)]]);

    const small = { ...env, ORCH_MONTHLY_BUDGET_USD: `${cost * 2}` };
    const { stdout } = await run(question, { env: small });
    expect(JSON.parse(stdout).error.code).toBe('over-budget');
    expect(server.requests).toHaveLength(2);
  });

  it('says once a day that most of it is spent', async () => {
    const { env, state } = await home({ ORCH_WEEKLY_BUDGET_USD: '10' });
    const spent = usageRecord({ ts: new Date().toISOString(), cost_usd: 8.5, mode: 'single' });
    mkdirSync(state);
    writeFileSync(join(state, 'usage.csv'), `${headerRow}\n${encodeRecord(spent)}\n`);
    const warnings = async () => JSON.parse((await run(question, { env })).stdout).meta.warnings;
    const warning = '80 % of the weekly budget of $10.00 is spent';
    expect(await warnings()).toContain(warning);
    expect(await warnings()).not.toContain(warning);
  });

  it('records what a killed process may have spent, at its highest', async () => {
    const { env, state } = await home({ ORCH_DAILY_BUDGET_USD: '1' });
    await run(question, { env });
    const log = join(state, 'budget', '1.log');
    const lines = readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => /"op":"(reserve|commit)"/.test(line))
      .map((line) => ({ ...JSON.parse(line), id: 'killed', until: 1 }));
    lines[0].row.run_id = 'killed';
    appendFileSync(log, `\n${lines.map((line) => `${JSON.stringify(line)}\n`).join('')}`);
    await run(question, { env });
    const { records } = parseUsageCsv(readFileSync(join(state, 'usage.csv'), 'utf8'));
    expect(records.map(({ cost_source }) => cost_source)).toEqual(['catalog', 'estimated', 'catalog']);
    const [own, estimate] = records;
    expect(estimate).toMatchObject({
      run_id: 'killed',
      task: 'docs',
      model_requested: own!.model_requested,
      cost_usd: own!.cost_forecast_usd,
      error: 'cancelled',
    });
  });

  it('does not exist in a rehearsal', async () => {
    const { env, state } = await home({ ORCH_DAILY_BUDGET_USD: '0' });
    expect((await run([...question, '--rehearse'], { env })).status).toBe(0);
    expect(existsSync(join(state, 'budget'))).toBe(false);
  });
});

describe.skipIf(!hasRedis)('a budget in redis-server', () => {
  it('is shared, and its password is shown nowhere', async () => {
    const server = await startRedis({ settings: { requirepass: 'correct-horse-7' } });
    onTestFinished(() => server.stop());
    const url = `redis://:correct-horse-7@127.0.0.1:${server.port}`;
    const { env, server: openAi } = await home({ ORCH_BUDGET_URL: url, ORCH_DAILY_BUDGET_USD: '1' });
    const more = { DEBUG: '*', ORCH_LOG_LEVEL: 'debug' };
    const lost = await orch(question, { env: { ...env, ...more } });
    expect(lost.status).toBe(6);
    expect(lost.stdout).toContain('orch usage status --rebuild');
    expect(openAi.requests).toEqual([]);

    const budget = redisBudget({ url, newId: () => 'epoch', onEstimated: async () => undefined });
    onTestFinished(() => budget.close());
    await budget.rebuild([]);
    // A process of its own: it has to end although it is connected.
    const answered = await orch(question, { env: { ...env, ...more } });
    expect(answered.status).toBe(0);
    const { cost_usd: cost } = JSON.parse(answered.stdout).meta;
    const day = new Date().toISOString().slice(0, 10);
    const limit = { window: 'month', project: null, nano: 1e9 } as const;
    expect((await budget.state([limit], day))[0]).toMatchObject({ settled: Math.round(cost * 1e9), open: 0 });

    const wrong = await orch(question, {
      env: { ...env, ...more, ORCH_BUDGET_URL: url.replace('7@', '8@') },
    });
    const examined = await run(['doctor', '--json'], { env });
    const listed = await run(['config', 'list'], { env });
    expect(wrong.stdout).toContain('WRONGPASS');
    expect(JSON.stringify([lost, answered, wrong, examined, listed])).not.toContain('correct-horse');
  });
});

describe('orch usage status', () => {
  it('says what is left of each budget', async () => {
    const { env } = await home({ ORCH_DAILY_BUDGET_USD: '1', ORCH_MONTHLY_BUDGET_USD: '20' });
    const { cost_usd: cost } = JSON.parse((await run(question, { env })).stdout).meta;
    const { stdout } = await run(['usage', 'status', '--json'], { env });
    const left = (name: string, limit: number) => ({
      name,
      limit_usd: limit,
      left_usd: expect.closeTo(limit - cost, 9),
    });
    expect(JSON.parse(stdout).budgets).toEqual([left('daily', 1), left('monthly', 20)]);
    expect((await run(['usage', 'status'], { env })).stdout).toMatch(/ daily: \$\d\.\d+ of \$1\.00 left/);
  });

  it('reads files only to rebuild, and only a shared budget is rebuilt', async () => {
    const { env } = await home();
    const read = await run(['usage', 'status', 'a.csv'], { env });
    expect(read).toMatchObject({ status: 2, stderr: expect.stringContaining('only read with --rebuild') });
    const rebuilt = await run(['usage', 'status', '--rebuild'], { env });
    expect(rebuilt).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('ORCH_BUDGET_URL is not set'),
    });
  });

  it.runIf(hasRedis)('--rebuild begins a shared budget with the records of all', async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    const { env } = await home({ ORCH_BUDGET_URL: redis.url, ORCH_DAILY_BUDGET_USD: '1' });
    expect((await run(question, { env })).status).toBe(6);
    const now = new Date().toISOString();
    const rows = ['a', 'b'].map((id) => encodeRecord(usageRecord({ run_id: id, ts: now, cost_usd: 0.25 })));
    const cwd = folder({ 'team.csv': `${[headerRow, ...rows].join('\n')}\n` });
    const { stdout } = await run(['usage', 'status', '--rebuild', 'team.csv', '--json'], { env, cwd });
    expect(JSON.parse(stdout).budgets).toEqual([{ name: 'daily', limit_usd: 1, left_usd: 0.5 }]);
    expect((await run(question, { env })).status).toBe(0);
  });
});
