import { chmodSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { redisBudget } from '../../src/adapters/budget/redis-budget.ts';
import type { BytesChange } from '../../src/engine/ports.ts';
import { loadTools } from '../../src/mcp/tools.ts';
import type { DoctorOutput } from '../../src/operations/doctor.ts';
import { orchInProcess as orch } from '../helpers/cli.ts';
import { journals, killedWhileApplying } from '../helpers/killed.ts';
import { folder, key, livingModels, type OrchOptions, provider } from '../helpers/orch.ts';
import { freePort, hasRedis, startRedis } from '../helpers/redis-server.ts';
import { catalog } from '../rehearsal/bench.ts';

/** A home without clients, settings or a record. */
function home(files: Record<string, string> = {}): Record<string, string> {
  const path = folder(files);
  return {
    HOME: path,
    USERPROFILE: path,
    XDG_CONFIG_HOME: join(path, 'config'),
    XDG_STATE_HOME: join(path, 'state'),
  };
}

async function examined(args: readonly string[], options: OrchOptions) {
  const { status, stdout, stderr } = await orch(['doctor', '--json', ...args], options);
  expect(stderr).toBe('');
  const output = JSON.parse(stdout) as DoctorOutput;
  expect(output.ok).toBe(status === 0);
  const of = (id: string) => output.findings.filter((finding) => finding.id === id);
  const problems = output.findings.filter((finding) => finding.status === 'problem');
  return { status, stdout, output, of, problems };
}

/** The URL of a server that does nothing but what it is given. */
async function listening(answer: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer({}, answer);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

describe('orch doctor', () => {
  it('finds nothing wrong where nothing is, and asks for the list of models alone', async () => {
    const { server, env } = await provider();
    const { status, of, problems, stdout } = await examined([], { env: { ...home(), ...env } });
    expect(problems).toEqual([]);
    expect(status).toBe(0);
    expect(of('provider')).toMatchObject([{ status: 'ok' }]);
    expect(of('access')).toMatchObject([{ message: expect.stringContaining('gpt-6.1-sol, gpt-6.1-terra') }]);
    expect(of('shutdown')).toMatchObject([{ status: 'ok' }]);
    expect(of('setting.models')).toContainEqual(
      expect.objectContaining({
        message: `aliases.mini = "gpt-6.1-terra" (${env.ORCH_CONF}/models.json)`,
      }),
    );
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /v1/models']);
    expect(stdout).not.toContain(key);
  });

  it('shows a line per finding, and the hint below it', async () => {
    const { status, stdout, stderr } = await orch(['doctor'], { env: home() });
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout).toMatch(/^✓ node: Node \d+\.\d+\.\d+$/m);
    expect(stdout).toMatch(/^✗ key: OPENAI_API_KEY is not set\n {4}set it in the environment or in \.env/m);
    expect(stdout).toMatch(/^! provider: not checked: there is no usable key$/m);
    for (const line of stdout.trimEnd().split('\n')) expect(line).toMatch(/^([✓!✗] [\w.-]+: \S| {4}\S)/);
  });

  it('rehearses without a key', async () => {
    const { status, of } = await examined(['--rehearse'], { env: { ...home(), ORCH_CONF: livingModels() } });
    expect(status).toBe(0);
    expect(of('key')).toMatchObject([{ status: 'ok', message: expect.stringContaining('rehearsal') }]);
    expect(of('provider')).toMatchObject([{ status: 'ok' }]);
    expect(of('access')).toMatchObject([{ status: 'ok' }]);
  });

  it('shows every setting with --verbose', async () => {
    const few = await examined(['--rehearse'], { env: home() });
    const all = await examined(['--rehearse', '--verbose'], { env: home() });
    expect(few.of('setting.catalog')).toEqual([]);
    expect(all.of('setting.catalog').length).toBeGreaterThan(50);
    expect(all.of('variable')).toContainEqual(
      expect.objectContaining({ message: 'ORCH_MAX_INPUT_TOKENS is not set (default: 32000)' }),
    );
  });

  it('says that a key is refused, in words that do not repeat it', async () => {
    const { env } = await provider({ key: 'sk-proj-another-key-0123456789' });
    const { status, problems, stdout } = await examined([], { env: { ...home(), ...env } });
    expect(status).toBe(1);
    expect(problems).toMatchObject([
      {
        id: 'provider',
        message: expect.stringMatching(/^401 /),
        hint: expect.stringContaining('OPENAI_API_KEY'),
      },
    ]);
    expect(stdout).not.toContain(key);
    expect(stdout).not.toContain(key.slice(-5));
  });

  it('does not send a key that is broken', async () => {
    const { server, env } = await provider();
    const broken = { ...home(), ...env, OPENAI_API_KEY: `${key}\nexport X` };
    const { problems, of, stdout } = await examined([], { env: broken });
    expect(problems.map(({ id }) => id)).toEqual(['key']);
    expect(of('provider')).toMatchObject([{ status: 'warning' }]);
    expect(server.requests).toEqual([]);
    expect(stdout).not.toContain(key);
  });

  it.each<[string, () => Promise<string>, RegExp]>([
    ['nobody listens', async () => 'http://127.0.0.1:1/v1', /cannot reach 127\.0\.0\.1:1: /],
    [
      'a page of HTML comes',
      () =>
        listening((_, response) =>
          response.writeHead(200, { 'content-type': 'text/html' }).end('<p>login</p>'),
        ),
      /answered with a web page/,
    ],
    [
      'a page of HTML says 404',
      () =>
        listening((_, response) => response.writeHead(404, { 'content-type': 'text/html' }).end('<p>no</p>')),
      /web page/,
    ],
    [
      'something else than a list comes',
      () =>
        listening((_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{}')),
      /not a list of models/,
    ],
    [
      'what comes is not valid JSON',
      () =>
        listening((_, response) =>
          response.writeHead(200, { 'content-type': 'application/json' }).end('{"da'),
        ),
      /broken JSON/,
    ],
    [
      'the server is down',
      () =>
        listening((_, response) =>
          response.writeHead(503, { 'content-type': 'application/json' }).end('{"error":{"message":"Busy"}}'),
        ),
      /503: Busy/,
    ],
  ])('tells it when %s', async (_name, url, words) => {
    const env = { ...home(), OPENAI_API_KEY: key, ORCH_CONF: livingModels(), OPENAI_BASE_URL: await url() };
    const { status, problems } = await examined([], { env });
    expect(status).toBe(1);
    expect(problems).toMatchObject([{ id: 'provider', message: expect.stringMatching(words) }]);
  });

  it('waits no longer than it may', async () => {
    const url = await listening(() => {});
    const env = { ...home(), OPENAI_API_KEY: key, OPENAI_BASE_URL: url };
    const { problems } = await examined(['--timeout', '0.05'], { env });
    expect(problems).toMatchObject([{ id: 'provider', message: expect.stringContaining('within 0.05 s') }]);
  });

  it('waits no longer for the end of a body either', async () => {
    const url = await listening((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"data": [');
    });
    const env = { ...home(), OPENAI_API_KEY: key, OPENAI_BASE_URL: url };
    const { problems } = await examined(['--timeout', '0.2'], { env });
    expect(problems).toMatchObject([{ id: 'provider', message: expect.stringContaining('within 0.2 s') }]);
  });

  it('gives the override for a shutdown that the catalogue does not know, and it hints', async () => {
    const moved = structuredClone(catalog);
    moved.models['gpt-6-luna']!.shutdown = '2099-05-06';
    const { env } = await provider({ catalog: moved });
    const surroundings = { ...home(), ...env };
    const before = await examined([], { env: surroundings });
    expect(before.status).toBe(0);
    const [finding] = before.of('shutdown.gpt-6-luna');
    expect(finding).toMatchObject({ status: 'warning', message: expect.stringContaining('2099-05-06') });
    const [, json, file] = /^put (\{.*\}) in (.*)$/.exec(finding!.hint!)!;
    expect(file).toBe(join(surroundings.XDG_CONFIG_HOME!, 'orch/catalog.json'));
    const cured = { ...surroundings, XDG_CONFIG_HOME: folder({ 'orch/catalog.json': json! }) };
    const after = await examined([], { env: cured });
    expect(after.of('shutdown')).toMatchObject([{ status: 'ok' }]);
  });

  it('says which models the key cannot use', async () => {
    const { env } = await provider({ retired: ['gpt-6-luna'] });
    const { of } = await examined([], { env: { ...home(), ...env } });
    expect(of('access.chat')).toMatchObject([
      { status: 'warning', message: expect.stringContaining('has no access to gpt-6-luna') },
    ]);
  });

  it('reports every fault of a broken configuration, and goes on', async () => {
    const { env } = await provider();
    const conf = folder({
      'models.json': '{ "aliases": { "mini": 5 }, "rooting": {} }',
      'policies.json': '{ not json',
    });
    const { status, problems, of } = await examined([], { env: { ...home(), ...env, ORCH_CONF: conf } });
    expect(status).toBe(1);
    expect(problems.map(({ id }) => id)).toEqual(['configuration', 'configuration', 'configuration']);
    expect(problems.map(({ message }) => message).join('\n')).toContain(
      `${conf}/policies.json: is not valid JSON`,
    );
    expect(problems).toContainEqual(expect.objectContaining({ hint: 'did you mean routing?' }));
    expect(of('provider')).toMatchObject([{ status: 'ok' }]);
    expect(of('ledger')).toMatchObject([{ status: 'ok' }]);
    expect(of('alias')).toMatchObject([{ status: 'warning' }]);
  });

  it('reports a folder of configuration that is not there', async () => {
    const { problems } = await examined(['--rehearse'], { env: { ...home(), ORCH_CONF: '/nowhere/at/all' } });
    expect(problems).toMatchObject([
      { id: 'configuration', message: expect.stringContaining('/nowhere/at/all') },
    ]);
  });

  it('reports every fault of a broken environment, and sends the key nowhere', async () => {
    const { server, env } = await provider();
    const { status, problems, of } = await examined([], {
      env: {
        ...home(),
        ...env,
        OPENAI_BASE_URL: 'nonsense',
        ORCH_LOG_LEVEL: 'loud',
        ORCH_MAX_COST_USD: 'much',
      },
    });
    expect(status).toBe(1);
    expect(problems.map(({ id }) => id)).toEqual(['environment', 'environment', 'environment']);
    expect(problems.map(({ message }) => message).sort()).toEqual([
      'OPENAI_BASE_URL: is not an http or https URL',
      'ORCH_LOG_LEVEL: "loud" is not a log level',
      'ORCH_MAX_COST_USD: "much" is not an amount of USD above 0',
    ]);
    expect(of('provider')).toMatchObject([
      { status: 'warning', message: expect.stringContaining('not checked: ') },
    ]);
    expect(server.requests).toEqual([]);
  });

  it('looks at the ledger', async () => {
    const rows = 'ts,model_served\n2026-11-01T10:00:00.000Z,gpt-5\nrubbish\n';
    const files = folder({ 'usage.csv': rows, 'file/x': '' });
    const look = async (ORCH_USAGE_CSV: string) =>
      (await examined(['--rehearse'], { env: { ...home(), ORCH_USAGE_CSV } })).of('ledger');
    expect(await look(join(files, 'usage.csv'))).toMatchObject([
      { status: 'ok', message: `${files}/usage.csv, 1 row` },
      {
        status: 'warning',
        message: expect.stringContaining('1 of 2 rows cannot be read, the first in line 3'),
      },
    ]);
    expect(await look(files)).toMatchObject([
      { status: 'problem', message: expect.stringContaining('it is a folder') },
    ]);
    expect(await look(join(files, 'usage.csv/below/usage.csv'))).toMatchObject([
      { status: 'problem', message: expect.stringContaining('is a file, not a folder') },
    ]);
    expect(await look('/dev/full')).toMatchObject([
      { status: 'problem', message: expect.stringContaining('it is not a regular file') },
    ]);
    expect(await look('off')).toMatchObject([{ status: 'warning' }]);
  });

  describe('looks at the budgets', () => {
    async function look(more: Record<string, string>, policies: object = {}) {
      const env = { ...home({ 'config/orch/policies.json': JSON.stringify(policies) }), ...more };
      const { of, status, stdout } = await examined(['--rehearse'], { env });
      return { budget: of('budget'), status, stdout, state: join(env.XDG_STATE_HOME!, 'orch') };
    }

    it('and at nothing where there is none', async () => {
      const { budget, state } = await look({});
      expect(budget).toEqual([{ id: 'budget', status: 'ok', message: 'none is set' }]);
      expect(existsSync(join(state, 'budget'))).toBe(false);
    });

    it('of all projects, without beginning one', async () => {
      const budgets = { monthlyUsd: 20, perProject: { acme: { dailyUsd: 0 } } };
      const { budget, status, state } = await look({ ORCH_USAGE_CSV: 'off' }, { budgets });
      expect(status).toBe(0);
      expect(budget).toMatchObject([
        { status: 'ok', message: `counted in ${state}/budget` },
        { status: 'ok', message: '$20.00 is left of the monthly budget of $20.00' },
        { status: 'warning', message: 'the daily budget of project acme of $0 allows no request' },
        { status: 'warning', message: expect.stringContaining('usage is not recorded') },
      ]);
      expect(existsSync(join(state, 'budget'))).toBe(false);
    });

    it('in a folder that cannot be used', async () => {
      const env = { ...home({ 'state/orch/budget': 'a file' }), ORCH_DAILY_BUDGET_USD: '1' };
      const { of, status } = await examined(['--rehearse'], { env });
      expect(status).toBe(1);
      expect(of('budget')).toMatchObject([
        {
          status: 'problem',
          message: expect.stringMatching(/is a file, not a folder\): no request is sent$/),
        },
      ]);
    });

    it('at an address that cannot be used, and shows no password', async () => {
      const url = `redis://:correct-horse-7@127.0.0.1:${await freePort()}`;
      const away = await look({ ORCH_BUDGET_URL: url, ORCH_DAILY_BUDGET_USD: '1' });
      expect(away.status).toBe(1);
      expect(away.budget).toMatchObject([
        {
          status: 'problem',
          message: expect.stringMatching(
            /^the budget at redis:\/\/127.*connection refused.*: no request is sent$/,
          ),
          hint: expect.stringContaining('start the server'),
        },
      ]);
      const sent = expect.stringMatching(/: requests are sent without being counted$/);
      const allowed = await look(
        { ORCH_BUDGET_URL: url },
        { budgets: { dailyUsd: 1, onUnavailable: 'allow' } },
      );
      expect(allowed.budget).toMatchObject([{ status: 'warning', message: sent }]);
      // As a call does: without a limit it is sent.
      const unlimited = await look({ ORCH_BUDGET_URL: url });
      expect(unlimited.budget).toMatchObject([{ status: 'warning', message: sent }]);
      const others = await look(
        { ORCH_BUDGET_URL: url },
        { budgets: { perProject: { acme: { dailyUsd: 1 } } } },
      );
      expect(others.budget).toMatchObject([{ status: 'warning', message: sent }]);
      for (const { stdout } of [away, allowed, unlimited]) expect(stdout).not.toContain('correct-horse');
    });

    it.runIf(hasRedis)('in a Redis: wrong password, no sums, all right', async () => {
      const redis = await startRedis({ settings: { requirepass: 'correct-horse-7' } });
      onTestFinished(() => redis.stop());
      const at = `127.0.0.1:${redis.port}`;
      const looked = (login: string) =>
        look({ ORCH_DAILY_BUDGET_USD: '1', ORCH_BUDGET_URL: `redis://:${login}@${at}` });
      const wrong = await looked('battery-staple-9');
      expect(wrong.budget).toMatchObject([
        {
          status: 'problem',
          message: expect.stringContaining('WRONGPASS'),
          hint: expect.stringContaining('password'),
        },
      ]);
      const lost = await looked('correct-horse-7');
      expect(lost.budget).toMatchObject([
        { status: 'problem', hint: expect.stringContaining('orch usage status --rebuild') },
      ]);
      const budget = redisBudget({
        url: `redis://:correct-horse-7@${at}`,
        newId: () => 'epoch',
        onEstimated: async () => undefined,
      });
      onTestFinished(() => budget.close());
      await budget.rebuild(async () => ({ sums: [] }));
      const sound = await looked('correct-horse-7');
      expect(sound.budget).toEqual([
        { id: 'budget', status: 'ok', message: `counted in redis://${at}` },
        { id: 'budget', status: 'ok', message: '$1.00 is left of the daily budget of $1.00' },
      ]);
      for (const { stdout } of [wrong, lost, sound])
        expect(stdout).not.toMatch(/correct-horse|battery-staple/);
    });
  });

  it('shows a change that was interrupted, and a record of one that is damaged', async () => {
    const env = home();
    const state = join(env.XDG_STATE_HOME!, 'orch');
    const base = folder({ 'a.txt': 'one\n', 'b.txt': 'one\n' });
    const changes = ['a.txt', 'b.txt'].map(
      (path): BytesChange => ({ kind: 'modify', path, before: 'one\n', after: 'two\n', mode: '100644' }),
    );
    expect(await killedWhileApplying(changes, { base, state, writes: 1 })).toBe(true);
    const { of, status } = await examined(['--rehearse'], { env });
    expect(status).toBe(1);
    expect(of('change')).toMatchObject([
      {
        status: 'problem',
        message: expect.stringMatching(/^a change of .* was interrupted$/),
        hint: expect.stringContaining('orch patch apply --resume'),
      },
    ]);
    writeFileSync(journals(state)[0]!, 'rubbish');
    const { of: ofDamaged } = await examined(['--rehearse'], { env });
    expect(ofDamaged('change')).toMatchObject([{ message: expect.stringContaining('is damaged') }]);
  });

  it('warns of a state folder in which others can write', async () => {
    const env = home({ 'state/orch/x': '' });
    const path = join(env.XDG_STATE_HOME!, 'orch');
    chmodSync(path, 0o777);
    const { of, status } = await examined(['--rehearse'], { env });
    expect(status).toBe(0);
    expect(of('state')).toMatchObject([
      { status: 'ok' },
      { status: 'warning', message: expect.stringContaining(`run chmod 700 ${path}`) },
    ]);
  });

  it('names the variable whose value is its own name', async () => {
    const { of, status } = await examined([], { env: { ...home(), OPENAI_API_KEY: '$OPENAI_API_KEY' } });
    expect(status).toBe(1);
    expect(of('key')).toMatchObject([
      { status: 'problem', message: 'OPENAI_API_KEY is the name of a variable that was not expanded' },
    ]);
  });

  it('does without git, and says so', async () => {
    vi.stubEnv('PATH', folder());
    onTestFinished(() => void vi.unstubAllEnvs());
    const { of, status } = await examined(['--rehearse'], { env: home() });
    expect(status).toBe(0);
    expect(of('git')).toMatchObject([{ status: 'warning' }]);
  });

  it('finds the clients of the home and of the project', async () => {
    const env = home({
      '.claude.json': '{"mcpServers": {}}',
      '.codex/config.toml': '[mcp_servers.orch]\ncommand = "orch"\n',
    });
    const cwd = folder({ '.mcp.json': '{"mcpServers": {"orch": {"command": "orch"}}}' });
    const { of } = await examined(['--rehearse'], { env, cwd });
    expect(of('client.claude')).toMatchObject([
      { status: 'ok', message: `Claude Code starts orch (${cwd}/.mcp.json)` },
    ]);
    expect(of('client.codex')).toMatchObject([
      { status: 'warning', hint: expect.stringContaining('env_vars') },
    ]);
    expect(of('client.cursor')).toEqual([]);
  });

  it('shows no credentials of a base URL', async () => {
    const env = { ...home(), OPENAI_API_KEY: key, OPENAI_BASE_URL: 'http://me:geheim@127.0.0.1:1/v1' };
    const { stdout } = await examined(['--verbose'], { env });
    expect(stdout).not.toContain('geheim');
    expect(stdout).toContain('127.0.0.1:1/v1');
  });

  it('writes nothing', async () => {
    const surroundings = home();
    await examined(['--rehearse'], { env: surroundings });
    expect(readdirSync(surroundings.HOME!)).toEqual([]);
  });

  it('is no tool', async () => {
    expect((await loadTools()).map(({ name }) => name)).not.toContain('doctor');
  });
});
