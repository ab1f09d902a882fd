import { describe, expect, it } from 'vitest';
import { formatCount, formatDuration, formatUsd, formatUsdUp } from '../../../src/core/text/format.ts';

describe('formatCount', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1 000'],
    [12_000, '12 000'],
    [1_234_567, '1 234 567'],
    [999.6, '1 000'],
  ])('%d', (count, text) => {
    expect(formatCount(count)).toBe(text);
  });
});

describe('formatUsd', () => {
  it.each([
    [0, '$0'],
    [12.345, '$12.35'],
    [1, '$1.00'],
    [0.5, '$0.50'],
    [0.0123, '$0.012'],
    [0.00065, '$0.00065'],
    [0.0000001, '$0.00000010'],
    [undefined, 'unknown'],
    [null, 'unknown'],
  ])('%s', (usd, text) => {
    expect(formatUsd(usd)).toBe(text);
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [999.7, '1.0 s'],
    [1000, '1.0 s'],
    [59_900, '59.9 s'],
    [59_990, '1 min 0 s'],
    [60_000, '1 min 0 s'],
    [119_700, '2 min 0 s'],
    [125_000, '2 min 5 s'],
  ])('%d ms', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });
});

describe('formatUsdUp', () => {
  it.each([
    [0.2073, '$0.21'],
    [0.0201, '$0.021'],
    [0.02, '$0.020'],
    [0.0996, '$0.100'],
    [1.001, '$1.01'],
    [0.000000001, '$0.00000001'],
  ])('%d is at most %s', (usd, text) => {
    expect(formatUsdUp(usd)).toBe(text);
  });
});
