/** The error of a call that no candidate's budget allows. */

import { usdOf } from '../../core/budget/nano.ts';
import { OrchError } from '../../core/errors/orch-error.ts';
import { approxTokens, tokenUpperBound } from '../../core/input/tokens.ts';
import { findCard } from '../../core/models/model-card.ts';
import { costRange } from '../../core/models/pricing.ts';
import { instructionAllowanceTokens } from '../../core/tasks/tasks.ts';
import { formatUsd } from '../../core/text/format.ts';
import type { EngineContext } from '../context.ts';
import type { Refusal } from './reservation.ts';
import { refusalReason } from './reserve-usd.ts';

/** `lines` say what happened to the other candidates. */
export function overBudget(
  refusals: readonly Refusal[],
  lines: readonly string[],
  details: Record<string, unknown>,
  context: EngineContext,
): OrchError {
  const all = [
    ...refusals.map((refusal) => `${refusal.candidate.model}: ${refusalReason(refusal)}`),
    ...lines,
  ];
  const fitting = cheaperAlias(refusals, context);
  const set = 'raise the budget (ORCH_DAILY_BUDGET_USD and the like, or budgets in policies.json)';
  return new OrchError(
    'over-budget',
    `no budget allows ${lines.length > 0 ? 'another attempt' : 'this call'}${all.length === 1 ? `: ${all[0]}` : `:\n  ${all.join('\n  ')}`}`,
    {
      hint: fitting === undefined ? set : `${fitting} would fit: -m ${fitting.split(' ')[0]}; or ${set}`,
      details: {
        ...details,
        refused: refusals.map(({ candidate, worstUsd, standing }) => ({
          model: candidate.model,
          worst_usd: worstUsd ?? null,
          left_usd: standing === undefined ? null : usdOf(standing.left),
          budget: standing === undefined ? null : { window: standing.window, project: standing.project },
        })),
      },
    },
  );
}

/** The alias of the dearest model that would fit, other than the refused ones, and what it may cost. */
function cheaperAlias(refusals: readonly Refusal[], { config }: EngineContext): string | undefined {
  const priced = refusals.filter(({ standing }) => standing !== undefined);
  const leftUsd = Math.min(...priced.map(({ standing }) => usdOf(standing!.left)));
  const request = priced[0]?.request;
  if (request === undefined) return undefined;
  const refused = new Set(refusals.map(({ candidate }) => candidate.model));
  const { billing } = config.catalog;
  const fitting = Object.entries(config.aliases).flatMap(([alias, model]) => {
    const card = refused.has(model) ? undefined : findCard(config.catalog, model)?.card;
    const tokens = {
      approxInput: approxTokens(request.input),
      mostInput: tokenUpperBound(request.input) + instructionAllowanceTokens,
      visibleOutput: request.maxOutputTokens,
      mostOutput: request.maxOutputTokens,
    };
    const worst = costRange(tokens, { card, billing })?.highUsd;
    return worst === undefined || worst > leftUsd ? [] : [{ alias, worst }];
  });
  const best = fitting.sort((one, other) => other.worst - one.worst)[0];
  return best && `${best.alias} (at most about ${formatUsd(best.worst)})`;
}
