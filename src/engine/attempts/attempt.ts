/** One attempt, and its row in the record. */
import { mayBeBilled, type ProviderFailure } from '../../core/errors/provider-failure.ts';
import type { CallCost } from '../../core/errors/spending.ts';
import { findServedCard, type ModelCard } from '../../core/models/model-card.ts';
import { sumUsd } from '../../core/models/money.ts';
import {
  type BillingTerms,
  costOf,
  isPriced,
  type PriceSource,
  termFactors,
} from '../../core/models/pricing.ts';
import { isSameTier } from '../../core/models/tiers.ts';
import { type Usage, unknownUsage } from '../../core/models/usage.ts';
import { estimated, type UsageRecord } from '../../core/record/usage-record.ts';
import { type Candidate, candidatesOf, type RouteDecision } from '../../core/router/decision.ts';
import { taskNameOf } from '../../core/tasks/request.ts';
import { utcDay } from '../../core/text/utc-day.ts';
import type { EngineContext } from '../context.ts';
import type { GenerateResult } from '../ports.ts';

export interface Attempt {
  /** 1-based within the call. */
  number: number;
  candidate: Candidate;
  startedAt: number;
  /** Without the verification. */
  latencyMs: number;
  /** How long the verification took; undefined when there was none. */
  verifyMs?: number | undefined;
  firstEventMs: number | undefined;
  responseId: string | undefined;
  servedModel: string | undefined;
  usage: Usage;
  /** As it was sent. */
  requestedTier: string | undefined;
  /** As the response names it. */
  serviceTier: string | undefined;
  finishReason: string | undefined;
  /** Undefined when the attempt succeeded. */
  failure: ProviderFailure | undefined;
  /** USD; undefined when unknown. */
  costUsd: number | undefined;
  /**
   * USD, if the cost is unknown for want of token counts: the worst case, of what may have been billed. Undefined also
   * where a price is unknown.
   */
  estimatedUsd: number | undefined;
  /** Why the cost is unknown although the tokens were counted, or another than was asked for. */
  priceWarning: string | undefined;
  /** Worst-case cost reserved before the attempt, in USD. */
  reservedUsd: number | undefined;
  /** What the model answered, however far it came, without what was redacted. Undefined if there was nothing. */
  answer?: string | undefined;
  /** The model whose failure led to this attempt. */
  escalatedFrom: string | undefined;
  effort: string | undefined;
}

/** How an attempt ended. An unusable answer has both `result` and `failure`. */
interface EndedAttempt
  extends Pick<
    Attempt,
    | 'number'
    | 'candidate'
    | 'effort'
    | 'requestedTier'
    | 'startedAt'
    | 'latencyMs'
    | 'verifyMs'
    | 'reservedUsd'
    | 'answer'
    | 'escalatedFrom'
  > {
  result?: GenerateResult | undefined;
  failure?: ProviderFailure | undefined;
}

export function toAttempt({ result, failure, ...rest }: EndedAttempt, context: EngineContext): Attempt {
  const usage = result?.usage ?? failure?.details.usage ?? unknownUsage;
  const servedModel = result?.servedModel ?? failure?.details.servedModel;
  const serviceTier = result?.serviceTier ?? failure?.details.serviceTier;
  const completionWindow = result?.completionWindow ?? failure?.details.completionWindow;
  const { billing } = context.config.catalog;
  const prices = { card: pricedCard(rest.candidate, servedModel, context), billing };
  const day = utcDay(rest.startedAt);
  const billedTier = serviceTier ?? unnamedTier(rest.requestedTier, prices, day);
  const terms = { serviceTier: billedTier, completionWindow, day };
  const responseId = result?.responseId ?? failure?.details.responseId;
  const costUsd = context.rehearsal ? 0 : costOf(usage, prices, terms);
  const isEstimated =
    costUsd === undefined && isPriced(prices, terms) && isOnTheBill({ failure, responseId, servedModel });
  return {
    ...rest,
    firstEventMs: result?.firstEventMs,
    responseId,
    servedModel,
    usage,
    serviceTier,
    finishReason: result?.finishReason,
    failure,
    costUsd,
    estimatedUsd: isEstimated ? rest.reservedUsd : undefined,
    priceWarning: context.rehearsal
      ? undefined
      : priceWarning(servedModel ?? rest.candidate.model, prices, terms, rest.candidate),
  };
}

/** Servers that name no tier in their answer bill the standard price, or that of a dearer tier that was asked for. */
function unnamedTier(requested: string | undefined, prices: PriceSource, day: string): string | undefined {
  const factors = termFactors(prices, { serviceTier: requested, day });
  return factors?.some((factor) => factor > 1) ? requested : undefined;
}

/** A candidate without a price has a warning of its own. */
function priceWarning(
  model: string,
  prices: PriceSource,
  terms: BillingTerms,
  { card, serviceTier: wanted }: Candidate,
): string | undefined {
  if (card && !prices.card) return `${model} answered, which is not in the catalogue: the cost is unknown`;
  const { serviceTier, completionWindow } = terms;
  if (termFactors(prices, terms) !== undefined)
    return wanted === undefined || isSameTier(serviceTier ?? wanted, wanted)
      ? undefined
      : `${model} answered in tier ${serviceTier}, not ${wanted}: billed as such`;
  const named = [
    ...(serviceTier === undefined ? [] : [`tier ${serviceTier}`]),
    ...(completionWindow === undefined ? [] : [`completion window ${completionWindow}`]),
  ].join(', ');
  return `${model} was served in ${named}, whose price is not in the catalogue: the cost is unknown`;
}

/** A gateway may serve a different model than requested; the one that answered determines the price. */
function pricedCard(
  candidate: Candidate,
  servedModel: string | undefined,
  { config }: EngineContext,
): ModelCard | undefined {
  return servedModel === undefined ? candidate.card : findServedCard(config.catalog, servedModel);
}

/** The cost of an attempt if known, otherwise its maximum. */
export function maxSpent(attempt: Attempt): number {
  if (attempt.costUsd !== undefined) return attempt.costUsd;
  return isOnTheBill(attempt) ? (attempt.reservedUsd ?? 0) : 0;
}

/** What the attempts cost together. */
export function spending(attempts: readonly Attempt[]): CallCost {
  const known = sumUsd(attempts.map(({ costUsd = 0 }) => costUsd));
  const isUnknown = ({ costUsd, estimatedUsd }: Attempt) => (costUsd ?? estimatedUsd) === undefined;
  if (attempts.some((attempt) => isUnknown(attempt) && isOnTheBill(attempt)))
    return { cost_usd: null, cost_at_least_usd: known };
  const worst = sumUsd(attempts.map(({ estimatedUsd = 0 }) => estimatedUsd));
  return worst === 0 ? { cost_usd: known } : { cost_usd: sumUsd([known, worst]), cost_estimated_usd: worst };
}

/** Total cost of the attempts; null when one that may have been billed has an unknown cost. */
export function costOfAttempts(attempts: readonly Attempt[]): number | null {
  return spending(attempts).cost_usd;
}

function isOnTheBill({
  failure,
  responseId,
  servedModel,
}: Pick<Attempt, 'failure' | 'responseId' | 'servedModel'>): boolean {
  return mayBeBilled(failure?.failureClass, responseId !== undefined || servedModel !== undefined);
}

export function toUsageRecord(
  attempt: Attempt,
  call: { runId: string; decision: RouteDecision; estTokens: number; droppedTokens: number },
  context: EngineContext,
): UsageRecord {
  const { features, rule } = call.decision;
  const { usage, candidate } = attempt;
  const { catalog } = context.config;
  const baselines = candidatesOf(call.decision)
    .map(({ card }) => costOf(usage, { card, billing: catalog.billing }))
    .filter((cost) => cost !== undefined);
  const cost = attempt.costUsd ?? attempt.estimatedUsd;
  const source = attempt.costUsd === undefined ? estimated : context.rehearsal ? 'rehearsal' : 'catalog';
  return {
    ts: new Date(attempt.startedAt).toISOString(),
    latency_ms: Math.round(attempt.latencyMs),
    ttft_ms: attempt.firstEventMs === undefined ? undefined : Math.round(attempt.firstEventMs),
    run_id: call.runId,
    attempt: attempt.number,
    response_id: attempt.responseId,
    task: taskNameOf(features),
    language: features.language,
    safety_critical: features.safetyCritical,
    alias: candidate.alias,
    effort: attempt.effort,
    mode: context.rehearsal ? 'rehearsal' : 'single',
    rule,
    forced: features.forceModel !== undefined,
    escalated_from: attempt.escalatedFrom,
    model_requested: candidate.model,
    model_served: servedName(attempt, context),
    input_tokens: usage.inputTokens,
    cached_input_tokens: usage.cachedInputTokens,
    cache_write_tokens: usage.cacheWriteTokens,
    output_tokens: usage.outputTokens,
    reasoning_tokens: usage.reasoningTokens,
    finish_reason: attempt.finishReason,
    error: attempt.failure?.failureClass,
    service_tier: attempt.serviceTier,
    cost_usd: cost,
    cost_source: cost === undefined ? undefined : source,
    price_version: cost === undefined ? undefined : catalog.version,
    cost_forecast_usd: attempt.reservedUsd,
    baseline_cost_usd: baselines.length > 0 ? Math.max(...baselines) : undefined,
    est_tokens: call.estTokens,
    tokens_dropped: call.droppedTokens,
    verify_ms: attempt.verifyMs === undefined ? undefined : Math.round(attempt.verifyMs),
    outcome: undefined,
    outcome_source: undefined,
    project: context.projectName,
  };
}

/** The model named in the response, marked in a rehearsal. */
export function servedName(attempt: Attempt, { rehearsal }: EngineContext): string | undefined {
  if (attempt.servedModel === undefined) return undefined;
  return rehearsal ? `rehearsal:${attempt.servedModel}` : attempt.servedModel;
}
