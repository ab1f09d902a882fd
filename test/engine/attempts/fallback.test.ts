import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ErrorCode } from '../../../src/core/errors/orch-error.ts';
import type { DelegateRequest } from '../../../src/core/tasks/request.ts';
import type { Scenario } from '../../rehearsal/scenario.ts';
import { byModel } from '../../rehearsal/script.ts';
import { code, engineFixture, errorOf, testFile } from '../engine-fixture.ts';

const first = 'gpt-6.2-sol';
const second = 'gpt-5-mini';
const third = 'gpt-5';

const error = (
  status: number,
  message: string,
  rest: Partial<Extract<Scenario, { kind: 'error' }>> = {},
): Scenario => ({
  kind: 'error',
  status,
  message,
  ...rest,
});
const serverError = error(500, 'Oh no');

describe('a host that refuses the connection', () => {
  it('is tried three times in all, not by each of its models', async () => {
    const { error: failed, server, events, records, clock } = await engineFixture({ answer: code });
    await server.close();
    const ended = await failed();
    expect(ended).toMatchObject({ code: 'offline', exitStatus: 1 });
    expect(ended.message).toMatch(/^gpt-6\.2-sol: cannot reach 127\.0\.0\.1:\d+: connection refused$/);
    expect(ended.hint).toContain('OPENAI_BASE_URL');
    expect(records.map(({ model_requested, error }) => `${model_requested} ${error}`)).toEqual(
      Array(3).fill(`${first} connection`),
    );
    expect(clock.waits).toHaveLength(2);
    expect(events.some(({ kind }) => kind === 'fallback')).toBe(false);
  });
});

it('the same output of --verify is told once, whatever time the command took', async () => {
  let runs = 0;
  const verify = async () => ({
    ok: false as const,
    detail: `the command exited with 1:\n    not ok 1\n    ${++runs}.5ms\n`,
  });
  const { error: failed } = await engineFixture({ answer: code });
  const { message } = await failed({}, { verify });
  expect(message.split('not ok 1')).toHaveLength(2);
  expect(message).toContain(`\n  ${second}: the same as ${first}\n`);
});

describe('when one model fails', () => {
  it.each([
    'a.ts\n```ts\n<<<<<<< SEARCH\nexport const answer = 1;\n=======\nexport const answer = 42;\n>>>>>>> REPLACE\n```',
    '```\n*** Begin Patch\n*** Update File: a.ts\n@@\n-a\n+b\n*** End Patch\n```',
  ])('with an edit where code was asked for, the next one answers', async (text) => {
    const { call, asked } = await engineFixture({
      answer: byModel({ [first]: { kind: 'text', text }, [second]: code }),
    });
    const outcome = await call();
    expect(outcome.finished.result).toBe('export const answer = 42;\n');
    expect(asked().at(-1)).toBe(second);
    expect(outcome.attempts[0]?.failure?.failureClass).toBe('non-answer');
  });

  it('the next one answers, and everybody is told why', async () => {
    const { call, asked, events } = await engineFixture({
      answer: byModel({ [first]: serverError, [second]: code }),
    });
    const outcome = await call();
    expect(outcome.finished.result).toBe('export const answer = 42;\n');
    expect(asked()).toEqual([first, first, first, second]);
    expect(outcome.attempt.candidate.model).toBe(second);
    expect(outcome.attempts.map(({ failure }) => failure?.failureClass)).toEqual([
      'server-error',
      'server-error',
      'server-error',
      undefined,
    ]);
    expect(outcome.warnings).toContainEqual(
      expect.stringMatching(/^gpt-6\.2-sol failed \(500: .*Oh no\); gpt-5-mini answered$/),
    );
    expect(events.map(({ kind }) => kind).filter((kind) => kind !== 'text')).toEqual([
      'decision',
      'attempt',
      'retry',
      'attempt',
      'retry',
      'attempt',
      'fallback',
      'attempt',
    ]);
    expect(events.find(({ kind }) => kind === 'fallback')).toMatchObject({
      from: first,
      to: second,
      reason: expect.stringContaining('Oh no'),
    });
  });

  // How often the first model is asked before the second one is.
  it.each<[string, Scenario, number]>([
    ['a server error', serverError, 3],
    ['an overloaded server', error(503, 'Overloaded'), 3],
    ['a rate limit', error(429, 'Slow down', { code: 'rate_limit_exceeded' }), 3],
    ['an error in the stream', { kind: 'stream-error', message: 'Oh no', after: 1 }, 3],
    ['a reset connection', { kind: 'reset', after: 'request' }, 3],
    ['a cut stream', { kind: 'cut', after: 1 }, 2],
    ['a body that is no JSON', { kind: 'bad-json' }, 2],
    ['an empty answer', { kind: 'empty' }, 1],
    ['an answer without code', { kind: 'text', text: '```ts\n```' }, 2],
    [
      'a request over the rate limit',
      error(429, 'Request too large for gpt-6.2-sol: Limit 30000, Requested 40000', {
        code: 'rate_limit_exceeded',
      }),
      1,
    ],
  ])('%s is tried again as often as that may help', async (_name, scenario, count) => {
    const { call, asked } = await engineFixture({ answer: byModel({ [first]: scenario, [second]: code }) });
    await call();
    expect(asked()).toEqual([...Array(count).fill(first), second]);
  });

  it.each<['firstEventMs' | 'idleMs' | 'totalMs', Scenario, string]>([
    ['firstEventMs', { kind: 'hang', after: 'headers' }, 'first-event-timeout'],
    ['idleMs', { kind: 'hang', after: 2 }, 'idle-timeout'],
    ['totalMs', { kind: 'hang', after: 2 }, 'attempt-timeout'],
  ])('one that is silent beyond %s is not asked twice', async (limit, scenario, expected) => {
    const { call, asked, server } = await engineFixture({
      answer: byModel({ [first]: scenario, [second]: code }),
      policies: { timeouts: { codex: { [limit]: 200 } } },
    });
    const { attempts } = await call();
    expect(asked()).toEqual([first, second]);
    expect(attempts[0]?.failure?.failureClass).toBe(expected);
    expect((await server.waitForAbort()).model).toBe(first);
  });

  it.each<[string, Scenario, ErrorCode, number]>([
    ['a refused key', error(401, 'No', { code: 'invalid_api_key' }), 'key-refused', 4],
    ['a refused country', error(403, 'Country, region, or territory not supported'), 'key-refused', 4],
    ['money that has run out', error(429, 'Quota', { code: 'insufficient_quota' }), 'quota-exhausted', 6],
    ['a spend limit', error(429, 'Limit', { code: 'project_spend_limit_exceeded' }), 'quota-exhausted', 6],
    ['a policy', error(400, 'No', { code: 'invalid_prompt' }), 'answer-refused', 5],
    ['a refusal', { kind: 'refusal', text: 'I will not.' }, 'answer-refused', 5],
    ['our own mistake', error(400, 'Broken'), 'provider-failed', 1],
    ['a server without this route', { kind: 'html', status: 404 }, 'provider-failed', 1],
  ])('%s stops at once: no other model could help', async (_name, scenario, expected, status) => {
    const { error: failed, asked } = await engineFixture({ answer: scenario });
    const stopped = await failed();
    expect(stopped).toMatchObject({ code: expected, exitStatus: status });
    expect(asked()).toEqual([first]);
  });

  it('and all the others too, the error names each with its reason', async () => {
    const { error: failed, asked } = await engineFixture({
      answer: byModel({
        [first]: { kind: 'empty' },
        [second]: { kind: 'empty' },
        [third]: { kind: 'text', text: '```ts\n```' },
      }),
    });
    const { code: errorCode, message, details } = await failed();
    expect(asked()).toEqual([first, second, third, third]);
    expect(errorCode).toBe('answer-unusable');
    for (const model of [first, second, third]) expect(message).toMatch(new RegExp(`${model}: .`));
    expect(details).toEqual({
      run_id: 'run-1',
      cost_usd: expect.any(Number),
      attempts: [
        { model: first, error: 'empty-answer' },
        { model: second, error: 'empty-answer' },
        { model: third, error: 'non-answer' },
        { model: third, error: 'non-answer' },
      ],
    });
  });

  it('a check of the caller may send it to the next', async () => {
    const seen: string[] = [];
    const { call, asked } = await engineFixture({
      answer: byModel({ [first]: { kind: 'text', text: '```ts\nwrong\n```' }, [second]: code }),
    });
    const outcome = await call(
      {},
      {
        verify: async ({ result }) => {
          seen.push(result);
          return result.includes('wrong') ? { ok: false, detail: 'it is wrong' } : { ok: true };
        },
      },
    );
    expect(asked()).toEqual([first, second]);
    expect(seen).toEqual(['wrong\n', 'export const answer = 42;\n']);
    expect(outcome.warnings).toContainEqual(expect.stringContaining('it is wrong'));
  });

  it('a check that is not finished in time says so, and not that the model is ill', async () => {
    const { call, clock, context, server } = await engineFixture({
      answer: code,
      policies: { breaker: { failures: 1 } },
    });
    // The answer may take as long as it likes; little is left for the check.
    server.onRequest(() => clock.pass(59_900));
    const failed = await errorOf(
      call(
        { timeoutMs: 60_000 },
        {
          verify: (_finished, { signal: within }) =>
            new Promise((resolve) => {
              within.addEventListener('abort', () => {
                clock.pass(100);
                resolve({ ok: false, detail: 'a signal', complaint: 'a signal' });
              });
            }),
        },
      ),
    );
    expect(failed).toMatchObject({ code: 'timeout', hint: 'raise --timeout' });
    expect(failed.message).toContain('the verification command timed out');
    expect(failed.details?.attempts).toEqual([{ model: first, error: 'verify-failed' }]);
    expect(context.memory.breaker.isOpen(first, clock.monotonic())).toBe(false);
  });

  it('a check may be given a very long time', async () => {
    const given = vi.spyOn(AbortSignal, 'timeout');
    onTestFinished(() => given.mockRestore());
    const { call } = await engineFixture({ answer: code });
    await call({ timeoutMs: 3_000_000_000 }, { verify: async () => ({ ok: true }) });
    expect(given).toHaveBeenCalledWith(2 ** 31 - 1);
  });

  it('a patch that fits nowhere is asked for once more, then goes to the next', async () => {
    const block = (search: string) => ({
      kind: 'text' as const,
      text: `a.ts\n<<<<<<< SEARCH\n${search}\n=======\nconst b = 2;\n>>>>>>> REPLACE\n`,
    });
    const { call, asked } = await engineFixture({
      answer: byModel({ [first]: block('nowhere();'), [third]: block('const a = 1;') }),
      files: { 'a.ts': 'const a = 1;\n' },
    });
    const { finished, attempts } = await call({ task: 'refactor', shape: 'patch', files: ['a.ts'] });
    expect(asked()).toEqual([first, first, third]);
    expect(attempts[1]?.failure).toMatchObject({
      failureClass: 'unplaceable-answer',
      code: 'patch-unplaceable',
    });
    expect(finished.result).toContain('-const a = 1;\n+const b = 2;\n');
  });
});

describe('an input that is too long for a model', () => {
  const tooLong = error(400, 'Too long', { code: 'context_length_exceeded', param: 'input' });

  it('goes only to one with a larger window', async () => {
    // tests: gpt-5-mini (272k), gpt-6.2-sol (922k), gpt-5 (272k)
    const { call, asked } = await engineFixture({
      answer: byModel({ [second]: tooLong, [first]: testFile }),
    });
    await call({ task: 'tests' });
    expect(asked()).toEqual([second, first]);
  });

  it('does not come back to a small one when a model is unknown meanwhile', async () => {
    const { error: failed, asked } = await engineFixture({
      answer: byModel({ [second]: tooLong, [third]: code }),
      retired: [first],
    });
    expect((await failed({ task: 'tests' })).message).toContain(`${second}: `);
    expect(asked()).toEqual([second, first]);
  });

  it('is an error where there is none', async () => {
    const { error: failed, asked } = await engineFixture({ answer: tooLong });
    expect(await failed()).toMatchObject({
      code: 'input-too-large',
      hint: expect.stringContaining('fewer files'),
    });
    expect(asked()).toEqual([first]);
  });
});

describe('a failure of every candidate', () => {
  it.each<[string, Scenario, RegExp]>([
    [
      'an unknown model',
      error(404, 'No such model', { code: 'model_not_found' }),
      /OPENAI_BASE_URL.*orch models/,
    ],
    ['a server error', serverError, /try again later.*OPENAI_BASE_URL/],
    ['a rate limit', error(429, 'Slow down'), /try again in a minute/],
    ['broken JSON', { kind: 'bad-json' }, /Responses API.*OPENAI_BASE_URL/],
  ])('by %s has a hint that fits', async (_name, scenario, hint) => {
    const { error: failed, asked } = await engineFixture({ answer: scenario });
    expect((await failed()).hint).toMatch(hint);
    expect(new Set(asked()).size).toBeGreaterThan(1);
  });

  it('in different ways has none that fits only one', async () => {
    const answer = byModel({ [first]: { kind: 'empty' }, [second]: { kind: 'empty' }, [third]: serverError });
    const { error: failed } = await engineFixture({ answer });
    expect((await failed()).hint).toBeUndefined();
  });
});

describe('a call with little time left', () => {
  /** Every attempt fails after some time. */
  async function failing(
    scenario: Scenario,
    timeoutMs: number,
    eachMs: number,
    request: Partial<DelegateRequest> = {},
  ) {
    const { error: failed, asked, clock, context } = await engineFixture({ answer: scenario });
    const provider = await context.provider();
    const limits: number[] = [];
    context.provider = async () => ({
      generate(request, options) {
        limits.push(options.totalMs);
        return provider.generate(request, options).finally(() => clock.pass(eachMs));
      },
    });
    return { failed: await failed({ timeoutMs, ...request }), asked: asked(), limits };
  }

  it('asks no other model when that could not answer any more', async () => {
    const { failed, asked } = await failing({ kind: 'empty' }, 30_000, 28_000);
    expect(asked).toEqual([first]);
    expect(failed).toMatchObject({ code: 'timeout', hint: 'raise --timeout', exitStatus: 1 });
    expect(failed.message).toContain('no time for another attempt (2.0 s left)');
  });

  it('does not ask the same model again', async () => {
    const { failed, asked } = await failing(serverError, 30_000, 28_000, { forceModel: third });
    expect(asked).toEqual([third]);
    expect(failed).toMatchObject({ code: 'timeout', hint: 'raise --timeout' });
    expect(failed.message).toContain('no time for another attempt');
  });

  it('keeps none of it for others, if that were too little for them', async () => {
    expect((await failing({ kind: 'empty' }, 5000, 5000)).limits).toEqual([5000]);
    expect((await failing({ kind: 'empty' }, 16_000, 16_000)).limits).toEqual([11_200]);
  });
});

describe('waiting', () => {
  const slowDown = (headers: Record<string, string>) => error(429, 'Slow down', { headers });

  it('takes as long as the provider asks for', async () => {
    const { call, asked, clock } = await engineFixture({
      answer: byModel({
        [first]: [slowDown({ 'retry-after-ms': '1234' }), slowDown({ 'retry-after': '3' }), code],
      }),
    });
    await call();
    expect(asked()).toEqual([first, first, first]);
    expect(clock.waits).toEqual([1234, 3000]);
  });

  it('doubles and is jittered in its upper half where the provider says nothing', async () => {
    for (const [random, waits] of [
      [0, [250, 500]],
      [0.999999, [500, 1000]],
    ] as const) {
      const { call, clock } = await engineFixture({
        answer: byModel({ [first]: [serverError, serverError, code] }),
        context: { random: () => random },
      });
      await call();
      expect(clock.waits).toEqual(waits);
    }
  });

  it('is for the next model when the provider asks for too long', async () => {
    const { call, asked, clock } = await engineFixture({
      answer: byModel({ [first]: slowDown({ 'retry-after': '3600' }), [second]: code }),
    });
    await call();
    expect(asked()).toEqual([first, second]);
    expect(clock.waits).toEqual([]);
  });

  it('is for the next model when it is longer than the longest of the policy, though the call has the time', async () => {
    for (const [seconds, models, waits] of [
      ['8', [first, first], [8000]],
      ['8.001', [first, second], []],
    ] as const) {
      const { call, asked, clock } = await engineFixture({
        answer: byModel({ [first]: [slowDown({ 'retry-after': seconds }), code], [second]: code }),
        policies: { retry: { maxMs: 8000 } },
      });
      await call();
      expect(asked()).toEqual(models);
      expect(clock.waits).toEqual(waits);
    }
  });

  it('is for the last model when there is nobody else to ask', async () => {
    const { call, asked, clock } = await engineFixture({
      answer: byModel({
        [first]: { kind: 'empty' },
        [second]: { kind: 'empty' },
        [third]: [slowDown({ 'retry-after': '30' }), code],
      }),
    });
    await call();
    expect(asked()).toEqual([first, second, third, third]);
    expect(clock.waits).toEqual([30_000]);
  });

  it.each([
    [29.9, [first, second, third], []],
    [30, [first, second, third, third], [30_000]],
  ])('of 30 s is for the last model only if the caller allows so much: %d s', async (most, models, waits) => {
    const { call, asked, clock } = await engineFixture({
      answer: byModel({
        [first]: { kind: 'empty' },
        [second]: { kind: 'empty' },
        [third]: [slowDown({ 'retry-after': '30' }), code],
      }),
    });
    const ended = await call({ maxRetryAfterMs: most * 1000 }).catch((failed: unknown) => failed);
    expect(asked()).toEqual(models);
    expect(clock.waits).toEqual(waits);
    if (waits.length === 0)
      expect(ended).toMatchObject({
        code: 'provider-failed',
        hint: 'the provider asks for a wait of 30.0 s: raise --max-retry-after, or try again then',
      });
  });

  it('does not outlast the call', async () => {
    const {
      error: failed,
      asked,
      clock,
    } = await engineFixture({ answer: slowDown({ 'retry-after': '30' }) });
    const { code: errorCode } = await failed({ forceModel: third, timeoutMs: 20_000 });
    expect(asked()).toEqual([third]);
    expect(clock.waits).toEqual([]);
    expect(errorCode).toBe('provider-failed');
  });

  it('counts as time of the call', async () => {
    const { error: failed, asked } = await engineFixture({ answer: slowDown({ 'retry-after': '6' }) });
    const { code: errorCode, hint } = await failed({ timeoutMs: 10_000 });
    // 6 s for the first model; 6 more would be too many, for it and for the others.
    expect(asked()).toEqual([first, first, second, third]);
    expect(errorCode).toBe('provider-failed');
    expect(hint).toBe('the provider asks for a wait of 6.0 s: raise --timeout, or try again then');
  });

  it('has no more time than the wait for the input has left', async () => {
    const { error: failed, asked } = await engineFixture({ answer: slowDown({ 'retry-after': '6' }) });
    await failed({ forceModel: third, timeoutMs: 10_000 });
    expect(asked()).toEqual([third, third]);
    await failed({ forceModel: third, timeoutMs: 10_000 }, { elapsedMs: 5000 });
    expect(asked()).toEqual([third, third, third]);
  });

  it('ends with the call: no other model is asked, and the error is a time-out', async () => {
    const { error: failed, asked, clock, context } = await engineFixture({ answer: serverError });
    const provider = await context.provider();
    context.provider = async () => ({
      generate: (request, options) =>
        provider.generate(request, options).finally(() => {
          clock.pass(10_000);
        }),
    });
    const { code: errorCode, hint, exitStatus, message } = await failed({ timeoutMs: 10_000 });
    expect(asked()).toEqual([first]);
    expect({ errorCode, hint, exitStatus }).toEqual({
      errorCode: 'timeout',
      hint: 'raise --timeout',
      exitStatus: 1,
    });
    expect(message).toContain('Oh no');
  });

  it('is no time-out where the last answer would have stopped the call anyway', async () => {
    const refused = error(401, 'No', { code: 'invalid_api_key' });
    const { error: failed, clock, context } = await engineFixture({ answer: refused });
    const provider = await context.provider();
    context.provider = async () => ({
      generate: (request, options) =>
        provider.generate(request, options).finally(() => {
          clock.pass(10_000);
        }),
    });
    expect((await failed({ timeoutMs: 10_000 })).code).toBe('key-refused');
  });

  it('for an hour is named, with what to do, where nobody else answers', async () => {
    const { error: failed, asked } = await engineFixture({ answer: slowDown({ 'retry-after': '3600' }) });
    const wait = 'the provider asks for a wait of 60 min 0 s';
    expect((await failed()).hint).toBe(`${wait}: raise --timeout, or try again then`);
    expect(asked()).toEqual([first, second, third]);
    expect((await failed({ maxRetryAfterMs: 1000 })).hint).toBe(
      `${wait}: raise --max-retry-after and --timeout, or try again then`,
    );
  });

  it('ends at once when the call is called off', async () => {
    const interrupt = new AbortController();
    const { error: failed, asked, records, clock } = await engineFixture({ answer: serverError });
    clock.sleep = async () => interrupt.abort();
    expect(await failed({}, { signal: interrupt.signal })).toMatchObject({
      code: 'interrupted',
      exitStatus: 130,
    });
    expect(asked()).toEqual([first]);
    expect(records).toHaveLength(1);
  });
});

describe('a parameter that is refused', () => {
  const answer = (parameter: string, refuses: (body: Record<string, unknown>) => boolean) => ({
    answer: ({ body }: { body: Record<string, unknown> }) =>
      refuses(body)
        ? error(400, `Unsupported parameter: '${parameter}'.`, { param: parameter })
        : ({ kind: 'text', text: '# Title\n\nText.\n' } as const),
  });
  const docs = { task: 'docs', shape: 'text' } as const;

  it('is left out at once, and from then on', async () => {
    const { call, server, asked } = await engineFixture(
      answer('temperature', (body) => 'temperature' in body),
    );
    await call(docs);
    await call(docs);
    expect(asked()).toEqual(['gpt-6-luna', 'gpt-6-luna', 'gpt-6-luna']);
    expect(server.requests.map(({ body }) => body?.temperature)).toEqual([0.7, undefined, undefined]);
  });

  it('is left out by every call that is under way', async () => {
    const { call, asked } = await engineFixture(answer('temperature', (body) => 'temperature' in body));
    await Promise.all([call(docs), call(docs), call(docs)]);
    expect(new Set(asked())).toEqual(new Set(['gpt-6-luna']));
    expect(asked()).toHaveLength(6);
  });

  it.each([
    ['reasoning.effort', 'reasoning'],
    ['reasoning', 'reasoning'],
    ['store', 'store'],
  ])('may be %s', async (parameter, field) => {
    const { call, server } = await engineFixture(answer(parameter, (body) => field in body));
    await call(docs);
    expect(server.requests).toHaveLength(2);
    expect(server.requests[1]?.body).not.toHaveProperty(field);
  });

  it('may be the stream', async () => {
    const { call, server } = await engineFixture(answer('stream', (body) => body.stream === true));
    await call(docs);
    await call(docs);
    expect(server.requests.map(({ body }) => body?.stream)).toEqual([true, false, false]);
  });

  it('is not left out for ever: one that is refused although it was not sent is no hint', async () => {
    const { error: failed, asked } = await engineFixture(answer('temperature', () => true));
    expect((await failed(docs)).code).toBe('provider-failed');
    expect(asked()).toEqual(['gpt-6-luna', 'gpt-6-luna', 'gpt-5-mini', 'gpt-5']);
  });

  it('that cannot be left out does not make the same request again', async () => {
    const { error: failed, asked } = await engineFixture(answer('top_p', () => true));
    expect((await failed(docs)).message).toContain('top_p');
    expect(asked()).toEqual(['gpt-6-luna', 'gpt-5-mini', 'gpt-5']);
  });
});

describe('an answer that its limit cut', () => {
  const cut: Scenario = { kind: 'incomplete', reason: 'max_output_tokens', text: '' };

  it('gets four times the room, once', async () => {
    const { call, server, asked } = await engineFixture({ answer: byModel({ [first]: [cut, code] }) });
    await call();
    expect(asked()).toEqual([first, first]);
    const [before, after] = server.requests.map(({ body }) => body?.max_output_tokens as number);
    expect(after).toBe(before! * 4);
  });

  it('and is cut again goes to the next model', async () => {
    const { call, asked } = await engineFixture({ answer: byModel({ [first]: cut, [second]: code }) });
    await call();
    expect(asked()).toEqual([first, first, second]);
  });

  it('gets no more than the model can give', async () => {
    const { call, server } = await engineFixture({
      answer: byModel({ [first]: [cut, code] }),
      policies: { defaults: { max_output_tokens: 100_000 } },
    });
    await call();
    expect(server.requests.map(({ body }) => body?.max_output_tokens)).toEqual([108_192, 128_000]);
  });
});

describe('a forced model', () => {
  it.each<[string, Scenario]>([
    ['an error', serverError],
    ['an empty answer', { kind: 'empty' }],
    ['silence', { kind: 'reset', after: 'request' }],
  ])('never turns into another one: %s', async (_name, scenario) => {
    const { error: failed, asked } = await engineFixture({ answer: scenario });
    await failed({ forceModel: third });
    expect(new Set(asked())).toEqual(new Set([third]));
  });

  it('nor when the provider does not know it, now and later', async () => {
    const { error: failed, asked } = await engineFixture({ retired: [third] });
    expect((await failed({ forceModel: third })).exitStatus).toBe(3);
    expect((await failed({ forceModel: third })).exitStatus).toBe(3);
    expect(asked()).toEqual([third]);
  });

  it('that was retired long ago is refused by its id, with the one to take', async () => {
    const { error: failed, asked } = await engineFixture();
    expect((await failed({ forceModel: 'gpt-5-codex' })).message).toContain('use gpt-6.2-sol instead');
    expect(asked()).toEqual([]);
  });

  it('that nobody knows may be a new one: it is asked, and its cost is unknown', async () => {
    const { call, asked } = await engineFixture({ compatible: true, answer: code });
    const { attempt, warnings } = await call({ forceModel: 'llama-3' });
    expect(asked()).toEqual(['llama-3']);
    expect(attempt.costUsd).toBeUndefined();
    expect(warnings).toContainEqual(expect.stringContaining('not in the catalogue'));
  });
});

describe('a model that the provider does not know', () => {
  it('hands over to its successor at once, and is not asked again', async () => {
    const { call, asked } = await engineFixture({ retired: [second], answer: testFile });
    const outcome = await call({ task: 'tests' });
    expect(asked()).toEqual([second, 'gpt-6.1-terra']);
    expect(outcome.warnings).toContainEqual(
      'mini: the provider does not know gpt-5-mini, gpt-6.1-terra takes its place; to settle it: orch config set alias.mini gpt-6.1-terra',
    );
    const later = await call({ task: 'tests' });
    expect(asked()).toEqual([second, 'gpt-6.1-terra', 'gpt-6.1-terra']);
    expect(later.decision.rationale).toContain('the provider does not know gpt-5-mini');
    expect(later.warnings).toEqual(outcome.warnings.filter((warning) => !warning.includes('failed')));
  });

  it('is still followed when its successor is gone too', async () => {
    const { call, asked } = await engineFixture({ retired: [second, 'gpt-6.1-terra'], answer: testFile });
    await call({ task: 'tests' });
    expect(asked()).toEqual([second, 'gpt-6.1-terra', first]);
  });
});
