import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { ask, askPlain, askStream, type Json, model, readEvents, serve, textOf } from './bench.ts';
import type { Moment, Scenario } from './scenario.ts';
import { byModel, during, type Scripted } from './script.ts';

const body = { model, input: 'Why?' };
const streamed = { ...body, stream: true };
const text = 'one two three four five six';
const down: Scenario = { kind: 'error', status: 503, message: 'down' };
const deltas = (events: { name: string; data: Json }[]) =>
  events
    .filter(({ name, data }) => data && name === 'response.output_text.delta')
    .map(({ data }) => data.delta);

/** The bytes of a body up to its end or its fault, and the fault. */
async function readRaw(response: Response): Promise<{ read: string; fault: unknown }> {
  let read = '';
  try {
    for await (const chunk of response.body!) read += Buffer.from(chunk).toString('utf8');
  } catch (fault) {
    return { read, fault };
  }
  return { read, fault: undefined };
}

describe('scenarios', () => {
  it('give a text with traits of its own', async () => {
    const usage = {
      inputTokens: 1000,
      cachedInputTokens: 900,
      cacheWriteTokens: 50,
      outputTokens: 70,
      reasoningTokens: 60,
    };
    const server = await serve({
      answer: { kind: 'text', text, chunks: 3, model: 'other', serviceTier: 'flex', usage },
    });
    const events = await askStream(server, body);
    expect(deltas(events)).toHaveLength(3);
    expect(deltas(events).join('')).toBe(text);
    expect(events.at(-1)!.data.response).toMatchObject({
      model: 'other',
      service_tier: 'flex',
      usage: {
        input_tokens: 1000,
        input_tokens_details: { cached_tokens: 900, cache_write_tokens: 50 },
        output_tokens: 70,
        output_tokens_details: { reasoning_tokens: 60 },
        total_tokens: 1070,
      },
    });
    expect(textOf(await askPlain(server, body))).toBe(text);
  });

  it('add noise that the openai package bears', async () => {
    const server = await serve({ answer: { kind: 'text', text, noise: true } });
    const openai = new OpenAI({ baseURL: server.url, apiKey: 'sk-test', maxRetries: 0 });
    const events: Json[] = [];
    for await (const event of await openai.responses.create({ ...body, stream: true })) events.push(event);
    expect(events.map(({ type }) => type)).toContain('response.rehearsal_noise');
    expect(events.map(({ type, delta }) => (type.endsWith('text.delta') ? delta : '')).join('')).toBe(text);
  });

  it.each<[Scenario, object, string]>([
    [
      { kind: 'incomplete', reason: 'new', text: 'a' },
      { incomplete_details: { reason: 'new' } },
      'incomplete',
    ],
    [{ kind: 'cancelled' }, { status: 'cancelled' }, 'completed'],
    [{ kind: 'empty' }, { status: 'completed', output: [], usage: { total_tokens: 0 } }, 'completed'],
    [{ kind: 'no-usage', text }, { status: 'completed', usage: null }, 'completed'],
    [
      { kind: 'refusal', text: 'No.' },
      { output: [{ content: [{ type: 'refusal', refusal: 'No.' }] }] },
      'completed',
    ],
    [
      { kind: 'commentary', commentary: 'Hm.', text },
      { output: [{ phase: 'commentary' }, { phase: 'final_answer' }] },
      'completed',
    ],
  ])('%o is the same plain and streamed', async (answer, expected, ending) => {
    const server = await serve({ answer });
    expect(await askPlain(server, body)).toMatchObject(expected);
    const events = await askStream(server, body);
    expect(events.at(-1)).toMatchObject({ name: `response.${ending}`, data: { response: expected } });
    expect(events.some(({ name }) => name === 'response.refusal.delta')).toBe(answer.kind === 'refusal');
  });

  it('give an error of HTTP, with headers', async () => {
    const answer: Scenario = { ...down, status: 429, type: 'requests', headers: { 'retry-after': '2' } };
    const response = await ask(await serve({ answer }), streamed);
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '2']);
    const error = { message: 'down', type: 'requests', param: null, code: null };
    expect(await response.json()).toEqual({ error });
  });

  it.each<[NonNullable<Extract<Scenario, { kind: 'stream-error' }>['form']>, object]>([
    ['flat', { code: 'x', message: 'Broken', param: null }],
    ['nested', { error: { type: 'server_error', code: 'x', message: 'Broken', param: null } }],
    ['response.failed', { response: { status: 'failed', error: { code: 'x', message: 'Broken' } } }],
  ])('give an error inside a stream: %s', async (form, expected) => {
    const answer: Scenario = { kind: 'stream-error', form, message: 'Broken', code: 'x', after: 2, text };
    const server = await serve({ answer });
    const events = await askStream(server, body);
    expect(deltas(events)).toHaveLength(2);
    expect(events.at(-1)!.data).toMatchObject(expected);
    expect(await askPlain(server, body)).toMatchObject({ status: 'failed', error: { message: 'Broken' } });
  });

  it.each<[Scenario, number, string]>([
    [{ kind: 'html', status: 200 }, 200, '<!DOCTYPE html>'],
    [{ kind: 'bad-json' }, 200, '{"id": '],
    [{ kind: 'redirect', location: 'http://127.0.0.1:9/x' }, 307, ''],
    [{ kind: 'raw', status: 418, body: ['te', 'a'] }, 418, 'tea'],
  ])('%o is no response at all', async (answer, status, begins) => {
    const response = await ask(await serve({ answer }), body);
    expect(response.status).toBe(status);
    expect((await response.text()).startsWith(begins)).toBe(true);
  });

  it('have a malformed event among good ones', async () => {
    const server = await serve({ answer: { kind: 'malformed-event', after: 2, text, chunks: 4 } });
    const events = await askStream(server, body);
    expect(events.filter(({ data }) => data === undefined)).toHaveLength(1);
    expect(deltas(events).join('')).toBe(text);
    expect(events.at(-1)!.name).toBe('response.completed');
  });
});

describe.each([
  ['a stream', streamed],
  ['a plain answer', body],
])('faults of %s', (_, request) => {
  it.each<Moment>(['request', 'headers', 'first-event', 2])('hang after %s', async (after) => {
    const server = await serve({ answer: { kind: 'hang', after, text, chunks: 4 } });
    const controller = new AbortController();
    const asked = ask(server, request, { signal: controller.signal });
    if (after === 'request') {
      await server.waitForRequest();
      controller.abort();
      await expect(asked).rejects.toThrow();
    } else {
      const reader = (await asked).body!.getReader();
      if (after !== 'headers') expect((await reader.read()).value?.length).toBeGreaterThan(0);
      controller.abort();
    }
    expect(await server.waitForAbort()).toMatchObject({ status: after === 'request' ? undefined : 200 });
  });

  it.each<Moment>(['request', 'headers', 'first-event', 2])('reset after %s', async (after) => {
    const server = await serve({ answer: { kind: 'reset', after, text, chunks: 4 } });
    if (after === 'request') await expect(ask(server, request)).rejects.toThrow('fetch failed');
    else expect(String((await readRaw(await ask(server, request))).fault)).toContain('terminated');
    expect(await server.waitForDone()).toMatchObject({ scenario: 'reset', aborted: false });
  });

  it.each([0, 2, 99])('cut after %i pieces', async (after) => {
    const server = await serve({ answer: { kind: 'cut', after, text, chunks: 4 } });
    const { read, fault } = await readRaw(await ask(server, request));
    expect(fault).toBeUndefined();
    if (request === body) return expect(() => JSON.parse(read)).toThrow();
    expect(deltas(readEvents(read))).toHaveLength(Math.min(after, 4));
    expect(read).not.toContain('response.completed');
  });

  it('goes on after a pause', async () => {
    let open = () => {};
    const until = new Promise<void>((resolve) => {
      open = resolve;
    });
    const slept: number[] = [];
    const server = await serve({
      answer: { kind: 'text', text, delayMs: 20_000, pauses: [{ at: 2, until }] },
      sleep: async (milliseconds) => slept.push(milliseconds),
    });
    const reading = readRaw(await ask(server, request));
    expect(server.requests[0]!.done).toBe(false);
    open();
    expect((await reading).read).toContain('six');
    expect(slept).toEqual([20_000]);
  });
});

describe('scripts', () => {
  async function statuses(answer: Scripted, models: string[]): Promise<number[]> {
    const server = await serve({ answer });
    const seen: number[] = [];
    for (const one of models) seen.push((await ask(server, { model: one, input: 'Why?' })).status);
    return seen;
  }
  const other = 'gpt-6-luna';

  it.each<[string, Scripted, number[]]>([
    ['one scenario is for every request', down, [503, 503, 503]],
    ['a list counts per model and ends in the answer of the rehearsal', [down], [503, 503, 200]],
    ['byModel leaves other models alone', byModel({ [model]: down }), [503, 200, 503]],
  ])('%s', async (_name, script, expected) => {
    expect(await statuses(script, [model, other, model])).toEqual(expected);
  });

  it('during follows the clock of the server', async () => {
    let now = 1_000_000;
    const server = await serve({ answer: during(0, 60_000, down), now: () => now });
    const status = async () => (await ask(server, body)).status;
    now += 59_999;
    expect(await status()).toBe(503);
    now += 1;
    expect(await status()).toBe(200);
  });

  it('see the request, and not what the service refuses', async () => {
    const server = await serve({
      answer: ({ input, index, modelIndex, stream, headers }) => ({
        kind: 'text',
        text: JSON.stringify({ input, index, modelIndex, stream, key: headers.authorization }),
      }),
    });
    expect((await ask(server, { ...body, seed: 1 })).status).toBe(400);
    const expected = { input: 'Why?', index: 1, modelIndex: 1, stream: false, key: '(hidden)' };
    expect(JSON.parse(textOf(await askPlain(server, body)))).toEqual(expected);
  });

  it('can be changed while the server runs; one that throws says so', async () => {
    const server = await serve({ answer: down });
    expect((await ask(server, body)).status).toBe(503);
    server.answerWith(() => {
      throw new Error('no such model');
    });
    expect((await askPlain(server, body)).error.message).toContain('no such model');
    server.answerWith(undefined);
    expect((await ask(server, body)).status).toBe(200);
  });
});

describe('the server', () => {
  it('records requests as they come and as they end, without the key', async () => {
    const server = await serve();
    const seen: number[] = [];
    const stop = server.onRequest(({ index }) => seen.push(index));
    await askPlain(server, body);
    const done = { index: 0, path: '/v1/responses', body, model, status: 200, scenario: 'default' };
    expect(await server.waitForDone()).toMatchObject({ ...done, aborted: false });
    expect(JSON.stringify(server.requests)).not.toContain('sk-test');
    stop();
    await askPlain(server, body);
    expect(seen).toEqual([0]);
  });

  it('ends open sockets when it closes, and who waits for it', async () => {
    const server = await serve({ answer: { kind: 'hang', after: 'headers' } });
    const response = await ask(server, streamed);
    const waiting = server.waitForAbort();
    await Promise.all([
      server.close(),
      expect(response.text()).rejects.toThrow(),
      expect(waiting).rejects.toThrow('closed'),
    ]);
  });

  it.each([
    ['no key', {}, null],
    ['another scheme', { authorization: 'Basic abc' }, null],
    ['a key it does not know', { authorization: 'Bearer sk-proj-wrong-1234' }, 'invalid_api_key'],
  ])('401: %s', async (_, headers, code) => {
    const server = await serve({ key: 'sk-right' });
    const response = await fetch(`${server.url}/responses`, { method: 'POST', headers, body: '{}' });
    const text = await response.text();
    expect(response.status).toBe(401);
    expect(JSON.parse(text).error).toMatchObject({ code, param: null, type: 'invalid_request_error' });
    expect(text).not.toContain('proj-wrong');
  });

  it('does without a model that is retired', async () => {
    const server = await serve({ retired: [model] });
    expect((await ask(server, body)).status).toBe(404);
  });

  it('acts as a compatible server', async () => {
    const server = await serve({ compatible: true });
    const response = await fetch(`${server.url}/responses`, {
      method: 'POST',
      body: JSON.stringify({ model: 'local', input: 'Why?', temperature: 9, seed: 1 }),
    });
    const answer = (await response.json()) as Json;
    expect(answer.status).toBe('completed');
    expect(answer).not.toHaveProperty('service_tier');
    expect(Object.keys(answer.usage)).toEqual(['input_tokens', 'output_tokens', 'total_tokens']);
  });
});
