/** A usage report as a table for the terminal. */
import Table from 'cli-table3';
import { type ReportColumn, reportColumns, reportTitle } from '../../core/record/report-columns.ts';
import type { UsageReport } from '../../core/record/usage-report.ts';

/** `width` of the terminal in columns; undefined: no limit. */
export function renderReportTable(report: UsageReport, width?: number): string {
  const groups = report.by.length > 0 ? [...report.groups, report.total] : [report.total];
  // Empty columns would take width that the others need.
  const nonEmpty = reportColumns(report).filter(
    ({ key, value }) =>
      report.by.includes(key as never) || alwaysShown.has(key) || groups.some((group) => value(group)),
  );
  const shown = fitting(nonEmpty, groups, width);
  const table = new Table({
    head: shown.map(({ title }) => title),
    colAligns: shown.map(({ align }) => align),
    style: { head: [], border: [], compact: true },
  });
  for (const group of groups) table.push(shown.map(({ format }) => format(group)));
  const hidden = nonEmpty.filter((column) => !shown.includes(column)).map(({ title }) => title);
  const note =
    hidden.length > 0
      ? `Hidden, because the terminal is too narrow: ${hidden.join(', ')} (--format md or csv shows all)\n`
      : '';
  return `${reportTitle(report)}\n${table.toString()}\n${note}`;
}

const alwaysShown = new Set(['calls', 'attempts', 'input_tokens', 'output_tokens', 'cost_usd']);

/** Columns to hide if there is not enough room, in this order. */
const dispensable = [
  'latency_p95_ms',
  'cached_input_tokens',
  'reasoning_tokens',
  'latency_p50_ms',
  'cost_share',
  'attempts',
  'failures',
  'output_tokens',
  'input_tokens',
];

function fitting(
  columns: readonly ReportColumn[],
  groups: UsageReport['groups'],
  width: number | undefined,
): readonly ReportColumn[] {
  let kept = columns;
  for (const key of dispensable) {
    if (width === undefined || widthOf(kept, groups) <= width) break;
    kept = kept.filter((column) => column.key !== key);
  }
  return kept;
}

/** Each cell has a space on both sides and a border. */
function widthOf(columns: readonly ReportColumn[], groups: UsageReport['groups']): number {
  const widths = columns.map(({ title, format }) =>
    Math.max(title.length, ...groups.map((group) => format(group).length)),
  );
  return widths.reduce((sum, cell) => sum + cell + 3, 1);
}
