import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import type { Moment, Play } from '../../src/rehearsal/play.ts';
import { ask, askPlain, askStream, collect, type Json, model, readEvents, serve, textOf } from './bench.ts';

const body = { model, input: 'Why?' };
const streamed = { ...body, stream: true };
const text = 'one two three four five six';
const names = (events: { name: string }[]) => events.map(({ name }) => name);
const deltas = (events: { name: string; data: Json }[]) =>
  events.filter(({ name }) => name === 'response.output_text.delta').map(({ data }) => data.delta);

async function client(answer: Play) {
  const server = await serve({ answer });
  return { server, openai: new OpenAI({ baseURL: server.url, apiKey: 'sk-test', maxRetries: 0 }) };
}

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

describe('whole answers', () => {
  it('text, with traits of its own', async () => {
    const answer: Play = {
      kind: 'text',
      text,
      chunks: 3,
      model: 'gpt-other',
      serviceTier: 'flex',
      usage: {
        inputTokens: 1000,
        cachedInputTokens: 900,
        cacheWriteTokens: 50,
        outputTokens: 70,
        reasoningTokens: 60,
      },
    };
    const server = await serve({ answer });
    const events = await askStream(server, body);
    expect(deltas(events)).toHaveLength(3);
    expect(deltas(events).join('')).toBe(text);
    expect(events.at(-1)!.data.response).toMatchObject({
      model: 'gpt-other',
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

  it('without a service tier', async () => {
    const server = await serve({ answer: { kind: 'text', text, serviceTier: null } });
    expect(await askPlain(server, body)).not.toHaveProperty('service_tier');
  });

  it('with noise that a client has to bear', async () => {
    const { openai } = await client({ kind: 'text', text, noise: true });
    let read = '';
    const types = new Set<string>();
    for await (const event of await openai.responses.create({ ...body, stream: true })) {
      types.add(event.type);
      if (event.type === 'response.output_text.delta') read += event.delta;
    }
    expect(read).toBe(text);
    expect(types).toContain('response.rehearsal_noise');
  });

  it('refusal', async () => {
    const server = await serve({ answer: { kind: 'refusal', text: 'I cannot help with that.' } });
    const response = await askPlain(server, body);
    expect(response.status).toBe('completed');
    expect(response.output[0].content).toEqual([{ type: 'refusal', refusal: 'I cannot help with that.' }]);
    const events = await askStream(server, body);
    expect(names(events)).toContain('response.refusal.delta');
    expect(names(events)).toContain('response.refusal.done');
    expect(names(events)).not.toContain('response.output_text.done');
  });

  it.each(['max_output_tokens', 'content_filter', 'something_new'])('incomplete: %s', async (reason) => {
    const server = await serve({ answer: { kind: 'incomplete', reason, text: 'half' } });
    const response = await askPlain(server, body);
    expect(response).toMatchObject({ status: 'incomplete', incomplete_details: { reason } });
    expect(response.output[0]).toMatchObject({ status: 'incomplete' });
    expect((await askStream(server, body)).at(-1)!.name).toBe('response.incomplete');
  });

  it('incomplete with nothing visible, and billed', async () => {
    const server = await serve({ answer: { kind: 'incomplete', reason: 'max_output_tokens', text: '' } });
    const response = await askPlain(server, { ...body, reasoning: { effort: 'high' } });
    expect(textOf(response)).toBe('');
    expect(response.usage.output_tokens).toBeGreaterThan(0);
  });

  it('cancelled', async () => {
    const server = await serve({ answer: { kind: 'cancelled' } });
    expect((await askPlain(server, body)).status).toBe('cancelled');
    expect((await askStream(server, body)).at(-1)!.data.response.status).toBe('cancelled');
  });

  it('empty and free', async () => {
    const server = await serve({ answer: { kind: 'empty' } });
    expect(await askPlain(server, body)).toMatchObject({ status: 'completed', usage: { total_tokens: 0 } });
    expect(names(await askStream(server, body))).toEqual([
      'response.created',
      'response.in_progress',
      'response.completed',
    ]);
  });

  it('no usage', async () => {
    const server = await serve({ answer: { kind: 'no-usage', text } });
    expect(await askPlain(server, body)).toMatchObject({ status: 'completed', usage: null });
  });

  it('commentary before the final answer', async () => {
    const server = await serve({ answer: { kind: 'commentary', commentary: 'Let me see.', text } });
    const response = await askPlain(server, body);
    expect(response.output.map((item: Json) => [item.phase, item.content[0].text])).toEqual([
      ['commentary', 'Let me see.'],
      ['final_answer', text],
    ]);
    const events = await askStream(server, body);
    expect(deltas(events).join('')).toBe(`Let me see.${text}`);
    expect(new Set(events.map(({ data }) => data.item_id).filter(Boolean)).size).toBe(2);
  });
});

describe('errors', () => {
  it('of HTTP, with headers', async () => {
    const answer: Play = {
      kind: 'error',
      status: 429,
      code: 'rate_limit_exceeded',
      type: 'requests',
      message: 'Rate limit reached. Please try again in 2s.',
      headers: { 'retry-after': '2' },
    };
    const { openai, server } = await client(answer);
    const response = await ask(server, streamed);
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('2');
    expect(((await response.json()) as Json).error).toEqual({
      message: 'Rate limit reached. Please try again in 2s.',
      type: 'requests',
      param: null,
      code: 'rate_limit_exceeded',
    });
    await expect(openai.responses.create(body)).rejects.toMatchObject({ status: 429, type: 'requests' });
  });

  it('of HTTP, with a type by its status', async () => {
    const server = await serve({ answer: { kind: 'error', status: 503, message: 'Overloaded' } });
    expect((await askPlain(server, body)).error).toMatchObject({ type: 'server_error', code: null });
  });

  it('inside a stream: flat', async () => {
    const answer: Play = { kind: 'stream-error', message: 'Broken', code: 'server_error', after: 2, text };
    const server = await serve({ answer });
    const events = await askStream(server, body);
    expect(deltas(events)).toHaveLength(2);
    expect(events.at(-1)!.data).toEqual({
      type: 'error',
      code: 'server_error',
      message: 'Broken',
      param: null,
      sequence_number: events.length - 1,
    });
  });

  it('inside a stream: nested', async () => {
    const answer: Play = {
      kind: 'stream-error',
      form: 'nested',
      message: 'Broken',
      type: 'tokens',
      code: 'x',
    };
    const { openai, server } = await client(answer);
    const events = await askStream(server, body);
    expect(events.at(-1)!.data.error).toEqual({ type: 'tokens', code: 'x', message: 'Broken', param: null });
    const stream = await openai.responses.create({ ...body, stream: true });
    await expect(collect(stream)).rejects.toThrow('Broken');
  });

  it('inside a stream: response.failed', async () => {
    const answer: Play = { kind: 'stream-error', form: 'response.failed', message: 'Broken' };
    const server = await serve({ answer });
    expect((await askStream(server, body)).at(-1)).toMatchObject({
      name: 'response.failed',
      data: { response: { status: 'failed', error: { code: 'server_error', message: 'Broken' } } },
    });
  });

  it('as a failed response without a stream', async () => {
    const server = await serve({
      answer: { kind: 'stream-error', message: 'Broken', code: 'invalid_prompt' },
    });
    expect(await askPlain(server, body)).toMatchObject({
      status: 'failed',
      error: { code: 'invalid_prompt', message: 'Broken' },
    });
  });

  it('a page of HTML', async () => {
    const server = await serve({ answer: { kind: 'html', status: 200 } });
    const response = await ask(server, streamed);
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(await response.text()).toMatch(/^<!DOCTYPE html>/);
  });

  it('broken JSON', async () => {
    const { openai } = await client({ kind: 'bad-json' });
    await expect(openai.responses.create(body)).rejects.toBeInstanceOf(SyntaxError);
  });

  it('a redirect', async () => {
    const server = await serve({ answer: { kind: 'redirect', location: 'http://127.0.0.1:9/elsewhere' } });
    const response = await ask(server, body);
    expect(response.status).toBe(307);
    expect(response.headers.get('location')).toBe('http://127.0.0.1:9/elsewhere');
  });

  it('whatever else', async () => {
    const answer: Play = { kind: 'raw', status: 418, headers: { 'x-tea': 'yes' }, body: ['te', 'a'] };
    const response = await ask(await serve({ answer }), body);
    expect([response.status, response.headers.get('x-tea'), await response.text()]).toEqual([
      418,
      'yes',
      'tea',
    ]);
  });

  it('a script that throws says so', async () => {
    const server = await serve({
      answer: () => {
        throw new Error('no such play');
      },
    });
    expect((await askPlain(server, body)).error.message).toContain('no such play');
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
    else {
      const response = await ask(server, request);
      expect(response.status).toBe(200);
      expect(String((await readRaw(response)).fault)).toContain('terminated');
    }
    expect(await server.waitForDone()).toMatchObject({ played: 'reset', aborted: false });
  });

  it.each([0, 2, 99])('cut after %i pieces', async (after) => {
    const server = await serve({ answer: { kind: 'cut', after, text, chunks: 4 } });
    const { read, fault } = await readRaw(await ask(server, request));
    expect(fault).toBeUndefined();
    if (request === streamed) {
      expect(deltas(readEvents(read))).toHaveLength(Math.min(after, 4));
      expect(read).not.toContain('response.completed');
    } else {
      expect(() => JSON.parse(read)).toThrow();
    }
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
    const response = await ask(server, request);
    const reading = readRaw(response);
    expect(server.requests[0]!.done).toBe(false);
    open();
    expect((await reading).read).toContain('six');
    expect(slept).toEqual([20_000]);
  });
});

describe('faults that only streams have', () => {
  it('a malformed event among good ones', async () => {
    const server = await serve({ answer: { kind: 'malformed-event', after: 2, text, chunks: 4 } });
    const events = await askStream(server, body);
    expect(events.filter(({ data }) => data === undefined)).toHaveLength(1);
    expect(deltas(events.filter(({ data }) => data !== undefined)).join('')).toBe(text);
    expect(events.at(-1)!.name).toBe('response.completed');
  });

  it('an end without a terminal event ends the iterator of the openai package in silence', async () => {
    const { openai } = await client({ kind: 'cut', after: 99, text });
    const events = await collect(await openai.responses.create({ ...body, stream: true }));
    expect(events.at(-1)!.type).toBe('response.output_text.delta');
  });

  it('a reset in mid-stream', async () => {
    const { openai } = await client({ kind: 'reset', after: 3, text, chunks: 6 });
    const stream = await openai.responses.create({ ...body, stream: true });
    await expect(collect(stream)).rejects.toThrow('terminated');
  });

  it('abort by the openai package reaches the server', async () => {
    const { openai, server } = await client({ kind: 'hang', after: 'first-event' });
    const stream = await openai.responses.create({ ...body, stream: true });
    for await (const event of stream) {
      expect(event.type).toBe('response.created');
      break;
    }
    expect((await server.waitForAbort()).aborted).toBe(true);
  });
});
