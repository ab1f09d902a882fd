/** Takes one request from its socket to its answer: reads it, records it, refuses it or has it answered. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { apiId, type Catalog, findCard } from '../core/models/model-card.ts';
import { compose } from './compose.ts';
import { isObject, type JsonObject } from './json.ts';
import { perform, type Wire } from './perform.ts';
import type { Play } from './play.ts';
import type { RecordedRequest, Recorder } from './recorder.ts';
import * as refusal from './refusal.ts';
import { readText } from './request.ts';
import { playFor, type Scripted, type ScriptedRequest } from './script.ts';
import type { RehearsalOptions } from './server.ts';
import { isRetired, refusalFor } from './validate.ts';

/** Longest body that is read, in bytes. */
const mostBodyBytes = 64 * 1024 * 1024;
const hiddenHeaders = new Set(['authorization', 'proxy-authorization', 'cookie', 'api-key', 'x-api-key']);

/** What the exchanges of one server share. */
export interface Desk {
  options: RehearsalOptions;
  now: () => number;
  startedAt: number;
  recorder: Recorder;
  /** Aborts when the server closes. */
  closing: AbortSignal;
  answer: Scripted | undefined;
  /** Requests for a response so far, per model. */
  perModel: Map<string, number>;
  /** Requests for a response so far. */
  responses: number;
}

export async function exchange(
  desk: Desk,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const ended = new AbortController();
  const read = await readBody(request);
  if (read === undefined) return;
  const parsed = read === 'too-large' ? undefined : parse(read);
  const body = isObject(parsed) ? parsed : undefined;
  const record = desk.recorder.add({
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers: headersOf(request),
    body,
    model: typeof body?.model === 'string' ? body.model : undefined,
    at: desk.now(),
    status: undefined,
    played: undefined,
  });
  if (response.destroyed) return desk.recorder.finish(record, true);
  const onServerClose = () => ended.abort();
  desk.closing.addEventListener('abort', onServerClose, { once: true });
  response.on('close', () => {
    desk.closing.removeEventListener('abort', onServerClose);
    record.status = response.headersSent ? response.statusCode : undefined;
    const cutByUs = response.writableEnded || desk.closing.aborted || record.played === 'reset';
    desk.recorder.finish(record, !cutByUs);
    ended.abort();
  });
  const wire: Wire = {
    response,
    stream: body?.stream === true,
    headers: { 'x-request-id': `req_rehearsal_${record.index}`, 'openai-processing-ms': '1' },
    signal: ended.signal,
    sleep: desk.options.sleep ?? sleep,
  };
  await answer(desk, record, read === 'too-large' ? read : { body }, wire);
}

async function answer(
  desk: Desk,
  record: RecordedRequest,
  read: 'too-large' | { body: JsonObject | undefined },
  wire: Wire,
): Promise<void> {
  const { options } = desk;
  const send = (refused: refusal.Refusal) => {
    record.played = 'refused';
    return perform(compose({ kind: 'error', ...refused }, occasionless), wire);
  };
  const path = record.path.replace(/[?#].*$/, '');
  const listing = record.method === 'GET' && path === '/v1/models';
  const asking = record.method === 'POST' && path === '/v1/responses';
  if (!listing && !asking) return send(refusal.unknownUrl(record.method, path));
  const keyRefused = options.compatible ? undefined : checkKey(wire.response.req, options.key);
  if (keyRefused) return send(keyRefused);
  const life = { today: options.today(), retired: options.retired ?? [] };
  if (listing) {
    const body = JSON.stringify(modelList(options.catalog, life), null, 2);
    return perform(compose({ kind: 'raw', body }, occasionless), wire);
  }

  if (read === 'too-large') return send(refusal.bodyTooLarge(mostBodyBytes));
  const index = desk.responses++;
  const { body } = read;
  const model = record.model ?? '';
  const modelIndex = desk.perModel.get(model) ?? 0;
  desk.perModel.set(model, modelIndex + 1);
  if (!body) return send(refusal.notJson);
  const refused = options.compatible ? undefined : refusalFor(body, { catalog: options.catalog, ...life });
  if (refused) return send(refused);

  const text = readText(body);
  const play = scriptedPlay(desk.answer, {
    ...text,
    body,
    headers: record.headers,
    index,
    modelIndex,
    model,
    stream: wire.stream,
    elapsedMs: desk.now() - desk.startedAt,
  }) ?? { kind: 'default' };
  record.played = play.kind;
  const occasion = {
    body,
    text,
    card: findCard(options.catalog, model)?.card,
    index,
    createdAt: Math.floor(desk.now() / 1000),
    stream: wire.stream,
    compatible: options.compatible ?? false,
  };
  await perform(compose(play, occasion), wire);
}

/** A script that throws is a fault of the test: it must not look like a fault of the network. */
function scriptedPlay(script: Scripted | undefined, request: ScriptedRequest): Play | undefined {
  try {
    return playFor(script, request);
  } catch (error) {
    return { kind: 'error', status: 500, message: `the rehearsal script threw: ${String(error)}` };
  }
}

/** For answers that do not depend on a request. */
const occasionless = {
  body: {},
  text: { instructions: '', input: '' },
  card: undefined,
  index: 0,
  createdAt: 0,
  stream: false,
  compatible: false,
};

/** The whole body; `too-large` beyond the limit; undefined when the client went away before its end. */
async function readBody(request: IncomingMessage): Promise<string | 'too-large' | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      // Read on to the end all the same: a client that is still sending would not see the answer.
      if (length <= mostBodyBytes) chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return length > mostBodyBytes ? 'too-large' : Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function headersOf(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value === undefined) continue;
    headers[name] = hiddenHeaders.has(name) ? '(hidden)' : [value].flat().join(', ');
  }
  return headers;
}

function checkKey(request: IncomingMessage, key: string | undefined): refusal.Refusal | undefined {
  const given = /^Bearer\s+(\S.*)$/i.exec(request.headers.authorization ?? '')?.[1]?.trim();
  if (given === undefined) return refusal.missingKey;
  return key === undefined || given === key ? undefined : refusal.wrongKey(given);
}

/** The models that still answer, with the day on which each will stop, where it is known. */
function modelList(catalog: Catalog, life: { today: string; retired: readonly string[] }): JsonObject {
  const data = Object.entries(catalog.models)
    .filter(([name, card]) => !isRetired(name, card, life))
    .map(([name, card]) => ({
      id: apiId(name, card),
      object: 'model',
      created: 0,
      owned_by: 'rehearsal',
      shutdown_date: card.shutdown ?? null,
    }));
  return { object: 'list', data };
}

async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal, ref: false }).catch(() => undefined);
}
