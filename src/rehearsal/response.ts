/** Builds the response object of an answer, with the fields and the token counts of the real one. */
import { createHash } from 'node:crypto';
import { approxTokens } from '../core/input/tokens.ts';
import type { ModelCard } from '../core/models/model-card.ts';
import type { JsonObject } from './json.ts';
import type { AnswerTraits, PlayedUsage } from './play.ts';
import { inputTokens, readText } from './request.ts';
import { defaultEffort, nested } from './validate.ts';

export type Part =
  | { type: 'output_text'; text: string; annotations: unknown[]; logprobs: unknown[] }
  | { type: 'refusal'; refusal: string };

export interface MessageItem {
  type: 'message';
  id: string;
  status: 'completed' | 'incomplete';
  role: 'assistant';
  phase?: 'commentary' | 'final_answer';
  content: Part[];
}

export interface ReasoningItem {
  type: 'reasoning';
  id: string;
  summary: unknown[];
}

export type OutputItem = MessageItem | ReasoningItem;
export type Status = 'completed' | 'incomplete' | 'failed' | 'cancelled';

export type ResponseObject = JsonObject & {
  id: string;
  status: Status | 'in_progress';
  output: OutputItem[];
};

/** One message of an answer, before it has an id. */
export interface Message {
  text: string;
  refusal?: boolean;
  phase?: 'commentary' | 'final_answer';
}

export interface AnswerFacts {
  body: JsonObject;
  /** Undefined on a server that knows no cards: the model is taken not to reason. */
  card: ModelCard | undefined;
  /** 0-based position of the request, so that equal requests get different ids. */
  index: number;
  /** Seconds since 1970. */
  createdAt: number;
  messages: readonly Message[];
  status: Status;
  /** Reason of an incomplete answer. */
  reason?: string;
  error?: { code: string; message: string };
  traits: AnswerTraits;
  /** False leaves `usage` out. */
  countTokens: boolean;
  /** Neither token details nor service tier, as compatible servers answer. */
  compatible: boolean;
}

export function buildResponse(facts: AnswerFacts): ResponseObject {
  const { body, traits } = facts;
  const id = identify(facts);
  const reasoning = reasoningTokens(body, facts.card);
  const output: OutputItem[] = reasoning > 0 ? [{ type: 'reasoning', id: `rs_${id}`, summary: [] }] : [];
  for (const message of facts.messages) output.push(messageItem(message, facts.status, `msg_${id}`, output));
  const tier = traits.serviceTier === undefined ? 'default' : traits.serviceTier;
  return {
    id: `resp_${id}`,
    object: 'response',
    created_at: facts.createdAt,
    status: facts.status,
    background: false,
    error: facts.error ?? null,
    incomplete_details: facts.reason === undefined ? null : { reason: facts.reason },
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    model: traits.model ?? String(body.model),
    output,
    parallel_tool_calls: body.parallel_tool_calls ?? true,
    previous_response_id: null,
    prompt_cache_key: body.prompt_cache_key ?? null,
    reasoning: { effort: effortOf(body, facts.card) ?? null, summary: null },
    ...(facts.compatible || tier === null ? {} : { service_tier: tier }),
    store: body.store ?? true,
    temperature: body.temperature ?? 1,
    text: { format: { type: 'text' }, verbosity: nested(body, 'text', 'verbosity') ?? 'medium' },
    tool_choice: 'auto',
    tools: [],
    top_p: body.top_p ?? 1,
    truncation: 'disabled',
    usage: facts.countTokens ? usageOf(facts, reasoning) : null,
    user: null,
    metadata: {},
  };
}

/** The same response as it stands in the first events of a stream. */
export function inProgress(response: ResponseObject): ResponseObject {
  return {
    ...response,
    status: 'in_progress',
    output: [],
    usage: null,
    error: null,
    incomplete_details: null,
  };
}

function identify({ body, index }: AnswerFacts): string {
  const digest = createHash('sha256')
    .update(`${index}\n${JSON.stringify(body)}`)
    .digest('hex');
  return `rehearsal_${digest.slice(0, 24)}`;
}

function messageItem(
  { text, refusal, phase }: Message,
  status: Status,
  id: string,
  before: readonly OutputItem[],
): MessageItem {
  const part: Part = refusal
    ? { type: 'refusal', refusal: text }
    : { type: 'output_text', text, annotations: [], logprobs: [] };
  return {
    type: 'message',
    id: `${id}_${before.length}`,
    status: status === 'completed' ? 'completed' : 'incomplete',
    role: 'assistant',
    ...(phase === undefined ? {} : { phase }),
    content: [part],
  };
}

/** Reasoning that the rehearsal pretends to have done, in tokens. */
const reasoningByEffort: Record<string, number> = {
  none: 0,
  minimal: 32,
  low: 128,
  medium: 384,
  high: 1024,
  xhigh: 2048,
  max: 4096,
};

function effortOf(body: JsonObject, card: ModelCard | undefined): string | undefined {
  const asked = nested(body, 'reasoning', 'effort');
  if (typeof asked === 'string') return asked;
  return card && defaultEffort(card);
}

export function reasoningTokens(body: JsonObject, card: ModelCard | undefined): number {
  return reasoningByEffort[effortOf(body, card) ?? 'none'] ?? 0;
}

function usageOf(facts: AnswerFacts, reasoning: number): JsonObject {
  const played: PlayedUsage = facts.traits.usage ?? {};
  const visible = facts.messages.reduce((sum, { text }) => sum + approxTokens(text), 0);
  const cap = typeof facts.body.max_output_tokens === 'number' ? facts.body.max_output_tokens : Infinity;
  const input = played.inputTokens ?? inputTokens(readText(facts.body));
  const reasoned = played.reasoningTokens ?? Math.min(reasoning, played.outputTokens ?? cap);
  const output = played.outputTokens ?? Math.min(cap, reasoned + visible);
  if (facts.compatible) return { input_tokens: input, output_tokens: output, total_tokens: input + output };
  return {
    input_tokens: input,
    input_tokens_details: {
      cached_tokens: played.cachedInputTokens ?? 0,
      cache_write_tokens: played.cacheWriteTokens ?? 0,
    },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: reasoned },
    total_tokens: input + output,
  };
}
