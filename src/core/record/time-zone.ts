/** Days as a time zone has them: 23 or 25 hours long where the clock is put forward or back. */
import { OrchError } from '../errors/orch-error.ts';
import { didYouMean } from '../text/did-you-mean.ts';
import { utcDay } from '../text/utc-day.ts';

const minute = 60_000;
const hour = 60 * minute;
/** Offsets of all zones, and the moments at which they change, are multiples of this. */
const slot = 15 * minute;
/** No zone is further from UTC. */
const furthest = 15 * hour;

export interface TimeZone {
  name: string;
  /** `YYYY-MM-DD`. */
  dayOf(time: number): string;
  /** First millisecond of a day; of the next one if the zone leaves the day out. */
  startOf(day: string): number;
  /** The time at which clocks show what a clock of UTC shows at `shown`. */
  whenShown(shown: number): number;
  /** What clocks show, as the time at which a clock of UTC shows the same. */
  shownAt(time: number): number;
}

/** Throws `OrchError('usage')` for a name that is no zone; `origin` is where the name comes from. */
export function timeZone(name: string, origin: string): TimeZone {
  const format = formatOf(name, origin);
  const offsets = new Map<number, number>();
  const offsetAt = (time: number): number => {
    const at = Math.floor(time / slot);
    let offset = offsets.get(at);
    if (offset === undefined) {
      offset = shownBy(format, at * slot) - at * slot;
      offsets.set(at, offset);
    }
    return offset;
  };
  const shownAt = (time: number) => time + offsetAt(time);
  const dayOf = (time: number) => utcDay(shownAt(time));
  return {
    name: format.resolvedOptions().timeZone,
    dayOf,
    startOf(day) {
      const start = Date.parse(`${day}T00:00:00Z`);
      let before = Math.floor((start - furthest) / slot);
      let after = Math.ceil((start + furthest) / slot);
      while (after - before > 1) {
        const middle = Math.floor((before + after) / 2);
        if (dayOf(middle * slot) < day) before = middle;
        else after = middle;
      }
      return after * slot;
    },
    whenShown(shown) {
      const near = shown - offsetAt(shown);
      return shown - offsetAt(near);
    },
    shownAt,
  };
}

/** The zone of the environment: `TZ` if it names a place, else the system's own. */
export function zoneName(
  tz: string | undefined,
  system: string | undefined,
): { name: string; origin: string } {
  const named = tz?.replace(/^:/, '');
  if (named !== undefined && /^[A-Za-z_]+\/[\w+/-]+$/.test(named)) return { name: named, origin: 'TZ' };
  // What Node says where TZ is empty or cannot be read.
  const isKnown = system !== undefined && system !== 'Etc/Unknown';
  return { name: isKnown ? system : 'UTC', origin: 'the system' };
}

/** The day after, in the calendar. */
export function nextDay(day: string): string {
  return utcDay(Date.parse(`${day}T00:00:00Z`) + 24 * hour);
}

export function dayBefore(day: string): string {
  return utcDay(Date.parse(`${day}T00:00:00Z`) - 24 * hour);
}

function formatOf(name: string, origin: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    throw new OrchError('usage', `${origin}: "${name}" is not a time zone`, { hint: hintFor(name) });
  }
}

function hintFor(name: string): string {
  const names = ['UTC', ...Intl.supportedValuesOf('timeZone')];
  const city = (zone: string) => zone.slice(zone.lastIndexOf('/') + 1);
  const guess =
    didYouMean(name, names) ??
    names.find((zone) => city(zone) === didYouMean(city(name).replace(/ /g, '_'), names.map(city)));
  return guess === undefined
    ? 'use a name such as Europe/Berlin, America/Sao_Paulo or UTC'
    : `did you mean ${guess}?`;
}

function shownBy(format: Intl.DateTimeFormat, time: number): number {
  const part: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of format.formatToParts(time)) part[type] = Number(value);
  return Date.UTC(part.year!, part.month! - 1, part.day, part.hour, part.minute, part.second);
}
