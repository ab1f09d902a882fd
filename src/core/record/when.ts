/** Parses times given by a user, in their time zone, or by a row, in UTC. */
import { OrchError } from '../errors/orch-error.ts';
import { dayBefore, nextDay, type TimeZone } from './time-zone.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const units: Record<string, number> = { m: minute, h: hour, d: day, w: 7 * day };

const isoPattern =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:Z|([+-])(\d\d):?(\d\d))?)?$/i;

/**
 * Parses an ISO 8601 date, or date and time, to milliseconds since 1970; UTC when it has no zone. Undefined when
 * invalid, including impossible dates such as 30 February.
 */
export function readTimestamp(text: string): number | undefined {
  const match = isoPattern.exec(text);
  if (!match) return undefined;
  const [, date, clock = '00:00', seconds = '00', fraction = '', sign, zoneHours, zoneMinutes] = match;
  const canonical = `${date}T${clock}:${seconds}`;
  const time = Date.parse(`${canonical}Z`);
  // Date.parse rolls over some impossible dates; comparing the result with the input detects that.
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 19) !== canonical) return undefined;
  const offset = sign
    ? (Number(zoneHours) * hour + Number(zoneMinutes) * minute) * (sign === '-' ? -1 : 1)
    : 0;
  return time + Number(fraction.padEnd(3, '0').slice(0, 3)) - offset;
}

/**
 * Parses `2026-11-01`, ISO dates with a time, ages (`7d`, `24h`, `30m`, `2w`), `today` and `yesterday` to
 * milliseconds since 1970. A time without a zone is one of `zone`. A day means its first millisecond with edge `since`, its last with `until`. Throws
 * `OrchError('usage')`.
 */
export function readWhen(
  text: string,
  now: number,
  zone: TimeZone,
  edge: 'since' | 'until' = 'since',
): number {
  const word = text.trim().toLowerCase();
  const edgeOf = (date: string) => (edge === 'until' ? zone.startOf(nextDay(date)) - 1 : zone.startOf(date));
  const today = zone.dayOf(now);
  if (word === 'today') return edgeOf(today);
  if (word === 'yesterday') return edgeOf(dayBefore(today));
  const age = /^(\d{1,6})\s?([mhdw])$/.exec(word);
  if (age) return now - Number(age[1]) * units[age[2]!]!;
  const time = readTimestamp(text.trim());
  if (time !== undefined) {
    if (text.trim().length === 10) return edgeOf(text.trim());
    return /(?:z|[+-]\d\d:?\d\d)$/i.test(word) ? time : zone.whenShown(time);
  }
  throw new OrchError('usage', `${edge}: "${text}" is not a time`, {
    hint: 'use a date (2026-11-01), a date and time (2026-11-01T09:30Z), an age (7d, 24h, 30m), today or yesterday; days and times are those of --timezone or TZ',
  });
}
