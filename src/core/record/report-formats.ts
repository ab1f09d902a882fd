/** Renders a usage report as CSV, Markdown or HTML, ending with a line break. */
import { encodeLine } from './csv-line.ts';
import {
  comparisonOf,
  type ReportColumn,
  reportColumns,
  reportTitle,
  shownColumns,
} from './report-columns.ts';
import type { UsageReport } from './usage-report.ts';

export type ReportFormat = 'csv' | 'md' | 'html';

export interface FormatOptions {
  /** Begin CSV with a byte order mark, from which spreadsheets see that it is UTF-8. Default false. */
  bom?: boolean;
}

export const reportFormats: Record<ReportFormat, (report: UsageReport, options?: FormatOptions) => string> = {
  csv: reportCsv,
  md: reportMarkdown,
  html: reportHtml,
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
  const notes = [...report.notes, ...report.warnings].map((note) => `- ${escapeMarkdown(note)}`);
  return [
    `## ${escapeMarkdown(reportTitle(report))}`,
    '',
    ...markdownTable(...(comparedCells(report) ?? shownCells(report))),
    ...(notes.length > 0 ? ['', ...notes] : []),
    '',
  ].join('\n');
}

interface Heading {
  title: string;
  align: 'left' | 'right';
}

type Cells = [headings: readonly Heading[], rows: string[][]];

function shownCells(report: UsageReport): Cells {
  const columns = shownColumns(report);
  const groups = [...report.groups, report.total];
  return [columns, groups.map((group) => columns.map((column) => column.format(group)))];
}

function comparedCells(report: UsageReport): Cells | undefined {
  const comparison = comparisonOf(report);
  if (!comparison) return undefined;
  const headings: Heading[] = [
    ...[...comparison.keyTitles, ''].map((title) => ({ title, align: 'left' as const })),
    ...comparison.values.map((title) => ({ title, align: 'right' as const })),
  ];
  const rows = comparison.parts.flatMap(({ keys, measures }) =>
    measures.map(({ title, cells }) => [...keys, title, ...cells]),
  );
  return [headings, rows];
}

function markdownTable(headings: readonly Heading[], rows: string[][]): string[] {
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

const style = `
:root { color-scheme: light dark; --ink: #1c1e21; --paper: #ffffff; --quiet: #5b6168; --line: #d9dde2; --band: #f5f6f8; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e8eb; --paper: #15171a; --quiet: #9aa2ab; --line: #33383f; --band: #1d2024; }
}
body { margin: 2rem; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.3rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 0.35rem 0.75rem; border-bottom: 1px solid var(--line); white-space: nowrap; text-align: left; }
.right { text-align: right; }
tbody tr:nth-child(even) { background: var(--band); }
tfoot td { font-weight: 600; border-bottom: 0; }
p, li { color: var(--quiet); }
`.trim();

function reportHtml(report: UsageReport): string {
  const columns = shownColumns(report);
  const row = (tag: 'td' | 'th', cell: (column: ReportColumn) => string): string =>
    `<tr>${columns.map((column) => `<${tag}${tag === 'th' ? ' scope="col"' : ''}${column.align === 'right' ? ' class="right"' : ''}>${escapeHtml(cell(column))}</${tag}>`).join('')}</tr>`;
  const title = escapeHtml(reportTitle(report));
  const warnings = [...report.notes, ...report.warnings].map((warning) => `<li>${escapeHtml(warning)}</li>`);
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${title}</title>`,
    `<style>\n${style}\n</style>`,
    '</head>',
    '<body>',
    `<h1>${title}</h1>`,
    '<div class="scroll">',
    '<table>',
    `<thead>${row('th', (column) => column.title)}</thead>`,
    '<tbody>',
    ...report.groups.map((group) => row('td', (column) => column.format(group))),
    '</tbody>',
    `<tfoot>${row('td', (column) => column.format(report.total))}</tfoot>`,
    '</table>',
    '</div>',
    ...(warnings.length > 0 ? ['<ul>', ...warnings, '</ul>'] : []),
    `<p>Generated by orch on ${escapeHtml(report.generated_at)}.</p>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

const htmlEntities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => htmlEntities[character]!);
}
