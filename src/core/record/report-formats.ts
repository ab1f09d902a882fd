/** A usage report as CSV, Markdown and HTML. Each ends with a line break. */
import { encodeLine } from './csv-line.ts';
import { type ReportColumn, reportColumns, reportTitle } from './report-columns.ts';
import type { UsageGroup, UsageReport } from './usage-report.ts';

export type ReportFormat = 'csv' | 'md' | 'html';

export const reportFormats: Record<ReportFormat, (report: UsageReport) => string> = {
  csv: reportCsv,
  md: reportMarkdown,
  html: reportHtml,
};

/**
 * Exact numbers under the names of the fields; unknown is empty. The total is left out, since a sum over a
 * column would count it again; only a report without keys is the total.
 */
function reportCsv(report: UsageReport): string {
  const columns = reportColumns(report);
  const groups = report.by.length > 0 ? report.groups : [report.total];
  const lines = groups.map((group) => encodeLine(columns.map((column) => column.value(group))));
  return [encodeLine(columns.map((column) => column.key)), ...lines].map((line) => `${line}\n`).join('');
}

function bodyOf(report: UsageReport): UsageGroup[] {
  return [...report.groups, report.total];
}

function reportMarkdown(report: UsageReport): string {
  const columns = reportColumns(report);
  const cells = bodyOf(report).map((group) => columns.map((column) => escapeMarkdown(column.format(group))));
  const titles = columns.map((column) => column.title);
  const widths = columns.map((_, index) =>
    Math.max(3, ...[titles, ...cells].map((row) => [...row[index]!].length)),
  );
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, index) => padCell(cell, widths[index]!, columns[index]!)).join(' | ')} |`;
  const rule = columns.map((column, index) =>
    column.align === 'right' ? `${'-'.repeat(widths[index]! - 1)}:` : '-'.repeat(widths[index]!),
  );
  const notes = report.warnings.map((warning) => `- ${escapeMarkdown(warning)}`);
  return [
    `## ${reportTitle(report)}`,
    '',
    line(titles),
    line(rule),
    ...cells.map(line),
    ...(notes.length > 0 ? ['', ...notes] : []),
    '',
  ].join('\n');
}

function padCell(cell: string, width: number, { align }: ReportColumn): string {
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
  const columns = reportColumns(report);
  const row = (tag: 'td' | 'th', cell: (column: ReportColumn) => string): string =>
    `<tr>${columns.map((column) => `<${tag}${tag === 'th' ? ' scope="col"' : ''}${column.align === 'right' ? ' class="right"' : ''}>${escapeHtml(cell(column))}</${tag}>`).join('')}</tr>`;
  const title = escapeHtml(reportTitle(report));
  const warnings = report.warnings.map((warning) => `<li>${escapeHtml(warning)}</li>`);
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
    `<p>Written by orch on ${escapeHtml(report.generated_at)}.</p>`,
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
