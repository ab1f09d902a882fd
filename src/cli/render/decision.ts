/** A routing decision as a tree: the selected model, the fallbacks, then the rejected models with the reason. */
import type { ChalkInstance } from 'chalk';
import { formatCount, formatUsd } from '../../core/text/format.ts';
import { printable } from '../../core/text/hidden.ts';
import type { DecisionOutput } from '../../operations/route-explain.ts';

type Paint = (text: string) => string;
type CandidateOutput = DecisionOutput['fallbacks'][number];

const ruleWords: Record<DecisionOutput['rule'], string> = {
  forced: 'the model is forced',
  'safety-critical': 'safety-critical work goes only to the strongest models',
  language: "the language prefers a different model than the task's first choice",
  'task-order': "the task's routing order",
};

/** Names and reasons may come from outside, so each text is made printable before it is coloured. */
export function renderDecision(decision: DecisionOutput, style: ChalkInstance): string {
  const [bold, dim, yellow] = [style.bold, style.dim, style.yellow].map(
    (paint) => (text: string) => paint(printable(text)),
  ) as [Paint, Paint, Paint];
  const lines = [bold(decision.rationale), `rule: ${ruleWords[decision.rule]}`];
  const facts = [`${formatCount(decision.size)} tokens of input`];
  if (decision.language !== null) facts.push(printable(decision.language));
  if (decision.ceiling_usd !== null) facts.push(`ceiling ${formatUsd(decision.ceiling_usd)}`);
  lines.push(`request: ${facts.join(', ')}`);
  if (decision.rules.length > 0) {
    const files = decision.rules.map(({ path, tokens }) => `${path} (${formatCount(tokens)} tokens)`);
    lines.push(`rules: ${printable(files.join(', '))}`);
  }
  const candidates = [...(decision.selected ? [decision.selected] : []), ...decision.fallbacks];
  candidates.forEach((candidate, at) => {
    const last = at === candidates.length - 1 && decision.rejected.length === 0;
    const [head, ...rest] = candidateLines(candidate);
    lines.push(
      `${last ? '└─' : '├─'} ${at + 1}. ${printable(head!)}`,
      ...rest.map((line) => `${last ? '  ' : '│ '}      ${dim(line)}`),
    );
  });
  decision.rejected.forEach((rejection, at) => {
    const last = at === decision.rejected.length - 1;
    const text = printable(`${named(rejection.alias, rejection.model)}: ${rejection.reason}`);
    lines.push(`${last ? '└─' : '├─'} ✗  ${text}`);
  });
  for (const warning of decision.warnings) lines.push(`${yellow('!')} ${printable(warning)}`);
  return `${lines.join('\n')}\n`;
}

function named(alias: string, model: string): string {
  return alias === model ? model : `${alias} → ${model}`;
}

function candidateLines({
  alias,
  model,
  requested_model,
  hops,
  cost_usd,
  effort,
  temperature,
  max_output_tokens,
  notes,
}: CandidateOutput): string[] {
  const chain =
    hops.length > 0
      ? `${alias} → ${[requested_model, ...hops.map(({ to }) => to)].join(' → ')}`
      : named(alias, model);
  const price =
    cost_usd.high === null ? 'price unknown' : `${formatUsd(cost_usd.low)} to ${formatUsd(cost_usd.high)}`;
  const parameters = [`up to ${formatCount(max_output_tokens)} tokens out`];
  if (effort !== null) parameters.push(`effort ${effort}`);
  if (temperature !== null) parameters.push(`temperature ${temperature}`);
  return [`${chain}  ${price}`, parameters.join(', '), ...notes];
}
