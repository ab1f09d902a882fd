import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal, plus, roundUsd, sumUsd, times, usdOfMillionths } from '../../../src/core/models/money.ts';

describe('roundUsd', () => {
  it.each([
    [0.1 + 0.2, 0.3],
    [0.7 + 0.1 + 0.2, 1],
    [1.1 * 3, 3.3],
    [1e-9, 1e-9],
    [4e-10, 0],
    [5e-9, 5e-9],
    [100_000.1 + 0.2, 100_000.3],
    [0, 0],
  ])('%d is %d', (sum, usd) => {
    expect(roundUsd(sum)).toBe(usd);
  });

  it('changes no amount by more than half a billionth of a dollar, and none twice', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 10_000, noNaN: true }), (usd) => {
        const rounded = roundUsd(usd);
        expect(Math.abs(rounded - usd)).toBeLessThanOrEqual(5.01e-10 + usd * 1e-15);
        expect(roundUsd(rounded)).toBe(rounded);
      }),
    );
  });
});

describe('sumUsd', () => {
  it('is exact for any number of amounts, in any order', () => {
    const nano = fc.nat(2_000_000_000);
    fc.assert(
      fc.property(fc.array(nano, { maxLength: 300 }), (amounts) => {
        const usd = amounts.map((amount) => amount / 1e9);
        const whole = amounts.reduce((sum, amount) => sum + BigInt(amount), 0n);
        expect(sumUsd(usd)).toBe(Number(whole) / 1e9);
        expect(sumUsd(usd.reverse())).toBe(sumUsd(usd));
      }),
    );
  });
});

describe('decimal', () => {
  it.each([
    [0, '0'],
    [0.125, '0.125'],
    [1e-7, '0.0000001'],
    [2.5e21, '2500000000000000000000'],
    [1234.5678, '1234.5678'],
  ])('%d is what is written, not the binary fraction next to it', (value, written) => {
    const [whole = '', fraction = ''] = written.split('.');
    const expected = BigInt(whole + fraction);
    const { digits, scale } = decimal(value);
    expect(digits * 10n ** BigInt(fraction.length)).toBe(expected * 10n ** BigInt(scale));
  });

  it('adds and multiplies without rounding, and is rounded once, half up', () => {
    // 0.1 x 3 + 0.2 = 0.5; in binary it is a little more.
    expect(plus(times(decimal(0.1), decimal(3)), decimal(0.2))).toEqual({ digits: 5n, scale: 1 });
    expect(usdOfMillionths(decimal(0.0005))).toBe(1e-9);
    expect(usdOfMillionths(decimal(0.000499))).toBe(0);
    expect(usdOfMillionths(decimal(1_500_000))).toBe(1.5);
  });
});
