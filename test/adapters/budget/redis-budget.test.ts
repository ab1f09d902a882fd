import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type RedisBudget, redisBudget } from '../../../src/adapters/budget/redis-budget.ts';
import { redisKeys } from '../../../src/adapters/budget/redis-script.ts';
import type { Limit, Row } from '../../../src/core/budget/state.ts';
import type { OrchError } from '../../../src/core/errors/orch-error.ts';
import { describeBudget } from '../../contracts/budget.ts';
import { freePort, hasRedis, type RedisServer, startRedis } from '../../helpers/redis-server.ts';

const day = '2026-06-01';
const daily: Limit = { window: 'day', project: null, nano: 100 };

function client(url: string, onEstimated: (row: Row, nano: number) => Promise<void> = async () => undefined) {
  const budget = redisBudget({ url, newId: () => crypto.randomUUID(), onEstimated });
  onTestFinished(() => budget.close());
  return budget;
}

async function reserved(budget: RedisBudget, nano: number): Promise<string> {
  const answer = await budget.reserve({ day, project: '', nano, limits: [daily], row: { run_id: 'r' } });
  if ('refused' in answer) throw new Error('refused');
  return answer.id;
}

describe.skipIf(!hasRedis)('redis-server', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server?.stop());

  describeBudget('Redis', async () => {
    const direct = server.client();
    await direct.flushall();
    const setUp = redisBudget({ url: server.url, newId: () => 'epoch', onEstimated: async () => undefined });
    await setUp.rebuild(async () => ({ sums: [] }));
    await setUp.close();
    return {
      client: ({ onEstimated, leaseMs }) =>
        redisBudget({ url: server.url, newId: () => crypto.randomUUID(), onEstimated, leaseMs }),
      // The time is the server's: instead of waiting, what was reserved gets older.
      pass: async (milliseconds) => {
        for (const [id, text] of Object.entries(await direct.hgetall(redisKeys[1]!))) {
          const [phase, until, ...rest] = text.split('|');
          if (until === undefined) continue;
          await direct.hset(redisKeys[1]!, id, [phase, Number(until) - milliseconds, ...rest].join('|'));
        }
      },
      stored: async () =>
        Promise.all(redisKeys.map(async (key) => (await direct.dumpBuffer(key))?.toString('hex'))),
      goAway: async () => {
        const epoch = await direct.hget(redisKeys[1]!, 'epoch');
        await direct.hdel(redisKeys[1]!, 'epoch');
        return async () => void (await direct.hset(redisKeys[1]!, 'epoch', epoch!));
      },
      close: async () => direct.disconnect(),
    };
  });

  describe('a budget in Redis', () => {
    beforeEach(async () => {
      await server.client().flushall();
    });

    it('spends nothing before it was summed up, or when its data was lost', async () => {
      const budget = client(server.url);
      const lost = {
        code: 'budget-unavailable',
        message: `the budget at redis://127.0.0.1:${server.port} has no sums: it is new, or has lost its data`,
        hint: 'run orch usage status --rebuild with the usage CSV files of all who share the budget',
      };
      await expect(reserved(budget, 1)).rejects.toMatchObject(lost);
      await budget.rebuild(async () => ({ sums: [[day, 'shop', 30]] }));
      expect(await budget.state([daily], day)).toMatchObject([{ settled: 30 }]);
      const id = await reserved(budget, 70);
      await server.client().flushall();
      await expect(budget.commit(id)).rejects.toMatchObject(lost);
      await budget.rebuild(async () => ({ sums: [[day, 'shop', 30]] }));
      expect(await budget.commit(id)).toBe(false);
    });

    it.each([
      ['sums', day, 'nan'],
      ['sums', day, '0x10'],
      ['sums', day, ''],
      ['sums', day, '-1000'],
      ['sums', day, '9007199254740993'],
      ['sums', day, '9'.repeat(400)],
      ['open', 'id', 'garbage'],
      ['open', 'id', `spent|9999999999999|${day}|nan|`],
      ['open', 'id', `spent|9999999999999|${day}|-5|`],
      ['open', 'id', `spent|9999999999999|${day}|${'9'.repeat(400)}|`],
      ['open', 'id', `spent|${'9'.repeat(400)}|${day}|5|`],
      ['open', 'id', 'spent|9999999999999|------|5|'],
      ['open', 'id', `lost|1|${day}|5|`],
      ['open', 'id', `settled|9999999999999|${day}|5|`],
    ])('spends nothing while somebody else has written to its %s: %s = %j', async (key, field, text) => {
      const budget = client(server.url);
      await budget.rebuild(async () => ({ sums: [] }));
      await server.client().hset(`{orch-budget}:${key}`, field, text);
      await expect(reserved(budget, 1)).rejects.toMatchObject({ code: 'budget-unavailable' });
      await expect(budget.state([daily], day)).rejects.toMatchObject({ code: 'budget-unavailable' });
      await budget.rebuild(async () => ({ sums: [] }));
      await reserved(budget, 1);
    });

    it('keeps what is reserved when it is summed up anew', async () => {
      const budget = client(server.url);
      await budget.rebuild(async () => ({ sums: [[day, '', 30]] }));
      const id = await reserved(budget, 20);
      await budget.rebuild(async () => ({ sums: [[day, '', 40]] }));
      expect(await budget.state([daily], day)).toMatchObject([{ settled: 40, open: 20 }]);
      expect(await budget.commit(id)).toBe(true);
    });

    it('keeps an estimate that nobody has recorded yet when it is summed up anew', async () => {
      const failing = client(server.url, () => Promise.reject(new Error('full')));
      await failing.rebuild(async () => ({ sums: [] }));
      const owner = client(server.url);
      const id = await reserved(owner, 20);
      await owner.commit(id);
      const direct = server.client();
      const runOut = async () => {
        const entry = await direct.hget(redisKeys[1]!, id);
        await direct.hset(redisKeys[1]!, id, entry!.replace(/\|\d+\|/, '|1|'));
      };
      await runOut();
      await failing.renew();
      const rows: unknown[] = [];
      const budget = client(server.url, async (...row) => void rows.push(row));
      const settled = async () => (await budget.state([daily], day))[0]!.settled;
      await budget.rebuild(async () => ({ sums: [[day, '', 5]] }));
      expect(await settled()).toBe(25);
      expect(rows).toEqual([]);
      await runOut();
      await budget.renew();
      expect(await settled()).toBe(25);
      expect(rows).toEqual([[{ run_id: 'r' }, 20]]);
      // Now it is in what is summed up.
      await budget.rebuild(async () => ({ sums: [[day, '', 25]] }));
      expect(await settled()).toBe(25);
    });

    it('does not count twice what is settled twice', async () => {
      const budget = client(server.url);
      await budget.rebuild(async () => ({ sums: [] }));
      const id = await reserved(budget, 20);
      await budget.commit(id);
      const connected = server.client();
      await budget.settle(id, 7);
      // As it is repeated when the answer was lost.
      const script = (await import('../../../src/adapters/budget/redis-script.ts')).redisScript;
      const again = JSON.stringify({ ids: [id], day, project: '', nano: '7' });
      await connected.eval(script, redisKeys.length, ...redisKeys, 'settle', again);
      expect(await budget.state([daily], day)).toMatchObject([{ settled: 7, open: 0 }]);
    });

    it('sends its script once, and again to a server that has forgotten it', async () => {
      const direct = server.client();
      const budget = client(server.url);
      const calls = async () => {
        const stats = await direct.info('commandstats');
        return ['eval', 'evalsha'].map((name) =>
          Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(stats)?.[1] ?? 0),
        );
      };
      await budget.rebuild(async () => ({ sums: [] }));
      await direct.config('RESETSTAT');
      await reserved(budget, 1);
      expect(await calls()).toEqual([0, 1]);
      await direct.script('FLUSH');
      await reserved(budget, 1);
      await reserved(budget, 1);
      expect(await calls()).toEqual([1, 3]);
      await direct.call('ACL', 'SETUSER', 'default', '-evalsha');
      onTestFinished(() => void direct.call('ACL', 'SETUSER', 'default', '+evalsha'));
      await reserved(budget, 1);
      expect(await calls()).toEqual([2, 3]);
    });

    it('goes on after the server has closed the connection', async () => {
      const budget = client(server.url);
      await budget.rebuild(async () => ({ sums: [] }));
      const id = await reserved(budget, 20);
      await budget.commit(id);
      await server.client().call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await budget.settle(id, 7);
      expect(await budget.state([daily], day)).toMatchObject([{ settled: 7 }]);
    });
  });

  describe('a Redis that cannot be used', () => {
    it('is told without its password', async () => {
      const guarded = await startRedis({ settings: { requirepass: 'correct-horse' } });
      onTestFinished(() => guarded.stop());
      const at = `127.0.0.1:${guarded.port}`;
      await client(`redis://:correct-horse@${at}`).rebuild(async () => ({ sums: [] }));
      for (const login of [':wrong-secret-1234@', 'somebody:wrong-secret-1234@', '']) {
        const thrown = await client(`redis://${login}${at}`)
          .state([daily], day)
          .catch((error: OrchError) => error);
        expect(thrown).toMatchObject({ hint: expect.stringContaining('the password in ORCH_BUDGET_URL') });
        const error = String(thrown);
        expect(error).toMatch(/WRONGPASS|NOAUTH/);
        expect(error).toContain(`the budget at redis://${at} could not be used`);
        expect(error).not.toContain('wrong-secret');
      }
    });

    it('is noticed when it was restarted without its data', async () => {
      const first = await startRedis();
      const budget = client(first.url);
      await budget.rebuild(async () => ({ sums: [] }));
      await reserved(budget, 1);
      await first.stop();
      await expect(reserved(budget, 1)).rejects.toMatchObject({ code: 'budget-unavailable' });
      const second = await startRedis({ port: first.port });
      onTestFinished(() => second.stop());
      await expect(reserved(budget, 1)).rejects.toThrow('has lost its data');
    });
  });
});

describe('an address where no Redis is', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  async function answering(text: string | undefined): Promise<string> {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      if (text !== undefined) socket.end(text);
      else onTestFinished(() => void socket.destroy());
    });
    servers.push(server.listen(0, '127.0.0.1'));
    await once(server, 'listening');
    return `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it.each([
    [
      'refuses',
      async () => `redis://127.0.0.1:${await freePort()}`,
      /connection refused/,
      /^start the server/,
    ],
    [
      'speaks HTTP',
      () => answering('HTTP/1.1 400 Bad Request\r\n\r\n'),
      /does not answer as Redis does$/,
      /^check host/,
    ],
    ['says nothing', () => answering(undefined), /no answer within 2 s/, /^start the server/],
  ])('%s', async (_name, start, expected, hint) => {
    const error = await client(await start())
      .reserve({ day, project: '', nano: 1, limits: [daily] })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'budget-unavailable',
      message: expect.stringMatching(expected),
      hint: expect.stringMatching(hint),
    });
  });

  const array = (...items: string[]) => `*${items.length}\r\n${items.join('')}`;
  const texts = (...words: string[]) => words.map((word) => `$${word.length}\r\n${word}\r\n`);
  const estimate = array(...texts('id', '{"cost_usd":1}', '5'));

  it.each([
    ['OK', '+OK\r\n'],
    ['a number', ':1\r\n'],
    ['nothing', '$-1\r\n'],
    ['an empty list', '*0\r\n'],
    ['no list of estimates', array('+done\r\n', '$-1\r\n')],
    [
      'a refusal by a limit that was not asked for',
      array('+refused\r\n', '*0\r\n', '*0\r\n', ...texts('9', '1', '1')),
    ],
    ['an amount that is none', array('+refused\r\n', '*0\r\n', '*0\r\n', ...texts('0', 'nan', '1'))],
    ['a mark of nobody', array('+done\r\n', '*0\r\n', array(...texts('a b', '1')), ...texts('0', '0'))],
  ])('always answers with %s', async (_name, reply) => {
    await expect(reserved(client(await repeating(reply)), 1)).rejects.toMatchObject({
      code: 'budget-unavailable',
      message: expect.stringMatching(/does not answer as Redis does$/),
    });
  });

  it('finds an estimate with every answer, and is not asked without end', async () => {
    const rows: Row[] = [];
    const budget = client(
      await repeating(array('+done\r\n', estimate, '*0\r\n', ...texts('0', '0'))),
      async (row) => void rows.push(row),
    );
    await reserved(budget, 1);
    expect(rows).toHaveLength(1);
  });

  async function repeating(reply: string): Promise<string> {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => {
        const commands = bytes
          .toString('latin1')
          .split(/^\*\d+\r$/m)
          .slice(1);
        for (const command of commands) socket.write(/\beval(sha)?\b/.test(command) ? reply : '+OK\r\n');
      });
      onTestFinished(() => void socket.destroy());
    });
    servers.push(server.listen(0, '127.0.0.1'));
    await once(server, 'listening');
    return `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
});
