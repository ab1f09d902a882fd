/** Decides whether a candidate is eligible: its lifetime, cap, context window and price. */
import type { Config } from '../config/config.ts';
import { generationFor } from '../config/policy.ts';
import { timeoutsFor } from '../config/timeouts.ts';
import { describeHop, type LifeCycleContext, resolveModel, shutdownWarning } from '../models/life-cycle.ts';
import { apiId, findCard, inputWindow } from '../models/model-card.ts';
import { fitParameters } from '../models/parameters.ts';
import { costRange } from '../models/pricing.ts';
import { tierInRequest } from '../models/tiers.ts';
import { didYouMean } from '../text/did-you-mean.ts';
import { formatCount, formatUsd } from '../text/format.ts';
import { isPlainWord } from '../text/shell-word.ts';
import { whyForbidden } from './allowed-models.ts';
import type { Candidate, Rejection, RejectionCode } from './decision.ts';
import type { RequestFeatures } from './features.ts';
import type { OrderedSpec } from './order.ts';
import { effortStep } from './preference.ts';

export type Verdict = { candidate: Candidate } | { rejection: Rejection };

export function judgeCandidate(
  spec: OrderedSpec,
  features: RequestFeatures,
  config: Config,
  context: LifeCycleContext,
  /** Cost ceiling of the call, in USD. */
  ceiling: number | undefined,
): Verdict {
  const { name: alias } = spec;
  const isAlias = Object.hasOwn(config.aliases, alias);
  const requestedModel = (isAlias ? config.aliases[alias] : undefined) ?? alias;
  const resolved = resolveModel(requestedModel, context);
  const { model, card, hops } = resolved;
  const reject = (code: RejectionCode, reason: string, worstUsd?: number): Verdict => ({
    rejection: { alias, model, code, reason, ...(worstUsd !== undefined && { worstUsd }) },
  });

  const guess =
    features.forceModel !== undefined && !card && !isAlias ? correctionOf(alias, config) : undefined;
  if (guess !== undefined)
    return reject('unknown-model', `no alias or model named ${alias}: did you mean ${guess}?`);
  if (resolved.dead) return reject('retired', resolved.dead);
  // A model forced by id is never replaced by another; only an alias may follow its successor.
  if (features.forceModel !== undefined && !isAlias && hops[0]) {
    return reject('retired', `${describeHop(hops[0])}: use ${model} instead`);
  }

  const forbidden = whyForbidden({ alias, requestedModel, resolved }, config, context);
  if (forbidden !== undefined) return reject('forbidden', forbidden);
  if (card?.embeds) return reject('forbidden', `${model} makes vectors of texts, and answers no task`);

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
      `input is about ${formatCount(features.approxTokens)} tokens, limit of ${model} is ${formatCount(inputWindow(card))}`,
    );
  }

  const { billing } = config.catalog;
  const policy = generationFor(config.policies, features);
  const { parameters, notes, effortNote } = fitParameters(
    policy,
    card,
    features.effort ?? spec.effort ?? (features.ownTask?.effort && policy.reasoning_effort),
    features.maxOutputTokens,
    effortStep(features, config.policies),
  );
  const tier = features.tier ?? policy.tier;
  let serviceTier = tier && tierInRequest(tier, card, billing);
  if (tier !== undefined && serviceTier === undefined) {
    if (policy.tierFallback === 'next') return reject('tier', `${model} does not take tier ${tier}`);
    notes.push(`tier default: the model does not take ${tier}`);
    serviceTier = 'default';
  }
  const cost = costRange(
    {
      approxInput: features.approxTokens,
      mostInput: features.mostTokens,
      visibleOutput: parameters.visibleOutputTokens,
      mostOutput: parameters.maxOutputTokens,
    },
    { card, billing },
    { serviceTier, day: context.today },
  );
  if (ceiling !== undefined) {
    if (!cost)
      return reject(
        'unknown-price',
        `the price of ${model} is unknown, so the ceiling of ${formatUsd(ceiling)} cannot be enforced`,
      );
    if (cost.highUsd > ceiling) {
      return reject(
        'ceiling',
        `may cost up to ${formatUsd(cost.highUsd)}, ceiling is ${formatUsd(ceiling)}`,
        cost.highUsd,
      );
    }
  }

  const shutdown = shutdownWarning(resolved);
  const reminders = [
    ...(hops.length > 0 ? [`${hops.map(describeHop).join('; ')}${cureOf(alias, isAlias, model)}`] : []),
    ...(shutdown ? [`${shutdown}${cureOf(alias, isAlias, card?.successor)}`] : []),
  ].map((text) => `${alias}: ${text}`);
  const warnings = [...reminders];
  // The caller paid attention to it; that of a list or a task is only explained.
  if (features.effort !== undefined && effortNote !== undefined) warnings.push(`${model}: ${effortNote}`);
  if (!card)
    warnings.push(`${model} is not in the catalogue: its price is unknown and its limits are not checked`);
  else if (!card.usdPerMillionTokens) warnings.push(`the price of ${model} is unknown`);
  return {
    candidate: {
      alias,
      requestedModel: findCard(context.catalog, requestedModel)?.name ?? requestedModel,
      model,
      apiModel: apiId(model, card),
      card,
      hops,
      parameters,
      serviceTier,
      timeouts: timeoutsFor(config.policies, alias, { ...parameters, serviceTier }),
      cost,
      notes,
      warnings,
      reminders,
    },
  };
}

/** What ends the reminder; for an alias, a command to paste. */
function cureOf(alias: string, isAlias: boolean, model: string | undefined): string {
  if (model === undefined) return '';
  if (!isAlias) return `; put ${model} in its place`;
  return [alias, model].every(isPlainWord) ? `; to settle it: orch config set alias.${alias} ${model}` : '';
}

/**
 * The alias that a forced name is probably a typo of. It is compared with aliases only: a model id that is not in the
 * catalogue is another model, not a slip of one that is, and neither is a name with other digits.
 */
function correctionOf(name: string, { aliases }: Config): string | undefined {
  const digits = (text: string) => text.replace(/\D+/g, ' ').trim();
  return didYouMean(
    name,
    Object.keys(aliases).filter((alias) => digits(alias) === digits(name)),
  );
}
