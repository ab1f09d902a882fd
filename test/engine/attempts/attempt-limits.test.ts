/** How long one attempt may be silent, and how long it may take: by what it was asked for, and by what the call has left. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Watchdog } from '../../../src/adapters/http/watchdog.ts';
import {
  type FailureClass,
  type FailureDetails,
  ProviderFailure,
} from '../../../src/core/errors/provider-failure.ts';
import type { DelegateRequest } from '../../../src/core/tasks/request.ts';
import type { AttemptLimits, GenerateRequest } from '../../../src/engine/ports.ts';
import { askQuestion } from '../../helpers/question.ts';
import { code, type EngineFixtureOptions, engineFixture } from '../engine-fixture.ts';

interface Asked extends AttemptLimits {
  model: string;
  cap: number;
}

/** The limits of every attempt of a call in which each model fails as long as `fails` says so. */
async function limitsOf(
  request: Partial<DelegateRequest>,
  {
    fails = () => 'empty-answer',
    ...options
  }: EngineFixtureOptions & {
    fails?: (asked: Asked[]) => FailureClass | [FailureClass, FailureDetails] | undefined;
  } = {},
): Promise<Asked[]> {
  const { call, context, clock } = await engineFixture({ answer: code, ...options });
  const provider = await context.provider();
  const asked: Asked[] = [];
  context.provider = async () => ({
    async generate(sent: GenerateRequest, given) {
      asked.push({ ...given, model: sent.model, cap: sent.maxOutputTokens });
      clock.pass(10_000);
      const failure = fails(asked);
      if (failure !== undefined) {
        const [name, details] = typeof failure === 'string' ? [failure] : failure;
        throw new ProviderFailure(name, 'no', details);
      }
      return provider.generate(sent, given);
    },
  });
  await call(request).catch(() => {});
  return asked;
}

describe('an attempt', () => {
  it('has at most 70 % of what is left of the call, and the last one all of it', async () => {
    const asked = await limitsOf({ timeoutMs: 100_000 });
    expect(asked.map(({ totalMs }) => totalMs)).toEqual([70_000, 63_000, 80_000]);
    expect(asked.map(({ settings }) => settings?.total)).toEqual([
      "the rest of the call's time is kept for other models; timeouts.default.totalMs in policies.json",
      "the rest of the call's time is kept for other models; timeouts.default.totalMs in policies.json",
      '--timeout',
    ]);
  });

  it('has all of it where what is kept would be too little for another model', async () => {
    const [short] = await limitsOf({ timeoutMs: 8000 });
    expect(short).toMatchObject({ totalMs: 8000, settings: { total: '--timeout' } });
    const [longer] = await limitsOf({ timeoutMs: 16_000 });
    expect(longer).toMatchObject({ totalMs: 11_200 });
  });

  it('of a forced model has all of it', async () => {
    const [asked] = await limitsOf({ timeoutMs: 100_000, forceModel: 'mini' });
    expect(asked).toMatchObject({ totalMs: 100_000 });
  });

  it('has the time that is set for it, as far as the call has it', async () => {
    const policies = { timeouts: { default: { totalMs: 95_000 }, mini: { totalMs: 1000, idleMs: 7 } } };
    const asked = await limitsOf({ timeoutMs: 100_000 }, { policies });
    expect(asked.map(({ totalMs }) => totalMs)).toEqual([95_000, 1000, 80_000]);
    expect(asked[1]).toMatchObject({
      idleMs: 7,
      thinkingMs: 7,
      settings: {
        firstEvent: 'timeouts.default.firstEventMs in policies.json',
        idle: 'timeouts.mini.idleMs in policies.json',
        total: 'timeouts.mini.totalMs in policies.json',
      },
    });
  });

  it('has time for its output cap and its effort, also where the cap is raised', async () => {
    const asked = await limitsOf(
      { timeoutMs: undefined, forceModel: 'codex', effort: 'high' },
      { fails: (all) => (all.length < 2 ? 'answer-cut-by-length' : undefined) },
    );
    const [first, second] = asked;
    expect(second!.cap).toBe(first!.cap * 4);
    expect(first!.totalMs).toBe(120_000 + Math.ceil((first!.cap * 1000) / 9));
    expect(first!.thinkingMs).toBe(300_000);
    // The call was given what the first request may take.
    expect(second!.totalMs).toBe(first!.totalMs - 10_000);
  });

  it('in tier flex has the limit of that, which is named, until it falls back to the default tier', async () => {
    const policies = { timeouts: { codex: { flexWaitMs: 100_000 } } };
    const noCapacity = { status: 429, providerCode: 'resource_unavailable' };
    const asked = await limitsOf(
      { timeoutMs: undefined, forceModel: 'codex', tier: 'flex' },
      {
        policies,
        models: { aliases: { codex: 'gpt-6.1-terra' } },
        fails: ({ length }) => (length < 2 ? ['rate-limited', noCapacity] : undefined),
      },
    );
    expect(asked.map(({ firstEventMs, settings }) => [firstEventMs, settings?.firstEvent])).toEqual([
      [100_000, 'timeouts.codex.flexWaitMs in policies.json'],
      [45_000, 'timeouts.default.firstEventMs in policies.json'],
    ]);
  });

  it('of a call without a timeout of its own has 70 % of what its slowest candidate may take', async () => {
    const [first] = await limitsOf({ timeoutMs: undefined, effort: 'medium' });
    expect(first!.totalMs).toBe(Math.round(0.7 * (120_000 + Math.ceil((first!.cap * 1000) / 9))));
  });
});

/** What a server does that is slow to answer. */
interface Slow {
  /** Resolves when the client has read it. */
  write(text: string): Promise<void>;
  /** The time of the limits passes, and no other. */
  pass(seconds: number): void;
  end(text: string): void;
}

const event = (data: object) => `data: ${JSON.stringify(data)}\n\n`;
const created = event({ type: 'response.created', response: { status: 'in_progress' } });
const deltaOf = (text: string) => event({ type: 'response.output_text.delta', delta: text });
const delta = deltaOf(code.text);
const completed = event({ type: 'response.completed', response: { status: 'completed' } });

async function callThrough(standIn: (server: Slow) => Promise<void>, request: Partial<DelegateRequest>) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const read = vi.spyOn(Watchdog.prototype, 'stir');
  const server = createServer((incoming, response) => {
    incoming.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    standIn({
      async write(text) {
        const before = read.mock.calls.length;
        response.write(text);
        while (read.mock.calls.length === before && !response.destroyed) await setImmediate();
      },
      pass: (seconds) => void vi.advanceTimersByTime(seconds * 1000),
      end: (text) => void response.end(text),
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    vi.useRealTimers();
    read.mockRestore();
    server.close();
    server.closeAllConnections();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const { call, context } = await engineFixture();
  context.provider = async () => ({ generate: (_, options) => askQuestion(url, options) });
  const { finished, attempts } = await call({ timeoutMs: undefined, ...request });
  return { result: finished.result, failures: attempts.map(({ failure }) => failure?.message) };
}

describe('a server that', () => {
  const rightAnswer = { result: 'export const answer = 42;\n', failures: [undefined] };

  it('thinks in silence for 75 s gives the right answer in one attempt', async () => {
    const answered = callThrough(
      async ({ write, pass, end }) => {
        await write(created);
        pass(75);
        end(delta + completed);
      },
      { effort: 'medium' },
    );
    expect(await answered).toEqual(rightAnswer);
  });

  it.each([': OPENROUTER PROCESSING\n\n', '\n', event({ type: 'keepalive' }), event({ type: 'ping' })])(
    'sends %j for 8 minutes gives the right answer in one attempt',
    async (sign) => {
      const answered = callThrough(
        async ({ write, pass, end }) => {
          await write(created);
          for (let turn = 0; turn < 16; turn++) {
            pass(30);
            await write(sign);
          }
          end(delta + completed);
        },
        { effort: 'medium' },
      );
      expect(await answered).toEqual(rightAnswer);
    },
  );

  it('thinks again for 90 s in the middle of its text gives the right answer in one attempt', async () => {
    const [start, rest] = [code.text.slice(0, 9), code.text.slice(9)];
    const answered = callThrough(
      async ({ write, pass, end }) => {
        await write(created + deltaOf(start));
        await write(
          event({ type: 'response.output_item.added', output_index: 1, item: { type: 'reasoning' } }),
        );
        pass(90);
        end(
          event({ type: 'response.output_item.done', output_index: 1, item: { type: 'reasoning' } }) +
            deltaOf(rest) +
            completed,
        );
      },
      { effort: 'medium' },
    );
    expect(await answered).toEqual(rightAnswer);
  });

  it('queues a request in tier flex for ten minutes gives the right answer in one attempt', async () => {
    const answered = callThrough(
      async ({ write, pass, end }) => {
        pass(600);
        await write(created);
        pass(600);
        end(delta + completed);
      },
      { tier: 'flex', forceModel: 'mini' },
    );
    expect(await answered).toEqual(rightAnswer);
  });

  it('sends comments for 100 s before its first event gives the right answer in one attempt', async () => {
    const answered = callThrough(
      async ({ write, pass, end }) => {
        for (let turn = 0; turn < 5; turn++) {
          pass(20);
          await write(': keepalive\n\n');
        }
        end(created + delta + completed);
      },
      { effort: 'medium' },
    );
    expect(await answered).toEqual(rightAnswer);
  });

  it.each<[string, string, number]>([
    ['before its text', created, 120],
    ['in the middle of its text', created + delta, 60],
  ])('is silent for good %s is left for the next model, and the limit named', async (_, begun, seconds) => {
    let requests = 0;
    const answered = callThrough(
      async ({ write, pass, end }) => {
        if (++requests > 1) return end(created + delta + completed);
        await write(begun);
        pass(seconds);
      },
      { effort: 'medium' },
    );
    const limit = `the stream was silent for ${seconds / 60} min 0 s`;
    expect(await answered).toEqual({
      ...rightAnswer,
      failures: [`${limit} (timeouts.default.idleMs in policies.json)`, undefined],
    });
  });
});
