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
  const widths = narrowed(shown, groups, width);
  const table = new Table({
    head: shown.map(({ title }) => title),
    colAligns: shown.map(({ align }) => align),
    // A space on both sides.
    colWidths: widths.map((cell) => cell + 2),
    wordWrap: true,
    wrapOnWordBoundary: false,
    style: { head: [], border: [], compact: true },
  });
  for (const group of groups) table.push(shown.map(({ format }, at) => brokenAt(format(group), widths[at]!)));
  const hidden = nonEmpty.filter((column) => !shown.includes(column)).map(({ title }) => title);
  const note =
    hidden.length > 0
      ? `Hidden, because the terminal is too narrow: ${hidden.join(', ')} (--format md or csv shows all)\n`
      : '';
  return `${wrapped(reportTitle(report), width)}\n${table.toString()}\n${wrapped(note, width)}`;
}

const alwaysShown = new Set(['calls', 'attempts', 'input_tokens', 'output_tokens', 'cost_usd']);

/** Columns to hide if there is not enough room, in this order; the last only so that no word of a name is torn. */
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
  if (width === undefined || widthOf(kept, groups, partWidth) <= width) return kept;
  return kept.filter(({ key }) => key !== 'calls');
}

/** Each cell has a space on both sides and a border. */
function widthOf(
  columns: readonly ReportColumn[],
  groups: UsageReport['groups'],
  ofCell: (text: string) => number = (text) => text.length,
): number {
  return columns.reduce((sum, column) => sum + cellWidth(column, groups, ofCell) + 3, 1);
}

function cellWidth(
  { title, align, format }: ReportColumn,
  groups: UsageReport['groups'],
  ofCell: (text: string) => number,
): number {
  const cells = groups.map((group) => format(group));
  return Math.max(title.length, ...cells.map((text) => (align === 'left' ? ofCell(text) : text.length)));
}

/** A name may go on in the next line behind these. */
function partsOf(name: string): string[] {
  return name.split(/(?<=[:_/-])/);
}

function partWidth(name: string): number {
  return Math.max(...partsOf(name).map(({ length }) => length));
}

/** First of all behind `rehearsal:`, so that what follows can be read in one piece. */
function brokenAt(name: string, width: number): string {
  if (name.length <= width) return name;
  const lines: string[] = [];
  for (const part of partsOf(name)) {
    const last = lines.at(-1);
    if (last === undefined || last.endsWith(':') || last.length + part.length > width) lines.push(part);
    else lines[lines.length - 1] = last + part;
  }
  return lines.join('\n');
}

/** A column is not made narrower than this. */
const leastCell = 4;

/** The widest name gives way until the table fits, as long as it can between its words; numbers stay. */
function narrowed(
  columns: readonly ReportColumn[],
  groups: UsageReport['groups'],
  width: number | undefined,
): number[] {
  const cells = columns.map((column) => cellWidth(column, groups, (text) => text.length));
  const parts = columns.map((column) => cellWidth(column, groups, partWidth));
  let over = widthOf(columns, groups) - (width ?? Number.POSITIVE_INFINITY);
  for (const least of [parts, columns.map(() => leastCell)]) {
    for (; over > 0; over--) {
      const names = columns.flatMap(({ align }, at) =>
        align === 'left' && cells[at]! > least[at]! ? [at] : [],
      );
      const widest = names.sort((a, b) => cells[b]! - cells[a]!)[0];
      if (widest === undefined) break;
      cells[widest]!--;
    }
  }
  return cells;
}
