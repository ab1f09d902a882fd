/**
 * Chooses the order in which models are tried. Pure: the same request, configuration, date and unavailable
 * models give the same decision, so `run` does what `route --explain` prints.
 */
import type { Config } from '../config/config.ts';
import { ceilingFor, type GenerationPolicy, generationFor } from '../config/policy.ts';
import { describeHop, type LifeCycleContext } from '../models/life-cycle.ts';
import { taskNameOf } from '../tasks/request.ts';
import { taskKinds } from '../tasks/tasks.ts';
import { didYouMean } from '../text/did-you-mean.ts';
import { ceilingAdvice } from './ceiling-advice.ts';
import type { Candidate, Rejection, RouteDecision } from './decision.ts';
import { judgeCandidate } from './eligibility.ts';
import type { RequestFeatures } from './features.ts';
import { orderCandidates } from './order.ts';
import { preferred } from './preference.ts';

export function route(features: RequestFeatures, config: Config, context: LifeCycleContext): RouteDecision {
  const ordering = orderCandidates(features, config);
  const ceilingUsd = ceilingFor(config.policies, features, features.maxCostUsd);
  const rejected: Rejection[] = [...ordering.rejected];
  const eligible: Candidate[] = [];
  const warnings: string[] = [];
  if (features.unknownTask !== undefined) {
    const guess = didYouMean(features.unknownTask, [...taskKinds, ...Object.keys(config.tasks)]);
    warnings.push(
      `unknown task "${features.unknownTask}", treated as docs${guess ? ` (did you mean ${guess}?)` : ''}`,
    );
  }

  for (const spec of ordering.specs) {
    const verdict = judgeCandidate(spec, features, config, context, ceilingUsd);
    if ('rejection' in verdict) {
      rejected.push(verdict.rejection);
      continue;
    }
    const { candidate } = verdict;
    const twin = eligible.find(
      (other) =>
        other.model === candidate.model &&
        (spec.effort === undefined || other.parameters.effort === candidate.parameters.effort),
    );
    if (twin) {
      const reason = twin.alias === candidate.alias ? 'listed twice' : `same model as ${twin.alias}`;
      rejected.push({ alias: candidate.alias, model: candidate.model, code: 'duplicate', reason });
      continue;
    }
    eligible.push(candidate);
  }

  const { rule, eligible: ordered } = preferred({ rule: ordering.rule, eligible }, features, config.policies);
  const [selected, ...fallbacks] = ordered;
  return {
    features,
    rule,
    selected,
    fallbacks,
    rejected,
    rationale: rationaleOf(features, selected, config),
    warnings,
    ceilingUsd,
    ceilingAdvice: selected ? undefined : ceilingAdvice(rejected, ceilingUsd, features, config, context),
  };
}

function rationaleOf(
  features: RequestFeatures,
  selected: Candidate | undefined,
  { policies }: Config,
): string {
  const { approxTokens, safetyCritical, complexity } = features;
  const { prefer, tier } = { ...generationFor(policies, features), ...given(features) };
  const stated = [
    ...(complexity === undefined ? [] : [`complexity=${complexity}`]),
    ...(prefer === undefined || prefer === 'order' ? [] : [`prefer=${prefer}`]),
    ...(tier === undefined ? [] : [`tier=${tier}`]),
  ];
  const outcome = selected ? selected.model : 'no eligible model';
  const facts = [
    `task=${taskNameOf(features)} size=${approxTokens} safety=${safetyCritical}`,
    ...stated,
  ].join(' ');
  return `${facts} => ${outcome}${selected ? hopsOf(selected) : ''}`;
}

/** What the caller states overrides the policy. */
function given({ prefer, tier }: RequestFeatures): Pick<GenerationPolicy, 'prefer' | 'tier'> {
  return { ...(prefer && { prefer }), ...(tier && { tier }) };
}

/** Why it is another model than the one that was asked for, in brackets; empty if it is the same. */
export function hopsOf({ hops }: Candidate): string {
  return hops.length > 0 ? ` (${hops.map(describeHop).join('; ')})` : '';
}
