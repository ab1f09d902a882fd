import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diskBudget } from '../../src/adapters/budget/disk-budget.ts';
import { limitsOf } from '../../src/core/budget/limits.ts';
import { nanoAtMost, nanoOf } from '../../src/core/budget/nano.ts';
import type { Limit } from '../../src/core/budget/state.ts';
import type { OrchError } from '../../src/core/errors/orch-error.ts';
import type { Budget } from '../../src/engine/budget.ts';
import { readRequest } from '../../src/operations/delegation/read-request.ts';
import { explain } from '../../src/operations/route-explain.ts';
import { folder } from '../helpers/orch.ts';
import { byModel } from '../rehearsal/script.ts';
import { code, type EngineFixtureOptions, engineFixture, today } from './engine-fixture.ts';

const first = 'gpt-6.2-sol';
const second = 'gpt-5-mini';
const third = 'gpt-5';

/** A call under budgets that are kept in a folder of the test. */
async function budgeted(budgets: object, { policies, context, ...options }: EngineFixtureOptions = {}) {
  const place = join(folder(), 'budget');
  const kept = diskBudget({
    folder: place,
    now: () => 0,
    newId: () => crypto.randomUUID(),
    genesis: async () => [],
    onEstimated: async () => undefined,
  });
  const fixture = await engineFixture({
    answer: code,
    policies: { ...policies, budgets },
    context: { budget: async () => kept, localDay: () => today, ...context },
    ...options,
  });
  const limits = limitsOf({ ...fixture.context.config.policies.budgets, dailyUsd: 1 }, undefined);
  const spent = async () => {
    const { settled, open } = (await kept.state(limits, today))[0]!;
    return { settled, open };
  };
  return { ...fixture, kept, place, spent };
}

/** What the first candidate may cost at most, in USD. */
async function worstCase(): Promise<number> {
  const { call } = await engineFixture({ answer: code });
  return (await call()).attempt.reservedUsd!;
}

describe('a call under a budget', () => {
  it('is settled at what it has cost, and asks for the tier whose price is known', async () => {
    const { call, spent, server } = await budgeted({ dailyUsd: 1 });
    const { attempt, warnings } = await call();
    expect(attempt.costUsd).toBeGreaterThan(0);
    expect(await spent()).toEqual({ settled: nanoOf(attempt.costUsd!), open: 0 });
    expect(server.requests[0]).toMatchObject({ body: { service_tier: 'default' } });
    expect(warnings.join()).not.toContain('budget');
  });

  it('counts nothing for an error, and the highest cost of an answer that was cut', async () => {
    const unused = await budgeted(
      { dailyUsd: 1 },
      { answer: byModel({ [first]: { kind: 'error', status: 503, message: 'No' } }) },
    );
    await unused.error({ forceModel: first });
    expect(unused.asked()).toHaveLength(3);
    expect(await unused.spent()).toEqual({ settled: 0, open: 0 });

    const cut = await budgeted({ dailyUsd: 1 }, { answer: byModel({ [first]: { kind: 'cut', after: 1 } }) });
    await cut.error({ forceModel: first });
    const most = cut.records.map(({ cost_forecast_usd }) => nanoAtMost(cost_forecast_usd!)!);
    expect(most.length).toBeGreaterThan(1);
    expect(await cut.spent()).toEqual({ settled: most.reduce((sum, nano) => sum + nano), open: 0 });
  });

  it('has the row of each attempt recorded before that is settled: a killed process loses none', async () => {
    const recorded: number[] = [];
    const { call, records, context, kept } = await budgeted(
      { dailyUsd: 1 },
      { answer: byModel({ [first]: [{ kind: 'cut', after: 1 }, code] }) },
    );
    context.budget = async () => ({
      ...kept,
      settle: async (...spent) => {
        recorded.push(records.length);
        await kept.settle(...spent);
      },
    });
    const sent: unknown[] = [];
    context.sendOn = (rows) => sent.push(...rows);
    await call();
    expect(recorded).toEqual([1, 2]);
    expect(records.map(({ attempt, error }) => [attempt, error])).toEqual([
      [1, 'cut'],
      [2, undefined],
    ]);
    expect(sent).toEqual(records);
  });

  it('does not hold up an answer until it is settled, where somebody waits for that later', async () => {
    const { call, context, kept, spent } = await budgeted(
      { dailyUsd: 1 },
      { answer: byModel({ [first]: [{ kind: 'cut', after: 1 }, code] }) },
    );
    let settlings = 0;
    // That of a failed attempt is waited for: what it has left may be what the next one needs.
    const settle: Budget['settle'] = (...spending) => {
      settlings++;
      return kept.settle(...spending);
    };
    context.budget = async () => ({ ...kept, settle });
    const later: (() => Promise<unknown>)[] = [];
    const { attempts } = await call({}, { afterwards: (work) => void later.push(work) });
    expect([attempts.length, settlings, later.length]).toEqual([2, 1, 1]);
    expect((await spent()).open).toBe(nanoAtMost(attempts[1]!.reservedUsd!));
    await later[0]!();
    expect([settlings, (await spent()).open]).toEqual([2, 0]);
  });

  it('skips a model that does not fit for one that does, and says so', async () => {
    const worst = await worstCase();
    const { call, asked } = await budgeted({ monthlyUsd: worst / 2 });
    const { warnings } = await call();
    expect(asked()).toEqual([second]);
    expect(warnings.join('\n')).toMatch(
      /^gpt-6\.2-sol was skipped: it may cost \$0\.\d+, and \$0\.\d+ is left of the monthly budget of \$0\.\d+$/m,
    );
  });

  it('is refused if nothing fits, with what is left of which budget and what would fit', async () => {
    const worst = await worstCase();
    const nothing = await budgeted({ dailyUsd: 0 });
    const refused = await nothing.error();
    expect(refused).toMatchObject({ code: 'over-budget', exitStatus: 6 });
    expect(refused.message).toMatch(/^no budget allows this call:\n/);
    for (const model of [first, second, third])
      expect(refused.message).toMatch(
        new RegExp(`^ {2}${model}: it may cost .*, and \\$0 is left of the daily budget of \\$0$`, 'm'),
      );
    expect(refused.hint).toMatch(/^raise the budget/);
    expect(nothing.asked()).toEqual([]);
    expect(await nothing.spent()).toEqual({ settled: 0, open: 0 });

    const forced = await budgeted({ dailyUsd: worst / 2 });
    const { message, hint, details } = await forced.error({ forceModel: first });
    expect(message).toMatch(/^no budget allows this call: gpt-6\.2-sol: it may cost/);
    expect(hint).toMatch(/^mini \(at most about \$0\.\d+\) would fit: -m mini; or raise the budget/);
    expect(details).toMatchObject({
      refused: [{ model: first, worst_usd: worst, budget: { window: 'day', project: null } }],
    });
  });

  it('asks the model that route.explain names, whatever is left', async () => {
    const { context, kept, call, asked } = await budgeted({});
    const { config } = context;
    const request = readRequest({ task: 'code_generate', input: 'write a constant' });
    /** Nothing is spent of any of them: each is the budget of another day. */
    const limitTo = (dailyUsd: number, day: string) => {
      const { policies } = config;
      context.config = { ...config, policies: { ...policies, budgets: { ...policies.budgets, dailyUsd } } };
      context.localDay = () => day;
    };
    const looking = {
      engine: () => context,
      notes: () => [],
      recentRecords: async () => [],
      budgetStandings: (limits: readonly Limit[]) => kept.state(limits, context.localDay()),
    };
    const explained = () => explain(request, looking, new AbortController().signal);
    limitTo(1000, today);
    const all = await explained();
    const worst = [all.selected!, all.fallbacks[0]!].map(({ cost_usd }) => cost_usd.high!);
    const amounts = [1000, 0, ...worst.flatMap((usd) => [usd, usd - 1e-9])];
    const named: (string | undefined)[] = [];
    for (const [at, dailyUsd] of amounts.entries()) {
      limitTo(dailyUsd, `2026-10-1${at}`);
      const { selected, rejected, rationale, warnings, budgets } = await explained();
      named.push(selected?.model);
      expect(budgets).toEqual([{ name: 'daily', limit_usd: dailyUsd, left_usd: dailyUsd }]);
      expect(rationale).toContain(`=> ${selected?.model ?? 'no eligible model'}`);
      const before = asked().length;
      const error = await call(request).then(
        () => undefined,
        (thrown: OrchError) => thrown,
      );
      expect(asked()[before]).toBe(selected?.model);
      expect(error === undefined).toBe(selected !== null);
      for (const { model, reason } of error ? rejected : [])
        expect(error!.message).toContain(`${model}: ${reason.replace('would be skipped now: ', '')}`);
      if (error) expect(error.hint).toBe(warnings[0]);
    }
    expect(named).toEqual([first, undefined, first, second, second, undefined]);
  });

  it('ends with the failure that a retry would have repeated', async () => {
    const worst = await worstCase();
    const { error, asked } = await budgeted(
      { dailyUsd: worst * 1.5 },
      { answer: byModel({ [first]: { kind: 'cut', after: 1 } }) },
    );
    expect(await error({ forceModel: first })).toMatchObject({ code: 'provider-failed' });
    expect(asked()).toEqual([first]);
  });

  it('is not sent to a model whose price is unknown', async () => {
    const { error, asked } = await budgeted({ dailyUsd: 5 });
    const refused = await error({ forceModel: 'some-model' });
    expect(refused).toMatchObject({ code: 'over-budget' });
    expect(refused.message).toContain('some-model: its price is unknown, so it fits no budget');
    expect(asked()).toEqual([]);
  });

  it('counts as spent before anything is sent, in one step', async () => {
    const steps: string[] = [];
    const { call, kept, context } = await budgeted({ dailyUsd: 1 });
    context.budget = async () => ({
      ...kept,
      reserve: async (request) => {
        steps.push(request.spend ? 'spent' : 'held');
        return kept.reserve(request);
      },
      settle: async (...spent) => {
        steps.push('settled');
        await kept.settle(...spent);
      },
    });
    const provider = await context.provider();
    context.provider = async () => ({
      ...provider,
      generate: (...request) => {
        steps.push('sent');
        return provider.generate(...request);
      },
    });
    await call();
    expect(steps).toEqual(['spent', 'sent', 'settled']);
  });

  it('warns from four fifths of a budget on', async () => {
    const worst = await worstCase();
    const { call, kept } = await budgeted({ dailyUsd: worst * 10 });
    expect((await call()).reminders).not.toContainEqual(expect.stringContaining('%'));
    await kept.add({ day: today, project: 'other', nano: nanoAtMost(worst * 8)! });
    const { reminders, warnings } = await call();
    expect(reminders.at(-1)).toMatch(/^80 % of the daily budget of \$\d\.\d+ is spent$/);
    expect(warnings).toContain(reminders.at(-1));
    const none = await budgeted({ monthlyUsd: 1, perProject: { shop: { dailyUsd: 0 } } });
    expect((await none.call()).reminders.join()).not.toContain('budget');
  });

  it('spends and reserves nothing in a rehearsal', async () => {
    const { call, place } = await budgeted({ dailyUsd: 0 }, { context: { rehearsal: true } });
    await call();
    expect(existsSync(place)).toBe(false);
  });
});

describe('a call without a budget', () => {
  async function begin(kept: Budget): Promise<void> {
    const begun = await kept.reserve({ day: today, project: '', nano: 1, limits: [] });
    if ('id' in begun) await kept.release(begun.id);
  }

  it('counts where one is kept', async () => {
    const { call, spent, kept } = await budgeted({});
    await call();
    expect(await spent()).toEqual({ settled: 0, open: 0 });
    await begin(kept);
    const { attempt, warnings } = await call();
    expect(await spent()).toEqual({ settled: nanoOf(attempt.costUsd!), open: 0 });
    await kept.close();
    expect(warnings).toEqual((await call()).warnings);
  });

  it('counts an answer that was cut at its highest possible cost', async () => {
    const { error, kept, records, spent } = await budgeted(
      {},
      { answer: byModel({ [first]: { kind: 'cut', after: 1 } }) },
    );
    await begin(kept);
    await error({ forceModel: first });
    const most = records.map(({ cost_forecast_usd }) => nanoOf(cost_forecast_usd!)!);
    expect(await spent()).toEqual({ settled: most.reduce((sum, nano) => sum + nano), open: 0 });
  });

  it('says what was not counted where one is kept', async () => {
    const { call, context, kept } = await budgeted({});
    const failing: Budget = { ...kept, add: () => Promise.reject(new Error('the disk is full')) };
    context.budget = async () => failing;
    expect((await call()).warnings).toContain('not counted for budgets: the disk is full');
  });
});

describe('a budget that cannot be used', () => {
  it('stops a call before anything is sent', async () => {
    const { error, place, asked } = await budgeted({ dailyUsd: 1 });
    writeFileSync(place, 'a file where a folder should be');
    expect(await error()).toMatchObject({ code: 'budget-unavailable', exitStatus: 6 });
    expect(asked()).toEqual([]);
  });

  it('does not stop it if the user allows that, and says so', async () => {
    const { call, place } = await budgeted({ dailyUsd: 1, onUnavailable: 'allow' });
    writeFileSync(place, 'a file where a folder should be');
    const { warnings } = await call();
    expect(warnings).toContainEqual(
      expect.stringMatching(/^sent without being counted: the budget in .* could not be used/),
    );
  });

  it('does not take away an answer that cannot be settled', async () => {
    const { call, context, kept } = await budgeted({ dailyUsd: 1 });
    const failing: Budget = { ...kept, settle: () => Promise.reject(new Error('the disk is full')) };
    context.budget = async () => failing;
    expect((await call()).warnings).toContain('counted at its highest possible cost: the disk is full');
  });

  it('is said with the next call where an answer was sent before it was settled', async () => {
    const { call, context, kept } = await budgeted({ dailyUsd: 1 });
    const failing: Budget = { ...kept, settle: () => Promise.reject(new Error('the disk is full')) };
    context.budget = async () => failing;
    const later: (() => Promise<unknown>)[] = [];
    const afterwards = (work: () => Promise<unknown>) => void later.push(work);
    const warning = 'counted at its highest possible cost: the disk is full';
    expect((await call({}, { afterwards })).warnings).not.toContain(warning);
    await Promise.all(later.map((work) => work()));
    context.budget = async () => kept;
    expect((await call()).warnings).toContain(warning);
    expect((await call()).warnings).not.toContain(warning);
  });
});
