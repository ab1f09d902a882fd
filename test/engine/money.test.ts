import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OrchError } from '../../src/core/errors/orch-error.ts';
import { ProviderFailure } from '../../src/core/errors/provider-failure.ts';
import { sumUsd } from '../../src/core/models/money.ts';
import { encodeRecord, headerRow } from '../../src/core/record/csv.ts';
import { parseUsageCsv } from '../../src/core/record/csv-records.ts';
import { formatUsd } from '../../src/core/text/format.ts';
import { costOfAttempts, spending, toAttempt, toUsageRecord } from '../../src/engine/attempts/attempt.ts';
import { createFactory } from '../../src/factory.ts';
import type { DelegateOutput } from '../../src/operations/delegation/output.ts';
import { runOperation } from '../../src/operations/run.ts';
import { usageReport } from '../helpers/usage-report.ts';
import { serve } from '../rehearsal/bench.ts';
import type { Scenario } from '../rehearsal/scenario.ts';
import { byModel } from '../rehearsal/script.ts';
import { code, engineFixture, FakeClock, key, testFile, today } from './engine-fixture.ts';

const first = 'gpt-6.2-sol';
const second = 'gpt-5-mini';
const third = 'gpt-5';

/** The most that the first candidate of a call may cost, in USD. */
async function worstCase(): Promise<number> {
  const { call } = await engineFixture({ answer: code });
  return (await call()).decision.selected!.cost!.highUsd;
}

/** What a hint says would be enough. */
function enoughIn(hint: string | undefined): number {
  return Number(/\$([\d.]+) would be enough/.exec(hint ?? '')![1]);
}

describe('a ceiling', () => {
  it('refuses before anything is sent, with every reason', async () => {
    const { error, asked, records } = await engineFixture({ answer: code });
    const refused = await error({ maxCostUsd: 0.000001 });
    expect(refused).toMatchObject({ code: 'over-budget', exitStatus: 6 });
    for (const model of [first, second, third]) expect(refused.message).toContain(model);
    expect(asked()).toEqual([]);
    expect(records).toEqual([]);
  });

  it('counts a request whose connection was lost: the server may have worked on it', async () => {
    const { attempts } = await (
      await engineFixture({ answer: byModel({ [first]: [{ kind: 'reset', after: 'request' }, code] }) })
    ).call();
    expect(attempts.map(({ failure }) => failure?.failureClass)).toEqual(['connection-lost', undefined]);
    const [lost, answered] = attempts;
    expect(spending(attempts)).toEqual({
      cost_usd: sumUsd([lost!.reservedUsd!, answered!.costUsd!]),
      cost_estimated_usd: lost!.reservedUsd,
    });

    const { error, asked } = await engineFixture({
      answer: byModel({ [first]: { kind: 'reset', after: 'request' } }),
    });
    // Room for one attempt: the lost one may have taken it.
    const worst = attempts[0]!.reservedUsd!;
    const failed = await error({ forceModel: first, maxCostUsd: worst * 1.5 });
    expect(failed).toMatchObject({ code: 'offline', hint: expect.stringContaining('--max-cost') });
    // What the first attempt may have cost is not counted as a part of the second.
    expect(failed.message.split('\n  ').at(-1)).toBe(
      `the cost ceiling of ${formatUsd(worst * 1.5)} does not allow another attempt: ${formatUsd(worst / 2)} of it is left, and gpt-6.2-sol may cost up to ${formatUsd(worst)}`,
    );
    expect(asked()).toEqual([first]);
    const enough = enoughIn(failed.hint);
    expect(enough).toBeGreaterThanOrEqual(worst * 2);
    await error({ forceModel: first, maxCostUsd: enough });
    expect(asked()).toEqual([first, first, first]);
  });

  it('leaves out the dear ones and takes the cheap one', async () => {
    const worst = await worstCase();
    const { call, asked } = await engineFixture({ answer: code });
    const { decision } = await call({ maxCostUsd: worst / 2 });
    expect(asked()).toEqual([second]);
    expect(decision.rejected.map(({ code: reason }) => reason)).toEqual(['ceiling', 'ceiling']);
  });

  it('that ruled out the other models is named where the one that fits it fails', async () => {
    const worst = await worstCase();
    const { error, asked } = await engineFixture({ answer: { kind: 'text', text: 'Which one?' } });
    const failed = await error({ maxCostUsd: worst / 2 });
    expect(new Set(asked())).toEqual(new Set([second]));
    expect(failed).toMatchObject({ code: 'answer-unusable', hint: expect.stringContaining('--max-cost') });
    expect(failed.message).toMatch(
      /does not allow another attempt: \$[\d.]+ of it is left, and \w+ may cost/,
    );
    expect(failed.hint).toMatch(
      /\$[\d.]+ would be enough for \w+; chat fits \(-m chat\): raise the lowest ceiling: --max-cost/,
    );
  });

  it('of which more was billed than there was has nothing left', async () => {
    const worst = await worstCase();
    const answer: Scenario = { kind: 'empty', usage: { inputTokens: 100, outputTokens: 100_000 } };
    const { error } = await engineFixture({ answer });
    const { message } = await error({ maxCostUsd: worst });
    expect(message).toMatch(/does not allow another attempt: \$0 of it is left, and \w+ may cost/);
  });

  it('holds for all attempts together', async () => {
    const worst = await worstCase();
    // Billed almost to its worst case, and of no use.
    const dear: Scenario = { kind: 'empty', usage: { inputTokens: 100, outputTokens: 10_000 } };
    const { error, call, asked, records, server } = await engineFixture({
      answer: byModel({ [first]: dear, [second]: code }),
    });
    const stopped = await error({ maxCostUsd: worst });
    expect(stopped).toMatchObject({ code: 'over-budget', exitStatus: 6 });
    expect(stopped.message).toContain(first);
    expect(asked()).toEqual([first]);
    expect(records).toHaveLength(1);
    expect(records[0]!.cost_usd).toBeGreaterThan(worst * 0.9);

    // With what would be enough, as the hint has it, the next one is asked.
    server.answerWith(byModel({ [first]: dear, [second]: code }));
    await call({ maxCostUsd: enoughIn(stopped.hint) });
    expect(asked()).toEqual([first, first, second]);
  });

  it('counts what may have been billed when nobody can tell', async () => {
    const worst = await worstCase();
    const { error, asked, records } = await engineFixture({
      answer: byModel({ [first]: { kind: 'hang', after: 1 }, [second]: code }),
      policies: { timeouts: { codex: { idleMs: 200 } } },
    });
    expect((await error({ maxCostUsd: worst })).code).toBe('over-budget');
    expect(asked()).toEqual([first]);
    expect(records[0]).toMatchObject({
      cost_usd: worst,
      cost_source: 'estimated',
      cost_forecast_usd: worst,
      error: 'idle-timeout',
    });
  });

  it('counts nothing for what was refused before any work', async () => {
    const worst = await worstCase();
    const { call, asked } = await engineFixture({
      answer: byModel({ [first]: { kind: 'error', status: 503, message: 'No' }, [second]: code }),
    });
    await call({ maxCostUsd: worst });
    expect(asked()).toEqual([first, first, first, second]);
  });

  it('holds for retries of one model', async () => {
    const worst = await worstCase();
    const { error, asked } = await engineFixture({
      answer: byModel({ [first]: { kind: 'cut', after: 1 } }),
    });
    await error({ maxCostUsd: worst });
    expect(asked()).toEqual([first]);
  });

  it('holds for a second try with more output', async () => {
    const worst = await worstCase();
    const cut: Scenario = {
      kind: 'incomplete',
      reason: 'max_output_tokens',
      text: '',
      usage: { outputTokens: 10 },
    };
    const { call, asked } = await engineFixture({
      answer: byModel({ [first]: [cut, code], [second]: code }),
    });
    await call({ maxCostUsd: worst * 1.5 });
    expect(asked()).toEqual([first, second]);
  });

  it('is not what stopped a call that was stopped by something else', async () => {
    const worst = await worstCase();
    // tests: gpt-5-mini, then gpt-6.2-sol, for which nothing is left, then gpt-5, which may not answer.
    const { error, asked } = await engineFixture({
      answer: byModel({
        [second]: { kind: 'empty', usage: { inputTokens: 100, outputTokens: 100 } },
        [third]: { kind: 'error', status: 401, message: 'No', code: 'invalid_api_key' },
      }),
    });
    const stopped = await error({ task: 'tests', maxCostUsd: worst });
    expect(asked()).toEqual([second, third]);
    expect(stopped).toMatchObject({ code: 'key-refused', exitStatus: 4 });
  });

  it('leaves no other model to fall to: the one that is asked is waited for', async () => {
    const worst = await worstCase();
    const cut: Scenario = {
      kind: 'incomplete',
      reason: 'max_output_tokens',
      text: '',
      usage: { inputTokens: 100, outputTokens: 100 },
    };
    const busy: Scenario = { kind: 'error', status: 429, message: 'Slow', headers: { 'retry-after': '30' } };
    // tests: gpt-5-mini, then gpt-6.2-sol, for which the first answer leaves nothing.
    const { call, asked, clock } = await engineFixture({
      answer: byModel({ [second]: [cut, busy, testFile] }),
      models: { routing: { tests: ['mini', 'codex'] } },
    });
    const { decision } = await call({ task: 'tests', maxCostUsd: worst });
    expect(decision.fallbacks.map(({ model }) => model)).toEqual([first]);
    expect(asked()).toEqual([second, second, second]);
    expect(clock.waits).toEqual([30_000]);
  });

  it('is reckoned at the standard price, so that is what is asked for; where it is not taken, without', async () => {
    const refused: Scenario = { kind: 'error', status: 400, message: 'No', param: 'service_tier' };
    const { call, server } = await engineFixture({ answer: [code, code, refused, code] });
    await call();
    await call({ maxCostUsd: 5 });
    await call({ maxCostUsd: 5 });
    const tiers = server.requests.map(({ body }) => body?.service_tier);
    expect(tiers).toEqual([undefined, 'default', 'default', undefined]);
  });

  it('cannot be held for a model without a price', async () => {
    const { error, asked } = await engineFixture({ compatible: true, answer: code });
    const refused = await error({ forceModel: 'llama-3', maxCostUsd: 5 });
    expect(refused.code).toBe('over-budget');
    expect(refused.message).toContain('price of llama-3 is unknown');
    expect(asked()).toEqual([]);
  });

  it('per task is the smaller of those that are set', async () => {
    const worst = await worstCase();
    const { call, asked } = await engineFixture({
      answer: code,
      policies: { budgets: { perCallUsd: worst * 2, perTaskUsd: { code_generate: worst / 2 } } },
    });
    await call({ maxCostUsd: worst * 3 });
    expect(asked()).toEqual([second]);
  });
});

describe('a cost that nobody can tell', () => {
  it.each<[string, Scenario, number]>([
    ['may be there where the model was silent', { kind: 'hang', after: 0 }, 1],
    ['may be there where the answer was cut', { kind: 'cut', after: 1 }, 2],
    [
      'is none where the answer failed and names no tokens',
      { kind: 'stream-error', form: 'response.failed', message: 'No', after: 1 },
      0,
    ],
    ['is none where nothing was done', { kind: 'error', status: 503, message: 'No' }, 0],
  ])('%s, at its worst, for result, log and report alike', async (_name, scenario, count) => {
    const { call, logged, records } = await engineFixture({
      answer: byModel({ [first]: scenario, [second]: code }),
      // A short limit would cut off the others on a busy machine, and for the first event it would cut off this one.
      policies: scenario.kind === 'hang' ? { timeouts: { codex: { idleMs: 100 } } } : {},
    });
    const { attempts } = await call();
    const { total, notes } = usageReport(records, { by: [], now: 0 });
    const known = records.at(-1)!.cost_usd!;
    expect(known).toBeGreaterThan(0);
    const estimated = sumUsd(Array.from({ length: count }, () => attempts[0]!.reservedUsd!));
    const cost = {
      cost_usd: sumUsd([known, estimated]),
      ...(count > 0 && { cost_estimated_usd: estimated }),
    };
    expect(spending(attempts)).toEqual(cost);
    expect(logged[0]).toMatchObject(cost);
    expect(total).toMatchObject({
      ...cost,
      cost_estimated_usd: estimated,
      estimated_attempts: count,
      unknown_cost: 0,
    });
    expect(notes.some((note) => note.includes('is an estimate, the worst case of'))).toBe(count > 0);
    expect(records.filter(({ cost_source }) => cost_source === 'estimated')).toHaveLength(count);
  });

  it('stays unknown where the price is', async () => {
    const { call, records } = await engineFixture({
      compatible: true,
      answer: [{ kind: 'cut', after: 1 }, code],
    });
    const { attempts } = await call({ forceModel: 'llama-3' });
    expect(spending(attempts)).toEqual({ cost_usd: null, cost_at_least_usd: 0 });
    expect(records.map(({ cost_usd, cost_source }) => [cost_usd, cost_source])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });

  it('is none where nothing was sent', async () => {
    const interrupt = new AbortController();
    const { error, records, asked, context } = await engineFixture({ answer: code });
    const { provider } = context;
    context.provider = async () => {
      interrupt.abort();
      return provider();
    };
    const stopped = await error({}, { signal: interrupt.signal });
    expect(stopped).toMatchObject({ code: 'interrupted', exitStatus: 130 });
    expect(stopped.details).not.toHaveProperty('cost_usd');
    expect([asked(), records]).toEqual([[], []]);
  });
});

describe('the cost in meta', () => {
  async function costFor(scenarios: Record<string, Scenario>, variables: Record<string, string> = {}) {
    const server = await serve({ today: () => today, answer: byModel(scenarios) });
    const factory = createFactory({
      cwd: process.cwd(),
      variables: { OPENAI_API_KEY: key, OPENAI_BASE_URL: server.url, ORCH_USAGE_CSV: 'off', ...variables },
      writeLog: () => {},
      defaultLogLevel: 'silent',
      clock: new FakeClock(today),
    });
    const output = await runOperation.run({ task: 'code_generate', input: 'write a constant' }, factory, {
      signal: new AbortController().signal,
    });
    return (output as DelegateOutput).meta;
  }
  const answer = { kind: 'text', text: '```ts\nexport const answer = 42;\n```' } as const;

  it('is what the price list says, to the token', async () => {
    const usage = {
      inputTokens: 1000,
      cachedInputTokens: 200,
      cacheWriteTokens: 100,
      outputTokens: 500,
      reasoningTokens: 300,
    };
    const meta = await costFor({ [first]: { ...answer, usage } });
    // 700 x $2 + 200 x $0.10 + 100 x $2.50 + 500 x $10, per million
    expect(meta.cost_usd).toBeCloseTo(0.00667, 12);
    expect(meta.usage).toEqual({
      input: 1000,
      output: 500,
      cached_input: 200,
      cache_write: 100,
      reasoning: 300,
    });
    expect(meta.cost_alert).toBeUndefined();
  });

  it('follows the tier that the answer names, and the price of long inputs', async () => {
    const usage = { inputTokens: 1_000_000, outputTokens: 1000 };
    const meta = await costFor({ [first]: { ...answer, usage, serviceTier: 'priority' } });
    // (1,000,000 x $2 x 2 + 1,000 x $10 x 1.5) x 2
    expect(meta.cost_usd).toBeCloseTo(8.03, 9);
    expect(meta.cost_alert).toBe('cost $8.03, above the alert threshold of $2.00');
  });

  it('is unknown where the answer names a tier without a price, and says so', async () => {
    const usage = { inputTokens: 1000, outputTokens: 1000 };
    const meta = await costFor({ [first]: { ...answer, usage, serviceTier: 'hyperfast' } });
    expect(meta.cost_usd).toBeNull();
    expect(meta.warnings).toContain(
      `${first} was served in tier hyperfast, whose price is not in the catalogue: the cost is unknown`,
    );
    const promoted = await costFor({ [first]: { ...answer, usage, serviceTier: 'ultrafast' } });
    // (1,000 x $2 + 1,000 x $10) x 3, until the end of February
    expect(promoted.cost_usd).toBe(0.036);
    expect(promoted.warnings.join()).not.toContain('tier');
  });

  it('is a decimal without dust everywhere', async () => {
    const { call, records, logged } = await engineFixture({
      answer: byModel({
        [first]: { kind: 'empty', usage: { inputTokens: 0, outputTokens: 10_000 } },
        [second]: { ...answer, usage: { inputTokens: 0, outputTokens: 100_000 } },
      }),
    });
    const { attempts } = await call();
    // In binary 0.1 + 0.2 is 0.30000000000000004.
    expect(records.map(({ cost_usd }) => cost_usd)).toEqual([0.1, 0.2]);
    expect(costOfAttempts(attempts)).toBe(0.3);
    expect(logged[0]!.cost_usd).toBe(0.3);
  });

  it('is that of the model that really answered', async () => {
    const usage = { inputTokens: 1000, outputTokens: 1000 };
    const meta = await costFor({ [first]: { ...answer, usage, model: 'gpt-6-luna' } });
    expect(meta.model).toBe('gpt-6-luna');
    expect(meta.cost_usd).toBeCloseTo(0.0006, 12);
    const dated = await costFor({ [first]: { ...answer, usage, model: 'gpt-6.2-sol-2026-09-01' } });
    expect(dated.cost_usd).toBeCloseTo(0.012, 12);
    // Nobody knows what it costs; surely not what the other one does.
    const other = await costFor({ [first]: { ...answer, usage, model: 'llama-3' } });
    expect(other.cost_usd).toBeNull();
    expect(other.warnings).toContain('llama-3 answered, which is not in the catalogue: the cost is unknown');
  });

  it('is the sum of all attempts', async () => {
    const meta = await costFor({
      [first]: { kind: 'empty', usage: { inputTokens: 1000, outputTokens: 2000 } },
      [second]: { ...answer, usage: { inputTokens: 1000, outputTokens: 500 } },
    });
    // 0.002 + 0.02, then 0.00025 + 0.001
    expect(meta.cost_usd).toBeCloseTo(0.02325, 12);
    expect(meta.attempts.map(({ cost_usd }) => cost_usd)).toEqual([
      expect.closeTo(0.022, 12),
      expect.closeTo(0.00125, 12),
    ]);
  });

  it('is the worst case, not 0, where the server does not count', async () => {
    const meta = await costFor({ [first]: { kind: 'no-usage', text: answer.text } });
    const worst = await worstCase();
    expect(meta).toMatchObject({ cost_usd: worst, cost_estimated_usd: worst });
    expect(meta.attempts).toMatchObject([{ cost_usd: worst, cost_estimated: true }]);
    expect(meta.usage.input).toBeNull();
  });

  it('carries an alert from the amount on that the user sets', async () => {
    const usage = { inputTokens: 1000, outputTokens: 1000 };
    const meta = await costFor({ [first]: { ...answer, usage } }, { ORCH_COST_ALERT_USD: '0.011' });
    expect(meta.cost_alert).toContain('above the alert threshold of $0.011');
    expect(meta.warnings).toContain(meta.cost_alert);
    const below = await costFor({ [first]: { ...answer, usage } }, { ORCH_COST_ALERT_USD: '0.013' });
    expect(below.cost_alert).toBeUndefined();
    expect(below.warnings.join()).not.toContain('alert');
  });

  it('carries an alert also where it is estimated in part, and where the call fails', async () => {
    const empty = { kind: 'empty', usage: { inputTokens: 1000, outputTokens: 1000 } } as const;
    const alertFrom = { ORCH_COST_ALERT_USD: '0.011' };
    const meta = await costFor(
      { [first]: empty, [second]: { kind: 'no-usage', text: answer.text } },
      alertFrom,
    );
    expect(meta.cost_alert).toMatch(/^cost \$0\.012 to \$0\.0\d+, above the alert threshold of \$0\.011$/);
    const failed = await costFor({ [first]: empty, [second]: empty, [third]: empty }, alertFrom).catch(
      (error: unknown) => (error as OrchError).details,
    );
    expect(failed).toMatchObject({
      cost_alert: expect.stringMatching(/^cost \$.* above the alert threshold/),
    });
  });
});

describe('a thousand calls', () => {
  it('cost in the ledger and in the report exactly what their answers said', async () => {
    const { call, context } = await engineFixture({ answer: code });
    const { decision } = await call();
    const { selected: candidate } = decision;
    const tokens = fc.oneof(fc.nat(999), fc.nat(400_000));
    const attempt = fc.record({
      servedModel: fc.constantFrom(...Object.keys(context.config.catalog.models)),
      serviceTier: fc.constantFrom(undefined, 'default', 'flex', 'fast', 'batch'),
      usage: fc.record({
        inputTokens: tokens,
        cachedInputTokens: tokens,
        cacheWriteTokens: tokens,
        outputTokens: tokens,
        reasoningTokens: fc.constant(0),
      }),
      isCut: fc.boolean(),
      reservedNano: fc.nat(10 ** 9),
    });
    const calls = fc.sample(fc.array(attempt, { minLength: 1, maxLength: 4 }), { numRuns: 1000, seed: 12 });

    const said: number[] = [];
    const estimated: number[] = [];
    const lines = [headerRow];
    for (const [at, answers] of calls.entries()) {
      const attempts = answers.map(({ isCut, reservedNano, ...answer }, number) =>
        toAttempt(
          {
            number: number + 1,
            candidate: candidate!,
            effort: undefined,
            requestedTier: undefined,
            startedAt: Date.parse(today),
            latencyMs: 1,
            reservedUsd: reservedNano / 1e9,
            escalatedFrom: undefined,
            ...(isCut
              ? { failure: new ProviderFailure('cut', 'cut') }
              : {
                  result: {
                    text: 'Yes.',
                    responseId: 'r',
                    finishReason: 'completed',
                    firstEventMs: 1,
                    ...answer,
                  },
                }),
          },
          context,
        ),
      );
      const { cost_usd, cost_estimated_usd = 0 } = spending(attempts);
      said.push(cost_usd!);
      estimated.push(cost_estimated_usd);
      const about = { runId: `run-${at}`, decision, estTokens: 1, droppedTokens: 0 };
      lines.push(...attempts.map((each) => encodeRecord(toUsageRecord(each, about, context))));
    }

    const { records } = parseUsageCsv(`${lines.join('\n')}\n`);
    expect(records.length).toBeGreaterThan(2000);
    expect(sumUsd(records.map(({ cost_usd }) => cost_usd!))).toBe(sumUsd(said));
    const { total } = usageReport(records, { by: [], now: 0 });
    expect(sumUsd(estimated)).toBeGreaterThan(0);
    expect(total).toMatchObject({
      calls: 1000,
      cost_usd: sumUsd(said),
      cost_estimated_usd: sumUsd(estimated),
    });
  });
});

describe('a service tier', () => {
  const usage = { inputTokens: 1000, outputTokens: 1000 };
  const answered: Scenario = { kind: 'text', text: '```ts\nexport const answer = 42;\n```', usage };
  const tiersOf = ({ requests }: Awaited<ReturnType<typeof engineFixture>>['server']) =>
    requests.map(({ body }) => body?.service_tier);

  it('is sent, and the answer is billed by the one that it names', async () => {
    const { call, server, records } = await engineFixture({ answer: [{ ...answered, serviceTier: 'flex' }] });
    const { attempts, warnings } = await call({ forceModel: third, tier: 'flex' });
    expect(tiersOf(server)).toEqual(['flex']);
    // (1,000 x 1.25 + 1,000 x 10) x 0.5
    expect(costOfAttempts(attempts)).toBe(0.005625);
    expect(records[0]!.service_tier).toBe('flex');
    expect(warnings.join()).not.toContain('tier');
  });

  it('without capacity is the default one at once, at its price, which is said', async () => {
    const full: Scenario = {
      kind: 'error',
      status: 429,
      message: 'Resource unavailable',
      code: 'resource_unavailable',
    };
    const { call, server, clock } = await engineFixture({
      answer: [full, { ...answered, serviceTier: 'default' }],
    });
    const { attempts, warnings } = await call({ forceModel: third, tier: 'flex' });
    expect(tiersOf(server)).toEqual(['flex', 'default']);
    expect(clock.waits).toEqual([]);
    expect(costOfAttempts(attempts)).toBe(0.01125);
    expect(warnings).toContain(`${third} answered in tier default, not flex: billed as such`);
  });

  it('stays with its tier where the rate is limited: it waits', async () => {
    const limited: Scenario = {
      kind: 'error',
      status: 429,
      message: 'Rate limit reached',
      code: 'rate_limit_exceeded',
    };
    const { call, server, clock } = await engineFixture({
      answer: [limited, { ...answered, serviceTier: 'flex' }],
    });
    await call({ forceModel: third, tier: 'flex' });
    expect(tiersOf(server)).toEqual(['flex', 'flex']);
    expect(clock.waits).toHaveLength(1);
  });

  it('is the default one where the model does not take it, and the next candidate by policy', async () => {
    const { call, server, asked } = await engineFixture({ answer: code });
    await call({ tier: 'flex' });
    expect([asked(), tiersOf(server)]).toEqual([[first], ['default']]);
    const next = await engineFixture({
      answer: code,
      policies: { overrides: { code_generate: { tier: 'flex', tierFallback: 'next' } } },
    });
    await next.call();
    expect([next.asked(), tiersOf(next.server)]).toEqual([[second], ['flex']]);
  });

  it('is left out where the server refuses it', async () => {
    const refused: Scenario = { kind: 'error', status: 400, message: 'No', param: 'service_tier' };
    const { call, server } = await engineFixture({
      answer: [refused, { ...answered, serviceTier: 'default' }],
    });
    const { warnings } = await call({ forceModel: third, tier: 'fast' });
    expect(tiersOf(server)).toEqual(['priority', undefined]);
    expect(warnings).toContain(`${third} answered in tier default, not priority: billed as such`);
  });

  it('that the answer does not name is billed as it was asked for, unless that is less than the default', async () => {
    const cost = async (tier: 'fast' | 'flex') => {
      const { call } = await engineFixture({ answer: [{ ...answered, serviceTier: null }] });
      return costOfAttempts((await call({ forceModel: third, tier })).attempts);
    };
    expect(await cost('fast')).toBe(0.0225);
    expect(await cost('flex')).toBe(0.01125);
  });

  it('counts for a ceiling as the dearest that may be billed', async () => {
    const { call, error, server } = await engineFixture({
      answer: [{ ...answered, serviceTier: 'fast' }, code],
    });
    const { decision, attempts } = await call({ tier: 'fast' });
    const worst = decision.selected!.cost!.highUsd;
    expect(attempts[0]!.reservedUsd).toBe(worst);
    expect((await error({ forceModel: first, tier: 'fast', maxCostUsd: worst * 0.6 })).code).toBe(
      'over-budget',
    );
    await call({ forceModel: first, tier: 'default', maxCostUsd: worst * 0.6 });
    expect(tiersOf(server)).toEqual(['fast', 'default']);
  });
});
