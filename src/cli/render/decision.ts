/** A routing decision as a tree: the selected model, the fallbacks, then the rejected models with the reason. */
import type { ChalkInstance } from 'chalk';
import { formatCount, formatUsd, formatUsdDown } from '../../core/text/format.ts';
import { printable } from '../../core/text/hidden.ts';
import type { DecisionOutput } from '../../operations/route-explain.ts';
import { wrapped } from './wrap.ts';

type CandidateOutput = DecisionOutput['fallbacks'][number];

const ruleWords: Record<DecisionOutput['rule'], string> = {
  forced: 'the model is forced',
  complexity: 'the stated complexity prefers a different model than the first in order',
  cost: 'the cheapest candidate comes first',
  'safety-critical': 'safety-critical work goes only to the strongest models',
  language: "the language prefers a different model than the task's first choice",
  'task-order': "the task's routing order",
};

/** Names and reasons may come from outside, so each text is made printable before it is coloured. */
export function renderDecision(decision: DecisionOutput, style: ChalkInstance, width?: number): string {
  const lines: string[] = [];
  /** A text behind `mark`; its further lines are behind `margin`. */
  const put = (text: string, { mark = '', margin = '  ', paint = (line: string) => line } = {}) => {
    const room = width === undefined ? undefined : Math.max(1, width - margin.length);
    const [first, ...rest] = wrapped(printable(text), room).split('\n');
    lines.push(`${mark}${paint(first!)}`, ...rest.map((line) => `${margin}${paint(line)}`));
  };
  put(decision.rationale, { paint: style.bold });
  put(`rule: ${ruleWords[decision.rule]}`);
  const facts = [`${formatCount(decision.size)} tokens of input`];
  if (decision.language !== null) facts.push(decision.language);
  if (decision.ceiling_usd !== null) facts.push(`ceiling ${formatUsd(decision.ceiling_usd)}`);
  put(`request: ${facts.join(', ')}`);
  if (decision.budgets.length > 0) {
    const left = decision.budgets.map(
      ({ name, limit_usd, left_usd }) => `${name} ${formatUsdDown(left_usd)} of ${formatUsd(limit_usd)}`,
    );
    put(`budgets, left now: ${left.join('; ')}`);
  }
  if (decision.rules.length > 0) {
    const files = decision.rules.map(({ path, tokens }) => `${path} (${formatCount(tokens)} tokens)`);
    put(`rules: ${files.join(', ')}`);
  }
  for (const excerpt of decision.auto_context ?? []) put(`context: ${renderExcerpt(excerpt)}`);
  const candidates = [...(decision.selected ? [decision.selected] : []), ...decision.fallbacks];
  candidates.forEach((candidate, at) => {
    const last = at === candidates.length - 1 && decision.rejected.length === 0;
    const [head, ...rest] = candidateLines(candidate);
    const margin = `${last ? '  ' : '│ '}      `;
    put(head!, { mark: `${last ? '└─' : '├─'} ${at + 1}. `, margin });
    for (const line of rest) put(line, { mark: margin, margin, paint: style.dim });
  });
  decision.rejected.forEach((rejection, at) => {
    const last = at === decision.rejected.length - 1;
    const text = `${named(rejection.alias, rejection.model)}: ${rejection.reason}`;
    put(text, { mark: `${last ? '└─' : '├─'} ✗  `, margin: `${last ? '  ' : '│ '}      ` });
  });
  for (const warning of decision.warnings) put(warning, { mark: `${style.yellow('!')} ` });
  return `${lines.join('\n')}\n`;
}

/** One block of code that goes along. */
export function renderExcerpt({
  path,
  start,
  end,
  tokens,
}: NonNullable<DecisionOutput['auto_context']>[number]): string {
  return `${path}:${start}-${end} (${formatCount(tokens)} tokens)`;
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
  past,
  effort,
  temperature,
  max_output_tokens,
  visible_output_tokens,
  notes,
}: CandidateOutput): string[] {
  const chain =
    hops.length > 0
      ? `${alias} → ${[requested_model, ...hops.map(({ to }) => to)].join(' → ')}`
      : named(alias, model);
  const price =
    cost_usd.high === null
      ? 'price unknown'
      : `about ${formatUsd(cost_usd.expected)}, at most ${formatUsd(cost_usd.high)}`;
  const room =
    visible_output_tokens < max_output_tokens ? ` (${formatCount(visible_output_tokens)} visible)` : '';
  const parameters = [`up to ${formatCount(max_output_tokens)} tokens out${room}`];
  if (effort !== null) parameters.push(`effort ${effort}`);
  if (temperature !== null) parameters.push(`temperature ${temperature}`);
  const own = past
    ? [`your last ${formatCount(past.calls)} such calls: ${formatUsd(past.median_usd)} in the middle`]
    : [];
  return [`${chain}  ${price}`, parameters.join(', '), ...own, ...notes];
}
