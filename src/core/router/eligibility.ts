/** Whether one candidate may serve the request: its life, its cap, its window, its price. */
import type { Config } from '../config/config.ts';
import { ceilingFor, generationFor, timeoutsFor } from '../config/policy.ts';
import { describeHop, type LifeCycleContext, resolveModel, shutdownWarning } from '../models/life-cycle.ts';
import { apiId, findCard, inputWindow } from '../models/model-card.ts';
import { fitParameters } from '../models/parameters.ts';
import { costRange } from '../models/pricing.ts';
import { didYouMean } from '../text/did-you-mean.ts';
import { formatCount, formatUsd } from '../text/format.ts';
import type { Candidate, Rejection, RejectionCode } from './decision.ts';
import type { RequestFeatures } from './features.ts';
import type { OrderedSpec } from './order.ts';

export type Verdict = { candidate: Candidate } | { rejection: Rejection };

export function judgeCandidate(
  spec: OrderedSpec,
  features: RequestFeatures,
  config: Config,
  facts: LifeCycleContext,
): Verdict {
  const { name: alias } = spec;
  const isAlias = Object.hasOwn(config.aliases, alias);
  const requestedModel = (isAlias ? config.aliases[alias] : undefined) ?? alias;
  const resolved = resolveModel(requestedModel, facts);
  const { model, card, hops } = resolved;
  const reject = (code: RejectionCode, reason: string): Verdict => ({
    rejection: { alias, model, code, reason },
  });

  const guess = features.forceModel !== undefined && !card ? slipOf(alias, config) : undefined;
  if (guess !== undefined)
    return reject('unknown-model', `no alias or model is called ${alias}: did you mean ${guess}?`);
  if (resolved.dead) return reject('retired', resolved.dead);
  // A model that the caller named by its id never turns into another one; an alias may follow its successor.
  if (features.forceModel !== undefined && !isAlias && hops[0]) {
    return reject('retired', `${describeHop(hops[0])}: force ${model} instead`);
  }

  const cap = Object.hasOwn(config.policies.caps, alias) ? config.policies.caps[alias]?.max_input : undefined;
  if (cap !== undefined && features.approxTokens > cap) {
    return reject(
      'cap',
      `input is about ${formatCount(features.approxTokens)} tokens, cap for ${alias} is ${formatCount(cap)}`,
    );
  }
  if (card && features.approxTokens > inputWindow(card)) {
    return reject(
      'window',
      `input is about ${formatCount(features.approxTokens)} tokens, ${model} takes ${formatCount(inputWindow(card))}`,
    );
  }

  const asked = features.effort ?? spec.effort;
  const { parameters, notes } = fitParameters(generationFor(config.policies, features.task), card, asked);
  const cost = costRange(
    {
      approxInput: features.approxTokens,
      mostInput: features.mostTokens,
      visibleOutput: parameters.visibleOutputTokens,
      mostOutput: parameters.maxOutputTokens,
    },
    { card, billing: config.catalog.billing },
  );
  const ceiling = ceilingFor(config.policies, features.task, features.maxCostUsd);
  if (ceiling !== undefined) {
    if (!cost)
      return reject(
        'unknown-price',
        `the price of ${model} is not known, so a ceiling of ${formatUsd(ceiling)} cannot be held`,
      );
    if (cost.highUsd > ceiling) {
      return reject('ceiling', `may cost up to ${formatUsd(cost.highUsd)}, ceiling is ${formatUsd(ceiling)}`);
    }
  }

  const warnings = hops.map((hop) => `${alias}: ${describeHop(hop)}`);
  const shutdown = shutdownWarning(resolved);
  if (shutdown) warnings.push(`${alias}: ${shutdown}`);
  if (!card)
    warnings.push(`${model} is not in the catalogue: its price is unknown and its limits are not checked`);
  return {
    candidate: {
      alias,
      requestedModel: findCard(facts.catalog, requestedModel)?.name ?? requestedModel,
      model,
      apiModel: apiId(model, card),
      card,
      hops,
      parameters,
      timeouts: timeoutsFor(config.policies, alias),
      cost,
      notes,
      warnings,
    },
  };
}

/**
 * The name that a forced one is a slip of. A model's id that is merely not in the catalogue (yet) is none:
 * it differs from those that are in its digits, or in more than a letter or two.
 */
function slipOf(name: string, { aliases, catalog }: Config): string | undefined {
  const digits = (text: string) => text.replace(/\D+/g, ' ').trim();
  const names = [...Object.keys(aliases), ...Object.keys(catalog.models)];
  return didYouMean(
    name,
    names.filter((known) => digits(known) === digits(name)),
  );
}
