/** The day, ISO week or month of a time, in a time zone. */
import type { TimeZone } from './time-zone.ts';

export type Period = 'day' | 'week' | 'month';

/** Where clocks are put forward or back, and where days begin, is a multiple of this. */
const slot = 15 * 60_000;

export class Periods {
  readonly texts: string[] = [''];
  private readonly numbers = new Map<string, number>();
  private readonly slots = new Map<number, number>();
  private lastSlot = Number.NaN;
  private lastNumber = 0;
  private readonly zone: TimeZone;
  private readonly period: Period;

  constructor(zone: TimeZone, period: Period) {
    this.zone = zone;
    this.period = period;
  }

  /** A number for the period of a time; 0 if the time is NaN. */
  numberOf(time: number): number {
    const at = Math.floor(time / slot);
    if (at === this.lastSlot) return this.lastNumber;
    if (Number.isNaN(at)) return 0;
    let number = this.slots.get(at);
    if (number === undefined) {
      number = this.numberFor(periodOf(this.zone.dayOf(at * slot), this.period));
      this.slots.set(at, number);
    }
    this.lastSlot = at;
    this.lastNumber = number;
    return number;
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
  const dayMs = 86_400_000;
  const start = Date.parse(`${day}T00:00:00Z`);
  const weekday = (new Date(start).getUTCDay() + 6) % 7;
  const thursday = start + (3 - weekday) * dayMs;
  const year = new Date(thursday).getUTCFullYear();
  const week = Math.floor((thursday - Date.UTC(year, 0, 1)) / dayMs / 7) + 1;
  return `${year}-W${String(week).padStart(2, '0')}`;
}
