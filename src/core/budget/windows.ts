/** The days that a budget covers. A day is `YYYY-MM-DD` as the user's clock shows it. */
import { utcDay } from '../text/utc-day.ts';

export const budgetWindows = ['day', 'week', 'month'] as const;
export type BudgetWindow = (typeof budgetWindows)[number];

export interface Days {
  first: string;
  last: string;
}

const oneDay = 24 * 60 * 60 * 1000;

/** The window that a day is in. Weeks begin on Monday, as ISO 8601 has them. */
export function daysOf(window: BudgetWindow, day: string): Days {
  switch (window) {
    case 'day':
      return { first: day, last: day };
    case 'week': {
      const time = Date.parse(`${day}T00:00:00Z`);
      const monday = time - ((new Date(time).getUTCDay() + 6) % 7) * oneDay;
      return { first: utcDay(monday), last: utcDay(monday + 6 * oneDay) };
    }
    case 'month':
      // The days in between compare like text; no month has more than 31.
      return { first: `${day.slice(0, 7)}-01`, last: `${day.slice(0, 7)}-31` };
  }
}

export function isWithin(day: string, { first, last }: Days): boolean {
  return first <= day && day <= last;
}

/** In order. Those of a month may end with days that it does not have. */
export function eachDay(window: BudgetWindow, day: string): string[] {
  const { first } = daysOf(window, day);
  if (window === 'month')
    return Array.from(
      { length: 31 },
      (_, index) => `${first.slice(0, 8)}${String(index + 1).padStart(2, '0')}`,
    );
  const start = Date.parse(`${first}T00:00:00Z`);
  return Array.from({ length: window === 'week' ? 7 : 1 }, (_, index) => utcDay(start + index * oneDay));
}
