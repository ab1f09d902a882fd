import { describe, expect, it } from 'vitest';
import { OrchError } from '../../../src/core/errors/orch-error.ts';
import { costAlert, spendingOf } from '../../../src/core/errors/spending.ts';

const said = (details?: Record<string, unknown>) =>
  spendingOf(new OrchError('timeout', 'it took too long', details === undefined ? {} : { details }));

describe('what a failed call has cost', () => {
  it('is an amount and the run that it is recorded under', () => {
    expect(said({ run_id: 'r', cost_usd: 0.0123 })).toBe('cost $0.012, run r');
  });

  it('is not taken for what was paid where it is the worst case', () => {
    expect(said({ run_id: 'r', cost_usd: 0.5, cost_estimated_usd: 0.5 })).toBe(
      'cost at most $0.50 (an attempt may have been billed), run r',
    );
    expect(said({ run_id: 'r', cost_usd: 0.5, cost_estimated_usd: 0.3 })).toBe(
      'cost $0.20 to $0.50 (an attempt may have been billed), run r',
    );
  });

  it('is said to be incomplete where an attempt of unknown cost may have been billed', () => {
    const doubt = 'an attempt may have been billed';
    expect(said({ run_id: 'r', cost_usd: null, cost_at_least_usd: 0.5 })).toBe(
      `cost $0.50 (possibly more: ${doubt}), run r`,
    );
    expect(said({ run_id: 'r', cost_usd: null, cost_at_least_usd: 0 })).toBe(
      `cost unknown (${doubt}), run r`,
    );
    expect(said({ run_id: 'r', cost_usd: null })).toBe(`cost unknown (${doubt}), run r`);
  });

  it('names the run also when nothing was billed', () => {
    expect(said({ run_id: 'r', cost_usd: 0 })).toBe('cost $0, run r');
  });

  it('is not mentioned when nothing was sent', () => {
    expect(said({ rejected: [] })).toBeUndefined();
    expect(said()).toBeUndefined();
  });
});

describe('the alert', () => {
  it('is given above the threshold alone', () => {
    expect(costAlert({ cost_usd: 2 }, 2)).toBeUndefined();
    expect(costAlert({ cost_usd: 2.5 }, 2)).toBe('cost $2.50, above the alert threshold of $2.00');
  });

  it('counts a cost that is known in part as far as it is known', () => {
    expect(costAlert({ cost_usd: null, cost_at_least_usd: 3 }, 2)).toBe(
      'cost at least $3.00, above the alert threshold of $2.00',
    );
    expect(costAlert({ cost_usd: null, cost_at_least_usd: 1 }, 2)).toBeUndefined();
    expect(costAlert({ cost_usd: null }, 2)).toBeUndefined();
  });

  it('says where only the worst case is above it', () => {
    expect(costAlert({ cost_usd: 2.5, cost_estimated_usd: 2.5 }, 2)).toBe(
      'cost at most $2.50, perhaps above the alert threshold of $2.00',
    );
    expect(costAlert({ cost_usd: 5, cost_estimated_usd: 1 }, 2)).toBe(
      'cost $4.00 to $5.00, above the alert threshold of $2.00',
    );
  });

  it('takes the place of the cost in what is said of a failed call', () => {
    const cost_alert = 'cost $2.50, above the alert threshold of $2.00';
    expect(said({ run_id: 'r', cost_usd: 2.5, cost_alert })).toBe(`${cost_alert}, run r`);
  });
});
