import { describe, expect, it } from 'vitest';
import { describeShortage, makeRoom } from '../../../src/core/budget/fit.ts';
import { nanoOf } from '../../../src/core/budget/nano.ts';
import type { Standing } from '../../../src/core/budget/state.ts';

function standing(limit: number, settled: number, open = 0, more: Partial<Standing> = {}): Standing {
  const [nano, spent, held] = [limit, settled, open].map((usd) => nanoOf(usd)!) as [number, number, number];
  const left = Math.max(0, nano - spent - held);
  return { window: 'day', project: null, nano, settled: spent, open: held, left, ...more };
}

describe('an amount that does not fit', () => {
  it('never looks like what is left', () => {
    expect(describeShortage(0.01669525, standing(0.05, 0.03339, 0))).toBe(
      'it may cost $0.017, and $0.016 is left of the daily budget of $0.050',
    );
  });

  it('is told apart from what is spent where running calls hold the rest', () => {
    expect(describeShortage(0.02, standing(0.05, 0, 0.04))).toBe(
      'it may cost $0.020, and $0.010 is left of the daily budget of $0.050; calls that are running hold $0.040',
    );
  });
});

describe('room is made', () => {
  it.each([
    [standing(0.01, 0.01), 'ORCH_DAILY_BUDGET_USD or budgets.dailyUsd'],
    [standing(0.01, 0.01, 0, { window: 'week' }), 'ORCH_WEEKLY_BUDGET_USD or budgets.weeklyUsd'],
    [standing(0.01, 0.01, 0, { project: 'web' }), 'budgets.perProject.web.dailyUsd'],
  ])('where the limit is set that is broken', (broken, place) => {
    const unlimited = standing(100, 0, 0, { window: 'month' });
    expect(makeRoom([0.02], [unlimited, broken])).toBe(`raise the budget (${place} in policies.json)`);
  });

  it('by waiting, if that is enough for one of them', () => {
    const limits = [standing(0.05, 0, 0.04)];
    expect(makeRoom([0.02, 0.2], limits)).toMatch(
      /^wait until the calls that are running have ended, or raise/,
    );
    expect(makeRoom([0.2], limits)).toMatch(/^raise the budget/);
  });

  it('by a price, where there is none', () => {
    expect(makeRoom([], [])).toBe("add the model's price to catalog.json");
  });
});
