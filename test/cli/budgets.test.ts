import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { redisBudget } from '../../src/adapters/budget/redis-budget.ts';
import { encodeRecord, headerRow } from '../../src/core/record/csv.ts';
import { parseUsageCsv } from '../../src/core/record/csv-records.ts';
import { orchInProcess as run } from '../helpers/cli.ts';
import { call } from '../helpers/mcp.ts';
import { connectInProcess } from '../helpers/mcp-in-process.ts';
import { folder, orch, provider } from '../helpers/orch.ts';
import { freePort, hasRedis, startRedis } from '../helpers/redis-server.ts';
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

  it('begins with no record that cannot be read, and says which setting names it', async () => {
    const { env, server, state } = await home({ ORCH_DAILY_BUDGET_USD: '1', ORCH_USAGE_CSV: '/dev/null' });
    const { status, stdout } = await run(question, { env });
    expect(status).toBe(6);
    expect(JSON.parse(stdout).error).toMatchObject({
      code: 'budget-unavailable',
      message: `the budget in ${join(state, 'budget')} could not be used: /dev/null is not a usage CSV: it is not a regular file`,
      hint: expect.stringMatching(/^set ORCH_USAGE_CSV to a usage CSV on a disk/),
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
    const lost = await run(question, { env });
    expect(lost.status).toBe(6);
    expect(lost.stdout).toContain('orch usage status --rebuild');
    expect(openAi.requests).toEqual([]);

    const budget = redisBudget({ url, newId: () => 'epoch', onEstimated: async () => undefined });
    onTestFinished(() => budget.close());
    await budget.rebuild(async () => ({ sums: [] }));
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

describe('a route under a budget', () => {
  /** What is spent today leaves little of a daily budget. */
  async function spent(usd: number, more: Record<string, string> = {}) {
    const { env, state } = await home(more);
    mkdirSync(state);
    const row = usageRecord({ ts: new Date().toISOString(), cost_usd: usd });
    writeFileSync(join(state, 'usage.csv'), `${headerRow}\n${encodeRecord(row)}\n`);
    return { env: { ...env, ORCH_DAILY_BUDGET_USD: '1' }, state };
  }
  const route = ['route', 'deep_reasoning', 'x'];

  it('shows what is left, and skips what does not fit as a call would; nothing is written', async () => {
    const { env, state } = await spent(0.9);
    const route = ['route', 'code_generate', 'x'];
    const { status, stdout } = await run([...route, '--explain'], { env });
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^task=\S+ size=\d+ safety=false => gpt-\S+( \(.*\))?, because gpt-\S+ does not fit what is left of the budgets$/m,
    );
    expect(stdout).toContain('budgets, left now: daily $0.10 of $1.00\n');
    expect(stdout).toMatch(/^├─ 1\. mini/m);
    expect(stdout).toMatch(
      /─ ✗ {2}codex.*: would be skipped now: it may cost \$0\.\d+, and \$0\.10 is left of the daily budget of \$1\.00$/m,
    );
    const plain = await run(route, { env });
    const [, model] = /1\. mini → (\S+)/.exec(stdout)!;
    expect(plain).toMatchObject({ status: 0, stdout: `${model}\n` });
    expect(plain.stderr).toContain('would be skipped now: it may cost');
    const dry = await run(['run', ...route.slice(1), '--dry-run', '--json'], { env });
    expect(JSON.parse(dry.stdout)).toMatchObject({
      selected: { alias: 'mini' },
      budgets: [{ name: 'daily', limit_usd: 1, left_usd: 0.1 }],
    });
    const tool = await call(await connectInProcess({ env }), 'route.explain', {
      task: 'code_generate',
    });
    expect(tool.structuredContent).toMatchObject({
      selected: { alias: 'mini' },
      budgets: [{ left_usd: 0.1 }],
    });
    expect(readdirSync(state)).toEqual(['usage.csv']);
  });

  it('ends as the call would if nothing fits, with what would', async () => {
    const { env } = await spent(0.93);
    const refused = await run([...route, '-m', 'full'], { env });
    expect(refused).toMatchObject({ status: 6, stdout: '' });
    expect(refused.stderr).toMatch(
      /^warning: chat \(at most about \$0\.\d+\) would fit: -m chat; or raise the budget/,
    );
    const json = await run([...route, '-m', 'full', '--json'], { env });
    expect(json.status).toBe(6);
    expect(JSON.parse(json.stdout)).toMatchObject({
      selected: null,
      warnings: expect.arrayContaining([expect.stringContaining('-m chat')]),
      rejected: [{ code: 'budget' }],
    });
    const rehearsed = await run([...route, '-m', 'full', '--json'], { env: { ...env, ORCH_REHEARSE: '1' } });
    expect(JSON.parse(rehearsed.stdout)).toMatchObject({ selected: { alias: 'full' }, budgets: [] });
  });

  it('ends as the call would where the budget cannot be reached, and says why', async () => {
    const { env } = await spent(0, {
      ORCH_BUDGET_URL: `redis://:correct-horse-7@127.0.0.1:${await freePort()}`,
    });
    const call6 = await run(['run', ...route.slice(1)], { env });
    expect(call6.status).toBe(6);
    const { status, stdout, stderr } = await run([...route, '--explain'], { env });
    expect(status).toBe(6);
    expect(stdout).toMatch(
      /^task=.* => no eligible model, because the budgets cannot be counted \(first choice: gpt-\S+\)$/m,
    );
    expect(stdout).toMatch(
      /^! what is left of the budgets is unknown, and a call would be refused: the budget at redis:\/\/127\.0\.0\.1:\d+ could not be used: .*connection refused \(start the server/m,
    );
    expect(stdout + stderr).not.toContain('correct-horse');
    const dry = await run(['run', ...route.slice(1), '--dry-run', '--json'], { env });
    expect(dry.status).toBe(6);
    expect(JSON.parse(dry.stdout)).toMatchObject({
      selected: null,
      rejected: [{ code: 'budget-unavailable' }, { code: 'budget-unavailable' }],
    });
    const tool = await call(await connectInProcess({ env }), 'route.explain', { task: 'deep_reasoning' });
    expect(tool.structuredContent).toMatchObject({ selected: null, fallbacks: [] });
  });

  it('shows the route where a call is sent without being counted', async () => {
    const { env } = await spent(0, {
      ORCH_BUDGET_URL: `redis://127.0.0.1:${await freePort()}`,
      ORCH_CONF: folder({ 'policies.json': '{"budgets": {"onUnavailable": "allow"}}' }),
    });
    const { status, stdout } = await run([...route, '--explain'], { env });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^! .* a call would be sent without being counted: .*connection refused/m);
  });

  it.runIf(hasRedis)('shows what is left in Redis, and leaves it as it is', async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    const { env } = await spent(0, { ORCH_BUDGET_URL: redis.url });
    const lost = await run([...route, '--explain'], { env });
    expect(lost.stdout).toContain('has no sums: it is new, or has lost its data');
    await run(['usage', 'status', '--rebuild'], { env });
    const direct = redis.client();
    const changes = async () =>
      /rdb_changes_since_last_save:(\d+)/.exec(await direct.info('persistence'))![1];
    const before = await changes();
    const { stdout } = await run([...route, '--explain'], { env });
    expect(stdout).toContain('budgets, left now: daily $1.00 of $1.00');
    expect(await changes()).toBe(before);
  });
});

describe('orch usage report', () => {
  it('shows the budgets of the own ledger in every format, and begins none', async () => {
    const { env, state } = await home({ ORCH_DAILY_BUDGET_USD: '5', ORCH_MONTHLY_BUDGET_USD: '40' });
    mkdirSync(state);
    const row = usageRecord({ ts: new Date().toISOString(), cost_usd: 2.5 });
    const ledger = join(state, 'usage.csv');
    writeFileSync(ledger, `${headerRow}\n${encodeRecord(row)}\n`);
    const report = async (...args: string[]) => (await run(['usage', 'report', ...args], { env })).stdout;
    expect(JSON.parse(await report('--format', 'json')).budgets).toEqual([
      { window: 'day', project: null, limit_usd: 5, spent_usd: 2.5 },
      { window: 'month', project: null, limit_usd: 40, spent_usd: 2.5 },
    ]);
    const note = 'Budget per day: $5.00; spent today: $2.50.';
    expect(await report()).toContain(note);
    expect(await report('--format', 'md')).toContain(note);
    const page = await report('--format', 'html');
    expect(page).toContain('<li>All projects: $5.00 per day, $2.50 spent today</li>');
    expect(page).toContain('Dashed: the budget of $5.00 per day.');
    for (const other of [[ledger], ['--task', row.task!]])
      expect(JSON.parse(await report(...other, '--format', 'json'))).not.toHaveProperty('budgets');
    expect(readdirSync(state)).not.toContain('budget');
  });

  it('does not fail where the budget cannot be reached', async () => {
    const { env } = await home({
      ORCH_BUDGET_URL: `redis://127.0.0.1:${await freePort()}`,
      ORCH_DAILY_BUDGET_USD: '5',
    });
    const { status, stdout } = await run(['usage', 'report', '--format', 'json'], { env });
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      budgets: [{ limit_usd: 5, spent_usd: null }],
      warnings: expect.arrayContaining([expect.stringContaining('what is spent of the budgets is unknown')]),
    });
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

  it('begins no budget, and counts what was recorded before there was one', async () => {
    const { env, state } = await home({ ORCH_DAILY_BUDGET_USD: '10' });
    mkdirSync(state);
    const spent = usageRecord({ ts: new Date().toISOString(), cost_usd: 4 });
    writeFileSync(join(state, 'usage.csv'), `${headerRow}\n${encodeRecord(spent)}\n`);
    const { stdout } = await run(['usage', 'status', '--json'], { env });
    expect(JSON.parse(stdout).budgets).toEqual([{ name: 'daily', limit_usd: 10, left_usd: 6 }]);
    expect(readdirSync(state)).toEqual(['usage.csv']);
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
    expect(JSON.parse(stdout)).toMatchObject({
      budgets: [{ name: 'daily', limit_usd: 1, left_usd: 0.5 }],
      warnings: [],
    });
    expect((await run(question, { env })).status).toBe(0);
    const again = async (...files: string[]) =>
      JSON.parse((await run(['usage', 'status', '--rebuild', ...files, '--json'], { env, cwd })).stdout);
    // What this machine has spent since is not in the file; what the team has is not in its own records.
    expect((await again('team.csv')).warnings).toEqual([
      expect.stringMatching(/^the budget counted \$0\.0\d+ more before than these usage records hold: /),
    ]);
    expect((await again()).warnings).toEqual([
      expect.stringMatching(/^the budget counted \$0\.[45]\d* more before than your own usage records, /),
    ]);
    expect((await again('team.csv')).warnings).toEqual([]);
    appendFileSync(join(cwd, 'team.csv'), 'what, is, this\n');
    expect((await again('team.csv')).warnings).toEqual([
      expect.stringMatching(
        /^skipped 1 unreadable row: \/.*team\.csv line 4 \(.*\): what they cost is missing/,
      ),
    ]);
    // A slip does not stop the others.
    const slip = await run(['usage', 'status', '--rebuild', 'taem.csv'], { env, cwd });
    expect(slip).toMatchObject({ status: 2, stderr: expect.stringContaining('no such file') });
    expect((await run(question, { env })).status).toBe(0);
  });
});
