/** Renders a usage report as CSV or Markdown, ending with a line break. */
import { encodeLine } from '../csv-line.ts';
import { budgetNotes } from './budget-notes.ts';
import { fewerGroups } from './fewer-groups.ts';
import { comparisonOf, reportColumns, reportTitle, shownColumns } from './report-columns.ts';
import type { UsageReport } from './usage-report.ts';

export type ReportFormat = 'csv' | 'md';

export interface FormatOptions {
  /** Begin CSV with a byte order mark, from which spreadsheets see that it is UTF-8. Default false. */
  bom?: boolean;
}

export const reportFormats: Record<ReportFormat, (report: UsageReport, options?: FormatOptions) => string> = {
  csv: reportCsv,
  md: reportMarkdown,
};

/**
 * Exact numbers under the field names; unknown values are empty. The total row is omitted, since summing a
 * column would count it twice; a report without keys consists of the total only.
 */
function reportCsv(report: UsageReport, { bom = false }: FormatOptions = {}): string {
  const columns = reportColumns(report);
  const groups = report.by.length > 0 ? report.groups : [report.total];
  const lines = groups.map((group) => encodeLine(columns.map((column) => column.value(group))));
  const text = [encodeLine(columns.map((column) => column.key)), ...lines]
    .map((line) => `${line}\n`)
    .join('');
  return bom ? `\uFEFF${text}` : text;
}

function reportMarkdown(report: UsageReport): string {
  const table = comparedTable(report) ?? shownTable(report);
  const notes = [
    ...table.notes,
    ...budgetNotes(report.budgets ?? []),
    ...report.notes,
    ...report.warnings,
  ].map((note) => `- ${escapeMarkdown(note)}`);
  return [
    `## ${escapeMarkdown(reportTitle(report))}`,
    '',
    ...markdownTable(table),
    ...(notes.length > 0 ? ['', ...notes] : []),
    '',
  ].join('\n');
}

interface Heading {
  title: string;
  align: 'left' | 'right';
}

interface Cells {
  headings: readonly Heading[];
  rows: string[][];
  notes: string[];
}

function shownTable(report: UsageReport): Cells {
  const headings = shownColumns(report);
  const { groups, notes } = fewerGroups(report);
  const rows = [...groups, report.total].map((group) => headings.map((column) => column.format(group)));
  return { headings, rows, notes };
}

function comparedTable(report: UsageReport): Cells | undefined {
  const comparison = comparisonOf(report);
  if (!comparison) return undefined;
  const headings: Heading[] = [
    ...[...comparison.keyTitles, ''].map((title) => ({ title, align: 'left' as const })),
    ...comparison.values.map((title) => ({ title, align: 'right' as const })),
  ];
  const rows = comparison.parts.flatMap(({ keys, measures }) =>
    measures.map(({ title, cells }) => [...keys, title, ...cells]),
  );
  return { headings, rows, notes: comparison.notes };
}

function markdownTable({ headings, rows }: Cells): string[] {
  const titles = headings.map(({ title }) => escapeMarkdown(title));
  const cells = rows.map((row) => row.map(escapeMarkdown));
  const widths = headings.map((_, index) =>
    Math.max(3, ...[titles, ...cells].map((row) => [...row[index]!].length)),
  );
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, index) => padCell(cell, widths[index]!, headings[index]!)).join(' | ')} |`;
  const rule = headings.map(({ align }, index) =>
    align === 'right' ? `${'-'.repeat(widths[index]! - 1)}:` : '-'.repeat(widths[index]!),
  );
  return [line(titles), line(rule), ...cells.map(line)];
}

function padCell(cell: string, width: number, { align }: Heading): string {
  const padding = ' '.repeat(Math.max(0, width - [...cell].length));
  return align === 'right' ? padding + cell : cell + padding;
}

function escapeMarkdown(text: string): string {
  return text
    .replace(/[\r\n]+/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/[\\|`*[\]]/g, '\\$&');
}
