/** The columns of a usage report, shared by the terminal table, Markdown, HTML and CSV. */
import { formatCount, formatDuration, formatUsd } from '../../text/format.ts';
import { type TimeZone, timeZone } from '../time-zone.ts';
import { sumOf as sumOfGroups, whereAllIs } from './fewer-groups.ts';
import { type GroupKey, isPeriod } from './group-keys.ts';
import type { UsageGroup, UsageReport } from './usage-report.ts';

export interface ReportColumn {
  /** Column name in CSV: a group key or a field of `UsageGroup`. */
  key: string;
  title: string;
  align: 'left' | 'right';
  /** Exact value for machines; null when unknown. */
  value(group: UsageGroup): string | number | null;
  /** For people; `-` when there is no value. */
  format(group: UsageGroup): string;
}

type Measure = Exclude<keyof UsageGroup, 'key'>;

const keyTitles: Record<GroupKey, string> = {
  model: 'Model',
  task: 'Task',
  day: 'Day',
  week: 'Week',
  month: 'Month',
  language: 'Language',
  alias: 'Alias',
  project: 'Project',
  rule: 'Rule',
  tier: 'Tier',
  outcome: 'Outcome',
  error: 'Error',
  run: 'Run',
};

const measureColumns = [
  measure('calls', 'Calls', formatCount),
  measure('attempts', 'Attempts', formatCount),
  measure('successes', 'Succeeded', formatCount),
  measure('success_rate', 'Success', formatShare),
  measure('failures', 'Failures', formatCount),
  measure('error_rate', 'Errors', formatShare),
  measure('fallbacks', 'Fallbacks', formatCount),
  measure('fallback_rate', 'By fallback', formatShare),
  measure('input_tokens', 'Input', formatCount),
  measure('cached_input_tokens', 'Cached', formatCount),
  measure('cache_write_tokens', 'Cache writes', formatCount),
  measure('output_tokens', 'Output', formatCount),
  measure('reasoning_tokens', 'Reasoning', formatCount),
  measure('cost_usd', 'Cost', formatUsd, 'unknown'),
  measure('cost_estimated_usd', 'Estimated', formatUsd),
  measure('estimated_attempts', 'Attempts estimated', formatCount),
  measure('cost_share', 'Share', formatShare),
  measure('unknown_cost', 'Cost unknown', formatCount),
  measure('cost_per_success_usd', 'Cost per success', formatUsd),
  measure('baseline_cost_usd', 'Baseline (est.)', formatUsd),
  measure('latency_p50_ms', 'p50', formatDuration),
  measure('latency_p95_ms', 'p95', formatDuration),
  measure('verify_ms', 'Verifying', formatDuration),
];

/** Those that others say better to people. */
const forMachines: readonly string[] = [
  'successes',
  'success_rate',
  'failures',
  'fallbacks',
  'estimated_attempts',
  'cost_per_success_usd',
];
/** Shown even if there is nothing in them. */
const alwaysShown: readonly string[] = ['calls', 'attempts', 'input_tokens', 'output_tokens', 'cost_usd'];
const compared: readonly string[] = [
  'calls',
  'success_rate',
  'cost_per_success_usd',
  'latency_p50_ms',
  'latency_p95_ms',
];

function formatShare(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function measure(key: Measure, title: string, show: (value: number) => string, unknown = '-'): ReportColumn {
  return {
    key,
    title,
    align: 'right',
    value: (group) => group[key],
    format: (group) => {
      const value = group[key];
      return value === null ? unknown : show(value);
    },
  };
}

/** Keys and measures that are worth the room, for people. */
export function shownColumns(report: UsageReport): ReportColumn[] {
  const groups = [...report.groups, report.total];
  return reportColumns(report).filter(
    ({ key, value }) =>
      report.by.includes(key as GroupKey) ||
      alwaysShown.includes(key) ||
      (!forMachines.includes(key) && groups.some((group) => value(group))),
  );
}

export interface Comparison {
  /** The values that are compared, such as models: those with most calls first; days, weeks and months in order. */
  values: string[];
  keyTitles: string[];
  /** For each combination of the other keys. */
  parts: { keys: string[]; measures: { title: string; cells: string[] }[] }[];
  /** What is not shown one by one. */
  notes: string[];
}

/** Each takes five lines; one more is for the rest. */
const mostParts = 100;
/** Likewise. */
const mostValues = 50;

/** What `compare` of a report asks for, side by side: what matters most, and the rest together. */
export function comparisonOf(report: UsageReport): Comparison | undefined {
  const { compare } = report;
  if (compare === null) return undefined;
  const calls = new Map<string, number>();
  for (const group of report.groups) {
    const value = group.key[compare]!;
    calls.set(value, (calls.get(value) ?? 0) + group.calls);
  }
  const values = isPeriod(compare)
    ? lastOf([...calls.keys()].sort(), mostValues)
    : firstOf(
        [...calls].sort(([, a], [, b]) => b - a).map(([value]) => value),
        mostValues,
      );
  const keys = report.by.filter((key) => key !== compare);
  const idOf = (group: UsageGroup) => keys.map((key) => group.key[key]).join('\0');
  const ids = [...new Set(report.groups.map(idOf))];
  const parts = isPeriod(keys[0]) ? lastOf(ids, mostParts) : firstOf(ids, mostParts);
  const cells = parts.names.map(() => values.names.map((): UsageGroup[] => []));
  for (const group of report.groups)
    cells[parts.placeOf(idOf(group))]![values.placeOf(group.key[compare]!)]!.push(group);
  const measures = measureColumns.filter(({ key }) => compared.includes(key));
  const fewer = [
    ...(parts.more > 0 ? [`${mostParts} of ${formatCount(ids.length)} ${pluralOf(keys)}`] : []),
    ...(values.more > 0 ? [`${mostValues} of ${formatCount(calls.size)} ${pluralOf([compare])}`] : []),
  ];
  return {
    values: values.names,
    keyTitles: keys.map((key) => keyTitles[key]),
    parts: parts.names.map((id, part) => ({
      keys: keys.map((_, at) => id.split('\0')[at] ?? ''),
      measures: measures.map(({ title, format }) => ({
        title,
        cells: cells[part]!.map((groups) =>
          groups.length === 0 ? '' : format(sumOfGroups(groups, {}, report.total.cost_usd)),
        ),
      })),
    })),
    notes:
      fewer.length > 0
        ? [`Only ${fewer.join(' and ')} are shown, and the others as one (${whereAllIs}).`]
        : [],
  };
}

function pluralOf(keys: readonly GroupKey[]): string {
  const [key] = keys;
  if (keys.length > 1) return `combinations of ${keys.join(', ')}`;
  return key === 'alias' ? 'aliases' : `${key}s`;
}

interface Few {
  names: string[];
  /** How many are one. */
  more: number;
  placeOf(value: string): number;
}

function firstOf(values: readonly string[], most: number): Few {
  const more = Math.max(0, values.length - most);
  const names = [...values.slice(0, most), ...(more > 0 ? [`${formatCount(more)} others`] : [])];
  const places = new Map(values.slice(0, most).map((value, at) => [value, at]));
  return { names, more, placeOf: (value) => places.get(value) ?? most };
}

function lastOf(values: readonly string[], most: number): Few {
  const more = Math.max(0, values.length - most);
  if (more === 0) return firstOf(values, most);
  const names = [`${formatCount(more)} earlier`, ...values.slice(more)];
  const places = new Map(values.slice(more).map((value, at) => [value, at + 1]));
  return { names, more, placeOf: (value) => places.get(value) ?? 0 };
}

/** The report's keys, then all measures. The total has no keys and shows `Total` in the first column. */
export function reportColumns({ by }: Pick<UsageReport, 'by'>): ReportColumn[] {
  const keyColumns = by.map((key, index): ReportColumn => {
    const value = (group: UsageGroup): string => group.key[key] ?? (index === 0 ? 'Total' : '');
    return { key, title: keyTitles[key], align: 'left', value, format: value };
  });
  return [...keyColumns, ...measureColumns];
}

/** What the report covers, in one line. */
export function reportTitle(report: UsageReport): string {
  const { by, compare } = report;
  const keys = by.filter((key) => key !== compare).join(', ');
  const what = keys === '' ? 'Usage' : `Usage by ${keys}`;
  const beside = compare === null ? '' : `, ${pluralOf([compare])} compared`;
  const zone = timeZone(report.timezone, 'timezone');
  const from = report.since ? ` from ${shortTime(report.since, zone)}` : '';
  const to = report.until ? ` to ${shortTime(report.until, zone)}` : '';
  const days = report.by.some(isPeriod);
  return `${what}${beside}${from}${to}${from || to || (days && zone.name !== 'UTC') ? ` (${zone.name})` : ''}`;
}

function shortTime(iso: string, zone: TimeZone): string {
  return new Date(zone.shownAt(Date.parse(iso))).toISOString().slice(0, 16).replace('T', ' ');
}
