/** What becomes of a decision while so much is left of the budgets: a call skips what does not fit. */
import { describeShortage, limitBroken } from '../budget/fit.ts';
import { nanoAtMost } from '../budget/nano.ts';
import type { Standing } from '../budget/state.ts';
import { type Candidate, candidatesOf, type Rejection, type RouteDecision } from './decision.ts';

/** The decision as it is if everything fits. What is left changes with every call, so this is no decision of `route`. */
export function withinBudgets(decision: RouteDecision, standings: readonly Standing[]): RouteDecision {
  if (standings.length === 0) return decision;
  const skipped: Rejection[] = [];
  const [selected, ...fallbacks] = candidatesOf(decision).filter((candidate) => {
    const rejection = skip(candidate, standings);
    if (rejection) skipped.push(rejection);
    return rejection === undefined;
  });
  if (skipped.length === 0) return decision;
  const rationale =
    selected === decision.selected
      ? decision.rationale
      : `${decision.rationale} (does not fit the budget now) => ${selected?.model ?? 'no eligible model'}`;
  return { ...decision, selected, fallbacks, rejected: [...skipped, ...decision.rejected], rationale };
}

function skip({ alias, model, cost }: Candidate, standings: readonly Standing[]): Rejection | undefined {
  const worstUsd = cost?.highUsd;
  const nano = worstUsd === undefined ? undefined : nanoAtMost(worstUsd);
  const standing = nano === undefined ? undefined : limitBroken(nano, standings);
  if (nano !== undefined && standing === undefined) return undefined;
  const reason = `would be skipped now: ${describeShortage(worstUsd, standing)}`;
  return { alias, model, code: 'budget', reason, ...(worstUsd !== undefined && { worstUsd }) };
}
