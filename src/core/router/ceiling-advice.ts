/** What would get a call through that its ceiling refuses: more money, or another model. */
import type { Config } from '../config/config.ts';
import type { LifeCycleContext } from '../models/life-cycle.ts';
import type { CeilingAdvice, Rejection } from './decision.ts';
import { judgeCandidate } from './eligibility.ts';
import type { RequestFeatures } from './features.ts';

/** Undefined unless the ceiling has rejected one. For safety-critical work only its own models are suggested. */
export function ceilingAdvice(
  rejected: readonly Rejection[],
  ceilingUsd: number | undefined,
  features: RequestFeatures,
  config: Config,
  context: LifeCycleContext,
): CeilingAdvice | undefined {
  const [cheapest] = rejected
    .filter((rejection) => rejection.worstUsd !== undefined)
    .sort((a, b) => a.worstUsd! - b.worstUsd!);
  if (cheapest === undefined) return undefined;
  const tried = new Set(rejected.map(({ alias }) => alias));
  const names = features.safetyCritical ? config.policies.safetyCritical : Object.keys(config.aliases);
  const fits = names
    .filter((name) => !tried.has(name))
    .flatMap((name) => {
      const verdict = judgeCandidate({ name, effort: undefined }, features, config, context, ceilingUsd);
      return 'candidate' in verdict ? [verdict.candidate] : [];
    })
    .sort((a, b) => b.cost!.expectedUsd - a.cost!.expectedUsd);
  return {
    enoughUsd: cheapest.worstUsd!,
    alias: cheapest.alias,
    fits: fits.map(({ alias }) => alias),
  };
}
