import { describe, expect, it } from 'vitest';
import { openAiEmbeddings } from '../../../src/adapters/openai/embeddings.ts';
import { redactor } from '../../../src/core/errors/redact.ts';
import type { EngineContext } from '../../../src/engine/context.ts';
import { embedder } from '../../../src/engine/embed/embedder.ts';
import { refuse, startEmbeddings, vectorOf } from '../../helpers/embedding-server.ts';
import { engineFixture, key } from '../engine-fixture.ts';

const signal = new AbortController().signal;

async function fixture({ policies, context }: { policies?: object; context?: Partial<EngineContext> } = {}) {
  const server = await startEmbeddings();
  const engine = await engineFixture({ ...(policies ? { policies } : {}), ...(context ? { context } : {}) });
  const warnings: string[] = [];
  const settings = { apiKey: key, baseUrl: server.url, organization: undefined, project: undefined };
  const make = (model = 'text-embedding-3-small', dimensions = 64) =>
    embedder({
      ...{ model, dimensions },
      context: engine.context,
      provider: async () => openAiEmbeddings({ ...settings, redact: redactor([key]) }),
      warn: (warning) => warnings.push(warning),
    });
  return { ...engine, server, warnings, make, embedder: make() };
}

describe('an embedder', () => {
  it('gives the vectors of texts in their order, and records a row for its request', async () => {
    const { embedder: made, server, records, logged } = await fixture();
    const texts = ['export function retry() {}', 'the budget of a day', 'parse the id'];
    const vectors = await made.embed(texts, signal);
    expect(vectors).toEqual(texts.map((text) => vectorOf(text, 64)));
    expect(server.requests).toEqual([
      { model: 'text-embedding-3-small', input: texts, dimensions: 64, encoding_format: 'base64' },
    ]);
    expect(records).toEqual([
      expect.objectContaining({
        task: 'embed',
        attempt: 1,
        mode: 'single',
        model_requested: 'text-embedding-3-small',
        model_served: 'text-embedding-3-small',
        input_tokens: 15,
        output_tokens: 0,
        cost_usd: 3e-7,
        cost_source: 'catalog',
        error: undefined,
      }),
    ]);
    expect(logged).toEqual([expect.objectContaining({ task: 'embed', cost_usd: 3e-7, error: null })]);
    expect(JSON.stringify(logged)).not.toContain('retry');
    server.asNumbers = true;
    const again = await made.embed(texts.slice(0, 1), signal);
    expect(again[0]).toEqual(vectors[0]);
  });

  it('says what tokens cost', async () => {
    const { embedder: made, make } = await fixture();
    expect(made.cost(1_000_000)).toBe(0.02);
    expect(make('embed-of-ours').cost(10)).toBeUndefined();
  });

  it('asks for at most 2,048 texts and 300,000 tokens at a time, and for no text that is too long', async () => {
    const { embedder: made, server, records } = await fixture();
    const short = Array.from({ length: 2050 }, (_, at) => `text ${at}`);
    expect(await made.embed(short, signal)).toHaveLength(2050);
    expect(server.requests.map(({ input }) => input.length)).toEqual([2048, 2]);
    expect(records.map(({ attempt }) => attempt)).toEqual([1, 2]);
    server.requests.length = 0;
    const long = Array.from({ length: 40 }, () => 'word '.repeat(10_000));
    await made.embed(['', ...long], signal);
    expect(server.requests.length).toBeGreaterThan(1);
    for (const { input } of server.requests) {
      expect(input.every((text) => text.length > 0 && text.length < 45_000)).toBe(true);
      expect(input.join('').length / 5).toBeLessThan(300_000);
    }
  });

  it('sends no secret', async () => {
    const { embedder: made, server } = await fixture();
    await made.embed([`const key = '${key}';`], signal);
    expect(server.requests[0]!.input[0]).toMatch(/^const key = '‹redacted:[\w-]+:1›';$/);
  });

  it('is reserved against the budgets, and sends nothing that none allows', async () => {
    const reserved: unknown[] = [];
    const settled: unknown[] = [];
    const none = async () => {};
    const budget: EngineContext['budget'] = async () => ({
      reserve: async (request) => {
        reserved.push(request);
        return reserved.length > 1
          ? { refused: { ...request.limits[0]!, settled: 0, open: 0, left: 5 } }
          : { id: 'r1', settled: [0] };
      },
      commit: async () => true,
      settle: async (...of) => void settled.push(of),
      ...{ release: none, add: none, renew: none, close: none, state: async () => [] },
    });
    const { embedder: made, server } = await fixture({
      policies: { budgets: { dailyUsd: 1 } },
      context: { budget },
    });
    await made.embed(['a text of some words'], signal);
    expect(reserved[0]).toMatchObject({
      nano: expect.any(Number),
      row: { task: 'embed', cost_source: 'estimated' },
    });
    expect(settled).toEqual([['r1', 100]]);
    await expect(made.embed(['another'], signal)).rejects.toMatchObject({
      code: 'over-budget',
      exitStatus: 6,
    });
    expect(server.requests).toHaveLength(1);
  });

  it('says beforehand whether the budgets have room, and reserves nothing', async () => {
    const none = async () => {};
    let left = 1000;
    const { make, context, server } = await fixture({ policies: { budgets: { dailyUsd: 1 } } });
    context.budget = async () => ({
      reserve: () => Promise.reject(new Error('nothing is to be reserved')),
      state: async ([limit]) => [{ ...limit!, settled: limit!.nano - left, open: 0, left }],
      ...{ commit: async () => true, settle: none, release: none, add: none, renew: none, close: none },
    });
    await make().checkBudgets(50);
    const { dailyUsd: _, ...noBudgets } = context.config.policies.budgets;
    left = 999;
    await expect(make().checkBudgets(50)).rejects.toMatchObject({
      code: 'over-budget',
      message: expect.stringMatching(/^no budget allows embedding with text-embedding-3-small: it may cost /),
      hint: expect.stringContaining('dailyUsd'),
    });
    await expect(make('embed-of-ours').checkBudgets(1)).rejects.toThrow('its price is unknown');
    await expect(make('gpt-5-mini').checkBudgets(1)).rejects.toThrow('gpt-5-mini makes no vectors');
    context.config = {
      ...context.config,
      policies: { ...context.config.policies, budgets: { ...noBudgets, onUnavailable: 'refuse' } },
    };
    await make('embed-of-ours').checkBudgets(1e12);
    expect(server.requests).toEqual([]);
  });

  it('tries again after what passes, as often as after a failed answer', async () => {
    const { embedder: made, server, records, clock } = await fixture();
    server.fault = (number, response) =>
      number < 2 && refuse(response, number === 0 ? 429 : 503, { message: 'busy' }, { 'retry-after': '1' });
    expect(await made.embed(['text'], signal)).toHaveLength(1);
    expect(clock.waits).toEqual([1000, 1000]);
    expect(records.map(({ error, cost_usd }) => [error, cost_usd])).toEqual([
      ['rate-limited', undefined],
      ['server-error', undefined],
      [undefined, 2e-8],
    ]);
  });

  it.each([
    ['a refused key', 401, 'key-refused'],
    ['a model that is not there', 404, 'wrong-endpoint'],
    ['a long wait', 429, 'rate-limited'],
  ])('gives up at once after %s', async (_, status, failureClass) => {
    const { embedder: made, server } = await fixture();
    server.fault = (_number, response) =>
      refuse(response, status, { message: `key ${key}` }, { 'retry-after': '60' });
    const failure = await made.embed(['text'], signal).catch((error: unknown) => error);
    expect(failure).toMatchObject({ failureClass });
    expect(String(failure)).not.toContain(key);
    expect(server.requests).toHaveLength(1);
  });

  it('takes no answer for vectors that is none', async () => {
    const { embedder: made, server, records } = await fixture();
    const model = 'text-embedding-3-small';
    const data = (embedding: unknown) => ({ data: [{ index: 0, embedding }], model });
    const good = Array(64).fill(0.125);
    const bytes = Buffer.from(Float32Array.from(good).buffer);
    const nan = Buffer.from(Float32Array.from([Number.NaN, ...good.slice(1)]).buffer);
    const bodies = [
      '<html>',
      '[]',
      '{"data": 1}',
      data([1, 2]),
      data(Array(64).fill(null)),
      data('AAAA'),
      { data: [] },
      data([...good, 1]),
      data(good.map(String)),
      data([1e300, ...good.slice(1)]),
      data(nan.toString('base64')),
      data(Buffer.concat([bytes, Buffer.from('x')]).toString('base64')),
      {
        data: [
          { index: 0, embedding: good },
          { index: 0, embedding: good },
        ],
        model,
      },
      { data: [{ index: 7, embedding: good }], model },
      { data: [{ index: '0', embedding: good }], model },
      { data: [{ index: -1, embedding: good }], model },
      { ...data(good), model: 'text-embedding-ada-002' },
      { error: { message: 'the model is not loaded' } },
      `{"data": [${'[],'.repeat(200_000)}null]}`,
    ];
    server.fault = (number, response) => {
      const body = bodies[Math.floor(number / 2)];
      response
        .setHeader('content-type', 'application/json')
        .end(typeof body === 'string' ? body : JSON.stringify(body));
      return true;
    };
    for (const _ of bodies)
      await expect(made.embed(['text'], signal)).rejects.toMatchObject({ failureClass: 'malformed-answer' });
    // Another answer may be one; a third is not asked for.
    expect(server.requests).toHaveLength(2 * bodies.length);
    // It may have been billed.
    for (const { error, cost_usd, cost_forecast_usd, cost_source } of records)
      expect([error, cost_usd, cost_source]).toEqual(['malformed-answer', cost_forecast_usd, 'estimated']);
  });

  it('is counted at its highest possible cost if it is not known what became of a request', async () => {
    const settled: unknown[] = [];
    const none = async () => {};
    const { context } = await fixture({ policies: { budgets: { dailyUsd: 1 } } });
    context.budget = async () => ({
      ...{ reserve: async () => ({ id: 'r1', settled: [0] }), commit: async () => true },
      settle: async (...of) => void settled.push(of),
      ...{ release: none, add: none, renew: none, close: none, state: async () => [] },
    });
    const made = embedder({
      ...{ model: 'text-embedding-3-small', dimensions: 64, context, warn: () => {} },
      provider: async () => ({ embed: () => Promise.reject(new TypeError('a fault of ours')) }),
    });
    await expect(made.embed(['a text of some words'], signal)).rejects.toThrow('a fault of ours');
    expect(settled).toEqual([['r1', expect.any(Number)]]);
    expect((settled as [string, number][])[0]![1]).toBeGreaterThan(0);
  });

  it('records before it settles, an answer without a count of tokens at its highest possible cost', async () => {
    const steps: unknown[] = [];
    const none = async () => {};
    const { context, server, make, records } = await fixture({ policies: { budgets: { dailyUsd: 1 } } });
    const { ledger } = context;
    context.ledger = {
      ...ledger,
      append: async (rows) => {
        steps.push('recorded');
        await ledger.append(rows);
      },
    };
    context.budget = async () => ({
      ...{ reserve: async () => ({ id: 'r1', settled: [0] }), commit: async () => true },
      settle: async (_id, nano) => void steps.push(nano),
      ...{ release: none, add: none, renew: none, close: none, state: async () => [] },
    });
    server.fault = (number, response) => {
      if (number > 0) return refuse(response, 401, { message: 'no' });
      const data = [{ index: 0, embedding: [...vectorOf('x', 64)] }];
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ data }));
      return true;
    };
    await make().embed(['a text of some words'], signal);
    const [{ cost_usd, cost_forecast_usd, cost_source, error } = {}] = records;
    expect(error).toBeUndefined();
    expect({ cost_usd, cost_source }).toEqual({ cost_usd: cost_forecast_usd, cost_source: 'estimated' });
    expect(cost_usd).toBeGreaterThan(0);
    expect(steps).toEqual(['recorded', Math.round(cost_usd! * 1e9)]);
    // What was refused costs nothing.
    await make()
      .embed(['text'], signal)
      .catch(() => {});
    expect(steps.slice(2)).toEqual(['recorded', 0]);
    expect(records[1]).toMatchObject({ error: 'key-refused', cost_usd: undefined });
  });

  it('costs nothing in a rehearsal, and says who answered in one', async () => {
    const { embedder: made, records } = await fixture({ context: { rehearsal: true } });
    expect(made.cost(1_000_000)).toBe(0);
    await made.embed(['text'], signal);
    expect(records).toMatchObject([
      {
        mode: 'rehearsal',
        cost_usd: 0,
        cost_source: 'rehearsal',
        model_served: 'rehearsal:text-embedding-3-small',
      },
    ]);
  });

  it('gives the vectors also if they cannot be recorded, and says so', async () => {
    const { embedder: made, context, warnings } = await fixture();
    context.ledger = { ...context.ledger, append: () => Promise.reject(new Error('the disk is full')) };
    expect(await made.embed(['text'], signal)).toHaveLength(1);
    expect(warnings).toEqual(['usage was not recorded: the disk is full']);
  });

  it('says which path is missing, and that nothing came in time', async () => {
    const { server, make } = await fixture();
    server.fault = (_number, response) => refuse(response, 404, { message: 'no such path' });
    await expect(make().embed(['text'], signal)).rejects.toMatchObject({
      details: { hint: expect.stringContaining('points at a server that has /embeddings') },
    });
    server.fault = () => true;
    const settings = { apiKey: key, baseUrl: server.url, organization: undefined, project: undefined };
    const source = openAiEmbeddings({ ...settings, redact: redactor([key]) });
    const request = { model: 'text-embedding-3-small', dimensions: 64, texts: ['text'] };
    await expect(source.embed(request, { signal, limitMs: 100 })).rejects.toMatchObject({
      failureClass: 'attempt-timeout',
      message: expect.stringMatching(/^no vectors from 127\.0\.0\.1:\d+ within 0\.1 s$/),
    });
  });

  it('puts no other model in the place of one that is gone, or that may not be used', async () => {
    const { make, context, server } = await fixture({
      policies: { models: { deny: ['text-embedding-3-small'] } },
    });
    await expect(make().embed(['text'], signal)).rejects.toMatchObject({ code: 'no-eligible-model' });
    await expect(make('gpt-5-mini').embed(['text'], signal)).rejects.toThrow('gpt-5-mini makes no vectors');
    const { catalog, policies } = context.config;
    const card = catalog.models['text-embedding-3-small']!;
    const gone = { ...card, shutdown: '2026-01-01', successor: 'embed-next' };
    // A copy: other tests have the same catalogue.
    context.config = {
      ...context.config,
      policies: { ...policies, models: { ...policies.models, deny: [] } },
      catalog: {
        ...catalog,
        models: { ...catalog.models, 'text-embedding-3-small': gone, 'embed-next': card },
      },
    };
    await expect(make().embed(['text'], signal)).rejects.toMatchObject({
      code: 'no-eligible-model',
      hint: expect.stringContaining('everything is embedded anew'),
    });
    expect(server.requests).toEqual([]);
  });

  it('stops when it is told to', async () => {
    const { embedder: made, server } = await fixture();
    const controller = new AbortController();
    server.fault = () => {
      controller.abort();
      return true;
    };
    await expect(made.embed(['text'], controller.signal)).rejects.toMatchObject({
      failureClass: 'cancelled',
    });
  });
});
