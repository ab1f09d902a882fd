/**
 * The rows of a call as OpenTelemetry sees them, under the names of its GenAI conventions: a span for the call, below
 * it one for each attempt, and measurements. Holds nothing but columns of the record, and of these neither the project
 * nor any text that a user wrote.
 */
import { roundUsd } from '../models/money.ts';
import { estimated, type UsageRecord } from './usage-record.ts';
import { readTimestamp } from './when.ts';

export type Attributes = Record<string, string | number | boolean | string[]>;

interface SpanTimes {
  /** Milliseconds since 1970. */
  start: number;
  end: number;
}

export interface AttemptSpan extends SpanTimes {
  name: string;
  attributes: Attributes;
  failed: boolean;
  /** Dimensions of its measurements. */
  dimensions: Attributes;
  /** Unknown ones are left out. */
  measured: { seconds: number; inputTokens?: number; outputTokens?: number; costUsd?: number };
}

export interface CallSpan extends SpanTimes {
  name: string;
  /** 32 hexadecimal digits. Undefined if the call's id is not of that form. */
  traceId: string | undefined;
  attributes: Attributes;
  failed: boolean;
  attempts: AttemptSpan[];
}

/** One span per call, in the order of the rows. A row without a time is left out. */
export function callSpans(records: readonly UsageRecord[]): CallSpan[] {
  const calls = new Map<string, UsageRecord[]>();
  for (const record of records) {
    if (readTimestamp(record.ts) === undefined) continue;
    calls.set(record.run_id, [...(calls.get(record.run_id) ?? []), record]);
  }
  return [...calls.values()].map(callSpan);
}

function callSpan(records: readonly UsageRecord[]): CallSpan {
  const attempts = records.map(attemptSpan);
  const last = records.at(-1)!;
  const { run_id, task, error } = last;
  const costs = records.flatMap((record) => knownCost(record) ?? []);
  return {
    name: `orch ${task}`,
    traceId: /^(?!0+$)[0-9a-f]{32}$/.test(run_id) ? run_id : undefined,
    start: Math.min(...attempts.map(({ start }) => start)),
    end: Math.max(...attempts.map(({ end }) => end)),
    // No tokens: who sums up all spans would count them twice.
    attributes: known({
      ...routeAttributes(last),
      'orch.call.attempts': records.length,
      'orch.cost.usd':
        costs.length === records.length ? roundUsd(costs.reduce((sum, cost) => sum + cost, 0)) : undefined,
      'error.type': error,
    }),
    failed: error !== undefined,
    attempts,
  };
}

function attemptSpan(record: UsageRecord): AttemptSpan {
  const start = readTimestamp(record.ts)!;
  const cost = knownCost(record);
  const ofModel = known({
    'gen_ai.operation.name': 'chat',
    // Simulated tokens must not be taken for those of the provider.
    'gen_ai.provider.name': record.mode === 'rehearsal' ? 'orch.rehearsal' : 'openai',
    'gen_ai.request.model': record.model_requested,
    'gen_ai.response.model': record.model_served,
    'error.type': record.error,
  });
  return {
    name: `chat ${record.model_requested}`,
    start,
    end: start + record.latency_ms,
    failed: record.error !== undefined,
    attributes: known({
      ...ofModel,
      'openai.api.type': 'responses',
      'openai.response.service_tier': record.service_tier,
      'gen_ai.response.id': record.response_id,
      'gen_ai.response.finish_reasons':
        record.finish_reason === undefined ? undefined : [record.finish_reason],
      'gen_ai.response.time_to_first_chunk': record.ttft_ms === undefined ? undefined : record.ttft_ms / 1000,
      'gen_ai.usage.input_tokens': record.input_tokens,
      'gen_ai.usage.cache_read.input_tokens': record.cached_input_tokens,
      'gen_ai.usage.cache_creation.input_tokens': record.cache_write_tokens,
      'gen_ai.usage.output_tokens': record.output_tokens,
      'gen_ai.usage.reasoning.output_tokens': record.reasoning_tokens,
      ...routeAttributes(record),
      'orch.route.alias': record.alias,
      'orch.route.effort': record.effort,
      'orch.route.attempt': record.attempt,
      'orch.route.escalated_from': record.escalated_from,
      'orch.cost.usd': record.cost_usd,
      'orch.cost.source': record.cost_source,
      'orch.cost.price_version': record.price_version,
      'orch.cost.forecast_usd': record.cost_forecast_usd,
      'orch.cost.baseline_usd': record.baseline_cost_usd,
      'orch.input.est_tokens': record.est_tokens,
      'orch.input.tokens_dropped': record.tokens_dropped,
      'orch.outcome': record.outcome,
      'orch.outcome.source': record.outcome_source,
    }),
    dimensions: { ...ofModel, 'orch.route.task': record.task },
    measured: {
      seconds: record.latency_ms / 1000,
      ...(record.input_tokens === undefined ? {} : { inputTokens: record.input_tokens }),
      ...(record.output_tokens === undefined ? {} : { outputTokens: record.output_tokens }),
      ...(cost === undefined ? {} : { costUsd: cost }),
    },
  };
}

/** An estimate is an attribute of its attempt, with its source, but part of no sum: nobody may have paid it. */
function knownCost({ cost_usd, cost_source }: UsageRecord): number | undefined {
  return cost_source === estimated ? undefined : cost_usd;
}

function routeAttributes({ task, language, safety_critical, mode, rule, forced }: UsageRecord) {
  return {
    'orch.route.task': task,
    'orch.route.language': language,
    'orch.route.safety_critical': safety_critical,
    'orch.route.mode': mode,
    'orch.route.rule': rule,
    'orch.route.forced': forced,
  };
}

function known(values: Record<string, Attributes[string] | undefined>): Attributes {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Attributes;
}
