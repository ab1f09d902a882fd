import { describe, expect, it } from 'vitest';
import { OrchError } from '../../../src/core/errors/orch-error.ts';
import { timeZone } from '../../../src/core/record/time-zone.ts';
import { readTimestamp, readWhen } from '../../../src/core/record/when.ts';

const utc = timeZone('UTC', 'UTC');
const now = Date.parse('2026-11-21T15:30:45.678Z');

describe('readWhen', () => {
  it.each([
    ['2026-11-01', '2026-11-01T00:00:00.000Z', '2026-11-01T23:59:59.999Z'],
    ['today', '2026-11-21T00:00:00.000Z', '2026-11-21T23:59:59.999Z'],
    ['Yesterday', '2026-11-20T00:00:00.000Z', '2026-11-20T23:59:59.999Z'],
    ['7d', '2026-11-14T15:30:45.678Z', '2026-11-14T15:30:45.678Z'],
    ['24h', '2026-11-20T15:30:45.678Z', '2026-11-20T15:30:45.678Z'],
    [' 30m ', '2026-11-21T15:00:45.678Z', '2026-11-21T15:00:45.678Z'],
    ['2w', '2026-11-07T15:30:45.678Z', '2026-11-07T15:30:45.678Z'],
    ['2026-11-01T09:30', '2026-11-01T09:30:00.000Z', '2026-11-01T09:30:00.000Z'],
    ['2026-11-01T09:30:15.25+02:00', '2026-11-01T07:30:15.250Z', '2026-11-01T07:30:15.250Z'],
  ])('%j begins %s and ends %s', (text, since, until) => {
    expect(new Date(readWhen(text, now, utc)).toISOString()).toBe(since);
    expect(new Date(readWhen(text, now, utc, 'until')).toISOString()).toBe(until);
  });

  it.each([
    '',
    '7',
    'd',
    '-7d',
    '7 years',
    '2026-13-01',
    '2026-11-31',
    '2026-11-01T25:00',
    '01/11/2026',
    'tomorrow',
  ])('refuses %j with examples', (text) => {
    const read = (): number => readWhen(text, now, utc, 'until');
    expect(read).toThrow(OrchError);
    expect(read).toThrow(
      expect.objectContaining({ code: 'usage', hint: expect.stringMatching(/2026-11-01.*7d.*yesterday/) }),
    );
  });
});

describe('readTimestamp', () => {
  it.each([
    ['2024-02-29', Date.UTC(2024, 1, 29)],
    ['2026-11-01 10:00:00', Date.UTC(2026, 10, 1, 10)],
    ['2026-11-01T10:00:00.1234567Z', Date.UTC(2026, 10, 1, 10, 0, 0, 123)],
    ['2026-11-01T10:00:00-0330', Date.UTC(2026, 10, 1, 13, 30)],
    ['0001-01-01', -62_135_596_800_000],
  ])('%s is %d', (text, time) => {
    expect(readTimestamp(text)).toBe(time);
  });

  it.each(['2023-02-29', '2026-11-01T24:00', '2026-11-01T10:60', '2026-1-1', '20261101', 'x2026-11-01'])(
    '%s is none',
    (text) => {
      expect(readTimestamp(text)).toBeUndefined();
    },
  );
});
