/** What one answer may hold, whatever its server sends. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Connections } from '../../../src/adapters/http/connections.ts';
import { Watchdog } from '../../../src/adapters/http/watchdog.ts';
import { readBody } from '../../../src/adapters/openai/body.ts';
import { limitsFor } from '../../../src/adapters/openai/limits.ts';
import { readUsage } from '../../../src/adapters/openai/response.ts';
import { openResponse } from '../../helpers/open-response.ts';

const limits = { bodyBytes: 40_000, eventBytes: 10_000, textLength: 2000, places: 50 };

/** Reads what the server answers with. */
async function read(
  answerWith: (answer: ServerResponse) => void,
  type = 'text/event-stream',
  encoding?: string,
) {
  const server = createServer((request, answer) => {
    request.resume();
    answer.on('error', () => {});
    answer.writeHead(200, { 'content-type': type, ...(encoding ? { 'content-encoding': encoding } : {}) });
    answerWith(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { signal } = new AbortController();
  const watchdog = new Watchdog({ firstEventMs: 60_000, idleMs: 60_000, totalMs: 60_000 }, signal);
  onTestFinished(() => {
    watchdog.close();
    server.close();
    server.closeAllConnections();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const response = await openResponse(url, { signal: watchdog.signal, connections: new Connections({}) });
  return readBody(response, { watchdog, onText: undefined, elapsed: () => 0, limits });
}

/** Sends pieces until the other side goes away. */
const endlessly = (piece: (at: number) => string) => (answer: ServerResponse) => {
  let at = 0;
  const send = () => {
    while (!answer.destroyed && answer.write(piece(at++)));
  };
  answer.on('drain', send);
  send();
};

const event = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
const delta = (text: string, item: unknown = 'm') =>
  event({
    type: 'response.output_text.delta',
    item_id: item,
    output_index: 0,
    content_index: 0,
    delta: text,
  });
const done = (at: number, item: unknown) =>
  event({ type: 'response.output_item.done', output_index: at, item });
const completed = (text: string) => ({
  id: 'resp_1',
  status: 'completed',
  usage: { input_tokens: 5, output_tokens: 7 },
  output: [{ type: 'message', content: [{ type: 'output_text', text }] }],
});

describe('an answer without end or measure is refused:', () => {
  it.each<[string, (at: number) => string]>([
    ['text', () => delta('x'.repeat(500))],
    ['a refusal', () => event({ type: 'response.refusal.delta', delta: 'x'.repeat(500) })],
    ['long events', () => delta('x'.repeat(20_000))],
    [
      'events that are ignored',
      () => event({ type: 'response.reasoning_text.delta', delta: 'x'.repeat(5000) }),
    ],
    ['small items', (at) => done(at, {})],
    ['items of one place that hold much', () => done(0, { a: 'x'.repeat(3000) })],
    ['items that begin', (at) => event({ type: 'response.output_item.added', output_index: at, item: {} })],
    ['parts', (at) => delta('', at).replace('"delta":""', '"delta":"x"')],
    ['keep-alives with numbers', (at) => event({ type: 'keepalive', sequence_number: at })],
    ['lines without an end of the event', () => 'data:x\n'.repeat(100)],
    ['a line without an end', () => 'x'.repeat(1000)],
    ['comments', () => ': x\n'.repeat(100)],
    ['blank lines', () => '\n'.repeat(1000)],
    ['names', () => 'event: x\n'.repeat(100)],
    ['a document', (at) => (at === 0 ? '{"a": "' : 'x'.repeat(1000))],
  ])('%s', async (_name, piece) => {
    await expect(read(endlessly(piece))).rejects.toMatchObject({ failureClass: 'answer-too-large' });
  });

  it('a compressed one', async () => {
    const bomb = gzipSync(Buffer.alloc(4 * 1024 * 1024, 'data: 1\n\n'));
    await expect(read((answer) => answer.end(bomb), 'text/event-stream', 'gzip')).rejects.toMatchObject({
      failureClass: 'answer-too-large',
    });
  });

  it.each([
    ['a stream', () => event({ type: 'response.completed', response: completed('x'.repeat(2001)) })],
    ['a document', () => JSON.stringify(completed('x'.repeat(2001)))],
  ])('a text that is too long, of which the cost is known: %s', async (_name, body) => {
    await expect(read((answer) => answer.end(body()))).rejects.toMatchObject({
      failureClass: 'answer-too-large',
      details: { usage: { inputTokens: 5, outputTokens: 7 }, responseId: 'resp_1' },
    });
  });
});

it('an answer within its limits is read', async () => {
  const text = 'x'.repeat(2000);
  const events = [delta(text), event({ type: 'response.completed', response: completed(text) })];
  expect((await read((answer) => answer.end(events.join('')))).text).toBe(text);
});

it('the limits follow the output cap, up to a bound', () => {
  const kilobyte = 1024;
  expect(limitsFor(2048)).toEqual({
    bodyBytes: 6144 * kilobyte,
    eventBytes: 1408 * kilobyte,
    textLength: 192 * kilobyte,
    places: 10_000,
  });
  const largest = {
    bodyBytes: 64 * 1024 * kilobyte,
    eventBytes: 9 * 1024 * kilobyte,
    textLength: 4 * 1024 * kilobyte,
    places: 10_000,
  };
  for (const tokens of [128_000, 10_000_000]) expect(limitsFor(tokens)).toEqual(largest);
});

it.each([-1, 1e308, 2e9, '7', null, Number.NaN, {}])('%j is no count of tokens', (count) => {
  expect(readUsage({ input_tokens: count, output_tokens: count })).toMatchObject({
    inputTokens: undefined,
    outputTokens: undefined,
  });
});
