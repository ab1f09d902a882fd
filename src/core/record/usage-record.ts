/**
 * The record of one attempt: one row of the CSV. Column names are fixed; most correspond to OpenTelemetry GenAI
 * attributes (gen_ai.request.model, gen_ai.usage.input_tokens, …).
 */

/** `cascade` and `consensus` are reserved. */
export type AttemptMode = 'single' | 'rehearsal';

export interface UsageRecord {
  /** Start of the attempt, ISO 8601 in UTC. */
  ts: string;
  latency_ms: number;
  /** Time to the first event of the answer; undefined when there was none. */
  ttft_ms: number | undefined;
  /** Shared by all attempts of one call. */
  run_id: string;
  /** 1-based within the call. */
  attempt: number;
  response_id: string | undefined;
  /** A built-in task, or one of the user's own. */
  task: string;
  language: string | undefined;
  safety_critical: boolean;
  alias: string;
  effort: string | undefined;
  mode: AttemptMode;
  /** The routing rule that determined the order. */
  rule: string;
  forced: boolean;
  /** The model whose failure led to this attempt. */
  escalated_from: string | undefined;
  /** The model in the request, after any hop. */
  model_requested: string;
  /** Undefined when the attempt ended before the server named a model. */
  model_served: string | undefined;
  input_tokens: number | undefined;
  cached_input_tokens: number | undefined;
  cache_write_tokens: number | undefined;
  output_tokens: number | undefined;
  reasoning_tokens: number | undefined;
  /** As reported by the server. */
  finish_reason: string | undefined;
  /** Failure class; undefined when the attempt succeeded. */
  error: string | undefined;
  service_tier: string | undefined;
  /** Undefined when unknown, never 0. */
  cost_usd: number | undefined;
  /** `catalog` or `rehearsal`; undefined when the cost is unknown. */
  cost_source: string | undefined;
  /** Version of the price list. */
  price_version: string | undefined;
  /** Worst-case cost, reserved before the attempt. */
  cost_forecast_usd: number | undefined;
  /** Estimate: the same tokens on the most expensive candidate of the decision. */
  baseline_cost_usd: number | undefined;
  est_tokens: number;
  tokens_dropped: number;
  /** Reserved, like `outcome_source`; always empty. */
  outcome: string | undefined;
  outcome_source: string | undefined;
  /** Project name set by the user; never a path by default. */
  project: string | undefined;
}

export type ColumnKind = 'time' | 'text' | 'number' | 'boolean';

/**
 * The columns in file order, and how each cell is parsed. `ts` must stay first: it distinguishes a row from a
 * header.
 */
export const columnKinds = {
  ts: 'time',
  latency_ms: 'number',
  ttft_ms: 'number',
  run_id: 'text',
  attempt: 'number',
  response_id: 'text',
  task: 'text',
  language: 'text',
  safety_critical: 'boolean',
  alias: 'text',
  effort: 'text',
  mode: 'text',
  rule: 'text',
  forced: 'boolean',
  escalated_from: 'text',
  model_requested: 'text',
  model_served: 'text',
  input_tokens: 'number',
  cached_input_tokens: 'number',
  cache_write_tokens: 'number',
  output_tokens: 'number',
  reasoning_tokens: 'number',
  finish_reason: 'text',
  error: 'text',
  service_tier: 'text',
  cost_usd: 'number',
  cost_source: 'text',
  price_version: 'text',
  cost_forecast_usd: 'number',
  baseline_cost_usd: 'number',
  est_tokens: 'number',
  tokens_dropped: 'number',
  outcome: 'text',
  outcome_source: 'text',
  project: 'text',
} as const satisfies Record<keyof UsageRecord, ColumnKind>;

export const usageColumns = Object.keys(columnKinds) as (keyof typeof columnKinds)[];
