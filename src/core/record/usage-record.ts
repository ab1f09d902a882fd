/**
 * The record of one attempt: one row of the CSV. Column names are fixed; most correspond to OpenTelemetry GenAI
 * attributes (gen_ai.request.model, gen_ai.usage.input_tokens, …).
 */

/** `cascade` and `consensus` are reserved. */
export type AttemptMode = 'single' | 'rehearsal';

export interface UsageRecord {
  /** Start of the attempt, ISO 8601 in UTC, with milliseconds. */
  ts: string;
  /** From the request to the answer, in milliseconds. */
  latency_ms: number;
  /** Time to the first event of the answer, in milliseconds; undefined when there was none. */
  ttft_ms: number | undefined;
  /** Shared by all attempts of one call. */
  run_id: string;
  /** 1-based within the call. */
  attempt: number;
  /** The provider's own id of the answer. */
  response_id: string | undefined;
  /** A built-in task, or one of the user's own. */
  task: string;
  /** Programming language, given or detected. */
  language: string | undefined;
  /** Whether the call was marked as safety-critical. */
  safety_critical: boolean;
  /** The model's name in the configuration. */
  alias: string;
  /** Reasoning effort in the request. */
  effort: string | undefined;
  /** `rehearsal`: answered by the built-in server, at no cost. */
  mode: AttemptMode;
  /** The routing rule that determined the order. */
  rule: string;
  /** Whether the caller named the model. */
  forced: boolean;
  /** The model whose failure led to this attempt. */
  escalated_from: string | undefined;
  /** The model in the request, after any hop. */
  model_requested: string;
  /** The model that the server named; undefined when the attempt ended before it did. */
  model_served: string | undefined;
  /** Including cached and cache-write tokens. */
  input_tokens: number | undefined;
  /** Part of the input that was read from the provider's cache. */
  cached_input_tokens: number | undefined;
  /** Part of the input that was written to it. */
  cache_write_tokens: number | undefined;
  /** Including reasoning tokens. */
  output_tokens: number | undefined;
  /** Part of the output. */
  reasoning_tokens: number | undefined;
  /** As reported by the server. */
  finish_reason: string | undefined;
  /** Failure class; undefined when the attempt succeeded. */
  error: string | undefined;
  /** As the answer names it; it decides the price. */
  service_tier: string | undefined;
  /** Cost in USD; undefined when unknown, never 0. An estimate where `cost_source` says so. */
  cost_usd: number | undefined;
  /**
   * `catalog`: the tokens that the server counted, at the prices of the catalogue. `estimated`: the highest possible
   * cost, as in `cost_forecast_usd`, of an attempt that may have been billed, but whose tokens are not known: it was cut,
   * cancelled or timed out, the server counts none, or its process was killed under a budget. `rehearsal`: nothing was
   * spent. Undefined when the cost is unknown.
   */
  cost_source: string | undefined;
  /** Version of the price list. */
  price_version: string | undefined;
  /** Worst-case cost in USD, reserved before the attempt. */
  cost_forecast_usd: number | undefined;
  /** Estimate in USD: the same tokens on the most expensive candidate of the decision. */
  baseline_cost_usd: number | undefined;
  /** Input tokens as they were estimated before the request. */
  est_tokens: number;
  /** Estimated tokens of what was left out of the input for want of room. */
  tokens_dropped: number;
  /** How long the command of --verify took, in milliseconds, which is not part of `latency_ms`; undefined when there was none. */
  verify_ms: number | undefined;
  /** Reserved: what became of the answer; always empty. */
  outcome: string | undefined;
  /** Reserved. */
  outcome_source: string | undefined;
  /** Project name set by the user; never a path by default. */
  project: string | undefined;
}

/** The `cost_source` of a worst case. */
export const estimated = 'estimated';

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
  verify_ms: 'number',
  outcome: 'text',
  outcome_source: 'text',
  project: 'text',
} as const satisfies Record<keyof UsageRecord, ColumnKind>;

export const usageColumns = Object.keys(columnKinds) as (keyof typeof columnKinds)[];
