/** The crash test for fallback with a clock that does not wait; in real time: npm run bench:faults. */
import { describe, expect, it } from 'vitest';
import type { CallOptions } from '../../src/engine/context.ts';
import { judge, judgeAccounts, type Try } from '../bench/faults/judge.ts';
import { callThroughOutage, judgeOutage } from '../bench/faults/outage.ts';
import { type Fault, faults } from '../bench/faults/sixteen.ts';
import {
  chunks,
  type Outcome,
  primary,
  primaryText,
  secondary,
  secondaryText,
} from '../bench/faults/stage.ts';
import { byModel, type Scripted, scenarioFor } from '../rehearsal/script.ts';
import { configOf, type EngineFixture, engineFixture } from './engine-fixture.ts';

const healthy = { kind: 'text', text: secondaryText, chunks } as const;
const routing = { routing: { docs: [primary, secondary] } };

/** In real time. Only a model that falls silent gets short limits: another may be slow on a busy machine. */
const limits: Record<number, object> = {
  6: { firstEventMs: 400, totalMs: 1200 },
  7: { firstEventMs: 400, totalMs: 1200 },
  9: { idleMs: 400 },
};

interface Stage {
  room: EngineFixture;
  tries: Try[];
  ask(options?: Partial<CallOptions>): Promise<Outcome>;
}

async function stageFor(fault: Fault, stream: boolean): Promise<Stage> {
  const faulty = fault.primary({ stream, second: 1000 });
  // Time is the time of the calls, which passes by their waits alone.
  const inFakeTime: Scripted = (request) =>
    scenarioFor(faulty, { ...request, elapsedMs: room.clock.monotonic() });
  const room: EngineFixture = await engineFixture({
    answer: byModel({ [primary]: inFakeTime, [secondary]: fault.secondary ?? healthy }),
    models: routing,
    policies: { timeouts: { [primary]: limits[fault.number] ?? {} } },
  });
  const tries: Try[] = [];
  room.server.onRequest(({ model }) => tries.push({ model, at: room.clock.monotonic() }));
  return {
    room,
    tries,
    async ask(options) {
      const started = room.clock.monotonic();
      const nothing = {
        text: undefined,
        model: undefined,
        usage: undefined,
        error: undefined,
        output: undefined,
      };
      const asked = room.call({ task: 'docs', shape: 'text', language: undefined }, { stream, ...options });
      const outcome = await asked.then(
        ({ finished, attempt }) => ({
          ...nothing,
          text: finished.result,
          model: attempt.servedModel,
          usage: { input: attempt.usage.inputTokens ?? null, output: attempt.usage.outputTokens ?? null },
        }),
        ({ code, message, hint }) => ({ ...nothing, error: { code, message, hint } }),
      );
      return { ...outcome, hung: false, ms: room.clock.monotonic() - started };
    },
  };
}

describe.each([
  ['streaming', true],
  ['plain', false],
] as const)('sixteen faults, %s', (_, stream) => {
  it.each(faults.filter(({ number }) => number !== 15))('$number: $name', async (fault) => {
    const { room, tries, ask } = await stageFor(fault, stream);
    const outcome = await ask();
    const during = [...tries];
    room.server.answerWith({ kind: 'text', text: primaryText, chunks });
    room.context.config = configOf({}, routing);
    const judged = judge(fault, { outcome, tries: during, afterwards: await ask() });
    expect(judged).toEqual({ verdict: 'pass', note: '' });
  });

  it('15: a breaker opens, the other model serves, and a probe closes it', async () => {
    const fault = faults.find(({ number }) => number === 15)!;
    const { room, tries, ask } = await stageFor(fault, stream);
    const subject = { ask: () => ask(), close: async () => {} };
    const { clock } = room;
    const calls = await callThroughOutage(subject, stream, clock.monotonic, async (ms) => clock.pass(ms));
    const { verdict, note } = judgeOutage(calls, tries);
    expect(verdict, note).toBe('pass');
    // Three calls of three tries each opened it; the first try after that was the probe, and it went well.
    expect(tries.filter(({ model, at }) => model === primary && at < 60_000)).toHaveLength(9);
  });
});

it('16: the answer and the record agree on who served and what it cost', async () => {
  const { room, ask } = await stageFor(faults.find(({ number }) => number === 16)!, true);
  await ask();
  const served = room.records.at(-1)!;
  const output = {
    meta: {
      model: secondary,
      attempts: room.records,
      usage: { output: served.output_tokens },
      cost_usd: room.records.reduce((sum, { cost_usd: cost }) => sum + (cost ?? 0), 0),
    },
  };
  const outcome = { output } as unknown as Outcome;
  expect(judgeAccounts(outcome, room.records)).toEqual([]);
});

describe('a probe of a model that is still sick', () => {
  it('is one try, not three', async () => {
    const { room, tries, ask } = await stageFor(faults.find(({ number }) => number === 4)!, true);
    for (let call = 0; call < 3; call++) await ask();
    room.clock.pass(60_000);
    const before = tries.length;
    await ask();
    expect(tries.slice(before).map(({ model }) => model)).toEqual([primary, secondary]);
  });
});

describe('a provider that asks for no wait at all', () => {
  it('is not asked again at once', async () => {
    const fault = faults.find(({ number }) => number === 2)!;
    const { room, ask } = await stageFor(
      {
        ...fault,
        primary: () => ({
          kind: 'error',
          status: 429,
          message: 'Slow down',
          headers: { 'retry-after': '0' },
        }),
      },
      true,
    );
    await ask();
    expect(room.clock.waits).toEqual([250, 250]);
  });
});

describe('an error inside a stream', () => {
  it('that says how long to wait is taken at its word', async () => {
    const fault = faults.find(({ number }) => number === 2)!;
    const limited = {
      kind: 'stream-error',
      code: 'rate_limit_exceeded',
      message: 'Rate limit reached. Please try again in 1.5s.',
    } as const;
    const { room, ask } = await stageFor({ ...fault, primary: () => [limited, healthy] }, true);
    await ask();
    expect(room.clock.waits).toEqual([1500]);
  });
});
