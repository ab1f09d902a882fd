/** Prints usage reports, and the line of `orch usage status`. */
import { Option } from 'commander';
import type { UsageReport } from '../../core/record/report/usage-report.ts';
import { printableJson } from '../../core/text/hidden.ts';
import { completeWith } from '../completions/completion.ts';
import type { Renderer } from './renderers.ts';

const reportFormatNames = ['table', 'json', 'csv', 'md', 'html'] as const;

export const reportRenderer: Renderer = {
  rendersJson: true,
  options: [
    new Option('--format <format>', 'Output format').choices(reportFormatNames).default('table'),
    new Option('--bom', 'Begin CSV with a byte order mark, for spreadsheets'),
    completeWith(
      new Option('-o, --output <file>', 'Write the report to this file instead of standard output'),
      'file',
    ),
    new Option('--force', 'Replace the --output file even if it has changes that are not committed'),
  ],
  asks: ({ format }) => (format === 'html' ? { charts: true } : {}),
  async render(output, { streams, options, factory, verbose }) {
    const report = output as UsageReport;
    const text = await renderReport(report, options.format as (typeof reportFormatNames)[number], {
      width: streams.stdoutColumns,
      bom: options.bom === true,
    });
    if (typeof options.output === 'string' && options.output !== '-') {
      const { signal } = new AbortController();
      await factory.outputs().permit(options.output, {
        inputs: { base: factory.cwd, paths: report.files },
        force: options.force === true,
        signal,
      });
      await factory.outputs().note(options.output, text);
      await factory.writer().writeResult(options.output, text);
      if (verbose) streams.err(`written: ${options.output}\n`);
    } else streams.out(text);
    if (verbose) for (const warning of report.warnings) streams.say('warning', warning);
  },
};

async function renderReport(
  report: UsageReport,
  format: (typeof reportFormatNames)[number],
  { width, bom }: { width: number | undefined; bom: boolean },
): Promise<string> {
  if (format === 'json') return `${printableJson(report, 2)}\n`;
  if (format === 'table') {
    const { renderReportTable } = await import('./report-table.ts');
    return renderReportTable(report, width);
  }
  if (format === 'html') {
    const { reportPage } = await import('./report-page/page.ts');
    return reportPage(report);
  }
  const { reportFormats } = await import('../../core/record/report/report-formats.ts');
  return reportFormats[format](report, { bom });
}

export const statusRenderer: Renderer = {
  rendersJson: true,
  options: [],
  async render(output, { streams, options, verbose }) {
    const { warnings } = output as StatusOutput;
    const isJson = options.format === 'json';
    streams.out(statusText(output as StatusOutput, isJson, options.statusline === true));
    if (verbose && !isJson && options.statusline !== true)
      for (const warning of warnings) streams.say('warning', warning);
  },
};

interface StatusOutput {
  line: string;
  warnings: string[];
}

function statusText(output: StatusOutput, isJson: boolean, isOneLine: boolean): string {
  return isJson ? `${printableJson(output, isOneLine ? undefined : 2)}\n` : `orch: ${output.line}\n`;
}

/** Whatever keeps the command from being run, such as an option that there is not: who shows the line has no other place for it. */
export async function faultyStatusLine(error: Error, isJson: boolean): Promise<string> {
  const { unknownStatus } = await import('../../core/record/usage-status.ts');
  return statusText(unknownStatus(error.message.replace(/^error: /, '')), isJson, true);
}
