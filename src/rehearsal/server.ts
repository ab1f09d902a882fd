/**
 * An in-process Responses server: real HTTP on the loopback, real streaming, no key and no cost. It rejects what
 * the real service rejects and answers everything else with something that fits the task. Answers depend only
 * on the request.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import type { Catalog } from '../core/models/model-card.ts';
import { asObject, type Json } from '../core/text/json.ts';
import { type Reply, respond } from './respond.ts';
import { encodeEvent, streamEvents } from './stream-events.ts';

export interface RehearsalOptions {
  catalog: Catalog;
  /** UTC day, YYYY-MM-DD. */
  today: () => string;
}

export interface LocalServer {
  /** Base URL, ending in /v1. */
  readonly url: string;
  /** Closes open sockets immediately. May be called more than once. */
  close(): Promise<void>;
}

/** Rejects when the server cannot listen on the loopback. */
export function startRehearsalServer({ catalog, today }: RehearsalOptions): Promise<LocalServer> {
  let requests = 0;
  return listenOnLoopback(async (request, response) => {
    const index = requests++;
    const { method = 'GET', url: path = '/' } = request;
    const body = await readJson(request);
    const occasion = { index, createdAt: Math.floor(Date.now() / 1000) };
    await send(respond({ method, path, body }, { catalog, today: today() }, occasion), index, response);
  });
}

/** Listens on a free port of 127.0.0.1. Does not keep the process alive. */
export async function listenOnLoopback(
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<LocalServer> {
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  // Never close idle connections: a close that coincides with a request would look like a network error.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  server.headersTimeout = 0;
  server.on('connection', (socket) => socket.unref());
  const port = await listen(server);
  let closed: Promise<void> | undefined;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    close: () => {
      closed ??= new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return closed;
    },
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      server.unref();
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Undefined when it is not a JSON object. Rejects when the client disconnects before the end. */
export async function readJson(request: IncomingMessage): Promise<Json | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  try {
    return asObject(JSON.parse(Buffer.concat(chunks).toString('utf8')));
  } catch {
    return undefined;
  }
}

/** Headers of every response. */
export function commonHeaders(index: number): Record<string, string> {
  return { 'x-request-id': `req_rehearsal_${index}`, 'openai-processing-ms': '1' };
}

async function send(reply: Reply, index: number, response: ServerResponse): Promise<void> {
  const headers = commonHeaders(index);
  if (reply.kind === 'response' && reply.stream) {
    response.writeHead(200, { ...headers, 'content-type': 'text/event-stream; charset=utf-8' });
    for (const [position, event] of streamEvents(reply.response).entries()) {
      if (response.destroyed) return;
      response.write(encodeEvent(event, position));
      // Yield, so that events are sent one by one.
      await turn();
    }
    response.end();
    return;
  }
  const [status, body] = reply.kind === 'json' ? [reply.status, reply.body] : [200, reply.response];
  response.writeHead(status, { ...headers, 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
