/**
 * What a caller or the policies prefer among the candidates that the rules leave: `--prefer` and `--complexity`. It
 * yields to a forced model and to the order for safety-critical work, and comes before the lean of a language, which is
 * a default for those who say nothing.
 */
import { type ComplexityRow, generationFor, type Policies } from '../config/policy.ts';
import type { Candidate, RoutingRule } from './decision.ts';
import type { RequestFeatures } from './features.ts';

interface Preferred {
  rule: RoutingRule;
  eligible: Candidate[];
}

export function preferred(
  { rule, eligible }: Preferred,
  features: RequestFeatures,
  policies: Policies,
): Preferred {
  if (rule === 'forced' || rule === 'safety-critical') return { rule, eligible };
  const row = complexityRow(features, policies);
  const complexity = row === undefined || row.order === 'declared' ? undefined : row.order;
  const preference = features.prefer ?? complexity ?? generationFor(policies, features).prefer;
  const ordered =
    preference === 'cost'
      ? cheapestFirst(eligible)
      : preference === 'safetyCritical'
        ? inOrderOf(policies.safetyCritical, eligible)
        : eligible;
  if (ordered[0] === eligible[0]) return { rule, eligible: ordered };
  return { rule: features.prefer === undefined && complexity ? 'complexity' : 'cost', eligible: ordered };
}

export function complexityRow(
  { complexity }: Pick<RequestFeatures, 'complexity'>,
  policies: Policies,
): ComplexityRow | undefined {
  return complexity === undefined ? undefined : policies.complexity[complexity];
}

/** Steps of effort up or down. Safety-critical work is never done with less, and an effort that the caller names stays. */
export function effortStep(features: RequestFeatures, policies: Policies): number {
  if (features.effort !== undefined) return 0;
  const { effortStep: step } = complexityRow(features, policies) ?? { effortStep: 0 };
  return features.safetyCritical ? Math.max(0, step) : step;
}

/** Only the cheapest moves; of several, the one that is declared first. An unknown price is not cheap. */
function cheapestFirst(eligible: readonly Candidate[]): Candidate[] {
  const costs = eligible.map(({ cost }) => cost?.expectedUsd ?? Number.POSITIVE_INFINITY);
  const at = Math.max(0, costs.indexOf(Math.min(...costs)));
  return [...eligible.slice(at, at + 1), ...eligible.slice(0, at), ...eligible.slice(at + 1)];
}

/** The named ones first. */
function inOrderOf(names: readonly string[], eligible: readonly Candidate[]): Candidate[] {
  const rank = ({ alias }: Candidate) => {
    const at = names.indexOf(alias);
    return at === -1 ? names.length : at;
  };
  return [...eligible].sort((a, b) => rank(a) - rank(b));
}
