import { describe, expect, it } from 'vitest';
import { readDuration, retryAfterMs } from '../../../src/core/errors/retry-after.ts';

const now = Date.parse('2026-11-22T10:00:00Z');
const wait = (headers: Record<string, string>, message = '') =>
  retryAfterMs((name) => headers[name] ?? null, message, now);

describe('readDuration', () => {
  it.each([
    ['6m0s', 360_000],
    ['1.5s', 1500],
    ['120ms', 120],
    ['1h2m3s', 3_723_000],
    ['1m26.4s', 86_400],
    [' 2s ', 2000],
    ['', undefined],
    ['6', undefined],
    ['soon', undefined],
    ['5x', undefined],
    ['in 5s', undefined],
  ])('%j: %s', (text, milliseconds) => {
    expect(readDuration(text)).toBe(milliseconds);
  });
});

describe('retryAfterMs', () => {
  it.each([
    ['milliseconds before seconds', { 'retry-after-ms': '1200', 'retry-after': '9' }, '', 1200],
    ['seconds', { 'retry-after': '7' }, '', 7000],
    ['parts of seconds', { 'retry-after': '0.5' }, '', 500],
    ['an hour', { 'retry-after': '3600' }, '', 3_600_000],
    ['a date to come', { 'retry-after': 'Sun, 22 Nov 2026 10:00:30 GMT' }, '', 30_000],
    ['a date that has passed', { 'retry-after': 'Sun, 22 Nov 2026 09:00:00 GMT' }, '', 0],
    ['nonsense, then words', { 'retry-after': 'later' }, 'Please try again in 3s.', 3000],
    ['nothing', {}, 'Rate limit reached', undefined],
  ] as [string, Record<string, string>, string, number | undefined][])(
    '%s',
    (_, headers, message, milliseconds) => {
      expect(wait(headers, message)).toBe(milliseconds);
    },
  );

  it.each([
    ['Please try again in 7.66s. Visit https://example.com', 7660],
    ['Please try again in 20ms.', 20],
    ['Please try again in 6m0s.', 360_000],
    ['Please try again in 1m26.4s. Visit', 86_400],
    ['Please try again in 1h12m.', 4_320_000],
    ['Please retry after 5 seconds', 5000],
    ['retry after 2 minutes', 120_000],
    ['try again in 100 milliseconds', 100],
    ['Try again in 1 second.', 1000],
    ['try again in 3 months', undefined],
    ['try again in a while', undefined],
  ])('reads the words %j', (message, milliseconds) => {
    expect(wait({}, message)).toBe(milliseconds);
  });

  it('waits for the reset of what has run out, the later one where both have', () => {
    const reset = { 'x-ratelimit-reset-requests': '1s', 'x-ratelimit-reset-tokens': '6m0s' };
    expect(
      wait({ ...reset, 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-remaining-tokens': '900' }),
    ).toBe(1000);
    expect(
      wait({ ...reset, 'x-ratelimit-remaining-requests': '7', 'x-ratelimit-remaining-tokens': '0' }),
    ).toBe(360_000);
    expect(
      wait({ ...reset, 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-remaining-tokens': '0' }),
    ).toBe(360_000);
    expect(
      wait({ ...reset, 'x-ratelimit-remaining-requests': '5', 'x-ratelimit-remaining-tokens': '5' }),
    ).toBeUndefined();
  });
});
