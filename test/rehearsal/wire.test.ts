import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { approxTokens } from '../../src/core/input/tokens.ts';
import { ask, askPlain, askStream, model, serve, textOf } from './bench.ts';

const client = (url: string) => new OpenAI({ baseURL: url, apiKey: 'sk-test', maxRetries: 0 });

describe('a plain answer', () => {
  it('has the fields of the real one', async () => {
    const server = await serve({ now: () => 1_763_800_000_000 });
    const response = await askPlain(server, { model, instructions: 'Be brief.', input: 'Why?' });
    expect(response).toMatchObject({
      object: 'response',
      created_at: 1_763_800_000,
      status: 'completed',
      model,
      error: null,
      incomplete_details: null,
      service_tier: 'default',
    });
    expect(response.id).toMatch(/^resp_rehearsal_[0-9a-f]{24}$/);
    expect(response.output).toHaveLength(1);
    expect(response.output[0]).toMatchObject({ type: 'message', role: 'assistant', status: 'completed' });
    expect(response.usage).toEqual({
      input_tokens: approxTokens('Be brief.Why?'),
      input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
      output_tokens: approxTokens(textOf(response)),
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: approxTokens('Be brief.Why?') + approxTokens(textOf(response)),
    });
  });

  it('begins with a reasoning item where the model reasons, and bills it', async () => {
    const server = await serve();
    const response = await askPlain(server, { model, input: 'Why?', reasoning: { effort: 'high' } });
    expect(response.output.map((item: { type: string }) => item.type)).toEqual(['reasoning', 'message']);
    expect(response.usage.output_tokens_details.reasoning_tokens).toBeGreaterThan(0);
    expect(response.usage.output_tokens).toBe(
      response.usage.output_tokens_details.reasoning_tokens + approxTokens(textOf(response)),
    );
  });

  it('is the same for the same request but for its id', async () => {
    const server = await serve({ now: () => 0 });
    const one = await askPlain(server, { model, input: 'Why?' });
    const two = await askPlain(server, { model, input: 'Why?' });
    expect(textOf(two)).toBe(textOf(one));
    expect(two.usage).toEqual(one.usage);
    expect(two.id).not.toBe(one.id);
  });

  it('is cut where it does not fit into max_output_tokens', async () => {
    const server = await serve();
    const response = await askPlain(server, { model, input: 'Why?', max_output_tokens: 16 });
    expect(response).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      usage: { output_tokens: 16 },
    });
    expect(textOf(response)).toHaveLength(48);
  });

  it('has no message at all where reasoning eats the cap', async () => {
    const server = await serve();
    const body = { model, input: 'Why?', max_output_tokens: 100, reasoning: { effort: 'high' } };
    const response = await askPlain(server, body);
    expect(response.status).toBe('incomplete');
    expect(textOf(response)).toBe('');
    expect(response.usage).toMatchObject({
      output_tokens: 100,
      output_tokens_details: { reasoning_tokens: 100 },
    });
  });
});

describe('a streamed answer', () => {
  it('sends the events of the real one in their order', async () => {
    const server = await serve({ answer: { kind: 'text', text: 'Hello world', chunks: 2 } });
    const events = await askStream(server, { model, input: 'Hi', reasoning: { effort: 'low' } });
    expect(events.map(({ name }) => name)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.output_item.done',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
    expect(events.map(({ data }) => data.sequence_number)).toEqual(events.map((_, index) => index));
    expect(events.every(({ name, data }) => data.type === name)).toBe(true);
    expect(events[0]!.data.response).toMatchObject({ status: 'in_progress', output: [], usage: null });
  });

  it('says the same as the plain one', async () => {
    const server = await serve({ now: () => 0 });
    const body = { model, input: 'Why? ☃ 🎿' };
    const events = await askStream(server, body);
    const deltas = events.filter(({ name }) => name === 'response.output_text.delta');
    const plain = await askPlain(server, body);
    expect(deltas.length).toBeGreaterThan(2);
    expect(deltas.map(({ data }) => data.delta).join('')).toBe(textOf(plain));
    expect(textOf(events.at(-1)!.data.response)).toBe(textOf(plain));
  });

  it('ends with response.incomplete where it is cut', async () => {
    const server = await serve();
    const events = await askStream(server, { model, input: 'Why?', max_output_tokens: 16 });
    expect(events.at(-1)!.name).toBe('response.incomplete');
  });
});

describe('the openai package', () => {
  it('reads a plain answer', async () => {
    const server = await serve();
    const response = await client(server.url).responses.create({ model, input: 'Why?' });
    expect(response.output_text).toContain('rehearsal');
  });

  it('reads a stream to its end', async () => {
    const server = await serve();
    let text = '';
    let completed = '';
    for await (const event of await client(server.url).responses.create({
      model,
      input: 'Why?',
      stream: true,
    })) {
      if (event.type === 'response.output_text.delta') text += event.delta;
      if (event.type === 'response.completed') completed = event.response.status ?? '';
    }
    expect(text).toContain('rehearsal');
    expect(completed).toBe('completed');
  });

  it('accumulates a stream with its own helper', async () => {
    const server = await serve();
    const stream = client(server.url).responses.stream({
      model,
      input: 'Why?',
      reasoning: { effort: 'low' },
    });
    expect((await stream.finalResponse()).output_text).toContain('rehearsal');
  });

  it('lists the models that still answer', async () => {
    const server = await serve({ retired: ['gpt-5.1'] });
    const { data } = await client(server.url).models.list();
    const ids = data.map(({ id }) => id);
    expect(ids).toContain('gpt-5-mini');
    expect(ids).not.toContain('gpt-5-codex');
    expect(ids).not.toContain('gpt-5.1');
    expect(data.find(({ id }) => id === 'gpt-5-mini')).toMatchObject({ shutdown_date: '2026-12-11' });
  });
});

describe('the server', () => {
  it('listens on the loopback alone', async () => {
    const server = await serve();
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
  });

  it('does not keep the process alive', async () => {
    const server = await serve({ answer: { kind: 'hang', after: 'headers' } });
    const controller = new AbortController();
    await ask(server, { model, input: 'Why?', stream: true }, { signal: controller.signal });
    // The client's own socket is the only one that counts while it waits.
    const alive = process.getActiveResourcesInfo();
    expect(alive).not.toContain('TCPServerWrap');
    controller.abort();
    await server.waitForAbort();
  });

  it('records requests without the key', async () => {
    const server = await serve();
    await askPlain(server, { model, input: 'Why?' });
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]).toMatchObject({
      index: 0,
      method: 'POST',
      path: '/v1/responses',
      body: { model, input: 'Why?' },
      model,
    });
    expect(JSON.stringify(server.requests)).not.toContain('sk-test');
  });

  it('tells of requests as they come and as they end', async () => {
    const server = await serve();
    const seen: number[] = [];
    const stop = server.onRequest(({ index }) => seen.push(index));
    const asked = askPlain(server, { model, input: 'Why?' });
    expect((await server.waitForRequest(1)).model).toBe(model);
    await asked;
    expect(await server.waitForDone(1)).toMatchObject({ status: 200, played: 'default', aborted: false });
    stop();
    await askPlain(server, { model, input: 'Why?' });
    expect(seen).toEqual([0]);
  });

  it('notices a client that goes away', async () => {
    const server = await serve({ answer: { kind: 'hang', after: 'first-event' } });
    const controller = new AbortController();
    const response = await ask(server, { model, input: 'Why?', stream: true }, { signal: controller.signal });
    controller.abort();
    expect(await server.waitForAbort()).toMatchObject({ aborted: true, done: true, played: 'hang' });
    await expect(response.text()).rejects.toThrow();
  });

  it('ends open sockets when it closes, and who waits for it', async () => {
    const server = await serve({ answer: { kind: 'hang', after: 'headers' } });
    const response = await ask(server, { model, input: 'Why?', stream: true });
    const waiting = server.waitForAbort();
    await Promise.all([
      server.close(),
      expect(response.text()).rejects.toThrow(),
      expect(waiting).rejects.toThrow('closed'),
    ]);
    await expect(ask(server, { model, input: 'Why?' })).rejects.toThrow();
    await server.close();
  });

  it('forgets all but the last thousand requests', async () => {
    const server = await serve();
    for (let batch = 0; batch < 21; batch++) {
      await Promise.all(Array.from({ length: 48 }, () => fetch(server.url).then((answer) => answer.text())));
    }
    expect(server.requests).toHaveLength(1000);
    expect(server.requests.at(-1)!.index).toBe(1007);
    expect((await server.waitForRequest(1008)).index).toBe(1007);
  });

  it('plays a compatible server of another make', async () => {
    const server = await serve({ compatible: true });
    const response = await fetch(`${server.url}/responses`, {
      method: 'POST',
      body: JSON.stringify({ model: 'local', input: 'Why?', temperature: 9, seed: 1 }),
    });
    const body = (await response.json()) as Record<string, unknown>;
    expect(body.status).toBe('completed');
    expect(body).not.toHaveProperty('service_tier');
    expect(Object.keys(body.usage as object)).toEqual(['input_tokens', 'output_tokens', 'total_tokens']);
  });
});
