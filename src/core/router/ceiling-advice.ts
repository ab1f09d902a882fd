/** What would get a call through that its ceiling or a budget refuses: more money, or another model. */
import { makeRoom } from '../budget/fit.ts';
import { usdOf } from '../budget/nano.ts';
import type { Standing } from '../budget/state.ts';
import type { Config } from '../config/config.ts';
import type { LifeCycleContext } from '../models/life-cycle.ts';
import { formatUsd } from '../text/format.ts';
import {
  type Candidate,
  type CeilingAdvice,
  candidatesOf,
  type Rejection,
  type RouteDecision,
} from './decision.ts';
import { judgeCandidate } from './eligibility.ts';
import type { RequestFeatures } from './features.ts';

/** Undefined unless the ceiling has rejected one. For safety-critical work only its own models are suggested. */
export function ceilingAdvice(
  rejected: readonly Pick<Rejection, 'alias' | 'worstUsd'>[],
  ceilingUsd: number | undefined,
  features: RequestFeatures,
  config: Config,
  context: LifeCycleContext,
): CeilingAdvice | undefined {
  const [cheapest] = rejected
    .filter((rejection) => rejection.worstUsd !== undefined)
    .sort((a, b) => a.worstUsd! - b.worstUsd!);
  if (cheapest === undefined) return undefined;
  const tried = rejected.map(({ alias }) => alias);
  const fits = candidatesWithin(ceilingUsd, tried, features, config, context);
  return {
    enoughUsd: cheapest.worstUsd!,
    alias: cheapest.alias,
    fits: fits.map(({ alias }) => alias),
  };
}

/** For a decision of which nothing fits. `worstUsd`: of what was refused and has a price. */
export function budgetAdvice(
  worstUsd: readonly number[],
  standings: readonly Standing[],
  decision: RouteDecision,
  config: Config,
  context: LifeCycleContext,
): string {
  const room = makeRoom(worstUsd, standings);
  // Infinite if it is not known.
  const leftUsd = Math.min(...standings.map(({ left }) => usdOf(left)));
  const tried = [...candidatesOf(decision), ...decision.rejected].map(({ alias }) => alias);
  const most = Math.min(leftUsd, decision.ceilingUsd ?? leftUsd);
  const [fitting] = candidatesWithin(most, tried, decision.features, config, context);
  if (fitting === undefined) return room;
  const { alias, cost } = fitting;
  return `${alias} (at most about ${formatUsd(cost!.highUsd)}) would fit: -m ${alias}; or ${room}`;
}

/** The user's other models whose worst case is not above this, the dearest first. */
function candidatesWithin(
  usd: number | undefined,
  tried: readonly string[],
  features: RequestFeatures,
  config: Config,
  context: LifeCycleContext,
): Candidate[] {
  const names = features.safetyCritical ? config.policies.safetyCritical : Object.keys(config.aliases);
  return names
    .filter((name) => !tried.includes(name))
    .flatMap((name) => {
      const verdict = judgeCandidate({ name, effort: undefined }, features, config, context, usd);
      return 'candidate' in verdict ? [verdict.candidate] : [];
    })
    .sort((a, b) => b.cost!.expectedUsd - a.cost!.expectedUsd);
}
