/** The error of a call that no candidate's budget allows. */
import { describeShortage } from '../../core/budget/fit.ts';
import { usdOf } from '../../core/budget/nano.ts';
import { OrchError } from '../../core/errors/orch-error.ts';
import { budgetAdvice } from '../../core/router/ceiling-advice.ts';
import { lifeCycle } from '../prepare/prepare.ts';
import type { Call } from './call.ts';
import type { Refusal } from './reservation.ts';

/** `lines` say what happened to the other candidates. */
export function overBudget(
  refusals: readonly Refusal[],
  lines: readonly string[],
  details: Record<string, unknown>,
  { prepared: { decision }, context }: Call,
): OrchError {
  const all = [
    ...refusals.map(
      ({ candidate, worstUsd, standing }) => `${candidate.model}: ${describeShortage(worstUsd, standing)}`,
    ),
    ...lines,
  ];
  const standings = refusals.flatMap(({ standing }) => standing ?? []);
  const worst = refusals.flatMap(({ worstUsd }) => worstUsd ?? []);
  return new OrchError(
    'over-budget',
    `no budget allows ${lines.length > 0 ? 'another attempt' : 'this call'}${all.length === 1 ? `: ${all[0]}` : `:\n  ${all.join('\n  ')}`}`,
    {
      hint: budgetAdvice(worst, standings, decision, context.config, lifeCycle(context)),
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
