/** Days follow the clocks of a time zone, also where these are put forward or back. */
import { describe, expect, it } from 'vitest';
import { nextDay, timeZone, zoneName } from '../../../src/core/record/time-zone.ts';
import { readWhen } from '../../../src/core/record/when.ts';
import { usageReport } from '../../helpers/usage-report.ts';

const zone = (name: string) => timeZone(name, '--timezone');
const iso = (time: number) => new Date(time).toISOString();

describe('a day', () => {
  it.each([
    ['Europe/Berlin', '2026-03-29', '2026-03-28T23:00:00.000Z', 23],
    ['Europe/Berlin', '2026-10-25', '2026-10-24T22:00:00.000Z', 25],
    ['America/New_York', '2026-03-08', '2026-03-08T05:00:00.000Z', 23],
    ['America/New_York', '2026-11-01', '2026-11-01T04:00:00.000Z', 25],
    ['Asia/Kathmandu', '2026-06-01', '2026-05-31T18:15:00.000Z', 24],
    ['Pacific/Kiritimati', '2026-06-01', '2026-05-31T10:00:00.000Z', 24],
    ['America/Sao_Paulo', '2017-10-15', '2017-10-15T03:00:00.000Z', 23],
    ['America/Sao_Paulo', '2018-02-17', '2018-02-17T02:00:00.000Z', 25],
    ['Africa/Cairo', '2026-04-24', '2026-04-23T22:00:00.000Z', 23],
    ['UTC', '2026-01-01', '2026-01-01T00:00:00.000Z', 24],
  ])('of %s, %s, begins %s and has %i hours', (name, day, start, hours) => {
    const { startOf, dayOf } = zone(name);
    expect(iso(startOf(day))).toBe(start);
    expect((startOf(nextDay(day)) - startOf(day)) / 3_600_000).toBe(hours);
    expect(dayOf(startOf(day))).toBe(day);
    expect(dayOf(startOf(day) - 1) < day).toBe(true);
    expect(dayOf(startOf(nextDay(day)) - 1)).toBe(day);
  });

  it('that a zone leaves out begins with the next one', () => {
    const { startOf } = zone('Pacific/Apia');
    expect(startOf('2011-12-30')).toBe(startOf('2011-12-31'));
  });
});

it('times of a user are those of the zone', () => {
  const berlin = zone('Europe/Berlin');
  const now = Date.parse('2026-10-25T22:30:00Z');
  const edges = (text: string) => [
    iso(readWhen(text, now, berlin)),
    iso(readWhen(text, now, berlin, 'until')),
  ];
  expect(edges('today')).toEqual(['2026-10-24T22:00:00.000Z', '2026-10-25T22:59:59.999Z']);
  expect(edges('yesterday')).toEqual(['2026-10-23T22:00:00.000Z', '2026-10-24T21:59:59.999Z']);
  expect(edges('2026-10-25T09:30')[0]).toBe('2026-10-25T08:30:00.000Z');
  expect(edges('2026-10-25T09:30Z')[0]).toBe('2026-10-25T09:30:00.000Z');
  expect(edges('24h')[0]).toBe('2026-10-24T22:30:00.000Z');
});

it('a report by day and by month has the days of the zone', () => {
  const records = ['2026-10-31T22:59:59Z', '2026-10-31T23:00:00Z'].map((ts) => ({ ts, alias: 'mini' }));
  const keys = (by: 'day' | 'month', name: string) =>
    usageReport(records, { by: [by], now: 0, zone: zone(name) }).groups.map(({ key }) => key[by]);
  expect(keys('day', 'Europe/Berlin')).toEqual(['2026-10-31', '2026-11-01']);
  expect(keys('month', 'Europe/Berlin')).toEqual(['2026-10', '2026-11']);
  expect(keys('day', 'UTC')).toEqual(['2026-10-31']);
});

it.each([
  ['Europe/Berln', 'did you mean Europe/Berlin?'],
  ['America/Sao Paulo', 'did you mean America/Sao_Paulo?'],
  ['Berlin', 'did you mean Europe/Berlin?'],
  ['Middle/Earth', 'use a name such as Europe/Berlin, America/Sao_Paulo or UTC'],
])('%s is refused: %s', (name, hint) => {
  expect(() => zone(name)).toThrow(
    expect.objectContaining({ code: 'usage', message: `--timezone: "${name}" is not a time zone`, hint }),
  );
});

it('the environment names a zone, or the system does', () => {
  expect(zoneName('Asia/Tokyo', 'Europe/Berlin')).toEqual({ name: 'Asia/Tokyo', origin: 'TZ' });
  expect(zoneName(':Asia/Tokyo', 'Europe/Berlin').name).toBe('Asia/Tokyo');
  expect(zoneName('CET-1CEST', 'Europe/Berlin').name).toBe('Europe/Berlin');
  expect(zoneName(undefined, undefined).name).toBe('UTC');
  expect(zoneName('', 'Etc/Unknown').name).toBe('UTC');
});
