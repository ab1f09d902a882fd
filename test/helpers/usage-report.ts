import { encodeLine } from '../../src/core/record/csv-line.ts';
import { CsvRows } from '../../src/core/record/csv-rows.ts';
import {
  openReport,
  type UsageReport,
  type UsageReportOptions,
} from '../../src/core/record/report/usage-report.ts';
import { type UsageRecord, usageColumns } from '../../src/core/record/usage-record.ts';

/** The report of a CSV. */
export function reportOfCsv(csv: string, options: UsageReportOptions, file = 'usage.csv'): UsageReport {
  const { tally, close } = openReport(options);
  tally.startFile(file);
  const bytes = Buffer.from(csv.endsWith('\n') ? csv : `${csv}\n`);
  new CsvRows(tally).read(bytes, bytes.length);
  return close();
}

/** The report of records, each below a header of the columns that it has. */
export function usageReport(
  records: readonly Partial<UsageRecord>[],
  options: UsageReportOptions,
): UsageReport {
  return reportOfCsv(records.map(csvOf).join(''), options);
}

function csvOf(record: Partial<UsageRecord>): string {
  const columns = usageColumns.filter((column) => record[column] !== undefined);
  return `${columns.join(',')}\n${encodeLine(columns.map((column) => record[column]))}\n`;
}
