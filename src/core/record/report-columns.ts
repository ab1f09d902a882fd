/** The columns of a usage report, shared by the terminal table, Markdown, HTML and CSV. */
import { formatCount, formatDuration, formatUsd } from '../text/format.ts';
import type { GroupKey } from './group-keys.ts';
import { type TimeZone, timeZone } from './time-zone.ts';
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
  month: 'Month',
  language: 'Language',
  alias: 'Alias',
  project: 'Project',
  rule: 'Rule',
  error: 'Error',
  run: 'Run',
};

const measureColumns: ReportColumn[] = [
  measure('calls', 'Calls', formatCount),
  measure('attempts', 'Attempts', formatCount),
  measure('failures', 'Failures', formatCount),
  measure('input_tokens', 'Input', formatCount),
  measure('cached_input_tokens', 'Cached', formatCount),
  measure('output_tokens', 'Output', formatCount),
  measure('reasoning_tokens', 'Reasoning', formatCount),
  measure('cost_usd', 'Cost', formatUsd, 'unknown'),
  measure('cost_share', 'Share', (share) => `${(share * 100).toFixed(1)} %`),
  measure('unknown_cost', 'Cost unknown', formatCount),
  measure('latency_p50_ms', 'p50', formatDuration),
  measure('latency_p95_ms', 'p95', formatDuration),
];

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
  const what = report.by.length > 0 ? `Usage by ${report.by.join(', ')}` : 'Usage';
  const zone = timeZone(report.timezone, 'timezone');
  const from = report.since ? ` from ${shortTime(report.since, zone)}` : '';
  const to = report.until ? ` to ${shortTime(report.until, zone)}` : '';
  const days = report.by.includes('day') || report.by.includes('month');
  return `${what}${from}${to}${from || to || (days && zone.name !== 'UTC') ? ` (${zone.name})` : ''}`;
}

function shortTime(iso: string, zone: TimeZone): string {
  return new Date(zone.shownAt(Date.parse(iso))).toISOString().slice(0, 16).replace('T', ' ');
}
