import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diskBudget } from '../../../src/adapters/budget/disk-budget.ts';
import type { Limit, Sum } from '../../../src/core/budget/state.ts';
import type { Budget, BudgetOptions } from '../../../src/engine/budget.ts';
import { describeBudget } from '../../contracts/budget.ts';
import { expectLinear } from '../../helpers/linear.ts';
import { folder } from '../../helpers/orch.ts';

const day = '2026-06-01';
const daily: Limit = { window: 'day', project: null, nano: 1_000_000 };

function client(place: string, options: Partial<BudgetOptions> = {}): Budget {
  return diskBudget({
    folder: place,
    now: () => 0,
    newId: () => crypto.randomUUID(),
    genesis: async () => [],
    onEstimated: async () => undefined,
    ...options,
  });
}

describeBudget('a folder', async () => {
  const place = join(folder(), 'budget');
  let time = 0;
  return {
    client: (options) => client(place, { ...options, now: () => time }),
    pass: async (milliseconds) => {
      time += milliseconds;
    },
    stored: async () => contentsOf(place),
    goAway: async () => {
      const kept = contentsOf(place)!;
      rmSync(place, { recursive: true });
      writeFileSync(place, 'not a folder');
      return async () => {
        rmSync(place);
        mkdirSync(place);
        for (const [name, text] of Object.entries(kept)) writeFileSync(join(place, name), text);
      };
    },
    close: async () => undefined,
  };
});

/** Files with their texts; undefined if there is no folder. */
function contentsOf(place: string): Record<string, string> | undefined {
  if (!existsSync(place)) return undefined;
  return Object.fromEntries(
    readdirSync(place).map((name) => [name, readFileSync(join(place, name), 'utf8')]),
  );
}

describe('a budget in a folder', () => {
  /** As long as one of the usage record. */
  const row = { note: 'x'.repeat(700) };
  const spend = async (budget: Budget, nano: number) => {
    const answer = await budget.reserve({ day, project: '', nano, limits: [daily], row });
    if ('refused' in answer) throw new Error('refused');
    await budget.commit(answer.id);
    await budget.settle(answer.id, nano);
  };
  const settled = async (budget: Budget) => (await budget.state([daily], day))[0]?.settled;
  const logs = (place: string) => readdirSync(place).sort();

  it('begins with what the usage record holds', async () => {
    const place = join(folder(), 'state', 'budget');
    let readings = 0;
    const genesis = async (): Promise<Sum[]> => {
      readings++;
      return [[day, 'shop', 5]];
    };
    const [one, other] = [client(place, { genesis }), client(place, { genesis })];
    await Promise.all([spend(one, 1), spend(one, 1), spend(other, 1)]);
    expect(await settled(client(place, { genesis: () => Promise.reject(new Error('not needed')) }))).toBe(8);
    expect(readings).toBeLessThanOrEqual(3);
    expect(logs(place)).toEqual(['1.log']);
    expect(statSync(join(place, '1.log')).mode & 0o777).toBe(0o600);
    expect(statSync(place).mode & 0o777).toBe(0o700);
  });

  it('is not begun by looking at it', async () => {
    const place = join(folder(), 'budget');
    const budget = client(place, { genesis: async () => [[day, 'shop', 5]] });
    expect(await settled(budget)).toBe(5);
    expect(contentsOf(place)).toBeUndefined();
    mkdirSync(place);
    expect(await settled(budget)).toBe(5);
    expect(contentsOf(place)).toEqual({});
  });

  it.each([
    ['sealed', '\n{"by":"x","op":"seal","at":1}\n', undefined],
    ['sealed, with the next file only created', '\n{"by":"x","op":"seal","at":1}\n', ''],
    ['torn at its end', '\n{"by":"x","op":"set', undefined],
  ])('is not continued by looking at one that is %s', async (_name, end, next) => {
    const place = join(folder(), 'budget');
    await spend(client(place), 5);
    const open = client(place);
    expect(await settled(open)).toBe(5);
    appendFileSync(join(place, '1.log'), end);
    if (next !== undefined) writeFileSync(join(place, '2.log'), next);
    const before = contentsOf(place);
    expect(await settled(open)).toBe(5);
    expect(await settled(client(place))).toBe(5);
    expect(contentsOf(place)).toEqual(before);
    await spend(client(place), 2);
    expect(await settled(open)).toBe(7);
  });

  it('counts what is spent without a limit only where a budget is kept', async () => {
    const place = join(folder(), 'budget');
    const budget = client(place);
    await budget.add({ day, project: '', nano: 7 });
    expect(await settled(client(place))).toBe(0);
    await spend(client(place), 2);
    await budget.add({ day, project: '', nano: 7 });
    expect(await settled(client(place))).toBe(9);
  });

  it('continues in another file when one is long, and forgets the older ones', async () => {
    const place = join(folder(), 'budget');
    const [one, other] = [client(place), client(place)];
    const held = await other.reserve({ day, project: '', nano: 1, limits: [daily] });
    for (let turn = 0; turn < 700; turn++) await spend(turn % 7 === 0 ? other : one, 3);
    expect(await settled(one)).toBe(2100);
    expect(await settled(client(place))).toBe(2100);
    expect(logs(place).length).toBeLessThanOrEqual(2);
    expect(logs(place)).not.toContain('1.log');
    expect(Math.max(...logs(place).map((name) => statSync(join(place, name)).size))).toBeLessThan(300_000);
    expect('id' in held && (await other.commit(held.id))).toBe(true);
  });

  it('finds its way if it has slept while others went on for long', async () => {
    const place = join(folder(), 'budget');
    const [sleeper, other] = [client(place), client(place)];
    await spend(sleeper, 1);
    for (let turn = 0; turn < 700; turn++) await spend(other, 1);
    expect(logs(place)).not.toContain('1.log');
    await spend(sleeper, 1);
    expect(await settled(other)).toBe(702);
  });

  it('ignores the line of a process that was killed while it wrote', async () => {
    const place = join(folder(), 'budget');
    await spend(client(place), 5);
    const path = join(place, '1.log');
    appendFileSync(path, '\n{"by":"x","op":"settle","id":"torn","day":"2026-06-01","proj');
    const budget = client(place);
    await spend(budget, 5);
    expect(await settled(budget)).toBe(10);
    expect(await settled(client(place))).toBe(10);
  });

  it('reads a line of any length in time that grows with it', async () => {
    await expectLinear((size) => {
      const place = join(folder(), 'budget');
      mkdirSync(place);
      writeFileSync(join(place, '1.log'), '\n{"by":"x","op":"begin","sums":[],"open":[]}\n');
      appendFileSync(join(place, '1.log'), 'x'.repeat(size));
      return () => settled(client(place));
    }, 4_000_000);
  });

  it.each([
    ['an empty file', ''],
    ['a snapshot that was not written to its end', '\n{"by":"x","op":"begin","sums":[["2026-'],
    ['something else', 'hello\n\0\n[]\n'],
  ])('begins in %s', async (_name, text) => {
    const place = join(folder(), 'budget');
    mkdirSync(place);
    writeFileSync(join(place, '4.log'), text);
    const budget = client(place, { genesis: async () => [[day, '', 3]] });
    await spend(budget, 5);
    expect(await settled(client(place))).toBe(8);
    expect(logs(place)).toEqual(['4.log']);
  });

  it('continues a log whose next file was only created', async () => {
    const place = join(folder(), 'budget');
    await spend(client(place), 5);
    appendFileSync(join(place, '1.log'), '\n{"by":"x","op":"seal","at":1}\n');
    writeFileSync(join(place, '2.log'), '');
    const budgets = [client(place), client(place)];
    await Promise.all(budgets.map((budget) => spend(budget, 5)));
    expect(await settled(client(place))).toBe(15);
    expect(readFileSync(join(place, '2.log'), 'utf8').match(/"begin"/g)).toHaveLength(1);
  });

  it('does not renew what it could not spend', async () => {
    const place = join(folder(), 'budget');
    let time = 0;
    const budget = client(place, { now: () => time, leaseMs: 30 });
    const answer = await budget.reserve({ day, project: '', nano: 7, limits: [daily] });
    appendFileSync(join(place, '1.log'), '\n{"by":"x","op":"seal","at":1}\n');
    mkdirSync(join(place, '2.log'));
    await expect(budget.commit('id' in answer ? answer.id : '')).rejects.toThrow('EISDIR');
    rmSync(join(place, '2.log'), { recursive: true });
    time = 20;
    await budget.renew();
    time = 31;
    expect(await budget.state([daily], day)).toMatchObject([{ open: 0, left: daily.nano }]);
  });

  it('begins anew where the folder was removed', async () => {
    const place = join(folder(), 'budget');
    const budget = client(place, { genesis: async () => [[day, '', 2]] });
    await spend(budget, 5);
    rmSync(place, { recursive: true });
    await spend(budget, 5);
    expect(await settled(client(place))).toBe(7);
  });

  describe('counts what was reserved in a folder that was removed', () => {
    const reserved = async (budget: Budget, nano: number) => {
      const answer = await budget.reserve({ day, project: '', nano, limits: [daily], row, spend: true });
      if ('refused' in answer) throw new Error('refused');
      return answer.id;
    };
    const standing = async (budget: Budget) => {
      const { settled: sum, open } = (await budget.state([daily], day))[0]!;
      return [sum, open];
    };

    it('if who reserved it begins the next one, with what others had reserved', async () => {
      const place = join(folder(), 'budget');
      const genesis = async (): Promise<Sum[]> => [[day, '', 2]];
      const [one, other] = [client(place, { genesis }), client(place, { genesis })];
      const [own, others] = [await reserved(one, 30), await reserved(other, 40)];
      rmSync(place, { recursive: true });
      expect(await standing(one)).toEqual([2, 70]);
      expect(existsSync(place)).toBe(false);
      await one.renew();
      expect(await standing(client(place))).toEqual([2, 70]);
      await one.settle(own, 3);
      await other.settle(others, 4);
      expect(await standing(client(place))).toEqual([9, 0]);
    });

    it('if another process begins the next one, with the first thing that the owner does', async () => {
      const place = join(folder(), 'budget');
      let time = 0;
      const owner = client(place, { now: () => time, leaseMs: 30 });
      const id = await reserved(owner, 30);
      const held = await owner.reserve({ day, project: '', nano: 5, limits: [daily] });
      rmSync(place, { recursive: true });
      await spend(client(place), 1);
      time = 10;
      await owner.renew();
      expect(await standing(client(place))).toEqual([1, 35]);
      expect('id' in held && (await owner.commit(held.id))).toBe(true);
      await owner.settle(id, 4);
      expect(await standing(client(place))).toEqual([5, 5]);
    });

    it('and an estimate that nobody has recorded', async () => {
      const place = join(folder(), 'budget');
      let time = 0;
      const rows: unknown[] = [];
      const options = { now: () => time, leaseMs: 30 };
      const failing = client(place, { ...options, onEstimated: () => Promise.reject(new Error('full')) });
      await reserved(client(place, options), 7);
      time = 31;
      await failing.renew();
      rmSync(place, { recursive: true });
      const onEstimated = async (_row: unknown, nano: number) => void rows.push(nano);
      await failing.renew();
      time = 70;
      const budget = client(place, { ...options, onEstimated });
      await budget.renew();
      expect(rows).toEqual([7]);
      expect(await standing(budget)).toEqual([7, 0]);
    });
  });

  it('settles with a renewal what could not be settled', async () => {
    const place = join(folder(), 'budget');
    const budget = client(place);
    const answer = await budget.reserve({ day, project: '', nano: 30, limits: [daily], row, spend: true });
    if ('refused' in answer) throw new Error('refused');
    const next = join(place, '2.log');
    appendFileSync(join(place, '1.log'), '\n{"by":"x","op":"seal","at":1}\n');
    mkdirSync(next);
    await expect(budget.settle(answer.id, 4)).rejects.toMatchObject({ code: 'budget-unavailable' });
    await expect(budget.renew()).rejects.toMatchObject({ code: 'budget-unavailable' });
    rmSync(next, { recursive: true });
    expect(await budget.state([daily], day)).toMatchObject([{ settled: 0, open: 30 }]);
    await budget.renew();
    await budget.renew();
    expect(await budget.state([daily], day)).toMatchObject([{ settled: 4, open: 0 }]);
  });

  it.each(['ENOSPC', 'EDQUOT'])('says that there is no space left: %s', async (code) => {
    const full = Object.assign(new Error(code), { code });
    const budget = client(join(folder(), 'budget'), { genesis: () => Promise.reject(full) });
    await expect(spend(budget, 1)).rejects.toMatchObject({
      code: 'budget-unavailable',
      hint: 'free some space: what cannot be counted is not sent',
    });
  });

  it('says what is wrong if nothing can be written', async () => {
    const place = join(folder(), 'budget');
    writeFileSync(place, '');
    await expect(settled(client(place))).rejects.toMatchObject({
      code: 'budget-unavailable',
      exitStatus: 6,
      message: expect.stringContaining(`the budget in ${place} could not be used: `),
      hint: 'make the folder writable for you: what cannot be counted is not sent',
    });
  });

  it.runIf(process.platform === 'linux')('does not try without end where no folder can be made', async () => {
    await expect(spend(client('/proc/none/budget'), 1)).rejects.toMatchObject({
      code: 'budget-unavailable',
    });
  });

  it.skipIf(process.getuid?.() === 0)('does not spend what it cannot write', async () => {
    const place = join(folder(), 'budget');
    await spend(client(place), 5);
    chmodSync(join(place, '1.log'), 0o400);
    await expect(spend(client(place), 5)).rejects.toMatchObject({ code: 'budget-unavailable' });
  });
});
