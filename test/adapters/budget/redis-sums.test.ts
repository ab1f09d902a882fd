/** Sums of a Redis that are begun anew while they are used, and those that somebody has put back. */
import { appendFileSync, copyFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type RedisBudget, redisBudget, type Summed } from '../../../src/adapters/budget/redis-budget.ts';
import { redisKeys } from '../../../src/adapters/budget/redis-script.ts';
import { SeenMarks } from '../../../src/adapters/budget/seen-marks.ts';
import type { Limit } from '../../../src/core/budget/state.ts';
import { folder } from '../../helpers/orch.ts';
import { hasRedis, type RedisServer, startRedis } from '../../helpers/redis-server.ts';

const day = '2026-06-01';
const daily: Limit = { window: 'day', project: null, nano: 100 };
const nothing = async (): Promise<Summed> => ({ sums: [] });

/** `state`: the state folder of a machine. */
function client(url: string, state?: string, given?: SeenMarks): RedisBudget {
  const newId = () => crypto.randomUUID();
  const seen =
    state === undefined
      ? given
      : new SeenMarks({ folder: state, address: 'redis://budget', now: Date.now, newId });
  const budget = redisBudget({ url, newId, onEstimated: async () => undefined, ...(seen && { seen }) });
  onTestFinished(() => budget.close());
  return budget;
}

async function spent(budget: RedisBudget, nano: number): Promise<string> {
  const row = { run_id: `run-${nano}`, attempt: 1 };
  const answer = await budget.reserve({ day, project: '', nano, limits: [daily], row, spend: true });
  if ('refused' in answer) throw new Error('refused');
  return answer.id;
}

const standing = async (budget: RedisBudget) => {
  const { settled, open } = (await budget.state([daily], day))[0]!;
  return { settled, open };
};
const lost = { code: 'budget-unavailable', message: expect.stringContaining('has lost its data') };

/** It never ends, as that of a process that is not there any more. */
async function killedWhileReading(budget: RedisBudget): Promise<void> {
  await new Promise<void>((begun) => {
    void budget.rebuild(() => {
      begun();
      return new Promise(() => undefined);
    });
  });
}

describe.skipIf(!hasRedis)('sums that are begun anew while they are used', () => {
  let server: RedisServer;
  let team: RedisBudget;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server?.stop());
  beforeEach(async () => {
    await server.client().flushall();
    team = client(server.url);
    await team.rebuild(nothing);
  });

  it('count what is settled meanwhile once, whether the records that were read hold it or not', async () => {
    const [read, unread, running] = [await spent(team, 20), await spent(team, 30), await spent(team, 40)];
    await client(server.url).rebuild(async (open) => {
      expect(new Map(open).get(read)).toEqual({ run_id: 'run-20', attempt: 1 });
      await team.settle(read, 7);
      await team.settle(unread, 8);
      await team.add({ day, project: '', nano: 1 });
      return { sums: [[day, '', 7]], counted: [[read, day, '', 7]] };
    });
    expect(await standing(team)).toEqual({ settled: 7 + 8 + 1, open: 40 });
    await team.settle(running, 9);
    expect(await standing(team)).toEqual({ settled: 16 + 9, open: 0 });
  });

  it('count once what was recorded before, and is settled after it', async () => {
    const [recorded, other] = [await spent(team, 20), await spent(team, 30)];
    await client(server.url).rebuild(async () => ({
      // Its cost was estimated, and on another day as the clock of this machine has it.
      sums: [['2026-05-31', '', 20]],
      counted: [[recorded, '2026-05-31', '', 20]],
    }));
    expect(await standing(team)).toEqual({ settled: 0, open: 30 });
    await team.settle(recorded, 7);
    expect(await standing(team)).toEqual({ settled: 7, open: 30 });
    await team.settle(other, 8);
    expect(await team.state([daily], '2026-05-31')).toMatchObject([{ settled: 0 }]);
  });

  it('let nothing be reserved until the records are read, and renew what runs', async () => {
    const id = await spent(team, 20);
    const direct = server.client();
    const till = async () => Number((await direct.hget(redisKeys[1]!, id))!.split('|')[1]);
    await client(server.url).rebuild(async () => {
      const told = {
        code: 'budget-unavailable',
        message: expect.stringContaining('is being summed up anew'),
        hint: expect.stringMatching(/^wait until/),
      };
      await expect(spent(team, 1)).rejects.toMatchObject(told);
      await expect(team.state([daily], day)).rejects.toMatchObject(told);
      const [, ...rest] = (await direct.hget(redisKeys[1]!, id))!.split('|');
      await direct.hset(redisKeys[1]!, id, ['spent', 1, ...rest.slice(1)].join('|'));
      await team.renew();
      expect(await till()).toBeGreaterThan(1);
      return { sums: [] };
    });
    expect(await standing(team)).toEqual({ settled: 0, open: 20 });
  });

  it('are replaced by whoever began last, also after one that was killed', async () => {
    const [first, second] = [client(server.url), client(server.url)];
    const ended = first.rebuild(async () => {
      await second.rebuild(async () => ({ sums: [[day, '', 5]] }));
      return { sums: [[day, '', 99]] };
    });
    await expect(ended).rejects.toMatchObject({
      code: 'budget-unavailable',
      message: expect.stringContaining('another --rebuild has begun since'),
    });
    expect(await standing(team)).toEqual({ settled: 5, open: 0 });
    await killedWhileReading(first);
    await expect(spent(team, 1)).rejects.toThrow('is being summed up anew');
    await second.rebuild(async () => ({ sums: [[day, '', 6]] }));
    expect(await standing(team)).toEqual({ settled: 6, open: 0 });
  });

  it('tell how much less they are than before, of the days that are summed up', async () => {
    await team.rebuild(async () => ({
      sums: [
        ['2026-01-01', '', 1000],
        [day, 'shop', 50],
        [day, '', 30],
      ],
    }));
    const since = '2026-05-01';
    expect(await team.rebuild(async () => ({ sums: [[day, '', 30]] }), since)).toBe(50);
    expect(await team.rebuild(async () => ({ sums: [[day, '', 40]] }), since)).toBe(0);
    await killedWhileReading(client(server.url));
    expect(await team.rebuild(async () => ({ sums: [[day, '', 15]] }), since)).toBe(25);
    await server.client().flushall();
    expect(await team.rebuild(nothing, since)).toBe(0);
  });

  it('are the old ones again where the records could not be read, with what was settled meanwhile', async () => {
    await team.rebuild(async () => ({ sums: [[day, '', 50]] }));
    const [settled, running, estimated] = [
      await spent(team, 20),
      await spent(team, 5),
      await spent(team, 10),
    ];
    const direct = server.client();
    const [, , ...rest] = (await direct.hget(redisKeys[1]!, estimated))!.split('|');
    await direct.hset(redisKeys[1]!, estimated, ['spent', 1, ...rest].join('|'));
    const other = client(server.url);
    await other.renew();
    expect(await standing(other)).toEqual({ settled: 60, open: 25 });
    const failed = other.rebuild(async () => {
      await team.settle(settled, 7);
      await team.settle(estimated, 8);
      throw new Error('no such file');
    });
    await expect(failed).rejects.toThrow('no such file');
    expect(await standing(other)).toEqual({ settled: 50 + 7 + 8, open: 5 });
    await team.settle(running, 1);
    // What was recorded of it meanwhile is not added to new sums either.
    expect(await other.rebuild(async () => ({ sums: [[day, '', 60]] }))).toBe(6);
    expect(await standing(other)).toEqual({ settled: 60, open: 0 });
  });

  it('are not restored by whoever fails where another has begun since', async () => {
    const failed = team.rebuild(async () => {
      await killedWhileReading(client(server.url));
      throw new Error('no such file');
    });
    await expect(failed).rejects.toThrow('no such file');
    await expect(spent(team, 1)).rejects.toThrow('is being summed up anew');
  });

  it('are none still where there were none, and the records could not be read', async () => {
    await server.client().flushall();
    await expect(team.rebuild(() => Promise.reject(new Error('no such file')))).rejects.toThrow('no such');
    await expect(spent(team, 1)).rejects.toMatchObject(lost);
  });

  it('hold an estimate for a day, so that its owner may still settle it', async () => {
    const id = await spent(team, 20);
    const direct = server.client();
    const age = async (ms: number) => {
      const [phase, until, ...rest] = (await direct.hget(redisKeys[1]!, id))!.split('|');
      await direct.hset(redisKeys[1]!, id, [phase, Number(until) - ms, ...rest].join('|'));
    };
    const hour = 3_600_000;
    await age(hour);
    const other = client(server.url);
    await other.renew();
    await age(24 * hour - 60_000);
    await other.renew();
    expect(await direct.hexists(redisKeys[1]!, id)).toBe(1);
    await age(2 * 60_000);
    await other.renew();
    expect(await direct.hexists(redisKeys[1]!, id)).toBe(0);
    expect(await standing(other)).toEqual({ settled: 20, open: 0 });
  });

  it('leave a reservation as it is where what it has cost cannot be added', async () => {
    const id = await spent(team, 20);
    const direct = server.client();
    await direct.hset(redisKeys[0]!, day, 'garbage');
    await expect(team.settle(id, 1)).rejects.toMatchObject({
      code: 'budget-unavailable',
      message: expect.stringMatching(/could not be used: ERR hash value is not an integer$/),
    });
    await direct.hdel(redisKeys[0]!, day);
    expect(await standing(client(server.url))).toEqual({ settled: 0, open: 20 });
    // And what could not be settled is settled with the next renewal.
    await team.renew();
    expect(await standing(team)).toEqual({ settled: 1, open: 0 });
  });
});

describe.skipIf(!hasRedis)('a Redis that was put back to an earlier state', () => {
  /** Its data can be saved, and put back. */
  async function saving() {
    const dir = folder();
    let server = await startRedis({ settings: { dir } });
    onTestFinished(() => server.stop());
    const { port, url } = server;
    return {
      url,
      direct: () => server.client(),
      async save() {
        await server.client().save();
        copyFileSync(join(dir, 'dump.rdb'), join(dir, 'saved.rdb'));
      },
      async putBack() {
        await server.stop();
        rmSync(join(dir, 'dump.rdb'), { force: true });
        copyFileSync(join(dir, 'saved.rdb'), join(dir, 'dump.rdb'));
        server = await startRedis({ port, settings: { dir } });
      },
    };
  }

  it('spends nothing from when a machine sees it that has spent since', async () => {
    const redis = await saving();
    const [here, there] = [folder(), folder()];
    const mine = client(redis.url, here);
    const theirs = client(redis.url, there);
    await mine.rebuild(nothing);
    await mine.settle(await spent(mine, 20), 20);
    await redis.save();
    // All that was there before is still there.
    await redis.putBack();
    await mine.state([daily], day).catch(() => undefined);
    expect(await standing(mine)).toEqual({ settled: 20, open: 0 });
    await spent(mine, 30);
    await redis.putBack();
    await theirs.state([daily], day).catch(() => undefined);
    // A machine that knows of nothing cannot know better, and hides nothing from those who do.
    for (let times = 0; times < 5; times++) await theirs.settle(await spent(theirs, 1), 1);
    const later = client(redis.url, here);
    await expect(standing(later)).rejects.toMatchObject(lost);
    await standing(theirs);
    await expect(spent(later, 1)).rejects.toMatchObject(lost);
    await expect(spent(theirs, 1)).rejects.toMatchObject(lost);
    await later.rebuild(async () => ({ sums: [[day, '', 50]] }));
    await spent(theirs, 1);
    await spent(client(redis.url, here), 1);
  });

  it('is noticed by a machine that was only refused, and by a process that only looked', async () => {
    const redis = await saving();
    const [mine, here] = [client(redis.url, folder()), folder()];
    await mine.rebuild(nothing);
    await redis.save();
    await mine.settle(await spent(mine, 80), 80);
    const looking = client(redis.url, folder());
    await looking.state([daily], day);
    const refused = { day, project: '', nano: 30, limits: [daily], spend: true };
    expect(await client(redis.url, here).reserve(refused)).toMatchObject({ refused: { settled: 80 } });
    await redis.putBack();
    const others = client(redis.url, folder());
    await others.state([daily], day).catch(() => undefined);
    // The first to spend cannot know, and hides nothing.
    await spent(others, 1);
    await expect(standing(looking)).rejects.toMatchObject(lost);
    await expect(spent(client(redis.url, here), 30)).rejects.toMatchObject(lost);
    await expect(spent(others, 1)).rejects.toMatchObject(lost);
  });

  it('is used in spite of marks that no server gave out', async () => {
    const redis = await saving();
    const here = folder();
    const mine = client(redis.url, here);
    await mine.rebuild(nothing);
    const [file] = readdirSync(here);
    const nextYear = (Date.now() + 365 * 24 * 3_600_000) * 1000;
    for (const mark of ['9999999999999999', `${nextYear}`, `epoch ${nextYear}`])
      appendFileSync(join(here, file!), `\n${mark}\n`);
    const later = client(redis.url, here);
    await later.settle(await spent(later, 20), 20);
    await later.rebuild(async () => ({ sums: [[day, '', 20]] }));
    await redis.save();
    await later.settle(await spent(later, 20), 20);
    await redis.putBack();
    await later.state([daily], day).catch(() => undefined);
    await expect(spent(client(redis.url, here), 1)).rejects.toMatchObject(lost);
  });

  it('is not made unusable by a machine that believes such a mark', async () => {
    const redis = await saving();
    await client(redis.url).rebuild(nothing);
    for (const mark of [2 ** 53, (Date.now() + 365 * 24 * 3_600_000) * 1000]) {
      const spender = { marks: [['a'.repeat(36), mark] as const], writer: 'b'.repeat(36) };
      const seen = {
        spender: () => spender,
        known: () => spender.marks,
        note() {},
        noteOther() {},
        close() {},
      };
      const budget = client(redis.url, undefined, seen as unknown as SeenMarks);
      await spent(budget, 1);
      await budget.rebuild(nothing);
      await spent(budget, 1);
      const epoch = Number(await redis.direct().hget(redisKeys[0]!, 'epoch'));
      expect(epoch).toBeLessThan((Date.now() + 3_600_000) * 1000);
    }
  });

  it('to before it was summed up anew, spends nothing either', async () => {
    const redis = await saving();
    const here = folder();
    const mine = client(redis.url, here);
    await mine.rebuild(nothing);
    await redis.save();
    await mine.rebuild(async () => ({ sums: [[day, '', 90]] }));
    await redis.putBack();
    const later = client(redis.url, here);
    await expect(spent(later, 50)).rejects.toMatchObject(lost);
  });
});
