/** The day, ISO week or month of a time, in a time zone. */
import { nextDay, type TimeZone } from '../time-zone.ts';

export type Period = 'day' | 'week' | 'month';

const dayMs = 86_400_000;

/** A day of the zone, and the number of the period that it is in. */
interface Day {
  start: number;
  end: number;
  number: number;
}

export class Periods {
  readonly texts: string[] = [''];
  private readonly numbers = new Map<string, number>();
  /** The days of the zone that have been met, by each day of UTC that they share time with. */
  private readonly days = new Map<number, Day[]>();
  private last: Day = { start: 0, end: 0, number: 0 };
  private readonly zone: TimeZone;
  private readonly period: Period;

  constructor(zone: TimeZone, period: Period) {
    this.zone = zone;
    this.period = period;
  }

  /** A number for the period of a time; 0 if the time is NaN. */
  numberOf(time: number): number {
    if (time >= this.last.start && time < this.last.end) return this.last.number;
    if (Number.isNaN(time)) return 0;
    const utc = Math.floor(time / dayMs);
    let days = this.days.get(utc);
    if (days === undefined) {
      days = [];
      this.days.set(utc, days);
    }
    let day = days.find(({ start, end }) => time >= start && time < end);
    if (day === undefined) {
      day = this.dayAt(time);
      days.push(day);
    }
    this.last = day;
    return day.number;
  }

  private dayAt(time: number): Day {
    const day = this.zone.dayOf(time);
    return {
      start: this.zone.startOf(day),
      end: this.zone.startOf(nextDay(day)),
      number: this.numberFor(periodOf(day, this.period)),
    };
  }

  private numberFor(text: string): number {
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    const number = this.texts.push(text) - 1;
    this.numbers.set(text, number);
    return number;
  }
}

function periodOf(day: string, period: Period): string {
  if (period === 'day') return day;
  return period === 'month' ? day.slice(0, 7) : isoWeek(day);
}

/** `2026-W45`. Weeks begin on Monday and belong to the year that has most of their days. */
function isoWeek(day: string): string {
  const start = Date.parse(`${day}T00:00:00Z`);
  const weekday = (new Date(start).getUTCDay() + 6) % 7;
  const thursday = start + (3 - weekday) * dayMs;
  const year = new Date(thursday).getUTCFullYear();
  const week = Math.floor((thursday - Date.UTC(year, 0, 1)) / dayMs / 7) + 1;
  return `${year}-W${String(week).padStart(2, '0')}`;
}
