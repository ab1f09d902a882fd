/** A usage report as a table for the terminal. */
import Table from 'cli-table3';
import { type ReportColumn, reportColumns, reportTitle } from '../../core/record/report-columns.ts';
import type { UsageReport } from '../../core/record/usage-report.ts';
import { wrapped } from './wrap.ts';

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
    colWidths: narrowed(shown, groups, width),
    wordWrap: true,
    wrapOnWordBoundary: false,
    style: { head: [], border: [], compact: true },
  });
  for (const group of groups) table.push(shown.map(({ format }) => format(group)));
  const hidden = nonEmpty.filter((column) => !shown.includes(column)).map(({ title }) => title);
  const note =
    hidden.length > 0
      ? `Hidden, because the terminal is too narrow: ${hidden.join(', ')} (--format md or csv shows all)\n`
      : '';
  return `${wrapped(reportTitle(report), width)}\n${table.toString()}\n${wrapped(note, width)}`;
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
  return columns.reduce((sum, column) => sum + cellWidth(column, groups) + 3, 1);
}

function cellWidth({ title, format }: ReportColumn, groups: UsageReport['groups']): number {
  return Math.max(title.length, ...groups.map((group) => format(group).length));
}

/** A column is not made narrower than this. */
const leastCell = 4;

/** Widths with padding. The widest name gives way until the table fits, and takes several lines; numbers stay. */
function narrowed(
  columns: readonly ReportColumn[],
  groups: UsageReport['groups'],
  width: number | undefined,
): number[] {
  const cells = columns.map((column) => cellWidth(column, groups));
  const names = columns.flatMap(({ align }, at) => (align === 'left' ? [at] : []));
  for (let over = widthOf(columns, groups) - (width ?? Number.POSITIVE_INFINITY); over > 0; over--) {
    const widest = Math.max(0, ...names.map((at) => cells[at]!));
    if (widest <= leastCell) break;
    cells[names.find((at) => cells[at] === widest)!] = widest - 1;
  }
  return cells.map((cell) => cell + 2);
}
