/** One attempt, as a value, and the row it leaves in the record. */
import { mayBeBilled, type ProviderFailure } from '../core/errors/provider-failure.ts';
import { findCard, type ModelCard } from '../core/models/model-card.ts';
import { costOf } from '../core/models/pricing.ts';
import { type Usage, unknownUsage } from '../core/models/usage.ts';
import type { UsageRecord } from '../core/record/usage-record.ts';
import { type Candidate, candidatesOf, type RouteDecision } from '../core/router/decision.ts';
import type { EngineContext } from './context.ts';
import type { GenerateResult } from './ports.ts';

export interface Attempt {
  /** 1-based within the call. */
  number: number;
  candidate: Candidate;
  startedAt: number;
  latencyMs: number;
  firstEventMs: number | undefined;
  responseId: string | undefined;
  servedModel: string | undefined;
  usage: Usage;
  serviceTier: string | undefined;
  finishReason: string | undefined;
  /** Undefined: the attempt gave the result. */
  failure: ProviderFailure | undefined;
  /** USD; undefined where it is not known. */
  costUsd: number | undefined;
  /** Worst case that was reserved before the attempt, in USD. */
  reservedUsd: number | undefined;
  /** The model whose failure led here. */
  escalatedFrom: string | undefined;
  effort: string | undefined;
}

/** How an attempt ended. Both `result` and `failure` are there for an answer that was billed and is unusable. */
interface EndedAttempt
  extends Pick<
    Attempt,
    'number' | 'candidate' | 'effort' | 'startedAt' | 'latencyMs' | 'reservedUsd' | 'escalatedFrom'
  > {
  result?: GenerateResult | undefined;
  failure?: ProviderFailure | undefined;
}

export function toAttempt({ result, failure, ...rest }: EndedAttempt, context: EngineContext): Attempt {
  const usage = result?.usage ?? failure?.details.usage ?? unknownUsage;
  const servedModel = result?.servedModel ?? failure?.details.servedModel;
  const serviceTier = result?.serviceTier ?? failure?.details.serviceTier;
  const card = pricedCard(rest.candidate, servedModel, context);
  return {
    ...rest,
    firstEventMs: result?.firstEventMs,
    responseId: result?.responseId ?? failure?.details.responseId,
    servedModel,
    usage,
    serviceTier,
    finishReason: result?.finishReason.raw,
    failure,
    costUsd: context.rehearsal
      ? 0
      : costOf(usage, { card, billing: context.config.catalog.billing }, serviceTier),
  };
}

/** A gateway may serve another model than the one asked for: the one that answered sets the price. */
function pricedCard(
  candidate: Candidate,
  servedModel: string | undefined,
  { config }: EngineContext,
): ModelCard | undefined {
  if (servedModel === undefined) return candidate.card;
  // A dated snapshot, `gpt-5-mini-2025-08-07`, has no card of its own: it is the model that was asked.
  return findCard(config.catalog, servedModel)?.card ?? candidate.card;
}

/** What an attempt may have cost at the most: what it did cost where that is known. */
export function mostSpent(attempt: Attempt): number {
  if (attempt.costUsd !== undefined) return attempt.costUsd;
  return isOnTheBill(attempt) ? (attempt.reservedUsd ?? 0) : 0;
}

/** Of all attempts together; null as soon as one that may be on the bill has an unknown cost: the rest is no sum. */
export function costOfAttempts(attempts: readonly Attempt[]): number | null {
  const unknown = attempts.some((attempt) => attempt.costUsd === undefined && isOnTheBill(attempt));
  return unknown ? null : knownCostOf(attempts);
}

export function knownCostOf(attempts: readonly Attempt[]): number {
  return attempts.reduce((sum, { costUsd = 0 }) => sum + costUsd, 0);
}

function isOnTheBill({ failure, responseId, servedModel }: Attempt): boolean {
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
  const known = attempt.costUsd !== undefined;
  return {
    ts: new Date(attempt.startedAt).toISOString(),
    latency_ms: Math.round(attempt.latencyMs),
    ttft_ms: attempt.firstEventMs === undefined ? undefined : Math.round(attempt.firstEventMs),
    run_id: call.runId,
    attempt: attempt.number,
    response_id: attempt.responseId,
    task: features.task,
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
    cost_usd: attempt.costUsd,
    cost_source: known ? (context.rehearsal ? 'rehearsal' : 'catalog') : undefined,
    price_version: known ? catalog.version : undefined,
    cost_forecast_usd: attempt.reservedUsd,
    baseline_cost_usd: baselines.length > 0 ? Math.max(...baselines) : undefined,
    est_tokens: call.estTokens,
    tokens_dropped: call.droppedTokens,
    outcome: undefined,
    outcome_source: undefined,
    project: context.projectName,
  };
}

/** The model that answered, by its own word; in rehearsal marked as such. */
export function servedName(attempt: Attempt, { rehearsal }: EngineContext): string | undefined {
  if (attempt.servedModel === undefined) return undefined;
  return rehearsal ? `rehearsal:${attempt.servedModel}` : attempt.servedModel;
}
