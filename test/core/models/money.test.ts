import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { roundUsd } from '../../../src/core/models/money.ts';

describe('roundUsd', () => {
  it.each([
    [0.1 + 0.2, 0.3],
    [0.7 + 0.1 + 0.2, 1],
    [1.1 * 3, 3.3],
    [1e-12, 1e-12],
    [4e-13, 0],
    [5e-9, 5e-9],
    [100_000.1 + 0.2, 100_000.3],
    [0, 0],
  ])('%d is %d', (sum, usd) => {
    expect(roundUsd(sum)).toBe(usd);
  });

  it('changes no amount by more than it promises, and none twice', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 10_000, noNaN: true }), (usd) => {
        const rounded = roundUsd(usd);
        expect(Math.abs(rounded - usd)).toBeLessThanOrEqual(5.001e-13 + usd * 1e-14);
        expect(roundUsd(rounded)).toBe(rounded);
      }),
    );
  });
});
