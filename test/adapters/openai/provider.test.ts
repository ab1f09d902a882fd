import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { openAiProvider } from '../../../src/adapters/openai/provider.ts';
import { type FailureClass, ProviderFailure } from '../../../src/core/errors/provider-failure.ts';
import { redactor } from '../../../src/core/errors/redact.ts';
import type { GenerateOptions, GenerateRequest, GenerateResult } from '../../../src/engine/ports.ts';
import { question as plainQuestion } from '../../helpers/question.ts';
import { serve } from '../../rehearsal/bench.ts';
import type { Scenario } from '../../rehearsal/scenario.ts';

const key = 'sk-proj-0123456789abcdefSECRET';
const patient = { firstEventMs: 60_000, idleMs: 60_000, totalMs: 60_000 };
const question: GenerateRequest = { ...plainQuestion, effort: 'low' };
const both = [
  ['streaming', true],
  ['plain', false],
] as const;

function providerAt(baseUrl: string) {
  return openAiProvider({
    apiKey: key,
    baseUrl,
    organization: undefined,
    project: undefined,
    redact: redactor([key]),
  });
}

interface Asked extends Partial<Omit<GenerateOptions, 'onText'>> {
  request?: Partial<GenerateRequest>;
  onText?: (delta: string) => void;
}

function ask(baseUrl: string, { request, ...options }: Asked = {}): Promise<GenerateResult> {
  return providerAt(baseUrl).generate(
    { ...question, ...request },
    { signal: new AbortController().signal, ...patient, ...options },
  );
}

async function failureOf(promise: Promise<unknown>): Promise<ProviderFailure> {
  const failure = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(failure).toBeInstanceOf(ProviderFailure);
  return failure as ProviderFailure;
}

/** The failure that a scenario ends in. */
async function failureFor(scenario: Scenario, asked: Asked = {}): Promise<ProviderFailure> {
  const server = await serve({ answer: scenario });
  return failureOf(ask(server.url, asked));
}

describe.each(both)('a %s request', (_, stream) => {
  it('carries what was decided and nothing else', async () => {
    const server = await serve();
    await ask(server.url, { request: { stream } });
    expect(server.requests[0]).toMatchObject({ method: 'POST', path: '/v1/responses' });
    expect(server.requests[0]?.body).toEqual({
      model: 'gpt-6.1-terra',
      instructions: 'Be brief.',
      input: 'Why?',
      max_output_tokens: 256,
      store: false,
      reasoning: { effort: 'low' },
      stream,
    });
  });

  it('carries temperature and verbosity where they were decided, and leaves effort out where none was', async () => {
    const server = await serve();
    await ask(server.url, {
      request: { stream, model: 'gpt-5.1', temperature: 0.7, verbosity: 'low', effort: 'none' },
    });
    await ask(server.url, {
      request: { stream, model: 'gpt-5-chat-latest', temperature: 0, effort: undefined },
    }).catch(() => undefined);
    expect(server.requests[0]?.body).toMatchObject({ temperature: 0.7, text: { verbosity: 'low' } });
    expect(server.requests[1]?.body).toHaveProperty('temperature', 0);
    expect(server.requests[1]?.body).not.toHaveProperty('reasoning');
    expect(server.requests[1]?.body).not.toHaveProperty('text');
  });

  it("is sent once: waiting and trying again are not the package's business", async () => {
    const server = await serve({ answer: { kind: 'error', status: 500, message: 'Oh no' } });
    await failureOf(ask(server.url, { request: { stream } }));
    server.answerWith({
      kind: 'error',
      status: 429,
      message: 'Slow down',
      headers: { 'retry-after': '3600' },
    });
    const failure = await failureOf(ask(server.url, { request: { stream } }));
    expect(failure.details.retryAfterMs).toBe(3_600_000);
    expect(server.requests).toHaveLength(2);
  });

  it('is not sent at all when it was called off before', async () => {
    const server = await serve();
    const failure = await failureOf(ask(server.url, { request: { stream }, signal: AbortSignal.abort() }));
    expect(failure.failureClass).toBe('cancelled');
    expect(server.requests).toHaveLength(0);
  });
});

describe.each(both)('a %s answer', (_, stream) => {
  const request = { stream };

  it('becomes text, usage, tier and finish reason in one form', async () => {
    const server = await serve({
      answer: {
        kind: 'text',
        text: 'Because 42 — “so”.',
        usage: {
          inputTokens: 1000,
          cachedInputTokens: 200,
          cacheWriteTokens: 100,
          outputTokens: 500,
          reasoningTokens: 64,
        },
        serviceTier: 'priority',
        model: 'gpt-6.1-terra-2026-08-01',
        noise: true,
      },
    });
    const result = await ask(server.url, { request });
    expect(result).toEqual({
      text: 'Because 42 — “so”.',
      responseId: expect.stringMatching(/^resp_/),
      servedModel: 'gpt-6.1-terra-2026-08-01',
      usage: {
        inputTokens: 1000,
        cachedInputTokens: 200,
        cacheWriteTokens: 100,
        outputTokens: 500,
        reasoningTokens: 64,
      },
      finishReason: { unified: 'stop', raw: 'completed' },
      serviceTier: 'priority',
      firstEventMs: expect.any(Number),
    });
  });

  it('is the final message where messages are marked', async () => {
    const deltas: string[] = [];
    const server = await serve({
      answer: { kind: 'commentary', commentary: 'Let me see.', text: 'Forty-two.' },
    });
    const { text } = await ask(server.url, { request, onText: (delta) => deltas.push(delta) });
    expect(text).toBe('Forty-two.');
    if (stream) expect(deltas.join('')).toBe('Forty-two.');
  });

  it('may come without usage, without token details and without a tier', async () => {
    const server = await serve({ answer: { kind: 'no-usage', text: 'Yes.', serviceTier: null } });
    const { usage, serviceTier } = await ask(server.url, { request });
    expect(new Set(Object.values(usage))).toEqual(new Set([undefined]));
    expect(serviceTier).toBeUndefined();

    const compatible = await serve({ compatible: true, answer: { kind: 'text', text: 'Yes.' } });
    const other = await ask(compatible.url, { request: { ...request, model: 'llama-3' } });
    expect(other.usage).toEqual({
      inputTokens: expect.any(Number),
      cachedInputTokens: undefined,
      cacheWriteTokens: undefined,
      outputTokens: expect.any(Number),
      reasoningTokens: undefined,
    });
    expect(other).toMatchObject({ servedModel: 'llama-3', serviceTier: undefined });
  });

  const usage = { inputTokens: 10, outputTokens: 7 };
  const cases: [string, Scenario, FailureClass, RegExp][] = [
    ['a refusal', { kind: 'refusal', text: 'I will not.', usage }, 'refusal', /refused: I will not\./],
    [
      'a cap that left no text',
      { kind: 'incomplete', reason: 'max_output_tokens', text: '', usage },
      'answer-cut-by-length',
      /no visible answer/,
    ],
    [
      'a cap that left half a text',
      { kind: 'incomplete', reason: 'max_output_tokens', text: 'Becau', usage },
      'answer-cut-by-length',
      /cut answer/,
    ],
    [
      'a content filter',
      { kind: 'incomplete', reason: 'content_filter', text: 'Becau', usage },
      'content-policy',
      /content filter/,
    ],
    [
      'a reason that is new',
      { kind: 'incomplete', reason: 'solar_flare', text: 'Becau', usage },
      'cut',
      /solar_flare/,
    ],
    ['a cancelled response', { kind: 'cancelled', text: 'Becau', usage }, 'server-error', /cancelled/],
    ['an empty answer', { kind: 'empty', usage }, 'empty-answer', /empty/],
    ['white space alone', { kind: 'text', text: ' \n\t ', usage }, 'empty-answer', /empty/],
  ];
  it.each(cases)(
    'of %s is a failure that keeps what was billed',
    async (_name, scenario, expected, words) => {
      const failure = await failureFor(scenario, { request });
      expect(failure.failureClass).toBe(expected);
      expect(failure.message).toMatch(words);
      expect(failure.details).toMatchObject({
        usage: { inputTokens: 10, outputTokens: 7 },
        responseId: expect.stringMatching(/^resp_/),
        servedModel: 'gpt-6.1-terra',
        serviceTier: 'default',
      });
    },
  );

  it.each<[string, Scenario, FailureClass]>([
    ['a page of HTML with 200', { kind: 'html', status: 200 }, 'wrong-endpoint'],
    ['a page of HTML with 404', { kind: 'html', status: 404 }, 'wrong-endpoint'],
    ['a page of HTML with 502', { kind: 'html', status: 502 }, 'server-error'],
    ['broken JSON', { kind: 'bad-json' }, 'malformed-answer'],
    ['JSON that is no response', { kind: 'raw', body: '[1, 2]' }, 'malformed-answer'],
    ['a reset before anything came', { kind: 'reset', after: 'request' }, 'connection'],
    ['a reset in the middle', { kind: 'reset', after: 1 }, 'cut'],
    ['a failed response', { kind: 'stream-error', message: 'Oh no' }, 'server-error'],
    [
      'a failed response that names a limit',
      { kind: 'stream-error', message: 'Slow down', code: 'rate_limit_exceeded' },
      'rate-limited',
    ],
    [
      'a failed response that names the window',
      { kind: 'stream-error', message: 'Too much', code: 'context_length_exceeded' },
      'context-length',
    ],
  ])('of %s is told apart', async (_name, scenario, expected) => {
    expect((await failureFor(scenario, { request })).failureClass).toBe(expected);
  });

  it('that names a refused parameter says which', async () => {
    const failure = await failureFor(
      { kind: 'error', status: 400, message: "Unsupported parameter: 'temperature'.", param: 'temperature' },
      { request },
    );
    expect(failure.failureClass).toBe('unsupported-parameter');
    expect(failure.details).toMatchObject({ parameter: 'temperature', status: 400 });
  });

  it.each<[string, Scenario]>([
    ['an error', { kind: 'error', status: 401, message: `Incorrect API key provided: ${key}.` }],
    ['an error of its stream', { kind: 'stream-error', message: `Bad key ${key}` }],
    ['a nested error of its stream', { kind: 'stream-error', form: 'nested', message: `Bad key ${key}` }],
    ['a refusal', { kind: 'refusal', text: `I will not use ${key}` }],
    ['a key that is not ours', { kind: 'error', status: 400, message: 'sk-someoneelseskey123 is wrong' }],
  ])('that repeats a key in %s does not get it into the message', async (_name, scenario) => {
    const failure = await failureFor(scenario, { request });
    expect(failure.message).toContain('[redacted]');
    expect(`${failure.message} ${JSON.stringify(failure.details)}`).not.toMatch(/sk-(proj|someone)/);
  });

  it('that is called off closes the connection', async () => {
    const server = await serve({ answer: { kind: 'hang', after: 1 } });
    const interrupt = new AbortController();
    const answer = failureOf(ask(server.url, { request, signal: interrupt.signal }));
    await server.waitForRequest();
    interrupt.abort();
    expect((await answer).failureClass).toBe('cancelled');
    expect((await server.waitForAbort()).index).toBe(0);
  });

  it.each(['request', 'headers', 1] as const)(
    'that takes too long after %s is ended, and the connection closed',
    async (after) => {
      const server = await serve({ answer: { kind: 'hang', after } });
      const failure = await failureOf(ask(server.url, { request, totalMs: 200 }));
      expect(failure.failureClass).toBe('attempt-timeout');
      expect((await server.waitForAbort()).index).toBe(0);
    },
  );
});

describe('a stream', () => {
  it('hands over the text as it comes', async () => {
    const deltas: string[] = [];
    const server = await serve({ answer: { kind: 'text', text: 'one two three', chunks: 4 } });
    const { text } = await ask(server.url, { onText: (delta) => deltas.push(delta) });
    expect(deltas).toHaveLength(4);
    expect(deltas.join('')).toBe(text);
  });

  it.each([0, 1, 1000])(
    'that ends after %s pieces without a closing event is a cut answer',
    async (after) => {
      const failure = await failureFor({ kind: 'cut', after, text: 'whole and complete' });
      expect(failure.failureClass).toBe('cut');
    },
  );

  it.each(['flat', 'nested', 'response.failed'] as const)(
    'that fails with a %s error is read as such',
    async (form) => {
      for (const after of [0, 2]) {
        const failure = await failureFor({
          kind: 'stream-error',
          form,
          after,
          message: 'You exceeded your quota',
          code: 'insufficient_quota',
        });
        expect(failure.failureClass).toBe('quota-exhausted');
        expect(failure.message).toContain('You exceeded your quota');
        expect(failure.details.providerCode).toBe('insufficient_quota');
      }
    },
  );

  it('with an event that is no JSON goes on: its closing event has the whole text', async () => {
    const server = await serve({ answer: { kind: 'malformed-event', after: 1, text: 'one two three' } });
    expect((await ask(server.url)).text).toBe('one two three');
  });

  it('may be answered with JSON by a server that does not stream', async () => {
    const body = JSON.stringify({
      id: 'resp_1',
      status: 'completed',
      model: 'llama-3',
      output: [{ type: 'message', content: [{ type: 'output_text', text: 'Yes.' }] }],
      usage: { input_tokens: 3, output_tokens: 2 },
    });
    const server = await serve({ answer: { kind: 'raw', body } });
    const result = await ask(server.url);
    expect(result).toMatchObject({
      text: 'Yes.',
      servedModel: 'llama-3',
      usage: { inputTokens: 3, outputTokens: 2 },
    });
  });

  it('may leave the text out of its closing event', async () => {
    const events = [
      { type: 'response.created', response: {} },
      { type: 'response.output_text.delta', delta: 'Ye' },
      { type: 'response.output_text.delta', delta: 's.' },
      { type: 'response.completed', response: { id: 'resp_1', status: 'completed', output: [] } },
    ];
    const server = await serve({
      answer: {
        kind: 'raw',
        headers: { 'content-type': 'text/event-stream' },
        body: events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`),
      },
    });
    expect((await ask(server.url)).text).toBe('Yes.');
  });

  it.each(['request', 'headers'] as const)('that gives no first event after %s is ended', async (after) => {
    const server = await serve({ answer: { kind: 'hang', after } });
    const failure = await failureOf(ask(server.url, { firstEventMs: 200 }));
    expect(failure.failureClass).toBe('first-event-timeout');
    expect((await server.waitForAbort()).index).toBe(0);
  });

  it('that falls silent is ended', async () => {
    const server = await serve({ answer: { kind: 'hang', after: 2 } });
    const failure = await failureOf(ask(server.url, { idleMs: 200 }));
    expect(failure.failureClass).toBe('idle-timeout');
    expect((await server.waitForAbort()).index).toBe(0);
  });
});

describe('a plain answer', () => {
  it.each(['headers', 1] as const)('that stops after %s is ended by the idle limit', async (after) => {
    const server = await serve({ answer: { kind: 'hang', after } });
    const failure = await failureOf(ask(server.url, { request: { stream: false }, idleMs: 200 }));
    expect(failure.failureClass).toBe('idle-timeout');
  });
});

describe('a server that is not there', () => {
  it('is a failed connection that names host and cure', async () => {
    const host = await freeHost();
    const failure = await failureOf(ask(`http://${host}/v1`));
    expect(failure.failureClass).toBe('connection');
    expect(failure.message).toBe(`cannot reach ${host}: connection refused`);
    expect(failure.details.hint).toContain('OPENAI_BASE_URL');
  });
});

describe('a server that says much', () => {
  const error = (length: number) => ({
    error: { message: 'a.'.repeat(length / 2), code: 'b.'.repeat(length / 2) },
  });
  const failed = (length: number): Scenario => ({
    kind: 'raw',
    headers: { 'content-type': 'text/event-stream' },
    body: [`data: ${JSON.stringify({ type: 'error', ...error(length) })}\n\n`],
  });
  const refused = (length: number): Scenario => ({
    kind: 'raw',
    status: 400,
    headers: { 'content-type': 'application/json' },
    body: [JSON.stringify(error(length))],
  });

  it.each([
    ['with a status', refused],
    ['in a stream', failed],
  ])('of an error %s is not listened to at length', async (_, play) => {
    const cost = async (length: number) => {
      const times: number[] = [];
      for (let turn = 0; turn < 3; turn++) {
        const before = process.cpuUsage();
        const { message } = await failureFor(play(length));
        expect(message.length).toBeLessThan(2000);
        times.push(process.cpuUsage(before).user / 1000);
      }
      return Math.min(...times);
    };
    expect(await cost(32_000)).toBeLessThan(8 * Math.max(await cost(8000), 10));
  });

  it('of itself is cut', async () => {
    const name = 'n'.repeat(50_000);
    const response = { id: name, model: name, service_tier: name, status: 'completed', output_text: 'Yes.' };
    const server = await serve({
      answer: {
        kind: 'raw',
        headers: { 'content-type': 'application/json' },
        body: [JSON.stringify(response)],
      },
    });
    const { responseId, servedModel, serviceTier } = await ask(server.url);
    for (const said of [responseId, servedModel, serviceTier]) expect(said).toHaveLength(1000);
  });
});

/** An address at which nothing listens any more. */
function freeHost(): Promise<string> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(`127.0.0.1:${port}`));
    });
  });
}
