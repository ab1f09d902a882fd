import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { openAiProvider } from '../../../src/adapters/openai/provider.ts';
import { ProviderFailure } from '../../../src/core/errors/provider-failure.ts';
import { redactor } from '../../../src/core/errors/redact.ts';
import type { GenerateOptions, GenerateRequest, GenerateResult } from '../../../src/engine/ports.ts';
import { describeProvider } from '../../contracts/provider.ts';
import { expectLinear } from '../../helpers/linear.ts';
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

interface AskOptions extends Partial<Omit<GenerateOptions, 'onText'>> {
  request?: Partial<GenerateRequest>;
  onText?: (delta: string) => void;
}

function ask(baseUrl: string, { request, ...options }: AskOptions = {}): Promise<GenerateResult> {
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
async function failureFor(scenario: Scenario, options: AskOptions = {}): Promise<ProviderFailure> {
  const server = await serve({ answer: scenario });
  return failureOf(ask(server.url, options));
}

for (const [form, stream] of both) {
  describeProvider(`openai, ${form}`, {
    stream,
    key,
    async start(answer) {
      const server = await serve({ answer });
      return { provider: providerAt(server.url), server };
    },
  });
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
});

describe.each(both)('a %s answer', (_, stream) => {
  it('of a compatible server may say little of its usage', async () => {
    const compatible = await serve({ compatible: true, answer: { kind: 'text', text: 'Yes.' } });
    const result = await ask(compatible.url, { request: { stream, model: 'llama-3' } });
    expect(result.usage).toEqual({
      inputTokens: expect.any(Number),
      cachedInputTokens: undefined,
      cacheWriteTokens: undefined,
      outputTokens: expect.any(Number),
      reasoningTokens: undefined,
    });
    expect(result).toMatchObject({ servedModel: 'llama-3', serviceTier: undefined });
  });
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
    const failure = await failureOf(ask(server.url, { firstEventMs: 500 }));
    expect(failure.failureClass).toBe('first-event-timeout');
    expect((await server.waitForAbort()).index).toBe(0);
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
  ])('of an error %s is not listened to at length', async (_, scenario) => {
    await expectLinear(
      (length) => async () => {
        const { message } = await failureFor(scenario(length));
        expect(message.length).toBeLessThan(2000);
      },
      16_000,
    );
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
    for (const name of [responseId, servedModel, serviceTier]) expect(name).toHaveLength(1000);
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
