/** What becomes of a decision while so much is left of the budgets: a call skips what does not fit. */
import { describeShortage, limitBroken } from '../budget/fit.ts';
import { nanoAtMost } from '../budget/nano.ts';
import type { Standing } from '../budget/state.ts';
import { type Candidate, candidatesOf, type Rejection, type RouteDecision } from './decision.ts';
import { hopsOf } from './route.ts';

/** The decision as it is if everything fits. What is left changes with every call, so `route` does not take it into account. */
export function withinBudgets(decision: RouteDecision, standings: readonly Standing[]): RouteDecision {
  if (standings.length === 0) return decision;
  return without(
    decision,
    (candidate) => skip(candidate, standings),
    'does not fit what is left of the budgets',
    'nothing fits what is left of the budgets',
  );
}

/** While budgets cannot be counted and the policies want that, no candidate is asked. */
export function withBudgetsUnavailable(decision: RouteDecision): RouteDecision {
  const reason = 'would not be asked now: the budgets cannot be counted';
  return without(
    decision,
    ({ alias, model }) => ({ alias, model, code: 'budget-unavailable', reason }),
    '',
    'the budgets cannot be counted',
  );
}

/** `whyNext`: what keeps the first choice from being asked where another one is; `whyNone`: where none is. */
function without(
  decision: RouteDecision,
  rejectionOf: (candidate: Candidate) => Rejection | undefined,
  whyNext: string,
  whyNone: string,
): RouteDecision {
  const first = decision.selected;
  const skipped: Rejection[] = [];
  const [selected, ...fallbacks] = candidatesOf(decision).filter((candidate) => {
    const rejection = rejectionOf(candidate);
    if (rejection) skipped.push(rejection);
    return rejection === undefined;
  });
  if (skipped.length === 0 || !first) return decision;
  const outcome = selected
    ? `${selected.model}${hopsOf(selected)}, because ${first.model} ${whyNext}`
    : `no eligible model, because ${whyNone} (first choice: ${first.model})`;
  return {
    ...decision,
    selected,
    fallbacks,
    rejected: [...skipped, ...decision.rejected],
    rationale:
      selected === first ? decision.rationale : decision.rationale.replace(/ => .*/s, () => ` => ${outcome}`),
  };
}

function skip({ alias, model, cost }: Candidate, standings: readonly Standing[]): Rejection | undefined {
  const worstUsd = cost?.highUsd;
  const nano = worstUsd === undefined ? undefined : nanoAtMost(worstUsd);
  const standing = nano === undefined ? undefined : limitBroken(nano, standings);
  if (nano !== undefined && standing === undefined) return undefined;
  const reason = `would be skipped now: ${describeShortage(worstUsd, standing)}`;
  return { alias, model, code: 'budget', reason, ...(worstUsd !== undefined && { worstUsd }) };
}
