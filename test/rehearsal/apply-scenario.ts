/** Turns a scenario into what goes over the wire: one plain answer, or a response with interventions. */
import type { ModelCard } from '../../src/core/models/model-card.ts';
import type { Json } from '../../src/core/text/json.ts';
import {
  answerWithinCap,
  buildResponse,
  type MessageItem,
  type ResponseObject,
} from '../../src/rehearsal/respond.ts';
import { type StreamEvent, streamEvents } from '../../src/rehearsal/stream-events.ts';
import type { AnswerTraits, Moment, Scenario } from './scenario.ts';

/** What happens at a moment of an answer beside the answer itself. */
export type Intervention = { at: Moment } & (
  | { act: 'pause'; ms: number; until: PromiseLike<unknown> | undefined }
  | { act: 'hang' }
  | { act: 'reset' }
  | { act: 'cut' }
  | { act: 'send'; raw: string }
  | { act: 'end-with'; event: StreamEvent }
);

export type Delivery =
  | { kind: 'plain'; status: number; headers: Record<string, string>; body: readonly string[] }
  | {
      kind: 'response';
      response: ResponseObject;
      events: StreamEvent[];
      /** How many pieces a body that is not streamed is sent in. */
      bodyPieces: number;
      interventions: readonly Intervention[];
    };

interface Occasion {
  body: Json;
  /** Undefined on a server that knows no cards. */
  card: ModelCard | undefined;
  index: number;
  createdAt: number;
  stream: boolean;
  compatible: boolean;
}

const json = { 'content-type': 'application/json' };

type AnswerScenario = Exclude<Scenario, { kind: 'error' | 'html' | 'bad-json' | 'redirect' | 'raw' }>;

export function applyScenario(scenario: Scenario, occasion: Occasion): Delivery {
  switch (scenario.kind) {
    case 'error': {
      const { status, message, headers, param = null, code = null } = scenario;
      const type = scenario.type ?? (status < 500 ? 'invalid_request_error' : 'server_error');
      const body = [JSON.stringify({ error: { message, type, param, code } })];
      return { kind: 'plain', status, headers: { ...json, ...headers }, body };
    }
    case 'html': {
      const body =
        scenario.body ?? `<!DOCTYPE html>\n<html><body><h1>${scenario.status}</h1></body></html>\n`;
      const headers = { 'content-type': 'text/html; charset=utf-8' };
      return { kind: 'plain', status: scenario.status, headers, body: [body] };
    }
    case 'bad-json': {
      const body = ['{"id": "resp_1", "object": "response", "status": "completed", "output": [{"type":'];
      return { kind: 'plain', status: scenario.status ?? 200, headers: json, body };
    }
    case 'redirect': {
      const headers = { ...json, location: scenario.location };
      return { kind: 'plain', status: scenario.status ?? 307, headers, body: [''] };
    }
    case 'raw': {
      const body = typeof scenario.body === 'string' ? [scenario.body] : scenario.body;
      return { kind: 'plain', status: scenario.status ?? 200, headers: scenario.headers ?? json, body };
    }
    default:
      return deliver(scenario, occasion);
  }
}

const usualBodyPieces = 4;

function deliver(scenario: AnswerScenario, occasion: Occasion): Delivery {
  const { chunks, noise } = scenario;
  let response = responseTo(scenario, occasion);
  let events = streamEvents(response);
  if (chunks !== undefined) events = inPieces(events, chunks);
  if (scenario.kind === 'refusal') [response, events] = asRefusal([response, events]);
  if (noise) events = withNoise(events);
  const comment: Intervention = { act: 'send', at: 'first-event', raw: ': keep-alive\n\n' };
  return {
    kind: 'response',
    response,
    events,
    bodyPieces: chunks ?? usualBodyPieces,
    interventions: [
      ...(noise && occasion.stream ? [comment] : []),
      ...pausesOf(scenario),
      ...faultsOf(scenario, events[0]!, occasion.stream),
    ],
  };
}

function responseTo(scenario: AnswerScenario, occasion: Occasion): ResponseObject {
  const { body, card } = occasion;
  const own = 'text' in scenario ? scenario.text : scenario.kind === 'empty' ? '' : undefined;
  const answer = own === undefined ? answerWithinCap(body, card) : { text: own, cut: false };
  const response = buildResponse(body, card, answer, occasion);
  response.model = scenario.model ?? response.model;
  response.id = scenario.id ?? response.id;
  setUsage(response, scenario, occasion);
  if (occasion.compatible || scenario.serviceTier === null) delete response.service_tier;
  else response.service_tier = scenario.serviceTier ?? 'default';
  const messages = response.output.filter((item) => item.type === 'message');
  switch (scenario.kind) {
    case 'incomplete':
    case 'cancelled':
      response.status = scenario.kind;
      if (scenario.kind === 'incomplete') response.incomplete_details = { reason: scenario.reason };
      for (const message of messages) message.status = 'incomplete';
      break;
    case 'commentary':
      response.output = messages.flatMap((message) => [
        phase(message, 'commentary', scenario.commentary),
        phase(message, 'final_answer', scenario.text),
      ]);
      break;
    case 'stream-error':
      if (occasion.stream) break;
      response.status = 'failed';
      response.output = [];
      response.error = { code: scenario.code ?? 'server_error', message: scenario.message };
  }
  return response;
}

function phase(message: MessageItem, name: string, text: string): MessageItem {
  const content: MessageItem['content'] = [{ ...message.content[0], text }];
  return Object.assign({ ...message, id: `${message.id}_${name}`, content }, { phase: name });
}

function setUsage(response: ResponseObject, scenario: AnswerScenario, { compatible }: Occasion): void {
  const counted = response.usage as {
    input_tokens: number;
    output_tokens: number;
    output_tokens_details: { reasoning_tokens: number };
  };
  const none = { inputTokens: 0, outputTokens: 0, reasoningTokens: 0 };
  const own = { ...(scenario.kind === 'empty' ? none : {}), ...scenario.usage };
  const input = own.inputTokens ?? counted.input_tokens;
  const output = own.outputTokens ?? counted.output_tokens;
  const reasoning = own.reasoningTokens ?? Math.min(counted.output_tokens_details.reasoning_tokens, output);
  const details = {
    input_tokens_details: {
      cached_tokens: own.cachedInputTokens ?? 0,
      cache_write_tokens: own.cacheWriteTokens ?? 0,
    },
    output_tokens_details: { reasoning_tokens: reasoning },
  };
  const totals = { input_tokens: input, output_tokens: output, total_tokens: input + output };
  response.usage = scenario.kind === 'no-usage' ? null : { ...totals, ...(compatible ? {} : details) };
}

export function isDelta(event: StreamEvent): boolean {
  return event.type.endsWith('.delta');
}

/** The same events with each text in so many pieces. */
function inPieces(events: readonly StreamEvent[], count: number): StreamEvent[] {
  const itemOf = (event: StreamEvent | undefined) => (event && isDelta(event) ? event.item_id : undefined);
  return events.flatMap((event, at) => {
    if (!isDelta(event)) return [event];
    if (itemOf(event) === itemOf(events[at - 1])) return [];
    const own = events.filter((other) => itemOf(other) === event.item_id);
    return pieces(own.map(({ delta }) => delta).join(''), count).map((delta) => ({ ...event, delta }));
  });
}

/** Cuts a text into `count` pieces of about the same length, never inside a surrogate pair. */
export function pieces(text: string, count: number): string[] {
  const characters = [...text];
  const parts = Math.max(1, Math.min(Math.floor(count), characters.length));
  const at = (part: number) => Math.floor((part * characters.length) / parts);
  return Array.from({ length: parts }, (_, part) => characters.slice(at(part), at(part + 1)).join(''));
}

/** Turns every text of an answer into a refusal. */
function asRefusal<T>(value: T): T {
  return JSON.parse(JSON.stringify(value), (_, part) => {
    if (part?.type === 'output_text') return { type: 'refusal', refusal: part.text };
    if (!String(part?.type).startsWith('response.output_text.')) return part;
    const { text, logprobs: _logprobs, ...rest } = part;
    return { ...rest, type: part.type.replace('output_text', 'refusal'), refusal: text };
  });
}

/** Events of an unknown type and fields of an unknown name. */
function withNoise(events: readonly StreamEvent[]): StreamEvent[] {
  const marked = events.map((event) => ({ ...event, unheard_of: [1, 2] }));
  return [marked[0]!, { type: 'response.rehearsal_noise', detail: { nothing: null } }, ...marked.slice(1)];
}

function pausesOf({ delayMs, pauses = [] }: AnswerTraits): Intervention[] {
  const delay = delayMs === undefined ? [] : [{ at: 'headers' as const, ms: delayMs, until: undefined }];
  return [...delay, ...pauses].map(({ at, ms = 0, until }) => ({ act: 'pause', at, ms, until }));
}

function faultsOf(scenario: AnswerScenario, first: StreamEvent, stream: boolean): Intervention[] {
  switch (scenario.kind) {
    case 'hang':
    case 'reset':
    case 'cut':
      return [{ act: scenario.kind, at: scenario.after }];
    case 'malformed-event': {
      const { data = '{"type": "response.output_text.delta", "delta": ', after = 1 } = scenario;
      const raw = `event: response.output_text.delta\ndata: ${data}\n\n`;
      return stream ? [{ act: 'send', at: after, raw }] : [];
    }
    case 'stream-error':
      return stream ? [{ act: 'end-with', at: scenario.after ?? 0, event: errorEvent(scenario, first) }] : [];
    default:
      return [];
  }
}

function errorEvent(
  scenario: Extract<Scenario, { kind: 'stream-error' }>,
  { response }: StreamEvent,
): StreamEvent {
  const { message, code = 'server_error', param = null, type = 'server_error', form = 'flat' } = scenario;
  if (form === 'nested') return { type: 'error', error: { type, code, message, param } };
  if (form === 'flat') return { type: 'error', code, message, param };
  const failed = { ...(response as ResponseObject), status: 'failed', error: { code, message } };
  return { type: 'response.failed', response: failed };
}
