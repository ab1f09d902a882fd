/** Prints the result of a call, and a summary of it. */
import { exitStatusOf } from '../../core/errors/orch-error.ts';
import { describeCost } from '../../core/errors/spending.ts';
import { formatCount, formatDuration, plural } from '../../core/text/format.ts';
import type { DelegateOutput } from '../../operations/delegation/output.ts';
import { applyCommand, showCommand } from '../../operations/delegation/show-command.ts';
import { describeVerdict } from '../../operations/verdict/describe-verdict.ts';
import type { VerdictOutput } from '../../operations/verdict/verdict-schema.ts';
import { renderExcerpt } from './decision.ts';
import type { Renderer } from './renderers.ts';

export const delegationRenderer: Renderer = {
  options: [],
  ifLost: (output) => lossHint((output as DelegateOutput).meta),
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
    if (meta.verify !== undefined) streams.err(`${verifiedLine(meta.verify)}\n`);
    if (meta.verdict !== undefined) streams.err(`${streams.shown(verdictLines(meta.verdict))}\n`);
    for (const excerpt of meta.auto_context ?? [])
      streams.err(`context: ${streams.shown(renderExcerpt(excerpt))}\n`);
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

function verifiedLine({ sandbox, ms, repairs }: NonNullable<DelegateOutput['meta']['verify']>): string {
  const where = sandbox === 'none' ? 'in the open' : `in ${sandbox}`;
  const after = repairs === 0 ? '' : `, after ${plural(repairs, 'repair')}`;
  return `verified: ${where}, ${formatDuration(ms)}${after}`;
}

function verdictLines(verdict: VerdictOutput): string {
  const { path, framework, hint } = verdict;
  const into = `tests: for ${path}${framework === null ? '' : ` (${framework})`}`;
  return [into, describeVerdict(verdict), ...(hint === undefined ? [] : [`hint: ${hint}`])].join('\n');
}

/** What a quiet run leaves out. */
function unsaid({ warnings, cost_alert }: DelegateOutput['meta']): string[] {
  const { length } = warnings.filter((warning) => warning !== cost_alert);
  return [
    ...(length > 0 ? [length === 1 ? '1 warning' : `${length} warnings`] : []),
    ...(cost_alert === undefined ? [] : ['cost alert']),
  ];
}

/** Where the result is if it does not get out. That of an answer that was given is not kept. */
function lossHint({ model, run_id }: DelegateOutput['meta']): string | undefined {
  return model === null ? undefined : `the result is kept: ${showCommand(run_id)}`;
}

/** Model, reason, tokens, cost and time in one line. */
function summaryLine(meta: DelegateOutput['meta']): string {
  const { model, rationale, usage, attempts, latency_ms } = meta;
  if (model === null) return rationale;
  const tokens =
    usage.input === null || usage.output === null
      ? 'tokens unknown'
      : `${formatCount(usage.input)} in, ${formatCount(usage.output)} out`;
  // The tokens are those of the answer alone.
  const all = attempts.length > 1 ? ` for ${attempts.length} attempts` : '';
  return `${model} | ${rationale} | ${tokens} | ${describeCost(meta)}${all} | ${formatDuration(latency_ms)}`;
}
