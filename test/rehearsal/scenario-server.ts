/**
 * A provider for tests: the rehearsal server with scripts that say what a request is answered with, a record of
 * what was asked, and the few checks of the service that a rehearsal never gets to.
 */
import { setMaxListeners } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type Catalog, findCard } from '../../src/core/models/model-card.ts';
import { readText } from '../../src/rehearsal/answers/read-request.ts';
import { respond } from '../../src/rehearsal/respond.ts';
import { commonHeaders, type LocalServer, listenOnLoopback, readJson } from '../../src/rehearsal/server.ts';
import { applyScenario, type Delivery } from './apply-scenario.ts';
import { type RecordedRequest, Recorder } from './recorder.ts';
import type { Scenario } from './scenario.ts';
import { type Scripted, type ScriptedRequest, scenarioFor } from './script.ts';
import { send } from './send.ts';

export interface ScenarioServerOptions {
  catalog: Catalog;
  /** The UTC day, YYYY-MM-DD: a model whose card names an earlier shutdown, or this day, is gone. */
  today: () => string;
  /** Default: every request is answered with what fits its task. */
  answer?: Scripted;
  /** Models that are gone whatever their card says, by their catalogue names. Default none. */
  retired?: readonly string[];
  /** The only key that is taken. Default: any, but one there must be. */
  key?: string;
  /**
   * Acts as a compatible server: takes any key or none, any model and any parameter, and gives neither token
   * details nor a service tier. Default false.
   */
  compatible?: boolean;
  /** Milliseconds since 1970. Default the system's clock. */
  now?: () => number;
  /** Resolves after the time or when the signal aborts. Default a timer that does not keep the process alive. */
  sleep?: (milliseconds: number, signal: AbortSignal) => Promise<unknown>;
}

export interface ScenarioServer extends LocalServer {
  /** The last 1,000 requests, oldest first; each entry is completed while its exchange goes on. */
  readonly requests: readonly RecordedRequest[];
  /** Called when a request has been read. Gives a function that ends the calls. */
  onRequest(listener: (record: RecordedRequest) => void): () => void;
  /** The `count`-th request (1-based) as soon as it has been read. Rejects when the server closes before. */
  waitForRequest(count?: number): Promise<RecordedRequest>;
  /** The `count`-th request (1-based) whose client went away before the answer was out. */
  waitForAbort(count?: number): Promise<RecordedRequest>;
  /** Resolves when `count` exchanges are over, with the one that ended last. */
  waitForDone(count?: number): Promise<RecordedRequest>;
  /** Takes another script from now on; undefined: the answers of the rehearsal. */
  answerWith(answer: Scripted | undefined): void;
}

export async function startScenarioServer(options: ScenarioServerOptions): Promise<ScenarioServer> {
  const { today, retired = [], now = Date.now, sleep = unreferencedSleep } = options;
  const catalog = withRetired(options.catalog, retired);
  const startedAt = now();
  const recorder = new Recorder();
  const closing = new AbortController();
  // Every open exchange listens to it.
  setMaxListeners(0, closing.signal);
  let script = options.answer;
  const perModel = new Map<string, number>();
  let asked = 0;

  /** What is sent for a request that has been read. */
  function deliver(record: RecordedRequest): Delivery {
    const { method, path, body = {}, model = '', headers } = record;
    const isResponse = method === 'POST' && path === '/v1/responses';
    const index = isResponse ? asked++ : 0;
    const modelIndex = perModel.get(model) ?? 0;
    if (isResponse) perModel.set(model, modelIndex + 1);
    const createdAt = Math.floor(now() / 1000);
    if (!options.compatible) {
      const reply = respond(
        { method, path, body: record.body },
        { catalog, today: today() },
        { index, createdAt },
      );
      if (reply.kind === 'json') {
        const type = { 'content-type': 'application/json' };
        return { kind: 'plain', status: reply.status, headers: type, body: [JSON.stringify(reply.body)] };
      }
    }
    const stream = body.stream === true;
    const elapsedMs = now() - startedAt;
    const request = { ...readText(body), body, headers, index, modelIndex, model, stream, elapsedMs };
    const scenario = scenarioOf(script, request);
    record.scenario = scenario.kind;
    const card = findCard(catalog, model)?.card;
    const compatible = options.compatible ?? false;
    return applyScenario(scenario, { body, card, index, createdAt, stream, compatible });
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const ended = new AbortController();
    const body = await readJson(request);
    const record = recorder.add({
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      headers: headersOf(request),
      body,
      model: typeof body?.model === 'string' ? body.model : undefined,
      at: now(),
      status: undefined,
      scenario: undefined,
    });
    if (response.destroyed) return recorder.finish(record, true);
    const onServerClose = () => ended.abort();
    closing.signal.addEventListener('abort', onServerClose, { once: true });
    response.on('close', () => {
      closing.signal.removeEventListener('abort', onServerClose);
      record.status = response.headersSent ? response.statusCode : undefined;
      const cutByUs = response.writableEnded || closing.signal.aborted || record.scenario === 'reset';
      recorder.finish(record, !cutByUs);
      ended.abort();
    });
    const headers = commonHeaders(record.index);
    const wire = { response, stream: body?.stream === true, headers, signal: ended.signal, sleep };
    const key = options.compatible ? undefined : keyError(request, options.key);
    await send(key ? applyScenario(key, noOccasion) : deliver(record), wire);
  }

  const server = await listenOnLoopback(handle);
  return {
    url: server.url,
    requests: recorder.requests,
    onRequest: (listener) => recorder.onRequest(listener),
    waitForRequest: (count = 1) => recorder.waitForRequest(count),
    waitForAbort: (count = 1) => recorder.waitForAbort(count),
    waitForDone: (count = 1) => recorder.waitForDone(count),
    answerWith: (answer) => {
      script = answer;
    },
    close: () => {
      closing.abort();
      recorder.close();
      return server.close();
    },
  };
}

/** A script that throws is a fault of the test: it must not look like a fault of the network. */
function scenarioOf(script: Scripted | undefined, request: ScriptedRequest): Scenario {
  try {
    return scenarioFor(script, request) ?? { kind: 'default' };
  } catch (error) {
    return { kind: 'error', status: 500, message: `the script threw: ${String(error)}` };
  }
}

function withRetired(catalog: Catalog, retired: readonly string[]): Catalog {
  const cards = Object.entries(catalog.models).map(([name, card]) => [
    name,
    retired.includes(name) ? { ...card, shutdown: '1970-01-01' } : card,
  ]);
  return { ...catalog, models: Object.fromEntries(cards) };
}

const noOccasion = {
  body: {},
  card: undefined,
  index: 0,
  createdAt: 0,
  stream: false,
  compatible: false,
};

/** The service repeats the ends of a key that it does not know; so does this. */
function keyError(request: IncomingMessage, key: string | undefined): Scenario | undefined {
  const given = /^Bearer\s+(\S.*)$/i.exec(request.headers.authorization ?? '')?.[1]?.trim();
  if (given === undefined) return { kind: 'error', status: 401, message: "You didn't provide an API key." };
  if (key === undefined || given === key) return undefined;
  const shown = given.length > 12 ? `${given.slice(0, 4)}****${given.slice(-4)}` : '****';
  const message = `Incorrect API key provided: ${shown}.`;
  return { kind: 'error', status: 401, code: 'invalid_api_key', message };
}

const hiddenHeaders = new Set(['authorization', 'proxy-authorization', 'cookie', 'api-key', 'x-api-key']);

function headersOf(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value === undefined) continue;
    headers[name] = hiddenHeaders.has(name) ? '(hidden)' : [value].flat().join(', ');
  }
  return headers;
}

async function unreferencedSleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal, ref: false }).catch(() => undefined);
}
