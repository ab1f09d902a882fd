import { describe, expect, it } from 'vitest';
import { pastCost } from '../../../src/core/record/past-cost.ts';
import { usageRecord } from '../../helpers/usage-record.ts';

const calls = (costs: (number | undefined)[]) =>
  costs.map((cost_usd, at) => usageRecord({ run_id: `${at}`, cost_usd }));
const ten = [9, 1, 8, 2, 7, 3, 6, 4, 5, 100];

describe('what calls have cost so far', () => {
  it('is their median, from ten of one task and model on', () => {
    expect(pastCost(calls(ten), 'tests', 'gpt-5-mini')).toEqual({ calls: 10, median_usd: 5 });
    expect(pastCost(calls(ten.slice(1)), 'tests', 'gpt-5-mini')).toBeUndefined();
    expect(pastCost(calls(ten), 'docs', 'gpt-5-mini')).toBeUndefined();
    expect(pastCost(calls(ten), 'tests', 'gpt-5')).toBeUndefined();
  });

  it('counts no failed, rehearsed, unpriced or estimated call', () => {
    const others = [
      usageRecord({ run_id: 'cut', error: 'cut', cost_usd: 50 }),
      usageRecord({ run_id: 'rehearsed', mode: 'rehearsal', cost_usd: 0 }),
      usageRecord({ run_id: 'unpriced', cost_usd: undefined }),
      usageRecord({ run_id: 'uncounted', cost_usd: 50, cost_source: 'estimated' }),
    ];
    const few = calls(ten.slice(1));
    expect(pastCost([...few, ...others], 'tests', 'gpt-5-mini')).toBeUndefined();
    expect(pastCost([...calls(ten), ...others], 'tests', 'gpt-5-mini')?.calls).toBe(10);
  });
});
