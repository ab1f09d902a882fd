/** A usage report as a table for the terminal. */
import Table from 'cli-table3';
import { type ReportColumn, reportColumns, reportTitle } from '../../core/record/report-columns.ts';
import type { UsageReport } from '../../core/record/usage-report.ts';

/** `width` of the terminal, in columns; undefined: the table goes where width does not matter. */
export function renderReportTable(report: UsageReport, width?: number): string {
  const groups = report.by.length > 0 ? [...report.groups, report.total] : [report.total];
  // A column in which nothing is to be seen costs width that the others need.
  const worthIt = reportColumns(report).filter(
    ({ key, value }) =>
      report.by.includes(key as never) || alwaysShown.has(key) || groups.some((group) => value(group)),
  );
  const shown = fitting(worthIt, groups, width);
  const table = new Table({
    head: shown.map(({ title }) => title),
    colAligns: shown.map(({ align }) => align),
    style: { head: [], border: [], compact: true },
  });
  for (const group of groups) table.push(shown.map(({ format }) => format(group)));
  const left = worthIt.filter((column) => !shown.includes(column)).map(({ title }) => title);
  const note =
    left.length > 0 ? `Left out for want of width: ${left.join(', ')} (--format md or csv has all)\n` : '';
  return `${reportTitle(report)}\n${table.toString()}\n${note}`;
}

const alwaysShown = new Set(['calls', 'attempts', 'input_tokens', 'output_tokens', 'cost_usd']);

/** What goes first where there is not room for all. */
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

/** Each cell stands between two spaces and a border. */
function widthOf(columns: readonly ReportColumn[], groups: UsageReport['groups']): number {
  const widths = columns.map(({ title, format }) =>
    Math.max(title.length, ...groups.map((group) => format(group).length)),
  );
  return widths.reduce((sum, cell) => sum + cell + 3, 1);
}
