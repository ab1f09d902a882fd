/** Orders the candidates before the models are looked at: rules 1, 3 and 5 of the contract. */
import type { Config } from '../config/config.ts';
import type { CandidateSpec } from '../config/policy.ts';
import { normaliseLanguage } from '../input/language.ts';
import type { ReasoningEffort } from '../tasks/tasks.ts';
import type { Rejection, RoutingRule } from './decision.ts';
import type { RequestFeatures } from './features.ts';

export interface OrderedSpec {
  name: string;
  effort: ReasoningEffort | undefined;
}

export interface Ordering {
  rule: RoutingRule;
  specs: OrderedSpec[];
  /** Candidates removed from the list by a rule. */
  rejected: Rejection[];
}

function normalise(spec: CandidateSpec): OrderedSpec {
  return typeof spec === 'string'
    ? { name: spec, effort: undefined }
    : { name: spec.alias, effort: spec.effort };
}

export function orderCandidates(features: RequestFeatures, config: Config): Ordering {
  if (features.forceModel !== undefined) {
    return { rule: 'forced', specs: [{ name: features.forceModel, effort: undefined }], rejected: [] };
  }
  const listed = (features.ownTask?.candidates ?? config.routing[features.task]).map(normalise);
  if (features.safetyCritical) {
    const allowed = [...new Set(config.policies.safetyCritical)];
    const specs = allowed.flatMap((name) => {
      const places = listed.filter((spec) => spec.name === name);
      return places.length > 0 ? places : [{ name, effort: undefined }];
    });
    const rejected = listed
      .filter((spec) => !allowed.includes(spec.name))
      .map(
        (spec): Rejection => ({
          alias: spec.name,
          model: config.aliases[spec.name] ?? spec.name,
          code: 'safety',
          reason: `not allowed for safety-critical work (allowed: ${allowed.join(', ')})`,
        }),
      );
    return { rule: 'safety-critical', specs, rejected };
  }
  const lean = features.language === undefined ? undefined : leanOf(config, features.language);
  if (lean !== undefined && listed.some((spec) => spec.name === lean)) {
    const first = listed.filter((spec) => spec.name === lean);
    const changed = listed[0]?.name !== lean;
    const specs = [...first, ...listed.filter((spec) => spec.name !== lean)];
    return { rule: changed ? 'language' : 'task-order', specs, rejected: [] };
  }
  return { rule: 'task-order', specs: listed, rejected: [] };
}

/** Policies may spell a language freely (`C++`, `ts`); of several spellings the last one applies. */
function leanOf({ policies }: Config, language: string): string | undefined {
  const named = Object.entries(policies.languages).filter(([name]) => normaliseLanguage(name) === language);
  return named.at(-1)?.[1] ?? undefined;
}
