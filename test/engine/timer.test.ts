import { describe, expect, it } from 'vitest';
import { timerMs } from '../../src/engine/timer.ts';

describe('a time for a timer', () => {
  it.each([
    [-5, 1],
    [0.2, 1],
    [1500.5, 1501],
    [3_000_000_000, 2 ** 31 - 1],
    [Number.POSITIVE_INFINITY, 2 ** 31 - 1],
  ])('%d ms is %d', (given, taken) => {
    expect(timerMs(given)).toBe(taken);
  });
});
