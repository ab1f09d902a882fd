import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { approxTokens } from '../../src/core/input/tokens.ts';
import { ask, askPlain, askStream, model, rehearse, textOf } from './bench.ts';

const client = (url: string) => new OpenAI({ baseURL: url, apiKey: 'sk-test', maxRetries: 0 });

describe('a plain answer', () => {
  it('has the fields of the real one', async () => {
    const server = await rehearse();
    const response = await askPlain(server, { model, instructions: 'Be brief.', input: 'Why?' });
    expect(response).toMatchObject({
      object: 'response',
      created_at: expect.any(Number),
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
    const server = await rehearse();
    const response = await askPlain(server, { model, input: 'Why?', reasoning: { effort: 'high' } });
    expect(response.output.map((item: { type: string }) => item.type)).toEqual(['reasoning', 'message']);
    expect(response.usage.output_tokens_details.reasoning_tokens).toBeGreaterThan(0);
    expect(response.usage.output_tokens).toBe(
      response.usage.output_tokens_details.reasoning_tokens + approxTokens(textOf(response)),
    );
  });

  it('is the same for the same request but for its id', async () => {
    const server = await rehearse();
    const one = await askPlain(server, { model, input: 'Why?' });
    const two = await askPlain(server, { model, input: 'Why?' });
    expect(textOf(two)).toBe(textOf(one));
    expect(two.usage).toEqual(one.usage);
    expect(two.id).not.toBe(one.id);
  });

  it('is cut where it does not fit into max_output_tokens', async () => {
    const server = await rehearse();
    const response = await askPlain(server, { model, input: 'Why?', max_output_tokens: 16 });
    expect(response).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      usage: { output_tokens: 16 },
    });
    expect(textOf(response)).toHaveLength(48);
  });

  it('has no message at all where reasoning eats the cap', async () => {
    const server = await rehearse();
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
    const server = await rehearse();
    const events = await askStream(server, { model, input: 'Hi', reasoning: { effort: 'low' } });
    const names = events.map(({ name }) => name);
    expect(names.filter((name, at) => name !== names[at - 1])).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.output_item.done',
      'response.output_item.added',
      'response.content_part.added',
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
    const server = await rehearse();
    const body = { model, input: 'Why? ☃ 🎿' };
    const events = await askStream(server, body);
    const deltas = events.filter(({ name }) => name === 'response.output_text.delta');
    const plain = await askPlain(server, body);
    expect(deltas.length).toBeGreaterThan(2);
    expect(deltas.map(({ data }) => data.delta).join('')).toBe(textOf(plain));
    expect(textOf(events.at(-1)!.data.response)).toBe(textOf(plain));
  });

  it('ends with response.incomplete where it is cut', async () => {
    const server = await rehearse();
    const events = await askStream(server, { model, input: 'Why?', max_output_tokens: 16 });
    expect(events.at(-1)!.name).toBe('response.incomplete');
  });
});

describe('the openai package', () => {
  it('reads a plain answer', async () => {
    const server = await rehearse();
    const response = await client(server.url).responses.create({ model, input: 'Why?' });
    expect(response.output_text).toContain('rehearsal');
  });

  it('reads a stream to its end', async () => {
    const server = await rehearse();
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
    const server = await rehearse();
    const stream = client(server.url).responses.stream({
      model,
      input: 'Why?',
      reasoning: { effort: 'low' },
    });
    expect((await stream.finalResponse()).output_text).toContain('rehearsal');
  });

  it('lists the models that still answer', async () => {
    const server = await rehearse();
    const { data } = await client(server.url).models.list();
    const ids = data.map(({ id }) => id);
    expect(ids).toContain('gpt-5-mini');
    expect(ids).not.toContain('gpt-5-codex');
    expect(data.find(({ id }) => id === 'gpt-5-mini')).toMatchObject({ shutdown_date: '2026-12-11' });
  });
});

describe('the server', () => {
  it('listens on the loopback alone', async () => {
    expect((await rehearse()).url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
  });

  it('does not keep the process alive', async () => {
    const server = await rehearse();
    await askPlain(server, { model, input: 'Why?' });
    expect(process.getActiveResourcesInfo()).not.toContain('TCPServerWrap');
  });

  it('may be closed twice, and answers nothing from then on', async () => {
    const server = await rehearse();
    await Promise.all([server.close(), server.close()]);
    await expect(ask(server, { model, input: 'Why?' })).rejects.toThrow();
  });
});
