/** What is said where the ceiling of a call does not allow another attempt. */
import { roundUsd, sumUsd } from '../../core/models/money.ts';
import { ceilingAdvice } from '../../core/router/ceiling-advice.ts';
import { candidatesOf, describeAdvice } from '../../core/router/decision.ts';
import { formatUsd } from '../../core/text/format.ts';
import { lifeCycle } from '../prepare/prepare.ts';
import { type Attempt, maxSpent } from './attempt.ts';
import type { Call } from './call.ts';

/** An attempt that would have been made. */
export interface TooDear {
  alias: string;
  /** Undefined if the price is unknown. */
  worstUsd: number | undefined;
}

const raise =
  'raise the lowest ceiling: --max-cost (maxCostUsd), ORCH_MAX_COST_USD or budgets in policies.json';

/** `message` says what is left and what the cheapest could have cost; `hint`, which ceiling would be enough, and what fits. */
export function ceilingReached(
  tooDear: readonly TooDear[],
  attempts: readonly Attempt[],
  { prepared: { decision }, context }: Call,
): { message: string; hint: string } {
  const { ceilingUsd = 0, rejected, features } = decision;
  const spent = sumUsd(attempts.map(maxSpent));
  const leftOut = [...tooDear, ...rejected.filter(({ code }) => code === 'ceiling')];
  const needed = leftOut.flatMap(({ alias, worstUsd }) =>
    worstUsd === undefined ? [] : [{ alias, worstUsd: roundUsd(spent + worstUsd) }],
  );
  const others = [...candidatesOf(decision), ...rejected].map(({ alias }) => ({ alias }));
  const advice = ceilingAdvice(
    [...needed, ...others],
    ceilingUsd,
    features,
    context.config,
    lifeCycle(context),
  );
  const reached = `the cost ceiling of ${formatUsd(ceilingUsd)} does not allow another attempt`;
  if (advice === undefined) return { message: reached, hint: raise };
  const worst = formatUsd(roundUsd(advice.enoughUsd - spent));
  const left = formatUsd(Math.max(0, roundUsd(ceilingUsd - spent)));
  return {
    message: `${reached}: ${left} of it is left, and ${advice.alias} may cost up to ${worst}`,
    hint: `${describeAdvice(advice)}: ${raise}`,
  };
}
