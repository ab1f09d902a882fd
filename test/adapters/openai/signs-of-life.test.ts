/** What servers send between the events of an answer neither ends nor spoils it. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Watchdog } from '../../../src/adapters/http/watchdog.ts';
import { readBody } from '../../../src/adapters/openai/body.ts';
import { limitsFor } from '../../../src/adapters/openai/limits.ts';
import type { ProviderFailure } from '../../../src/core/errors/provider-failure.ts';
import type { GenerateResult } from '../../../src/engine/ports.ts';
import { openResponse } from '../../helpers/open-response.ts';
import { askQuestion } from '../../helpers/question.ts';
import { serve } from '../../rehearsal/bench.ts';

type Event = Record<string, unknown>;

async function ask(blocks: readonly (Event | string)[]): Promise<GenerateResult> {
  const body = blocks.map((block) =>
    typeof block === 'string' ? block : `event: ${block.type}\ndata: ${JSON.stringify(block)}\n\n`,
  );
  const server = await serve({
    answer: { kind: 'raw', headers: { 'content-type': 'text/event-stream' }, body },
  });
  return askQuestion(server.url);
}

const failureOf = (blocks: readonly (Event | string)[]) =>
  ask(blocks).then(
    ({ text }) => `the answer ${text}`,
    (failure: ProviderFailure) => failure.failureClass,
  );

const place = { item_id: 'msg_1', output_index: 0, content_index: 0 };
const message = (text: string, more: Event = {}): Event => ({
  type: 'message',
  id: 'msg_1',
  content: [{ type: 'output_text', text }],
  ...more,
});
const delta = (text: string): Event => ({ type: 'response.output_text.delta', ...place, delta: text });
const done = (item: Event, index = 0): Event => ({
  type: 'response.output_item.done',
  output_index: index,
  item,
});
const empty: Event = { type: 'response.completed', response: { status: 'completed', output: [] } };
const numbered = (events: readonly Event[], from = 0) =>
  events.map((event, at) => ({ ...event, sequence_number: at + from }));
/** An answer of which the closing event says nothing. */
const answer = numbered([{ type: 'response.created' }, delta('Ye'), delta('s.'), empty]);
const between = (events: readonly Event[], block: Event | string) =>
  events.flatMap((event) => [block, event]);

describe('a stream of numbered events', () => {
  it.each<[string, Event | string]>([
    ['pings', { type: 'ping' }],
    ['keep-alives of a gateway', { type: 'codex.keepalive' }],
    ['words that it is in progress', { type: 'response.in_progress' }],
    ['comments', ': OPENROUTER PROCESSING\n\n'],
    ['blank lines', '\n\r\n\n'],
    ['pings that are not JSON', 'event: ping\ndata: 2026-11-22 10:00\n\n'],
    ['pings with nothing in them', 'event: ping\ndata: {}\n\n'],
    ['empty objects without a name', 'data: {}\n\n'],
    ['null', 'data: null\n\n'],
    ['words that are not JSON', 'data: [PING]\n\n'],
    ['keep-alives all numbered 0', { type: 'keepalive', sequence_number: 0 }],
  ])('may have %s between', async (_, block) => {
    expect((await ask(between(answer, block))).text).toBe('Yes.');
  });

  it('may have keep-alives that are numbered like its own, at its beginning as well', async () => {
    const alive = { type: 'keepalive' };
    const events = numbered([alive, alive, ...answer.slice(0, 2), alive, alive, ...answer.slice(2)]);
    expect((await ask(events)).text).toBe('Yes.');
  });

  it.each([
    ['with a ping in the gap', { type: 'ping' }],
    ['with a keep-alive after the gap', { type: 'keepalive', sequence_number: 3 }],
  ])('of which a piece is missing is not whole, %s', async (_, block) => {
    const events = numbered([{ type: 'response.created' }, delta('Ye'), delta('s.'), delta(' No.'), empty]);
    const shifted = events.map((event) =>
      event.sequence_number > 2 ? { ...event, sequence_number: 4 } : event,
    );
    shifted.at(-1)!.sequence_number = 5;
    expect(await failureOf([...shifted.slice(0, 2), block, ...shifted.slice(3)])).toBe('malformed-answer');
  });

  it('with a piece of the text that has no number is not whole', async () => {
    expect(await failureOf([...answer.slice(0, 3), delta(' Too late.'), empty])).toBe('malformed-answer');
  });
});

describe('finished items stand in for an empty output', () => {
  it.each<[string, Event[]]>([
    ['beside the pieces', [delta('Yes.'), done(message('Yes.')), empty]],
    ['without any pieces', [done(message('Yes.')), empty]],
    [
      'with a text that was never streamed',
      [{ type: 'response.output_text.done', ...place, text: 'Yes.' }, done(message('Yes.')), empty],
    ],
    [
      'of which some are commentary',
      [done(message('Well, ', { phase: 'commentary' })), done(message('Yes.'), 1), empty],
    ],
    [
      'in the order of their places',
      [done(message('s.'), 2), done(message('Ye'), 1), done({ type: 'reasoning' }), empty],
    ],
  ])('%s', async (_, events) => {
    expect((await ask(numbered(events))).text).toBe('Yes.');
    expect((await ask(events)).text).toBe('Yes.');
  });

  it('a refusal among them is one', async () => {
    const refusal = message('', { content: [{ type: 'refusal', refusal: 'I must not.' }] });
    expect(await failureOf([done(refusal), empty])).toBe('refusal');
  });

  it.each<[string, (Event | string)[]]>([
    [
      'a number',
      [...numbered([done(message('Yes, '))]), ...numbered([done(message('but no.'), 1), empty], 2)],
    ],
    ['an announced one', [{ type: 'response.output_item.added', ...place }, delta(7 as never), empty]],
    ['one that cannot be read', [done(message('Yes, ')), 'data: {"type":"resp\n\n', empty]],
    ['one whose pieces came', [done(message('Yes, ')), delta('Yes, '), delta('but no.'), empty]],
  ])('not where %s is missing', async (_, blocks) => {
    expect(await failureOf(blocks)).toBe('malformed-answer');
  });
});

it('the reason of a failure may stand beside the response', async () => {
  const error = { code: 'rate_limit_exceeded', message: 'Slow down.' };
  for (const response of [{ status: 'failed', error: null }, undefined])
    expect(await failureOf([{ type: 'response.failed', response, error }])).toBe('rate-limited');
});

it('every piece of a stream is told to the watchdog, before the first event and after it', async () => {
  class Listening extends Watchdog {
    heard = 0;
    override stir(): void {
      this.heard++;
      super.stir();
    }
  }
  const { signal } = new AbortController();
  const watchdog = new Listening({ firstEventMs: 60_000, idleMs: 60_000, totalMs: 60_000 }, signal);
  const responses: ServerResponse[] = [];
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    responses.push(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    watchdog.close();
    server.close();
    server.closeAllConnections();
  });
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  const answer = await openResponse(url, watchdog);
  const read = readBody(answer, { watchdog, onText: undefined, elapsed: () => 0, limits: limitsFor(1000) });
  const response = responses[0]!;
  const created = 'data: {"type":"response.created"}\n\n';
  for (const piece of ['\n', ': alive\n\n', created, ': alive\n\n', '\r\n', 'data: {"type":']) {
    const { heard } = watchdog;
    response.write(piece);
    await vi.waitFor(() => expect(watchdog.heard).toBeGreaterThan(heard), { interval: 1 });
  }
  response.end(`"response.completed","response":{"status":"completed","output_text":"Yes."}}\n\n`);
  expect((await read).text).toBe('Yes.');
});
