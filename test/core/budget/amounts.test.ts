import { describe, expect, it } from 'vitest';
import { decodeOperation } from '../../../src/core/budget/log-line.ts';
import { mostUsd, nanoAtMost, nanoOf, usdOf } from '../../../src/core/budget/nano.ts';
import { daysOf } from '../../../src/core/budget/windows.ts';

describe('billionths of a dollar', () => {
  it('are exact where the product of doubles is not', () => {
    expect(0.0041 * 1e9).toBeGreaterThan(4_100_000);
    expect([nanoAtMost(0.0041), nanoOf(0.0041), nanoAtMost(1.005), nanoAtMost(0.000123)]).toEqual([
      4_100_000, 4_100_000, 1_005_000_000, 123_000,
    ]);
    expect(usdOf(nanoOf(0.1)! + nanoOf(0.2)!)).toBe(0.3);
  });

  it('are rounded to the nearest, a worst case up', () => {
    expect([nanoOf(1.4e-9), nanoAtMost(1.4e-9), nanoAtMost(0)]).toEqual([1, 2, 0]);
  });

  it('refuse what is no amount, or too much to be exact', () => {
    for (const usd of [-0.01, Number.NaN, Number.POSITIVE_INFINITY, mostUsd + 1])
      expect([nanoOf(usd), nanoAtMost(usd)]).toEqual([undefined, undefined]);
    expect(Number.isSafeInteger(nanoOf(mostUsd))).toBe(true);
  });
});

describe('the days of a budget', () => {
  it.each([
    ['day', '2026-03-29', '2026-03-29', '2026-03-29'],
    ['week', '2026-03-29', '2026-03-23', '2026-03-29'],
    ['week', '2026-03-30', '2026-03-30', '2026-04-05'],
    ['week', '2027-01-01', '2026-12-28', '2027-01-03'],
    ['month', '2028-02-29', '2028-02-01', '2028-02-31'],
  ] as const)('a %s with %s', (window, day, first, last) => {
    expect(daysOf(window, day)).toEqual({ first, last });
  });
});

describe('a line of the log', () => {
  it.each([
    ['an amount that is not whole', { op: 'settle', id: 'a', day: '2026-01-01', project: '', nano: 0.5 }],
    ['a negative amount', { op: 'settle', id: 'a', day: '2026-01-01', project: '', nano: -1 }],
    ['a day that is none', { op: 'settle', id: 'a', day: 'today', project: '', nano: 1 }],
    ['no id', { op: 'release' }],
    ['an unknown operation', { op: 'forget', id: 'a' }],
    ['a limit of an unknown window', reserve({ window: 'year', project: null, nano: 1 })],
    ['a snapshot with a bad sum', { op: 'begin', sums: [['2026-01-01', '', -1]], open: [] }],
    ['a snapshot with a bad reservation', { op: 'begin', sums: [], open: [['a', { phase: 'lost' }]] }],
  ])('with %s is none', (_name, line) => {
    expect(decodeOperation(JSON.stringify({ by: 'me', ...line }))).toBeUndefined();
  });

  function reserve(limit: object) {
    return { op: 'reserve', id: 'a', until: 1, day: '2026-01-01', project: '', nano: 1, limits: [limit] };
  }

  it.each(['', '{', 'null', '3', '[]', '{"op":"release","id":"a"}'])('is not %j', (line) => {
    expect(decodeOperation(line)).toBeUndefined();
  });
});
