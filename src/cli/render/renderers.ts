/** How each operation's output is printed. */
import { Option } from 'commander';
import { exitStatusOf, OrchError } from '../../core/errors/orch-error.ts';
import type { UsageReport } from '../../core/record/report/usage-report.ts';
import { refusalCode, refusalMessage } from '../../core/router/decision.ts';
import { formatCount, formatDuration, formatUsd } from '../../core/text/format.ts';
import { printable, printableJson } from '../../core/text/hidden.ts';
import type { Factory } from '../../factory.ts';
import type { DelegateOutput } from '../../operations/delegation/output.ts';
import { applyCommand, showCommand } from '../../operations/delegation/show-command.ts';
import type { DoctorOutput } from '../../operations/doctor.ts';
import type { Operation } from '../../operations/operation.ts';
import type { DecisionOutput } from '../../operations/route-explain.ts';
import { completeWith } from '../options.ts';
import type { IOStreams } from '../streams/streams.ts';
import { renderDecision } from './decision.ts';
import { modelsRenderer } from './models.ts';
import { pathRenderer, setRenderer, settingRenderer, settingsRenderer, unsetRenderer } from './settings.ts';
import { wrapped } from './wrap.ts';

export interface RenderContext {
  streams: IOStreams;
  /** Values of the renderer's own options. */
  options: Record<string, unknown>;
  factory: Factory;
  /** Whether to print the summary and warnings on stderr. */
  verbose: boolean;
  /** Of these, only the summary. */
  quiet: boolean;
  /** Whether the text was already printed on stdout as it arrived. */
  alreadyShown: boolean;
}

export interface Renderer {
  /** Options that only affect how the output is shown. */
  options: readonly Option[];
  /** --json selects one of the renderer's own formats instead of printing the output as it is. */
  rendersJson?: boolean;
  /** Fields of the operation's input that its options ask for. */
  asks?(options: Record<string, unknown>): Record<string, unknown>;
  render(output: unknown, context: RenderContext): Promise<void>;
  /** Exit status for an output that is neither an error nor a success, in any format. Default 0. */
  exitStatus?(output: unknown): number;
}

const delegationRenderer: Renderer = {
  options: [],
  async render(output, { streams, verbose, quiet, alreadyShown }) {
    const { result, meta } = output as DelegateOutput;
    if (meta.output_file === undefined && !meta.patch?.applied && !alreadyShown)
      streams.out(result, lossHint(meta));
    if (!verbose) return;
    if (quiet) {
      streams.err(`${[summaryLine(meta), ...unsaid(meta)].join(' | ')}\n`);
      return;
    }
    if (meta.patch?.applied) streams.err(`applied:\n${meta.patch.diffstat}\n`);
    if (meta.output_file !== undefined) streams.err(`written: ${meta.output_file}\n`);
    if (meta.outcome !== undefined) streams.err(`no change: ${meta.reason}\n`);
    for (const warning of meta.warnings)
      streams.say(warning === meta.cost_alert ? 'alert' : 'warning', warning);
    // An answer that was given makes no run.
    if (meta.patch?.id !== undefined && !meta.patch.applied)
      streams.err(`patch: ${applyCommand(meta.model === null ? meta.patch.id : meta.run_id)}\n`);
    streams.err(`${summaryLine(meta)}\n`);
  },
  exitStatus: (output) =>
    (output as DelegateOutput).meta.incomplete === undefined ? 0 : exitStatusOf('answer-unusable'),
};

/** What a quiet run leaves out. */
function unsaid({ warnings, cost_alert }: DelegateOutput['meta']): string[] {
  const { length } = warnings.filter((warning) => warning !== cost_alert);
  return [
    ...(length > 0 ? [length === 1 ? '1 warning' : `${length} warnings`] : []),
    ...(cost_alert === undefined ? [] : ['cost alert']),
  ];
}

/** Where the result is if it does not get out. That of an answer that was given is not kept. */
export function lossHint({ model, run_id }: DelegateOutput['meta']): string | undefined {
  return model === null ? undefined : `the result is kept: ${showCommand(run_id)}`;
}

/** Model, reason, tokens, cost and time in one line. */
function summaryLine(meta: DelegateOutput['meta']): string {
  const { model, rationale, usage, cost_usd, attempts, latency_ms } = meta;
  if (model === null) return rationale;
  const tokens =
    usage.input === null || usage.output === null
      ? 'tokens unknown'
      : `${formatCount(usage.input)} in, ${formatCount(usage.output)} out`;
  const cost = cost_usd === null ? 'cost unknown' : formatUsd(cost_usd);
  // The tokens are those of the answer alone.
  const all = attempts.length > 1 ? ` for ${attempts.length} attempts` : '';
  return `${model} | ${rationale} | ${tokens} | ${cost}${all} | ${formatDuration(latency_ms)}`;
}

const decisionRenderer: Renderer = {
  options: [new Option('--explain', 'Show the whole decision, not only the model')],
  async render(output, { streams, options, verbose, factory }) {
    const decision = output as DecisionOutput;
    if (options.explain) {
      streams.outStyled(renderDecision(decision, streams.outStyle, streams.stdoutColumns));
    } else if (decision.selected) {
      streams.out(`${decision.selected.model}\n`);
      if (verbose) for (const warning of dueOf(decision, factory)) streams.say('warning', warning);
    }
    if (!decision.selected) {
      throw new OrchError(
        refusalCode(decision.rejected),
        options.explain ? 'no model is eligible for this request' : refusalMessage(decision.rejected),
        {
          hint: options.explain ? 'the reasons are listed above' : 'use --explain to see the reasons',
        },
      );
    }
  },
  exitStatus: (output) => {
    const { selected, rejected } = output as DecisionOutput;
    return selected ? 0 : exitStatusOf(refusalCode(rejected));
  },
};

/** As with the call itself: of the candidates' reminders those of the selected one, once a day. */
function dueOf({ selected, fallbacks, warnings }: DecisionOutput, factory: Factory): string[] {
  const isOf = (candidate: DecisionOutput['selected'], warning: string) =>
    candidate !== null && warning.startsWith(`${candidate.alias}: `);
  const { reminders } = factory.environment();
  return warnings.filter((warning) => {
    if (isOf(selected, warning) || reminders.includes(warning)) return factory.isDue(warning);
    return !fallbacks.some((candidate) => isOf(candidate, warning));
  });
}

const reportFormatNames = ['table', 'json', 'csv', 'md', 'html'] as const;

const reportRenderer: Renderer = {
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

const statusRenderer: Renderer = {
  options: [],
  async render(output, { streams, options, verbose }) {
    const { line, warnings } = output as { line: string; warnings: string[] };
    streams.out(`orch: ${line}\n`);
    if (verbose && options.statusline !== true)
      for (const warning of warnings) streams.say('warning', warning);
  },
};

const applyRenderer: Renderer = {
  options: [],
  async render(output, { streams, verbose }) {
    const { diffstat, warnings = [] } = output as { diffstat: string; warnings?: string[] };
    if (diffstat !== '') streams.out(`${diffstat}\n`);
    if (verbose) for (const warning of warnings) streams.say('warning', warning);
  },
};

const runRenderer: Renderer = {
  options: [],
  render: async (...run) => (await import('./runs.ts')).renderRun(...run),
};

const runListRenderer: Renderer = {
  options: [],
  render: async (...runs) => (await import('./runs.ts')).renderRunList(...runs),
};

const searchRenderer: Renderer = {
  options: [
    new Option('--paths', 'Print only the names of the files, one per line'),
    new Option('--show', 'Print the blocks themselves also where the output is no terminal'),
  ],
  render: async (...found) => (await import('./search.ts')).renderSearch(...found),
};

const marks = { ok: '✓', warning: '!', problem: '✗' } as const;

const doctorRenderer: Renderer = {
  options: [],
  async render(output, { streams }) {
    const { green, yellow, red } = streams.outStyle;
    const paint = { ok: green, warning: yellow, problem: red };
    const { stdoutColumns: width } = streams;
    for (const { status, id, message, hint } of (output as DoctorOutput).findings) {
      // The mark and its space stand in place of the first two blanks.
      const text = wrapped(printable(`  ${id}: ${message}`), width, '  ').slice(2);
      const cure = hint === undefined ? '' : `${wrapped(printable(`    ${hint}`), width)}\n`;
      streams.outStyled(`${paint[status](marks[status])} ${text}\n${cure}`);
    }
  },
  exitStatus: (output) => ((output as DoctorOutput).ok ? 0 : 1),
};

/** For an operation without a renderer of its own. */
const plainRenderer: Renderer = {
  options: [],
  async render(output, { streams }) {
    streams.out(`${printableJson(output, 2)}\n`);
  },
};

const renderers: Readonly<Record<string, Renderer>> = {
  'config.get': settingRenderer,
  'config.list': settingsRenderer,
  'config.path': pathRenderer,
  'config.set': setRenderer,
  'config.unset': unsetRenderer,
  doctor: doctorRenderer,
  models: modelsRenderer,
  'patch.apply': applyRenderer,
  'retrieve.search': searchRenderer,
  'route.explain': decisionRenderer,
  'runs.list': runListRenderer,
  'runs.show': runRenderer,
  'usage.report': reportRenderer,
  'usage.status': statusRenderer,
};

export function rendererFor({ name, plan }: Operation): Renderer {
  return plan ? delegationRenderer : (renderers[name] ?? plainRenderer);
}
