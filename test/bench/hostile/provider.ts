/**
 * The provider's side: speaks enough of the Responses API to be asked, and answers what an attack wants. Every world
 * has an address of its own (`/w12/v1`), so that many can be attacked at once. Bodies are kept as they came.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  method: string;
  path: string;
  authorization: string | undefined;
  headers: IncomingMessage['headers'];
  /** As received. */
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever was sent.
  body: any;
}

export interface Exchange {
  asked: Asked;
  response: ServerResponse;
  /** Sends a whole answer with this text, streamed if that was asked for. */
  say(text: string, changes?: Record<string, unknown>): void;
}

/** A text is said; a function does what it likes with the connection. */
export type Answer = string | ((exchange: Exchange) => void | Promise<void>);

export interface Provider {
  /** Base URL for a name. */
  url(name: string): string;
  answer(name: string, answer: Answer): void;
  asked(name: string): Asked[];
  /** Requests for addresses that nobody was given. */
  strays: string[];
  close(): Promise<void>;
}

export async function startHostileProvider(): Promise<Provider> {
  const answers = new Map<string, Answer>();
  const record = new Map<string, Asked[]>();
  const strays: string[] = [];

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => {});
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString('utf8');
    const path = request.url ?? '/';
    const name = path.split('/')[1] ?? '';
    const asked: Asked = {
      method: request.method ?? 'GET',
      path,
      authorization: request.headers.authorization,
      headers: request.headers,
      text,
      body: parsed(text),
    };
    const list = record.get(name);
    if (list) list.push(asked);
    else strays.push(path);
    const say: Exchange['say'] = (said, changes) => sendAnswer(response, asked.body, said, changes);
    const answer = answers.get(name) ?? 'export const fine = 1;\n';
    if (asked.method === 'GET' && typeof answer === 'string') return sendModels(response);
    if (typeof answer === 'string') say(answer);
    else await answer({ asked, response, say });
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url(name) {
      if (!record.has(name)) record.set(name, []);
      return `http://127.0.0.1:${port}/${name}/v1`;
    },
    answer: (name, answer) => void answers.set(name, answer),
    asked: (name) => record.get(name) ?? [],
    strays,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sendModels(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ object: 'list', data: [{ id: 'gpt-6.1-sol', object: 'model' }] }));
}

// biome-ignore lint/suspicious/noExplicitAny: the request's own JSON.
export function responseObject(body: any, text: string, changes: Record<string, unknown> = {}) {
  const part = { type: 'output_text', text, annotations: [] };
  return {
    id: 'resp_hostile',
    object: 'response',
    created_at: Math.floor(Date.now() / 1000),
    status: 'completed',
    error: null,
    incomplete_details: null,
    model: body?.model ?? 'gpt-6.1-sol',
    service_tier: 'default',
    output: [{ type: 'message', id: 'msg_1', status: 'completed', role: 'assistant', content: [part] }],
    usage: {
      input_tokens: 100,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 50,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 150,
    },
    ...changes,
  };
}

export function event(type: string, fields: Record<string, unknown>, number = 0): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: number, ...fields })}\n\n`;
}

/** The events of a good answer, cut into pieces of the text. */
// biome-ignore lint/suspicious/noExplicitAny: the request's own JSON.
function eventsOf(body: any, text: string, changes?: Record<string, unknown>): string[] {
  const whole = responseObject(body, text, changes);
  const item = { item_id: 'msg_1', output_index: 0, content_index: 0 };
  const pieces = text.length === 0 ? [] : (text.match(/[\s\S]{1,65536}/g) ?? []);
  const events: [string, Record<string, unknown>][] = [
    ['response.created', { response: { ...whole, status: 'in_progress', output: [], usage: null } }],
    [
      'response.output_item.added',
      { output_index: 0, item: { type: 'message', id: 'msg_1', role: 'assistant', content: [] } },
    ],
    ['response.content_part.added', { ...item, part: { type: 'output_text', text: '', annotations: [] } }],
    ...pieces.map((delta): [string, Record<string, unknown>] => [
      'response.output_text.delta',
      { ...item, delta, logprobs: [] },
    ]),
    ['response.output_text.done', { ...item, text, logprobs: [] }],
    ['response.completed', { response: whole }],
  ];
  return events.map(([type, fields], number) => event(type, fields, number));
}

// biome-ignore lint/suspicious/noExplicitAny: the request's own JSON.
function sendAnswer(response: ServerResponse, body: any, text: string, changes?: Record<string, unknown>) {
  if (body?.stream === true) {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'x-request-id': 'req_hostile' });
    for (const each of eventsOf(body, text, changes)) response.write(each);
    response.end();
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json', 'x-request-id': 'req_hostile' });
  response.end(JSON.stringify(responseObject(body, text, changes)));
}
