/** What every `Provider` promises, whatever is behind it. Its server answers as the tests say. */
import { describe, expect, it } from 'vitest';
import { type FailureClass, ProviderFailure } from '../../src/core/errors/provider-failure.ts';
import type { GenerateOptions, GenerateRequest, GenerateResult, Provider } from '../../src/engine/ports.ts';
import { question } from '../helpers/question.ts';
import type { Scenario } from '../rehearsal/scenario.ts';
import type { ScenarioServer } from '../rehearsal/scenario-server.ts';

export interface ProviderContract {
  /** Whether requests ask for a stream. */
  stream: boolean;
  /** A provider with this key, and the server behind it, which gives this answer. */
  start(answer: Scenario): Promise<{ provider: Provider; server: ScenarioServer }>;
  key: string;
}

const patient = { firstEventMs: 60_000, idleMs: 60_000, totalMs: 60_000 };

export function describeProvider(name: string, { stream, start, key }: ProviderContract): void {
  const ask = (
    provider: Provider,
    options: Partial<GenerateOptions> = {},
    request: Partial<GenerateRequest> = {},
  ): Promise<GenerateResult> =>
    provider.generate(
      { ...question, stream, ...request },
      { signal: new AbortController().signal, ...patient, ...options },
    );

  async function failureOf(promise: Promise<unknown>): Promise<ProviderFailure> {
    const reason = await promise.catch((error: unknown) => error);
    expect(reason).toBeInstanceOf(ProviderFailure);
    return reason as ProviderFailure;
  }

  async function failureFor(answer: Scenario): Promise<ProviderFailure> {
    const { provider } = await start(answer);
    return failureOf(ask(provider));
  }

  describe(`${name}: an answer`, () => {
    it('becomes text, usage, tier and finish reason', async () => {
      const usage = {
        inputTokens: 1000,
        cachedInputTokens: 200,
        cacheWriteTokens: 100,
        outputTokens: 500,
        reasoningTokens: 64,
      };
      const { provider } = await start({
        kind: 'text',
        text: 'Because 42 — “so”.',
        usage,
        serviceTier: 'priority',
        model: 'gpt-6.1-terra-2026-08-01',
        noise: true,
      });
      expect(await ask(provider)).toEqual({
        text: 'Because 42 — “so”.',
        responseId: expect.stringMatching(/^resp_/),
        servedModel: 'gpt-6.1-terra-2026-08-01',
        usage,
        finishReason: 'completed',
        serviceTier: 'priority',
        firstEventMs: expect.any(Number),
      });
    });

    it.each<[string, Scenario]>([
      ['of the rehearsal server', { kind: 'default' }],
      ['with commentary before it', { kind: 'commentary', commentary: 'Let me see.', text: 'Forty-two.' }],
    ])('%s is shown as it arrives, and nothing else is', async (_, answer) => {
      const { provider } = await start(answer);
      let shown = '';
      const { text } = await ask(provider, { onText: (delta) => (shown += delta) });
      expect(text).not.toBe('');
      expect(text).not.toContain('Let me see.');
      expect(shown).toBe(stream ? text : '');
    });

    it('may come without usage and without a tier', async () => {
      const { provider } = await start({ kind: 'no-usage', text: 'Yes.', serviceTier: null });
      const { usage, serviceTier } = await ask(provider);
      expect(new Set(Object.values(usage))).toEqual(new Set([undefined]));
      expect(serviceTier).toBeUndefined();
    });
  });

  describe(`${name}: a failure`, () => {
    const usage = { inputTokens: 10, outputTokens: 7 };
    const length = { kind: 'incomplete', reason: 'max_output_tokens', usage } as const;
    it.each<[string, Scenario, FailureClass, RegExp]>([
      ['a refusal', { kind: 'refusal', text: 'I will not.', usage }, 'refusal', /refused: I will not\./],
      ['a cap that left no text', { ...length, text: '' }, 'answer-cut-by-length', /no visible answer/],
      ['a cap that left half a text', { ...length, text: 'Becau' }, 'answer-cut-by-length', /cut answer/],
      [
        'a content filter',
        { kind: 'incomplete', reason: 'content_filter', text: 'Becau', usage },
        'content-policy',
        /content filter/,
      ],
      [
        'a new reason',
        { kind: 'incomplete', reason: 'solar_flare', text: 'Becau', usage },
        'cut',
        /solar_flare/,
      ],
      ['a cancelled response', { kind: 'cancelled', text: 'Becau', usage }, 'server-error', /cancelled/],
      ['an empty answer', { kind: 'empty', usage }, 'empty-answer', /empty/],
      ['white space alone', { kind: 'text', text: ' \n\t ', usage }, 'empty-answer', /empty/],
    ])('by %s keeps what was billed', async (_, answer, failureClass, words) => {
      const failure = await failureFor(answer);
      expect(failure.failureClass).toBe(failureClass);
      expect(failure.message).toMatch(words);
      expect(failure.details).toMatchObject({
        usage,
        responseId: expect.stringMatching(/^resp_/),
        servedModel: 'gpt-6.1-terra',
        serviceTier: 'default',
      });
    });

    it.each<[string, Scenario, FailureClass]>([
      ['broken JSON', { kind: 'bad-json' }, 'malformed-answer'],
      ['JSON that is not a response', { kind: 'raw', body: '[1, 2]' }, 'malformed-answer'],
      ['a reset before anything came', { kind: 'reset', after: 'request' }, 'connection-lost'],
      ['a reset in the middle', { kind: 'reset', after: 1 }, 'cut'],
      ['an end in the middle', { kind: 'cut', after: 1 }, stream ? 'cut' : 'malformed-answer'],
      ['an error of its own', { kind: 'stream-error', message: 'Oh no' }, 'server-error'],
      ['an error with a status', { kind: 'error', status: 503, message: 'Oh no' }, 'server-error'],
    ])('by %s has its class', async (_, answer, failureClass) => {
      expect((await failureFor(answer)).failureClass).toBe(failureClass);
    });

    it('by a refused parameter names it', async () => {
      const message = "Unsupported parameter: 'temperature'.";
      const failure = await failureFor({ kind: 'error', status: 400, message, param: 'temperature' });
      expect(failure.failureClass).toBe('unsupported-parameter');
      expect(failure.details).toMatchObject({ parameter: 'temperature', status: 400 });
    });

    it('is reported at once: waiting and trying again is the engine’s part', async () => {
      const headers = { 'retry-after': '3600' };
      const { provider, server } = await start({ kind: 'error', status: 429, message: 'Slow down', headers });
      const failure = await failureOf(ask(provider));
      expect(failure.details.retryAfterMs).toBe(3_600_000);
      expect(server.requests).toHaveLength(1);
    });

    it.each<[string, Scenario]>([
      ['an error', { kind: 'error', status: 401, message: `Incorrect API key provided: ${key}.` }],
      ['an error of the answer', { kind: 'stream-error', message: `Bad key ${key}` }],
      ['a refusal', { kind: 'refusal', text: `I will not use ${key}` }],
      ['another key', { kind: 'error', status: 400, message: 'sk-someoneelseskey123 is wrong' }],
    ])('that repeats a key in %s does not show it', async (_, answer) => {
      const failure = await failureFor(answer);
      expect(failure.message).toContain('[redacted]');
      expect(`${failure.message} ${JSON.stringify(failure.details)}`).not.toMatch(/sk-(proj|someone)/);
    });
  });

  describe(`${name}: a call`, () => {
    it('that was aborted before is not sent', async () => {
      const { provider, server } = await start({ kind: 'text', text: 'Yes.' });
      const failure = await failureOf(ask(provider, { signal: AbortSignal.abort() }));
      expect(failure.failureClass).toBe('cancelled');
      expect(server.requests).toHaveLength(0);
    });

    it('that is aborted closes the connection', async () => {
      const { provider, server } = await start({ kind: 'hang', after: 1 });
      const abort = new AbortController();
      const failure = failureOf(ask(provider, { signal: abort.signal }));
      await server.waitForRequest();
      abort.abort();
      expect((await failure).failureClass).toBe('cancelled');
      expect((await server.waitForAbort()).index).toBe(0);
    });

    it.each(['request', 'headers', 1] as const)(
      'that takes too long after %s is ended, and the connection closed',
      async (after) => {
        const { provider, server } = await start({ kind: 'hang', after });
        const failure = await failureOf(ask(provider, { totalMs: 500 }));
        expect(failure.failureClass).toBe('attempt-timeout');
        expect((await server.waitForAbort()).index).toBe(0);
      },
    );

    it.each<'headers' | number>(stream ? [1, 2] : ['headers', 1])(
      'that falls silent after %s is ended, and the connection closed',
      async (after) => {
        const { provider, server } = await start({ kind: 'hang', after });
        const failure = await failureOf(ask(provider, { idleMs: 200 }));
        expect(failure.failureClass).toBe('idle-timeout');
        expect((await server.waitForAbort()).index).toBe(0);
      },
    );
  });
}
