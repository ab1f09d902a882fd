import { describe, expect, it } from 'vitest';
import { describeLimit, limitsOf } from '../../../src/core/budget/limits.ts';
import { givenConfig } from '../../helpers/config.ts';

const limits = (budgets: object, project?: string) =>
  limitsOf(givenConfig({ policies: { budgets } }).policies.budgets, project).map(describeLimit);

describe('the limits of a call', () => {
  it('are none by default', () => {
    expect(limits({ perCallUsd: 1, perTaskUsd: { docs: 1 } }, 'shop')).toEqual([]);
  });

  it('are those of all projects, and of the own one', () => {
    const budgets = {
      dailyUsd: 5,
      monthlyUsd: 0,
      perProject: { shop: { weeklyUsd: 0.25 }, other: { dailyUsd: 1 } },
    };
    expect(limits(budgets)).toEqual(['daily budget of $5.00', 'monthly budget of $0']);
    expect(limits(budgets, 'shop')).toEqual([
      'daily budget of $5.00',
      'monthly budget of $0',
      'weekly budget of project shop of $0.25',
    ]);
    expect(limits(budgets, 'toString')).toHaveLength(2);
  });

  it.each([
    [{ dailyUsd: -1 }, 'must be 0 or more; omit it for no limit'],
    [{ perProject: { shop: { weeklyUsd: 9_000_001 } } }, 'must be at most 9000000'],
    [{ monthlyUsd: '$5' }, 'monthlyUsd'],
  ])('are not taken from %j', (budgets, message) => {
    expect(() => limits(budgets)).toThrow(message);
  });
});
