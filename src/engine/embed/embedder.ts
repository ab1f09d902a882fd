/** Embeds texts in as few requests as there may be, each of them within the budgets and recorded. */

import { describeShortage, limitBroken, makeRoom } from '../../core/budget/fit.ts';
import { nanoAtMost } from '../../core/budget/nano.ts';
import type { Standing } from '../../core/budget/state.ts';
import { OrchError } from '../../core/errors/orch-error.ts';
import { mayBeBilled, ProviderFailure } from '../../core/errors/provider-failure.ts';
import { tokenUpperBound } from '../../core/input/tokens.ts';
import { describeHop, type ResolvedModel, resolveModel } from '../../core/models/life-cycle.ts';
import { apiId } from '../../core/models/model-card.ts';
import { costOf } from '../../core/models/pricing.ts';
import type { UsageRecord } from '../../core/record/usage-record.ts';
import { whyForbidden } from '../../core/router/allowed-models.ts';
import { Redactions } from '../../core/secrets/redactions.ts';
import { utcDay } from '../../core/text/utc-day.ts';
import { backoffMs } from '../attempts/backoff.ts';
import { notRecorded } from '../attempts/record-attempt.ts';
import { budgetLimits, reserveUsd } from '../attempts/reserve-usd.ts';
import type { EngineContext } from '../context.ts';
import type { Embedder, EmbeddingProvider, EmbeddingResult } from '../retrieval-ports.ts';

export interface EmbedderOptions {
  /** As the user names it. */
  model: string;
  dimensions: number;
  context: EngineContext;
  /** Created only when a request is about to be sent. Throws `no-key` without a key. */
  provider: () => Promise<EmbeddingProvider>;
  /** What could not be recorded or counted. */
  warn: (warning: string) => void;
}

/** The limits of the API, of one request and of one text. */
const mostTexts = 2048;
const mostTokens = 300_000;
const mostTokensOfText = 8192;
const requestMs = 60_000;
/** A search does not wait longer for a provider that is busy. */
const longestWaitMs = 10_000;

export function embedder(options: EmbedderOptions): Embedder {
  const { model, dimensions, context } = options;
  const cost = (tokens: number) => costOfTokens(tokens, modelFor(options), context);
  return {
    model,
    dimensions,
    cost,
    async checkBudgets(tokens) {
      const resolved = usableModel(options);
      const worstUsd = costOfTokens(tokens, resolved, context);
      const broken = await brokenLimit(worstUsd, context);
      if (broken !== undefined) throw embeddingOverBudget(resolved, worstUsd, broken.standing);
    },
    async embed(texts, signal, onVectors) {
      const resolved = usableModel(options);
      const runId = context.newId();
      const vectors: Float32Array[] = [];
      let attempt = 0;
      for (const batch of batchesOf(await withoutSecrets(texts, context))) {
        const send = () => sendOnce({ ...options, resolved, runId, attempt: ++attempt }, batch, signal);
        const { vectors: more } = await withRetries(send, context, signal);
        onVectors?.(more, vectors.length);
        vectors.push(...more);
      }
      return vectors;
    },
  };
}

function modelFor({ model, context: { config, clock, memory } }: EmbedderOptions): ResolvedModel {
  const today = utcDay(clock.now());
  return resolveModel(model, { catalog: config.catalog, today, notFound: memory.notFound });
}

/** Vectors of another model would be of no use beside those that there are: nothing follows a successor by itself. */
function usableModel(options: EmbedderOptions): ResolvedModel {
  const { model, context } = options;
  const { config, clock, memory } = context;
  const resolved = modelFor(options);
  const [hop] = resolved.hops;
  const lifeCycle = { catalog: config.catalog, today: utcDay(clock.now()), notFound: memory.notFound };
  const fault =
    resolved.dead ??
    (hop && describeHop(hop)) ??
    whyForbidden({ alias: model, requestedModel: model, resolved }, config, lifeCycle) ??
    (resolved.card && !resolved.card.embeds ? `${model} makes no vectors` : undefined);
  if (fault === undefined) return resolved;
  throw new OrchError('no-eligible-model', fault, {
    hint: 'set retrieval.embeddings.model in policies.json to another model: everything is embedded anew',
  });
}

/** Undefined: there is room for it. `standing` is undefined for an unknown price, which fits no limit. */
async function brokenLimit(
  worstUsd: number | undefined,
  context: EngineContext,
): Promise<{ standing: Standing | undefined } | undefined> {
  const limits = budgetLimits(context);
  if (limits.length === 0) return undefined;
  const nano = worstUsd === undefined ? undefined : nanoAtMost(worstUsd);
  if (nano === undefined) return { standing: undefined };
  try {
    const standing = limitBroken(nano, await (await context.budget(true))!.state(limits, context.localDay()));
    return standing && { standing };
  } catch (error) {
    const { onUnavailable } = context.config.policies.budgets;
    if (error instanceof OrchError && error.code === 'budget-unavailable' && onUnavailable === 'allow')
      return undefined;
    throw error;
  }
}

function costOfTokens(
  inputTokens: number | undefined,
  { card }: ResolvedModel,
  { config, rehearsal }: EngineContext,
): number | undefined {
  if (rehearsal) return 0;
  const none = { cachedInputTokens: 0, cacheWriteTokens: 0, outputTokens: 0, reasoningTokens: 0 };
  return costOf({ ...none, inputTokens }, { card, billing: config.catalog.billing });
}

async function withoutSecrets(texts: readonly string[], { secrets }: EngineContext): Promise<string[]> {
  if (!secrets) return [...texts];
  const redactions = new Redactions(texts);
  const clean: string[] = [];
  for (const text of texts) clean.push(redactions.redact(text, await secrets.find(text)).text);
  return clean;
}

interface Batch {
  texts: string[];
  tokens: number;
}

/** An empty text would be refused, and so would one that is too long. */
function* batchesOf(texts: readonly string[]): Generator<Batch> {
  let batch: Batch = { texts: [], tokens: 0 };
  for (const given of texts) {
    const { text, tokens } = fitting(given.trim() === '' ? '-' : given);
    if (batch.texts.length === mostTexts || batch.tokens + tokens > mostTokens) {
      yield batch;
      batch = { texts: [], tokens: 0 };
    }
    batch.texts.push(text);
    batch.tokens += tokens;
  }
  if (batch.texts.length > 0) yield batch;
}

function fitting(given: string): { text: string; tokens: number } {
  let text = given;
  for (;;) {
    const tokens = tokenUpperBound(text);
    if (tokens <= mostTokensOfText) return { text, tokens };
    text = text.slice(0, Math.floor((0.95 * text.length * mostTokensOfText) / tokens));
  }
}

interface Sending extends EmbedderOptions {
  resolved: ResolvedModel;
  runId: string;
  attempt: number;
}

async function sendOnce(
  sending: Sending,
  { texts, tokens }: Batch,
  signal: AbortSignal,
): Promise<EmbeddingResult> {
  const { context, resolved, dimensions, provider, warn } = sending;
  const { clock } = context;
  const worstUsd = costOfTokens(tokens, resolved, context);
  const started = clock.monotonic();
  const startedAt = clock.now();
  const row = (ended: Ended) =>
    recordOf({ ...sending, startedAt, latencyMs: clock.monotonic() - started, tokens, worstUsd, ...ended });
  const source = await provider();
  const reservation = await reserveUsd(worstUsd, () => row({ estimated: true }), {
    context,
    warnings: { add: warn },
  });
  if ('refused' in reservation) throw embeddingOverBudget(resolved, worstUsd, reservation.refused);
  let ended: Ended;
  try {
    const request = { model: apiId(resolved.model, resolved.card), dimensions, texts };
    ended = { result: await source.embed(request, { signal, limitMs: requestMs }) };
  } catch (error) {
    if (!(error instanceof ProviderFailure)) {
      // It is not known what became of it.
      await reservation.settle(undefined);
      throw error;
    }
    ended = { failure: error };
  }
  const billed = mayBeBilled(ended.failure?.failureClass, false);
  const isUnknown = billed && ended.result?.inputTokens === undefined;
  const record = row(isUnknown ? { ...ended, estimated: true } : ended);
  // A process that is killed in between has recorded what it spent.
  await keep(record, sending);
  await reservation.settle(record.cost_usd ?? (billed ? worstUsd : 0));
  if (ended.failure) throw ended.failure;
  return ended.result!;
}

interface Ended {
  result?: EmbeddingResult;
  failure?: ProviderFailure;
  /** The process has not returned from it. */
  estimated?: boolean;
}

async function keep(record: UsageRecord, { context, warn }: Sending): Promise<void> {
  const { ts, run_id, task, model_requested, input_tokens, latency_ms, cost_usd, error } = record;
  context.log.call({
    ...{ ts, run_id, task, model: model_requested, latency_ms, error: error ?? null },
    usage: { input: input_tokens ?? null, output: 0 },
    cost_usd: cost_usd ?? null,
  });
  try {
    await context.ledger.append([record]);
  } catch (failed) {
    warn(notRecorded(failed));
  }
}

function embeddingOverBudget(
  { model }: ResolvedModel,
  worstUsd: number | undefined,
  standing: Standing | undefined,
): OrchError {
  return new OrchError(
    'over-budget',
    `no budget allows embedding with ${model}: ${describeShortage(worstUsd, standing)}`,
    {
      hint: makeRoom(worstUsd === undefined ? [] : [worstUsd], standing === undefined ? [] : [standing]),
    },
  );
}

function recordOf({
  context,
  resolved: { model, card },
  runId,
  attempt,
  startedAt,
  latencyMs,
  tokens,
  worstUsd,
  result,
  failure,
  estimated = false,
}: Sending &
  Ended & {
    startedAt: number;
    latencyMs: number;
    tokens: number;
    worstUsd: number | undefined;
  }): UsageRecord {
  const { rehearsal, config, projectName } = context;
  const { version } = config.catalog;
  const served = result?.servedModel;
  const cost = estimated ? worstUsd : costOfTokens(result?.inputTokens, { model, card, hops: [] }, context);
  const source = estimated ? 'estimated' : rehearsal ? 'rehearsal' : 'catalog';
  return {
    ts: new Date(startedAt).toISOString(),
    latency_ms: Math.round(latencyMs),
    ttft_ms: undefined,
    run_id: runId,
    attempt,
    response_id: undefined,
    task: 'embed',
    language: undefined,
    safety_critical: false,
    alias: model,
    effort: undefined,
    mode: rehearsal ? 'rehearsal' : 'single',
    rule: 'embeddings',
    forced: false,
    escalated_from: undefined,
    model_requested: model,
    model_served: served === undefined || !rehearsal ? served : `rehearsal:${served}`,
    input_tokens: result?.inputTokens,
    cached_input_tokens: undefined,
    cache_write_tokens: undefined,
    output_tokens: result ? 0 : undefined,
    reasoning_tokens: undefined,
    finish_reason: undefined,
    error: failure?.failureClass ?? (result ? undefined : 'cancelled'),
    service_tier: undefined,
    cost_usd: cost,
    cost_source: cost === undefined ? undefined : source,
    price_version: cost === undefined ? undefined : version,
    cost_forecast_usd: worstUsd,
    baseline_cost_usd: undefined,
    est_tokens: tokens,
    tokens_dropped: 0,
    verify_ms: undefined,
    outcome: undefined,
    outcome_source: undefined,
    project: projectName,
  };
}

/** As the error policy says for a request to a model, but that there is no other one. */
async function withRetries(
  send: () => Promise<EmbeddingResult>,
  { config, clock, random }: EngineContext,
  signal: AbortSignal,
): Promise<EmbeddingResult> {
  const { retry } = config.policies;
  for (let retries = 0; ; retries++) {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof ProviderFailure) || signal.aborted) throw error;
      const most =
        { retry: retry.maxRetries, 'retry-once': Math.min(1, retry.maxRetries) }[error.recovery as string] ??
        0;
      const wait = error.details.retryAfterMs ?? backoffMs(retries, retry, random);
      if (retries >= most || wait > longestWaitMs) throw error;
      await clock.sleep(wait, signal);
      signal.throwIfAborted();
    }
  }
}
