/** Answers a request with an error, the list of models, or a response that fits the task. */
import { createHash } from 'node:crypto';
import { approxTokens } from '../core/input/tokens.ts';
import { apiId, findCard, type ModelCard } from '../core/models/model-card.ts';
import type { Json } from '../core/text/json.ts';
import { rehearsedAnswer } from './answers/answer.ts';
import { inputTokens, readText } from './answers/read-request.ts';
import * as errors from './errors.ts';
import { effortOf, isRetired, type Models, nested, validate } from './validate.ts';

interface ApiRequest {
  method: string;
  /** Path and query. */
  path: string;
  /** Undefined when it is not a JSON object. */
  body: Json | undefined;
}

export interface Occasion {
  /** Sequence number of the request, so that equal requests get different ids. */
  index: number;
  /** Seconds since 1970. */
  createdAt: number;
}

export type Reply =
  | { kind: 'json'; status: number; body: object }
  | { kind: 'response'; response: ResponseObject; stream: boolean };

export function respond(request: ApiRequest, models: Models, occasion: Occasion): Reply {
  const { method, body } = request;
  const path = request.path.replace(/[?#].*$/, '');
  if (method === 'GET' && path === '/v1/models')
    return { kind: 'json', status: 200, body: modelList(models) };
  if (method !== 'POST' || path !== '/v1/responses') return refused(errors.unknownUrl(method, path));
  if (!body) return refused(errors.notJson);
  const error = validate(body, models);
  if (error) return refused(error);
  const card = findCard(models.catalog, String(body.model))?.card;
  const answer = answerWithinCap(body, card);
  return {
    kind: 'response',
    response: buildResponse(body, card, answer, occasion),
    stream: body.stream === true,
  };
}

function refused({ status, error }: errors.ApiError): Reply {
  return { kind: 'json', status, body: { error } };
}

/** The available models, with their shutdown date if known. */
function modelList({ catalog, today }: Models): object {
  const data = Object.entries(catalog.models)
    .filter(([, card]) => !isRetired(card, today))
    .map(([name, card]) => ({
      id: apiId(name, card),
      object: 'model',
      created: 0,
      owned_by: 'rehearsal',
      shutdown_date: card.shutdown ?? null,
    }));
  return { object: 'list', data };
}

export interface Answer {
  text: string;
  /** Truncated by the output cap. */
  cut: boolean;
}

/** Characters per token, as in `approxTokens`. */
const charactersPerToken = 3;

/** The answer for the task, truncated to what `max_output_tokens` leaves after reasoning. */
export function answerWithinCap(body: Json, card: ModelCard | undefined): Answer {
  const text = rehearsedAnswer(readText(body));
  const room = Math.max(0, capOf(body) - reasoningTokens(body, card)) * charactersPerToken;
  if (text.length <= room) return { text, cut: false };
  return { text: text.slice(0, room).replace(/[\uD800-\uDBFF]$/, ''), cut: true };
}

export interface MessageItem {
  type: 'message';
  id: string;
  status: 'completed' | 'incomplete';
  role: 'assistant';
  content: [{ type: 'output_text'; text: string; annotations: []; logprobs: [] }];
}

interface ReasoningItem {
  type: 'reasoning';
  id: string;
  summary: [];
}

export type ResponseObject = Json & { status: string; output: (MessageItem | ReasoningItem)[] };

/** A complete response with the fields and token counts of the real service. */
export function buildResponse(
  body: Json,
  card: ModelCard | undefined,
  { text, cut }: Answer,
  { index, createdAt }: Occasion,
): ResponseObject {
  const digest = createHash('sha256')
    .update(`${index}\n${JSON.stringify(body)}`)
    .digest('hex');
  const id = `rehearsal_${digest.slice(0, 24)}`;
  const status = cut ? 'incomplete' : 'completed';
  const reasoning = Math.min(reasoningTokens(body, card), capOf(body));
  const output: ResponseObject['output'] = [];
  if (reasoning > 0) output.push({ type: 'reasoning', id: `rs_${id}`, summary: [] });
  if (text !== '') {
    const content: MessageItem['content'] = [{ type: 'output_text', text, annotations: [], logprobs: [] }];
    output.push({ type: 'message', id: `msg_${id}`, status, role: 'assistant', content });
  }
  const inputCount = inputTokens(body);
  const outputCount = Math.min(capOf(body), reasoning + approxTokens(text));
  return {
    id: `resp_${id}`,
    object: 'response',
    created_at: createdAt,
    status,
    background: false,
    error: null,
    incomplete_details: cut ? { reason: 'max_output_tokens' } : null,
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    model: String(body.model),
    output,
    parallel_tool_calls: body.parallel_tool_calls ?? true,
    previous_response_id: null,
    prompt_cache_key: body.prompt_cache_key ?? null,
    reasoning: { effort: effortOf(body, card) ?? null, summary: null },
    service_tier: servedTier(body),
    store: body.store ?? true,
    temperature: body.temperature ?? 1,
    text: { format: { type: 'text' }, verbosity: nested(body, 'text', 'verbosity') ?? 'medium' },
    tool_choice: 'auto',
    tools: [],
    top_p: body.top_p ?? 1,
    truncation: 'disabled',
    usage: {
      input_tokens: inputCount,
      input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
      output_tokens: outputCount,
      output_tokens_details: { reasoning_tokens: reasoning },
      total_tokens: inputCount + outputCount,
    },
    user: null,
    metadata: {},
  };
}

function servedTier({ service_tier: tier }: Json): string {
  return typeof tier === 'string' && tier !== 'auto' ? tier : 'default';
}

function capOf(body: Json): number {
  return typeof body.max_output_tokens === 'number' ? body.max_output_tokens : Number.POSITIVE_INFINITY;
}

/** Simulated reasoning, in tokens. */
const reasoningByEffort: Record<string, number> = {
  none: 0,
  minimal: 32,
  low: 128,
  medium: 384,
  high: 1024,
  xhigh: 2048,
  max: 4096,
};

function reasoningTokens(body: Json, card: ModelCard | undefined): number {
  return reasoningByEffort[effortOf(body, card) ?? 'none'] ?? 0;
}
