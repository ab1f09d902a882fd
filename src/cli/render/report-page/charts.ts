/** The charts of a report: each is a figure with its numbers as a table, too. */
import type { ChartSums } from '../../../core/record/report/chart-tally.ts';
import type { ReportBudget, UsageReport } from '../../../core/record/report/usage-report.ts';
import { formatCount, formatDuration, formatUsd } from '../../../core/text/format.ts';
import { type ChartOption, type ChartSize, chartName, chartSvg } from './chart-svg.ts';
import { drawings, figure, half, numbers, whole } from './figure.ts';
import { nameHtml, shortened } from './html.ts';
import { fillOf, swatchSvg } from './palette.ts';
import { rankedCost, type StackedCost, stackedCost } from './series.ts';

const quiet = { color: 'var(--quiet)', fontSize: 12 } as const;
const ink = { color: 'var(--ink)', fontSize: 12 } as const;
const lines = { lineStyle: { color: 'var(--line)' } } as const;

const mostModels = 8;
const tooMany = '<p class="quiet">Not drawn: there are too many different values.</p>';

export function chartFigures({ charts, budgets = [], total }: UsageReport): string {
  if (total.attempts === 0) return '<p class="quiet">No attempts were found.</p>';
  if (charts === undefined) return '';
  return [
    figure('Cost by day and model', costByDay(charts, budgets)),
    '<div class="halves">',
    figure('Cost by task', costByTask(charts)),
    figure('Latency by model', latencyByModel(charts)),
    '</div>',
  ].join('\n');
}

function costByDay({ days, undatedUsd }: ChartSums, budgets: readonly ReportBudget[]): string[] {
  if (days === null) return [tooMany];
  const cost = stackedCost(days);
  if (cost === undefined) return ['<p class="quiet">No day has a known cost above zero.</p>'];
  const { span, series, leftOutUsd } = cost;
  const withYear = cost.starts[0]!.slice(0, 4) !== cost.starts.at(-1)!.slice(0, 4);
  const labels = cost.starts.map((start) => shownDay(start, span, withYear));
  const sums = labels.map((_, at) => series.reduce((sum, { values }) => sum + values[at]!, 0));
  const most = Math.max(...sums);
  // A line far above them would make the bars flat.
  const limits = budgets
    .filter(({ window, project, limit_usd }) => window === span && project === null && limit_usd <= 4 * most)
    .map(({ limit_usd }) => limit_usd);
  const name = `Bars of the cost per ${span}, stacked by model. The highest is ${formatUsd(most)}.`;
  const titleOf = (at: number, place: number) =>
    `${labels[place]}, ${series[at]!.name}: ${formatUsd(series[at]!.values[place])} of ${formatUsd(sums[place])}`;
  const legend = series.map(
    ({ name, total }, at) =>
      `<li>${swatchSvg(at)}<span>${nameHtml(shortened(name, 60))} <span class="quiet">${formatUsd(total)}</span></span></li>`,
  );
  const remarks = [
    ...(span === 'day' ? [] : [`Each bar is one ${span}.`]),
    ...(limits.length > 0
      ? [`Dashed: the budget of ${limits.map(formatUsd).join(' and ')} per ${span}.`]
      : []),
    ...(leftOutUsd > 0 ? [`Earlier, and not drawn: ${formatUsd(leftOutUsd)}.`] : []),
    ...(undatedUsd > 0 ? [`Without a time, and not drawn: ${formatUsd(undatedUsd)}.`] : []),
  ];
  return [
    ...drawings(whole, (width) => {
      const option = stackedBars(cost, { labels, limits, most, room: width / labels.length });
      return chartSvg(option, { width, height: width > 500 ? 300 : 260 }, { name, titleOf });
    }),
    `<ul class="legend">${legend.join('')}</ul>`,
    ...(remarks.length > 0 ? [`<p class="quiet">${remarks.join(' ')}</p>`] : []),
    numbers(
      [span[0]!.toUpperCase() + span.slice(1), ...series.map((one) => one.name), 'Together'],
      cost.starts.flatMap((start, at) => {
        if (sums[at] === 0) return [];
        return [[start, ...series.map(({ values }) => formatUsd(values[at])), formatUsd(sums[at])]];
      }),
    ),
  ];
}

interface Stacking {
  labels: string[];
  limits: number[];
  most: number;
  /** For each bar. */
  room: number;
}

function stackedBars({ series }: StackedCost, { labels, limits, most, room }: Stacking): ChartOption {
  const isAbove = limits.some((limit) => limit > most);
  return {
    grid: { left: 56, right: 8, top: 24, bottom: 28 },
    xAxis: {
      type: 'category',
      data: labels,
      // The last one must not go beyond the edge.
      axisLabel: { ...quiet, hideOverlap: true, ...(room < 80 && { alignMaxLabel: 'right' as const }) },
      axisTick: { show: false },
      axisLine: lines,
    },
    yAxis: {
      type: 'value',
      splitNumber: 4,
      splitLine: { ...lines, showMaxLine: !isAbove },
      axisLabel: { ...quiet, formatter: axisUsd, ...(isAbove && { showMaxLabel: false }) },
      ...(isAbove && { max: Math.max(...limits) * 1.05 }),
    },
    series: series.map(({ values }, at) => ({
      type: 'bar',
      stack: 'cost',
      silent: true,
      barMaxWidth: 48,
      data: values.map((value) => (value === 0 ? '-' : value)),
      itemStyle: { color: fillOf(at), ...(room > 12 && { borderColor: 'var(--paper)', borderWidth: 1 }) },
      ...(at === 0 && {
        markLine: {
          silent: true,
          symbol: 'none',
          lineStyle: { color: 'var(--alert)', width: 2, type: [6, 4] },
          label: {
            ...ink,
            position: 'insideEndTop',
            formatter: ({ value }) => `budget ${formatUsd(Number(value))}`,
            textBorderColor: 'var(--paper)',
            textBorderWidth: 3,
          },
          data: limits.map((yAxis) => ({ yAxis })),
        },
      }),
    })),
  };
}

function costByTask({ tasks }: ChartSums): string[] {
  if (tasks === null) return [tooMany];
  const ranked = rankedCost(tasks);
  if (ranked.length === 0) return ['<p class="quiet">No task has a known cost above zero.</p>'];
  const sum = ranked.reduce((total, { costUsd }) => total + costUsd, 0);
  return rowChart({
    name: `Bars of the cost by task. ${ranked[0]!.name} cost most: ${formatUsd(ranked[0]!.costUsd)}.`,
    rows: ranked.map(({ name }) => name),
    headings: ['Task', 'Cost'],
    series: [ranked.map(({ costUsd }) => costUsd)],
    format: formatUsd,
    label: (usd) => `${formatUsd(usd)} (${((100 * usd) / sum).toFixed(0)} %)`,
  });
}

function latencyByModel({ models }: ChartSums): string[] {
  if (models === null) return [tooMany];
  const timed = models
    .flatMap(({ name, attempts, p50Ms, p95Ms }) =>
      p50Ms === null || p95Ms === null ? [] : [{ name, attempts, p50Ms, p95Ms }],
    )
    .sort((a, b) => b.attempts - a.attempts);
  if (timed.length === 0) return ['<p class="quiet">No attempt that succeeded has a latency.</p>'];
  const shown = timed.slice(0, mostModels);
  return [
    `<ul class="legend"><li>${swatchSvg(0)}<span>p50: half were faster</span></li><li>${swatchSvg(1)}<span>p95: 95 % were faster</span></li></ul>`,
    ...rowChart({
      name: 'Bars of the latency by model: half of the attempts were faster than p50, 95 % than p95.',
      rows: shown.map(({ name }) => name),
      headings: ['Model', 'p50', 'p95'],
      series: [shown.map(({ p50Ms }) => p50Ms), shown.map(({ p95Ms }) => p95Ms)],
      format: formatDuration,
      label: formatDuration,
    }),
    ...(timed.length > shown.length
      ? [`<p class="quiet">The ${mostModels} models with most attempts, of ${formatCount(timed.length)}.</p>`]
      : []),
  ];
}

interface RowChart {
  /** For screen readers. */
  name: string;
  rows: string[];
  headings: string[];
  /** Values by row. */
  series: number[][];
  format(value: number): string;
  /** At the end of a bar. */
  label(value: number): string;
}

/** A horizontal bar per series in each row, below the row's name. */
function rowChart({ name, rows, headings, series, format, label }: RowChart): string[] {
  const rowHeight = 26 + 18 * series.length;
  const longest = Math.max(...series.flat().map((value) => label(value).length));
  const titleOf = (at: number, place: number) =>
    `${rows[place]}${series.length > 1 ? `, ${headings[at + 1]}` : ''}: ${format(series[at]![place]!)}`;
  const option = (width: number): ChartOption => ({
    grid: { left: 1, right: 12 + 7 * longest, top: 14, bottom: 0 },
    xAxis: { type: 'value', show: false, min: 0 },
    yAxis: {
      type: 'category',
      inverse: true,
      data: rows.map((row) => chartName(shortened(row, Math.floor(width / 8)))),
      axisTick: { show: false },
      axisLine: { show: false },
      // Above the bars: beside them a long name would leave no room.
      axisLabel: {
        ...ink,
        inside: true,
        margin: 0,
        verticalAlign: 'bottom',
        padding: [0, 0, 3 + 9 * series.length, 0],
        interval: 0,
      },
    },
    series: series.map((values, at) => ({
      type: 'bar',
      silent: true,
      barWidth: 14,
      barGap: '25%',
      data: values,
      itemStyle: { color: fillOf(at) },
      label: { ...ink, show: true, position: 'right', formatter: ({ value }) => label(Number(value)) },
    })),
  });
  const sizeOf = (width: number): ChartSize => ({ width, height: rows.length * rowHeight + 14 });
  return [
    ...drawings(half, (width) => chartSvg(option(width), sizeOf(width), { name, titleOf })),
    numbers(
      headings,
      rows.map((row, at) => [row, ...series.map((values) => format(values[at]!))]),
    ),
  ];
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function shownDay(day: string, span: StackedCost['span'], withYear: boolean): string {
  const [year, month, date] = day.split('-');
  if (span === 'year') return year!;
  const name = months[Number(month) - 1]!;
  if (span === 'month') return `${name} ${year}`;
  return `${Number(date)} ${name}${withYear ? ` ${year}` : ''}`;
}

/** Ticks are round: `$0.005`, `$0.50`, `$1`, `$2500`. */
function axisUsd(usd: number): string {
  const short = String(Number(usd.toPrecision(6)));
  return `$${/\.\d$/.test(short) ? `${short}0` : short}`;
}
