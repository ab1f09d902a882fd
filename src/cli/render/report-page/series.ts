/** What each chart shows: few enough values to be told apart, and the rest together. */
import type { ChartSums } from '../../../core/record/report/chart-tally.ts';
import { formatCount } from '../../../core/text/format.ts';

type Span = 'day' | 'week' | 'month' | 'year';

export interface Series {
  name: string;
  /** One per label. */
  values: number[];
  total: number;
}

export interface StackedCost {
  /** What one bar stands for. */
  span: Span;
  /** First day of each bar, `YYYY-MM-DD`, without gaps. */
  starts: string[];
  series: Series[];
  /** Cost of the bars that are left out because there are too many; they are the earliest. */
  leftOutUsd: number;
}

export interface Ranked {
  name: string;
  costUsd: number;
}

/** As many as there are patterns that can be told apart; the last is for all others. */
export const mostSeries = 7;
const mostBars = 120;
const mostRanked = 12;
const dayMs = 86_400_000;

/** Undefined if nothing was spent on any day. */
export function stackedCost(days: NonNullable<ChartSums['days']>): StackedCost | undefined {
  const spent = [...days].filter(([, models]) => [...models.values()].some((usd) => usd > 0));
  const [first] = spent[0] ?? [];
  const [last] = spent.at(-1) ?? [];
  if (first === undefined || last === undefined) return undefined;
  const spans: Span[] = ['day', 'week', 'month', 'year'];
  const span = spans.find((candidate) => countOf(first, last, candidate) <= mostBars) ?? 'year';
  const starts = startsOf(first, last, span);
  const places = new Map(starts.map((start, at) => [start, at]));
  const totals = new Map<string | null, number>();
  for (const [, models] of spent)
    for (const [model, usd] of models) totals.set(model, (totals.get(model) ?? 0) + usd);
  const ranked = [...totals].filter(([, usd]) => usd > 0).sort(([, a], [, b]) => b - a);
  const own = ranked.slice(0, ranked.length > mostSeries ? mostSeries - 1 : mostSeries);
  const others = ranked.length - own.length;
  const series: Series[] = own.map(([model, total]) => ({
    name: model ?? 'All models',
    values: starts.map(() => 0),
    total,
  }));
  if (others > 0)
    series.push({
      name: `${formatCount(others)} other models`,
      values: starts.map(() => 0),
      total: ranked.slice(own.length).reduce((sum, [, usd]) => sum + usd, 0),
    });
  const numbers = new Map(own.map(([model], at) => [model, at]));
  let leftOutUsd = 0;
  for (const [day, models] of spent) {
    const place = places.get(startOf(day, span));
    for (const [model, usd] of models) {
      if (usd === 0) continue;
      if (place === undefined) leftOutUsd += usd;
      else series[numbers.get(model) ?? series.length - 1]!.values[place]! += usd;
    }
  }
  return { span, starts, series, leftOutUsd };
}

/** The first of them, and the sum of the others; none that cost nothing. */
export function rankedCost(values: readonly { name: string; costUsd: number | null }[]): Ranked[] {
  const spent = values.flatMap(({ name, costUsd }) => (costUsd ? [{ name, costUsd }] : []));
  const own = spent.slice(0, spent.length > mostRanked ? mostRanked - 1 : mostRanked);
  const others = spent.slice(own.length);
  if (others.length === 0) return own;
  const costUsd = others.reduce((sum, other) => sum + other.costUsd, 0);
  return [...own, { name: `${formatCount(others.length)} others`, costUsd }];
}

/** The first day of the week, month or year. */
function startOf(day: string, span: Span): string {
  if (span === 'day') return day;
  if (span === 'month') return `${day.slice(0, 7)}-01`;
  if (span === 'year') return `${day.slice(0, 4)}-01-01`;
  const time = Date.parse(day);
  return isoDay(time - ((new Date(time).getUTCDay() + 6) % 7) * dayMs);
}

function countOf(first: string, last: string, span: Span): number {
  const days = (Date.parse(last) - Date.parse(first)) / dayMs + 1;
  return { day: days, week: days / 7 + 1, month: days / 30 + 1, year: days / 365 + 1 }[span];
}

/** At most as many as are shown, the last ones. */
function startsOf(first: string, last: string, span: Span): string[] {
  const starts: string[] = [];
  const begin = startOf(first, span);
  for (let day = startOf(last, span); day >= begin && starts.length < mostBars; ) {
    starts.push(day);
    day = startOf(isoDay(Date.parse(day) - dayMs), span);
  }
  return starts.reverse();
}

function isoDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
