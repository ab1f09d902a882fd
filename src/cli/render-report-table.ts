/** A usage report as a table for the terminal. */
import Table from 'cli-table3';
import { reportColumns, reportTitle } from '../core/record/report-columns.ts';
import type { UsageReport } from '../core/record/usage-report.ts';

export function renderReportTable(report: UsageReport): string {
  const columns = reportColumns(report);
  const groups = report.by.length > 0 ? [...report.groups, report.total] : [report.total];
  // A column in which nothing is to be seen costs width that the others need.
  const shown = columns.filter(
    ({ key, value }) =>
      report.by.includes(key as never) || alwaysShown.has(key) || groups.some((group) => value(group)),
  );
  const table = new Table({
    head: shown.map(({ title }) => title),
    colAligns: shown.map(({ align }) => align),
    style: { head: [], border: [], compact: true },
  });
  for (const group of groups) table.push(shown.map(({ format }) => format(group)));
  return `${reportTitle(report)}\n${table.toString()}\n`;
}

const alwaysShown = new Set(['calls', 'attempts', 'input_tokens', 'output_tokens', 'cost_usd']);
