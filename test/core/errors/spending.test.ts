import { describe, expect, it } from 'vitest';
import { OrchError } from '../../../src/core/errors/orch-error.ts';
import { spendingOf } from '../../../src/core/errors/spending.ts';

const said = (details?: Record<string, unknown>) =>
  spendingOf(new OrchError('timeout', 'it took too long', details === undefined ? {} : { details }));

describe('what a failed call has cost', () => {
  it('is an amount and the run that it is recorded under', () => {
    expect(said({ run_id: 'r', cost_usd: 0.0123 })).toBe('cost $0.012, run r');
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
