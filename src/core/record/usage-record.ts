/**
 * The record of one attempt: one row of the CSV. Column names are fixed; most have a counterpart in the
 * OpenTelemetry GenAI conventions (docs: gen_ai.request.model, gen_ai.usage.input_tokens, …).
 */
import type { TaskKind } from '../tasks/tasks.ts';

export type AttemptMode = 'single' | 'cascade' | 'consensus' | 'rehearsal';

export interface UsageRecord {
  /** ISO 8601, UTC, when the attempt began. */
  ts: string;
  latency_ms: number;
  /** Time to the first event of the answer; undefined when none came. */
  ttft_ms: number | undefined;
  /** All attempts of one call share it. */
  run_id: string;
  /** 1-based within the call. */
  attempt: number;
  response_id: string | undefined;
  task: TaskKind;
  language: string | undefined;
  safety_critical: boolean;
  alias: string;
  effort: string | undefined;
  mode: AttemptMode;
  /** Which routing rule chose the order. */
  rule: string;
  forced: boolean;
  /** The model whose failure led to this attempt. */
  escalated_from: string | undefined;
  /** The model that the request named, after any hop. */
  model_requested: string;
  /** Undefined: the attempt ended before the server named one. */
  model_served: string | undefined;
  input_tokens: number | undefined;
  cached_input_tokens: number | undefined;
  cache_write_tokens: number | undefined;
  output_tokens: number | undefined;
  reasoning_tokens: number | undefined;
  finish_reason: string | undefined;
  /** Class of failure; undefined: the attempt gave the result. */
  error: string | undefined;
  service_tier: string | undefined;
  /** Unknown is undefined, never 0. */
  cost_usd: number | undefined;
  /** `catalog`, `rehearsal`; undefined where the cost is unknown. */
  cost_source: string | undefined;
  /** Version of the price list. */
  price_version: string | undefined;
  /** Upper bound that was reserved before the attempt. */
  cost_forecast_usd: number | undefined;
  /** An estimate: the same tokens on the dearest candidate of the decision. */
  baseline_cost_usd: number | undefined;
  est_tokens: number;
  tokens_dropped: number;
  /** `applied`, `tests`, `typecheck`, `rejected`; undefined: nothing verified it. */
  outcome: string | undefined;
  outcome_source: string | undefined;
  /** A name that the user gave, or a hash: no path by default. */
  project: string | undefined;
}

export type ColumnKind = 'time' | 'text' | 'number' | 'boolean';

/**
 * The columns in the order of the file, and how a cell is read. `ts` stays the first: it is what tells a row
 * from a header (see `csv-ledger-header.ts`).
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
