/** What every budget does. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Limit, Row } from '../../src/core/budget/state.ts';
import type { Budget, BudgetOptions, Expense } from '../../src/engine/budget.ts';

/** A place where budgets are kept; each client is what one process has of it. */
export interface BudgetPlace {
  client(options: Pick<BudgetOptions, 'onEstimated' | 'leaseMs'>): Budget;
  /** Lets the time of all clients pass. */
  pass(milliseconds: number): Promise<void>;
  /** All that is kept there, to be compared. */
  stored(): Promise<unknown>;
  /** Nobody can use it until what this returns is called; then it is as it was. */
  goAway(): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

const day = '2026-06-01';
const leaseMs = 30_000;
const daily: Limit = { window: 'day', project: null, nano: 100 };

export function describeBudget(name: string, open: () => Promise<BudgetPlace>): void {
  describe(`the budget: ${name}`, () => {
    let place: BudgetPlace;
    let one: Budget;
    let other: Budget;
    let estimated: [Row, number][];
    beforeEach(async () => {
      estimated = [];
      place = await open();
      const onEstimated = async (row: Row, nano: number) => void estimated.push([row, nano]);
      one = place.client({ onEstimated, leaseMs });
      other = place.client({ onEstimated, leaseMs });
    });
    afterEach(async () => {
      await Promise.all([one.close(), other.close()]);
      await place.close();
    });

    async function reserved(budget: Budget, nano: number, more: Partial<Expense> = {}): Promise<string> {
      const row = { run_id: `${nano}` };
      const answer = await budget.reserve({ day, project: '', nano, limits: [daily], row, ...more });
      if ('refused' in answer) throw new Error(JSON.stringify(answer.refused));
      return answer.id;
    }
    const standing = async (limit = daily, on = day) => (await other.state([limit], on))[0];

    it('has all of a limit left at first', async () => {
      expect(await standing()).toEqual({ ...daily, settled: 0, open: 0, left: 100 });
    });

    it('counts a reservation of one process for the other, and what it was settled at', async () => {
      const id = await reserved(one, 60);
      expect(await standing()).toMatchObject({ settled: 0, open: 60, left: 40 });
      expect(await other.reserve({ day, project: '', nano: 41, limits: [daily] })).toEqual({
        refused: { ...daily, settled: 0, open: 60, left: 40 },
      });
      expect(await one.commit(id)).toBe(true);
      expect(await standing()).toMatchObject({ settled: 0, open: 60, left: 40 });
      await one.settle(id, 25);
      expect(await standing()).toMatchObject({ settled: 25, open: 0, left: 75 });
      await reserved(other, 75);
    });

    it('gives back what was released, and what was settled at nothing', async () => {
      await one.release(await reserved(one, 100));
      const id = await reserved(other, 100);
      await other.commit(id);
      await other.settle(id, 0);
      expect(await standing()).toMatchObject({ left: 100 });
    });

    it('lets exactly one of two through that do not fit together', async () => {
      const answers = await Promise.all(
        [one, other, one, other].map((budget) =>
          budget.reserve({ day, project: '', nano: 51, limits: [daily] }),
        ),
      );
      expect(answers.filter((answer) => 'id' in answer)).toHaveLength(1);
    });

    it('holds a limit per window and project, and the strictest of several', async () => {
      const weekly: Limit = { window: 'week', project: null, nano: 150 };
      const shop: Limit = { window: 'month', project: 'shop', nano: 80 };
      const limits = [daily, weekly, shop];
      const left = async () => (await other.state(limits, day)).map((each) => each.left);
      expect(await left()).toEqual([100, 150, 80]);
      await one.release(await reserved(one, 1));
      await one.add({ day: '2026-06-02', project: 'shop', nano: 30 });
      // The Sunday before is in the month before as well.
      await one.add({ day: '2026-05-31', project: 'shop', nano: 1000 });
      expect(await left()).toEqual([100, 120, 50]);
      const request = { day, limits, nano: 60 };
      expect(await one.reserve({ ...request, project: 'shop' })).toMatchObject({
        refused: { project: 'shop' },
      });
      expect(await one.reserve({ ...request, project: '', limits: [daily, weekly] })).toHaveProperty('id');
      expect(await left()).toEqual([40, 60, 50]);
    });

    it('keeps days apart', async () => {
      const id = await reserved(one, 100);
      await one.commit(id);
      await one.settle(id, 100);
      // A clock that goes back over midnight finds the day as it was.
      await reserved(one, 100, { day: '2026-06-02' });
      await expect(reserved(one, 1)).rejects.toThrow('"left":0');
      expect(await standing(daily, '2026-05-31')).toMatchObject({ left: 100 });
    });

    it('renews a reservation while its process runs', async () => {
      const id = await reserved(one, 60);
      for (let times = 0; times < 3; times++) {
        await place.pass(leaseMs / 2);
        await one.renew();
      }
      await expect(reserved(other, 60)).rejects.toThrow('"left":40');
      expect(await one.commit(id)).toBe(true);
    });

    it('gives nothing of a process back that was stopped, as long as nobody else has looked', async () => {
      const id = await reserved(one, 60);
      await place.pass(leaseMs + 1);
      await one.renew();
      await expect(reserved(other, 60)).rejects.toThrow('"left":40');
      await place.pass(leaseMs + 1);
      expect(await one.commit(id)).toBe(true);
    });

    it('gives back what a process held that has gone, which cannot spend it any more', async () => {
      const id = await reserved(one, 60);
      await place.pass(leaseMs + 1);
      await reserved(other, 100);
      expect(await one.commit(id)).toBe(false);
      expect(estimated).toEqual([]);
    });

    it('keeps what was spent at its full amount, and writes its row once', async () => {
      const id = await reserved(one, 60);
      await one.commit(id);
      await place.pass(leaseMs + 1);
      expect(await standing()).toMatchObject({ settled: 60, open: 0, left: 40 });
      await Promise.all([standing(), other.renew(), reserved(other, 40)]);
      expect(estimated).toEqual([[{ run_id: '60' }, 60]]);
    });

    it('writes the row of an estimate if the process that was to write it was killed before it could', async () => {
      let take: () => void;
      const taken = new Promise<void>((resolve) => {
        take = resolve;
      });
      const killed = place.client({
        onEstimated: () => {
          take();
          return new Promise(() => undefined);
        },
        leaseMs,
      });
      const id = await reserved(one, 60);
      await one.commit(id);
      await place.pass(leaseMs + 1);
      void killed.renew();
      await taken;
      // As long as it may still be writing, nobody else does.
      await other.renew();
      expect(await standing()).toMatchObject({ settled: 60, open: 0 });
      expect(estimated).toEqual([]);
      await place.pass(leaseMs + 1);
      await other.renew();
      expect(await standing()).toMatchObject({ settled: 60, open: 0 });
      expect(estimated).toEqual([[{ run_id: '60' }, 60]]);
      // And the owner comes back.
      await place.pass(leaseMs + 1);
      await one.settle(id, 10);
      expect(await standing()).toMatchObject({ settled: 10, open: 0 });
      expect(estimated).toHaveLength(1);
      await killed.close();
    });

    it('tries again to write the row of an estimate that could not be written', async () => {
      const failing = place.client({ onEstimated: () => Promise.reject(new Error('full')), leaseMs });
      await one.commit(await reserved(one, 60));
      await place.pass(leaseMs + 1);
      await failing.renew();
      await place.pass(leaseMs + 1);
      await Promise.all([other.renew(), other.renew()]);
      await place.pass(leaseMs + 1);
      expect(await standing()).toMatchObject({ settled: 60 });
      expect(estimated).toEqual([[{ run_id: '60' }, 60]]);
      await failing.close();
    });

    it('is only looked at by asking for its state', async () => {
      await reserved(one, 30);
      const spent = await reserved(one, 60);
      await one.commit(spent);
      const before = await place.stored();
      expect(await standing()).toMatchObject({ settled: 0, open: 90, left: 10 });
      await place.pass(leaseMs + 1);
      const later = await place.stored();
      expect(await standing()).toMatchObject({ settled: 60, open: 0, left: 40 });
      expect(await place.stored()).toEqual(later);
      expect(estimated).toEqual([]);
      // What was held is given back, and the row is written, by whoever reserves next.
      await reserved(other, 40);
      expect(estimated).toEqual([[{ run_id: '60' }, 60]]);
      expect(await place.stored()).not.toEqual(before);
    });

    it('replaces an estimate by what was really spent', async () => {
      const id = await reserved(one, 60);
      await one.commit(id);
      await place.pass(leaseMs + 1);
      await other.renew();
      await one.settle(id, 10);
      expect(await standing()).toMatchObject({ settled: 10, open: 0, left: 90 });
    });

    it('commits a reservation in the step that makes it, if asked to', async () => {
      const weekly: Limit = { window: 'week', project: null, nano: 150 };
      await one.add({ day, project: '', nano: 0 });
      const request = { day, project: '', limits: [daily, weekly], spend: true, row: { run_id: '60' } };
      await one.settle(await reserved(one, 60, request), 10);
      const answer = await one.reserve({ ...request, nano: 60 });
      expect(answer).toEqual({ id: expect.any(String), settled: [10, 10] });
      if ('id' in answer) expect(await one.commit(answer.id)).toBe(false);
      expect(await other.reserve({ ...request, nano: 31 })).toMatchObject({ refused: { left: 30 } });
      expect(await standing()).toMatchObject({ settled: 10, open: 60 });
      await place.pass(leaseMs + 1);
      await other.renew();
      expect(await standing()).toMatchObject({ settled: 70, open: 0 });
      expect(estimated).toEqual([[{ run_id: '60' }, 60]]);
    });

    it('spends a reservation only once', async () => {
      const id = await reserved(one, 60);
      expect(await one.commit(id)).toBe(true);
      expect(await one.commit(id)).toBe(false);
    });

    it('gives up a reservation if it cannot tell whether that is spent', async () => {
      const id = await reserved(one, 60);
      const comeBack = await place.goAway();
      await expect(one.commit(id)).rejects.toMatchObject({ code: 'budget-unavailable' });
      await comeBack();
      await place.pass(leaseMs + 1);
      await one.renew();
      expect(await standing()).toMatchObject({ settled: 0, open: 0, left: 100 });
    });

    it('lets nothing through with a limit of 0', async () => {
      const none = { ...daily, nano: 0 };
      expect(await one.reserve({ day, project: '', nano: 1, limits: [none] })).toEqual({
        refused: { ...none, settled: 0, open: 0, left: 0 },
      });
    });

    it('counts amounts of millions of dollars to the billionth', async () => {
      const most = { ...daily, nano: 9_000_000_000_000_000 };
      const answer = await one.reserve({ day, project: '', nano: most.nano - 1, limits: [most] });
      expect(answer).toHaveProperty('id');
      expect(await standing(most)).toEqual({ ...most, settled: 0, open: most.nano - 1, left: 1 });
    });
  });
}
