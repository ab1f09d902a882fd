/** What a Redis may be set up to do, or to refuse: either it counts, or the user is told why nothing is spent. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type RedisBudget, redisBudget } from '../../../src/adapters/budget/redis-budget.ts';
import { neededRights } from '../../../src/adapters/budget/redis-errors.ts';
import { redisKeys } from '../../../src/adapters/budget/redis-script.ts';
import type { Limit } from '../../../src/core/budget/state.ts';
import { folder, orch, provider } from '../../helpers/orch.ts';
import { freePort, hasRedis, type RedisServer, startRedis } from '../../helpers/redis-server.ts';
import { certificatePath, keyPath } from '../../helpers/tls-fixture.ts';

const day = '2026-06-01';
const daily: Limit = { window: 'day', project: null, nano: 100 };

function client(url: string): RedisBudget {
  const budget = redisBudget({
    url,
    newId: () => crypto.randomUUID(),
    onEstimated: async () => undefined,
  });
  onTestFinished(() => budget.close());
  return budget;
}

async function reserved(budget: RedisBudget, nano = 1): Promise<string> {
  const answer = await budget.reserve({ day, project: '', nano, limits: [daily], row: { run_id: 'r' } });
  if ('refused' in answer) throw new Error('refused');
  return answer.id;
}

async function settledAt(url: string): Promise<number | undefined> {
  return (await client(url).state([daily], day))[0]?.settled;
}

async function started(settings: Record<string, string | number> = {}): Promise<RedisServer> {
  const server = await startRedis({ settings });
  onTestFinished(() => server.stop());
  return server;
}

/** The port of a server that always says the same. */
async function answering(reply: string): Promise<number> {
  const standIn = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => socket.write(reply));
    onTestFinished(() => void socket.destroy());
  });
  onTestFinished(() => void standIn.close());
  await once(standIn.listen(0, '127.0.0.1'), 'listening');
  return (standIn.address() as AddressInfo).port;
}

it.skipIf(!hasRedis)('a Redis that is full or a replica can be read, but is known not to count', async () => {
  const server = await started();
  const budget = client(server.url);
  await budget.rebuild(async () => ({ sums: [] }));
  await expect(budget.assertWritable?.()).resolves.toBeUndefined();
  await server.client().config('SET', 'maxmemory', '1');
  await expect(budget.assertWritable?.()).rejects.toMatchObject({
    code: 'budget-unavailable',
    hint: expect.stringContaining('maxmemory'),
  });
  await server.client().config('SET', 'maxmemory', '0');
  await server.client().replicaof('127.0.0.1', await freePort());
  await expect(budget.assertWritable?.()).rejects.toMatchObject({ hint: expect.stringContaining('primary') });
});

describe.skipIf(!hasRedis)('a Redis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis({ settings: { databases: 2, bind: '127.0.0.1 -::1' } });
  });
  afterAll(() => server?.stop());

  it('is used as a user who may do no more than it needs, with a password of any characters', async () => {
    const password = 'p@ss:w/o%rd #1 é';
    await server.client().call('ACL', 'SETUSER', 'team', 'on', `>${password}`, ...neededRights.split(' '));
    const url = `redis://team:${encodeURIComponent(password)}@127.0.0.1:${server.port}/1`;
    const budget = client(url);
    await budget.rebuild(async () => ({ sums: [[day, '', 5]] }));
    const id = await reserved(budget, 20);
    expect(await budget.commit(id)).toBe(true);
    await budget.settle(id, 7);
    await budget.release(await reserved(budget));
    await budget.renew();
    expect(await settledAt(url)).toBe(12);
  });

  it('has budgets of their own in its databases', async () => {
    await client(`${server.url}/1`).rebuild(async () => ({ sums: [[day, '', 77]] }));
    await client(server.url).rebuild(async () => ({ sums: [[day, '', 3]] }));
    expect([await settledAt(`${server.url}/1`), await settledAt(`${server.url}/0`)]).toEqual([77, 3]);
  });

  it('is reached over IPv6', async () => {
    await client(server.url).rebuild(async () => ({ sums: [[day, '', 8]] }));
    expect(await settledAt(`redis://[::1]:${server.port}`)).toBe(8);
  });

  it.each<[string, (server: RedisServer) => Promise<string>, RegExp, string]>([
    [
      'has no such database',
      async ({ url }) => `${url}/7`,
      /DB index is out of range/,
      'correct the number of the database in ORCH_BUDGET_URL',
    ],
    [
      'does not let the user run the script',
      async (given) => {
        await given.client().call('ACL', 'SETUSER', 'guest', 'on', '>secret-1', '~*', '+select');
        return given.url.replace('//', '//guest:secret-1@');
      },
      /NOPERM/,
      `give the user of ORCH_BUDGET_URL these rights: ${neededRights}`,
    ],
    [
      'knows another password',
      async ({ url }) => url.replace('//', '//team:secret-1@'),
      /WRONGPASS/,
      'correct the user name and the password in ORCH_BUDGET_URL',
    ],
  ])('that %s is named with the cure, and nothing is spent', async (_, prepare, message, hint) => {
    const error = await reserved(client(await prepare(server))).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'budget-unavailable',
      message: expect.stringMatching(message),
      hint,
    });
    expect(String((error as Error).message)).not.toContain('secret-1');
  });
});

describe.skipIf(!hasRedis)('nothing is spent that is not reserved if the server', () => {
  it('is a replica', async () => {
    const primary = await started({ 'repl-diskless-sync-delay': 0 });
    await client(primary.url).rebuild(async () => ({ sums: [] }));
    const replica = await started({ replicaof: `127.0.0.1 ${primary.port}` });
    const direct = replica.client();
    while (!(await direct.info('replication')).includes('master_link_status:up')) await direct.ping();
    const budget = client(replica.url);
    await expect(reserved(budget)).rejects.toMatchObject({
      code: 'budget-unavailable',
      message: expect.stringContaining('read only replica'),
      hint: 'name the primary server in ORCH_BUDGET_URL, not a replica',
    });
  });

  it('has no memory left', async () => {
    const full = await started({ 'maxmemory-policy': 'noeviction' });
    const budget = client(full.url);
    await budget.rebuild(async () => ({ sums: [] }));
    const [held, spent] = [await reserved(budget), await reserved(budget)];
    expect(await budget.commit(spent)).toBe(true);
    const direct = full.client();
    await direct.config('SET', 'maxmemory', '1');
    const told = {
      code: 'budget-unavailable',
      message: expect.stringContaining('OOM command not allowed'),
      hint: "raise the server's maxmemory, or remove what else it holds",
    };
    await expect(reserved(budget)).rejects.toMatchObject(told);
    await expect(budget.commit(held)).rejects.toMatchObject(told);
    await expect(budget.settle(spent, 1)).rejects.toMatchObject(told);
    await budget.release(held);
    await direct.config('SET', 'maxmemory', '0');
    // What could not be settled stays at its full amount.
    expect(await budget.state([daily], day)).toMatchObject([{ settled: 0, open: 1 }]);
  });

  it.each(redisKeys.slice(0, 3))('has evicted %s', async (key) => {
    const evicting = await started();
    const budget = client(evicting.url);
    await budget.rebuild(async () => ({ sums: [[day, '', 90]] }));
    const id = await reserved(budget, 10);
    await evicting.client().del(key);
    const lost = { code: 'budget-unavailable', message: expect.stringContaining('has lost its data') };
    await expect(reserved(budget)).rejects.toMatchObject(lost);
    await expect(budget.commit(id)).rejects.toMatchObject(lost);
    await budget.rebuild(async () => ({ sums: [[day, '', 90]] }));
    await expect(reserved(budget, 11)).rejects.toThrow('refused');
    await reserved(budget, 1).catch(() => undefined);
  });

  it('evicts keys for want of memory', async () => {
    const evicting = await started({ 'maxmemory-policy': 'allkeys-random' });
    const budget = client(evicting.url);
    await budget.rebuild(async () => ({ sums: [[day, '', 100]] }));
    const direct = evicting.client();
    const used = Number(/used_memory:(\d+)/.exec(await direct.info('memory'))![1]);
    await direct.config('SET', 'maxmemory', used + 500_000);
    // With the first of its keys that is gone the budget is, and it never has room that was spent.
    let error: Error;
    do {
      await direct.set(crypto.randomUUID(), 'x'.repeat(50_000));
      error = await reserved(budget).then(
        () => new Error('reserved'),
        (thrown: Error) => thrown,
      );
    } while (error.message === 'refused');
    expect(error.message).toContain('has lost its data');
  });

  it.each([
    ['still loads its data', 'LOADING Redis is loading the dataset in memory', /^wait until the server has/],
    ['is protected', 'DENIED Redis is running in protected mode because', /^set a password for the server/],
    ['cannot save', 'MISCONF Redis is configured to save RDB snapshots', /^let the server save/],
    ['is part of a cluster', 'MOVED 3999 127.0.0.1:6381', /not part of a cluster$/],
  ])('%s', async (_, reply, hint) => {
    // Redis says so only for a moment, to other machines, or when its disk is full.
    const url = `redis://127.0.0.1:${await answering(`-${reply}\r\n`)}`;
    await expect(reserved(client(url))).rejects.toMatchObject({
      code: 'budget-unavailable',
      message: expect.stringContaining(reply),
      hint: expect.stringMatching(hint),
    });
  });
});

describe.skipIf(!hasRedis)('a Redis with TLS', () => {
  let port: number;
  let server: RedisServer;
  beforeAll(async () => {
    port = await freePort();
    server = await startRedis({
      settings: {
        'tls-port': port,
        'tls-cert-file': certificatePath,
        'tls-key-file': keyPath,
        'tls-auth-clients': 'no',
        requirepass: 'secret-1',
      },
    });
  });
  afterAll(() => server?.stop());

  /** In a process of its own, since Node reads the certificates when it starts. */
  const rebuild = async (url: string) => {
    const { env } = await provider();
    const more = { ORCH_BUDGET_URL: url, NODE_EXTRA_CA_CERTS: certificatePath, XDG_STATE_HOME: folder() };
    return orch(['usage', 'status', '--rebuild', '--json'], { env: { ...env, ...more } });
  };

  it('is used if its authority is one of NODE_EXTRA_CA_CERTS, by its name and its address', async () => {
    // One after the other: of two that rebuild at once, one is refused.
    for (const host of ['localhost', '127.0.0.1'])
      expect(await rebuild(`rediss://:secret-1@${host}:${port}`)).toMatchObject({ status: 0, stderr: '' });
  });

  it.each<[string, () => string, RegExp]>([
    [
      'of an unknown authority',
      () => `rediss://localhost:${port}`,
      /name its authority in NODE_EXTRA_CA_CERTS/,
    ],
    ['that is addressed in plain text', () => `redis://127.0.0.1:${port}`, /closed/],
  ])('%s is named, and nothing is spent', async (_, url, message) => {
    const error = await reserved(client(url())).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'budget-unavailable', message: expect.stringMatching(message) });
  });

  it('that speaks none is named, and nothing is spent', async () => {
    const url = `rediss://127.0.0.1:${await answering('HTTP/1.1 400 Bad Request\r\n\r\n')}`;
    await expect(reserved(client(url))).rejects.toMatchObject({
      code: 'budget-unavailable',
      message: expect.stringContaining('could not be used: it does not speak TLS'),
      hint: 'check the port in ORCH_BUDGET_URL',
    });
  });
});
