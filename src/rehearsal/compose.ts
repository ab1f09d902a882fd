/** Turns a play (or none) into what goes over the wire: one plain answer, or a response with interventions. */
import type { ModelCard } from '../core/models/model-card.ts';
import { rehearsedAnswer } from './answers/answer.ts';
import type { StreamEvent } from './events.ts';
import type { JsonObject } from './json.ts';
import type { AnswerTraits, Moment, Play } from './play.ts';
import { errorBody } from './refusal.ts';
import type { RequestText } from './request.ts';
import {
  type AnswerFacts,
  buildResponse,
  type Message,
  type ResponseObject,
  reasoningTokens,
} from './response.ts';

/** What happens at a moment of an answer beside the answer itself. */
export type Intervention = { at: Moment } & (
  | { act: 'pause'; ms: number; until: PromiseLike<unknown> | undefined }
  | { act: 'hang' }
  | { act: 'reset' }
  | { act: 'cut' }
  | { act: 'send'; raw: string }
  | { act: 'end-with'; event: StreamEvent }
);

export type Performance =
  | { kind: 'plain'; status: number; headers: Record<string, string>; body: readonly string[] }
  | {
      kind: 'response';
      response: ResponseObject;
      interventions: readonly Intervention[];
      chunks: number | undefined;
      noise: boolean;
    };

export interface Occasion {
  body: JsonObject;
  text: RequestText;
  card: ModelCard | undefined;
  index: number;
  createdAt: number;
  stream: boolean;
  compatible: boolean;
}

const json = { 'content-type': 'application/json' };

export function compose(play: Play, occasion: Occasion): Performance {
  switch (play.kind) {
    case 'error': {
      const type = play.type ?? (play.status < 500 ? 'invalid_request_error' : 'server_error');
      const body = errorBody({
        message: play.message,
        type,
        param: play.param ?? null,
        code: play.code ?? null,
      });
      return { kind: 'plain', status: play.status, headers: { ...json, ...play.headers }, body: [body] };
    }
    case 'html': {
      const body = play.body ?? `<!DOCTYPE html>\n<html><body><h1>${play.status}</h1></body></html>\n`;
      const headers = { 'content-type': 'text/html; charset=utf-8' };
      return { kind: 'plain', status: play.status, headers, body: [body] };
    }
    case 'bad-json':
      return {
        kind: 'plain',
        status: play.status ?? 200,
        headers: json,
        body: ['{"id": "resp_rehearsal", "object": "response", "status": "completed", "output": [{"type":'],
      };
    case 'redirect':
      return {
        kind: 'plain',
        status: play.status ?? 307,
        headers: { ...json, location: play.location },
        body: [''],
      };
    case 'raw': {
      const body = typeof play.body === 'string' ? [play.body] : play.body;
      return { kind: 'plain', status: play.status ?? 200, headers: play.headers ?? json, body };
    }
    default:
      return perform(play, occasion);
  }
}

type AnswerPlay = Exclude<Play, { kind: 'error' | 'html' | 'bad-json' | 'redirect' | 'raw' }>;

function perform(play: AnswerPlay, occasion: Occasion): Performance {
  const facts = factsOf(play, occasion);
  return {
    kind: 'response',
    response: buildResponse({
      ...occasion,
      ...facts,
      traits: facts.traits ?? play,
      countTokens: play.kind !== 'no-usage',
    }),
    interventions: [...pausesOf(play), ...faultsOf(play, occasion.stream)],
    chunks: play.chunks,
    noise: play.noise ?? false,
  };
}

type Facts = Pick<AnswerFacts, 'messages' | 'status'> &
  Partial<Pick<AnswerFacts, 'reason' | 'error' | 'traits'>>;

function factsOf(play: AnswerPlay, occasion: Occasion): Facts {
  switch (play.kind) {
    case 'text':
    case 'no-usage':
      return { status: 'completed', messages: [{ text: play.text }] };
    case 'refusal':
      return { status: 'completed', messages: [{ text: play.text, refusal: true }] };
    case 'commentary': {
      const messages: Message[] = [
        { text: play.commentary, phase: 'commentary' },
        { text: play.text, phase: 'final_answer' },
      ];
      return { status: 'completed', messages };
    }
    case 'incomplete':
      return {
        status: 'incomplete',
        reason: play.reason,
        messages: play.text === '' ? [] : [{ text: play.text }],
      };
    case 'empty':
      return {
        status: 'completed',
        messages: [],
        traits: { ...play, usage: { inputTokens: 0, outputTokens: 0, reasoningTokens: 0, ...play.usage } },
      };
    case 'default':
      return defaultFacts(occasion);
    case 'cancelled':
      return { ...brokenFacts(play.text, occasion), status: 'cancelled' };
    case 'stream-error':
      if (occasion.stream) return brokenFacts(play.text, occasion);
      return {
        status: 'failed',
        messages: [],
        error: { code: play.code ?? 'server_error', message: play.message },
      };
    default:
      return brokenFacts(play.text, occasion);
  }
}

function brokenFacts(text: string | undefined, occasion: Occasion): Facts {
  return text === undefined ? defaultFacts(occasion) : { status: 'completed', messages: [{ text }] };
}

/** Characters per token, as the estimate of the answer's length counts them. */
const charactersPerToken = 3;

/** The answer that fits the task, cut where it does not fit into max_output_tokens beside the reasoning. */
function defaultFacts({ body, text, card }: Occasion): Facts {
  const answer = rehearsedAnswer(text);
  const cap = body.max_output_tokens;
  const room = typeof cap === 'number' ? cap - reasoningTokens(body, card) : Number.POSITIVE_INFINITY;
  if (answer.length <= room * charactersPerToken)
    return { status: 'completed', messages: [{ text: answer }] };
  const kept = answer.slice(0, Math.max(0, room * charactersPerToken)).replace(/[\uD800-\uDBFF]$/, '');
  return {
    status: 'incomplete',
    reason: 'max_output_tokens',
    messages: kept === '' ? [] : [{ text: kept }],
  };
}

function pausesOf({ delayMs, pauses = [] }: AnswerTraits): Intervention[] {
  const delay = delayMs === undefined ? [] : [{ at: 'headers' as const, ms: delayMs, until: undefined }];
  return [...delay, ...pauses].map(({ at, ms = 0, until }) => ({ act: 'pause', at, ms, until }));
}

function faultsOf(play: AnswerPlay, stream: boolean): Intervention[] {
  switch (play.kind) {
    case 'hang':
    case 'reset':
      return [{ act: play.kind, at: play.after }];
    case 'cut':
      return [{ act: 'cut', at: play.after }];
    case 'malformed-event': {
      const raw = `event: response.output_text.delta\ndata: ${play.data ?? '{"type": "response.output_text.delta", "delta": '}\n\n`;
      return stream ? [{ act: 'send', at: play.after ?? 1, raw }] : [];
    }
    case 'stream-error':
      return stream ? [{ act: 'end-with', at: play.after ?? 0, event: errorEvent(play) }] : [];
    default:
      return [];
  }
}

function errorEvent(play: Extract<Play, { kind: 'stream-error' }>): StreamEvent {
  const { message, code = 'server_error', param = null, type = 'server_error' } = play;
  switch (play.form) {
    case 'nested':
      return { type: 'error', error: { type, code, message, param } };
    case 'response.failed':
      // The response itself is put in where the event is sent.
      return { type: 'response.failed', error: { code, message } };
    default:
      return { type: 'error', code, message, param };
  }
}
