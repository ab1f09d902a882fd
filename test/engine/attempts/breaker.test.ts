import { describe, expect, it } from 'vitest';
import { Breaker } from '../../../src/engine/attempts/breaker.ts';
import type { Scenario } from '../../rehearsal/scenario.ts';
import { byModel } from '../../rehearsal/script.ts';
import { code, type EngineFixture, engineFixture } from '../engine-fixture.ts';

const first = 'gpt-6.2-sol';
const second = 'gpt-5-mini';
const third = 'gpt-5';
const policy = { failures: 3, cooldownMs: 60_000 };
const down: Scenario = { kind: 'error', status: 500, message: 'Oh no' };
const noRetries = { retry: { maxRetries: 0 } };

/** The models that one call asks. */
async function askedBy({ call, server }: EngineFixture, request = {}): Promise<(string | undefined)[]> {
  const before = server.requests.length;
  await call(request).catch(() => undefined);
  return server.requests.slice(before).map(({ model }) => model);
}

function open({ context }: EngineFixture, ...models: string[]): void {
  for (const model of models)
    for (let count = 0; count < 3; count++) context.memory.breaker.failed(model, 'closed', policy, 0);
}

describe('a circuit', () => {
  const opened = () => {
    const breaker = new Breaker();
    for (let count = 0; count < 3; count++) breaker.failed('m', 'closed', policy, 0);
    return breaker;
  };

  it('opens after so many failures in a row, and a success closes it', () => {
    const breaker = new Breaker();
    breaker.failed('m', 'closed', policy, 0);
    breaker.failed('m', 'closed', policy, 0);
    breaker.succeeded('m');
    breaker.failed('m', 'closed', policy, 0);
    breaker.failed('m', 'closed', policy, 0);
    expect(breaker.admits('m', 0)).toBe('closed');
    breaker.failed('m', 'closed', policy, 0);
    expect(breaker.admits('m', 0)).toBe('open');
    expect(breaker.admits('other', 0)).toBe('closed');
    expect(breaker.admits('m', 59_999)).toBe('open');
  });

  it('lets one probe through after its time, and the next after half of it', () => {
    const breaker = opened();
    expect(breaker.admits('m', 60_000)).toBe('probe');
    expect(breaker.admits('m', 60_000)).toBe('open');
    breaker.failed('m', 'probe', policy, 60_000);
    expect(breaker.admits('m', 89_999)).toBe('open');
    expect(breaker.admits('m', 90_000)).toBe('probe');
    breaker.abandoned('m', 'probe');
    expect(breaker.admits('m', 90_000)).toBe('probe');
    breaker.succeeded('m');
    expect(breaker.admits('m', 90_000)).toBe('closed');
  });

  it('waits for its probe alone, whatever becomes of calls that were sent all the same', () => {
    const breaker = opened();
    expect(breaker.admits('m', 60_000)).toBe('probe');
    breaker.failed('m', 'open', policy, 60_000);
    breaker.abandoned('m', 'open');
    expect(breaker.admits('m', 90_000)).toBe('open');
    breaker.failed('m', 'probe', policy, 61_000);
    expect(breaker.admits('m', 91_000)).toBe('probe');
  });

  it('is not opened by one failed probe after a call that was sent all the same went well', () => {
    const breaker = opened();
    expect(breaker.admits('m', 60_000)).toBe('probe');
    breaker.succeeded('m');
    breaker.failed('m', 'probe', policy, 61_000);
    expect(breaker.admits('m', 61_000)).toBe('closed');
    breaker.failed('m', 'closed', policy, 61_000);
    breaker.failed('m', 'closed', policy, 61_000);
    expect(breaker.admits('m', 120_999)).toBe('open');
    expect(breaker.admits('m', 121_000)).toBe('probe');
  });

  it('is not kept open by calls that began before it opened', () => {
    const breaker = opened();
    breaker.failed('m', 'closed', policy, 50_000);
    expect(breaker.admits('m', 60_000)).toBe('probe');
  });
});

describe('a model that keeps failing', () => {
  it('is skipped with a warning, and asked again after a while', async () => {
    const room = await engineFixture({
      answer: byModel({ [first]: down, [second]: code }),
      policies: noRetries,
    });
    for (let count = 0; count < 3; count++) expect(await askedBy(room)).toEqual([first, second]);
    const { warnings } = await room.call();
    expect(room.asked().slice(6)).toEqual([second]);
    expect(warnings).toContainEqual(
      expect.stringMatching(/^gpt-6\.2-sol skipped after several consecutive failures/),
    );

    room.clock.pass(60_000);
    expect(await askedBy(room)).toEqual([first, second]);
    expect(await askedBy(room)).toEqual([second]);

    room.server.answerWith(code);
    room.clock.pass(30_000);
    expect(await askedBy(room)).toEqual([first]);
    expect(await askedBy(room)).toEqual([first]);
  });

  it('is asked all the same when there is no other', async () => {
    const room = await engineFixture({ answer: down, policies: noRetries });
    for (let count = 0; count < 5; count++) {
      expect(await askedBy(room, { forceModel: third })).toEqual([third]);
    }
  });

  it('is named in an error that others caused', async () => {
    const room = await engineFixture({
      answer: byModel({ [first]: down, [second]: code }),
      policies: noRetries,
    });
    for (let count = 0; count < 3; count++) await room.call();
    room.server.answerWith({ kind: 'refusal', text: 'No.' });
    const { message } = await room.error();
    expect(message).toMatch(/gpt-6\.2-sol: skipped after several consecutive failures/);
    expect(message).toMatch(/gpt-5-mini: /);
  });

  it('is gone back to when no other answers: an error is no better than a try', async () => {
    const empty: Scenario = { kind: 'empty' };
    const room = await engineFixture({ answer: byModel({ [first]: empty, [second]: down, [third]: code }) });
    open(room, second, third);
    const { attempt, warnings } = await room.call();
    expect(attempt.candidate.model).toBe(third);
    // One try for each, but for the last one of all.
    expect(room.asked()).toEqual([first, second, third]);
    expect(warnings.join()).not.toContain('skipped after');
  });

  it('is not one to fall to: the only other is waited for', async () => {
    const busy: Scenario = { kind: 'error', status: 429, message: 'Slow', headers: { 'retry-after': '45' } };
    const room = await engineFixture({ answer: byModel({ [first]: [busy, code] }) });
    open(room, second, third);
    await room.call();
    expect(room.asked()).toEqual([first, first]);
    expect(room.clock.waits).toEqual([45_000]);
  });

  it('is one to fall to when it is about to be probed', async () => {
    const busy: Scenario = { kind: 'error', status: 429, message: 'Slow', headers: { 'retry-after': '45' } };
    const room = await engineFixture({ answer: byModel({ [first]: busy, [second]: code }) });
    open(room, second, third);
    room.clock.pass(60_000);
    expect(await askedBy(room)).toEqual([first, second]);
  });

  it('is not gone back to when it was asked with another effort', async () => {
    const room = await engineFixture({
      answer: down,
      policies: noRetries,
      models: {
        routing: {
          code_generate: [
            { alias: 'codex', effort: 'low' },
            { alias: 'codex', effort: 'high' },
          ],
        },
      },
    });
    for (let count = 0; count < 2; count++) room.context.memory.breaker.failed(first, 'closed', policy, 0);
    const { message } = await room.error();
    expect(room.asked()).toEqual([first]);
    expect(message).not.toContain('skipped after');
  });

  it('is not one that answers badly, or that has refused', async () => {
    for (const scenario of [
      { kind: 'empty' },
      { kind: 'refusal', text: 'No.' },
      { kind: 'error', status: 400, message: 'No' },
    ] as const) {
      const room = await engineFixture({
        answer: byModel({ [first]: scenario, [second]: code }),
        policies: noRetries,
      });
      for (let count = 0; count < 5; count++) expect((await askedBy(room))[0]).toBe(first);
    }
  });

  it('is probed again when something of ours broke while it was', async () => {
    const room = await engineFixture({ answer: code, policies: noRetries });
    open(room, first);
    room.clock.pass(60_000);
    const verify = async () => {
      throw new TypeError('x is not a function');
    };
    expect((await room.error({}, { verify })).code).toBe('internal');
    expect(room.context.memory.breaker.isOpen(first, room.clock.monotonic())).toBe(false);
    expect(await askedBy(room)).toEqual([first]);
  });

  it('is probed again when its probe was not sent for lack of money', async () => {
    const dear: Scenario = { kind: 'empty', usage: { inputTokens: 100, outputTokens: 10_000 } };
    const room = await engineFixture({
      answer: byModel({ [first]: dear, [second]: down, [third]: code }),
      policies: noRetries,
    });
    const ceiling = (await room.call()).decision.selected!.cost!.highUsd;
    await room.call();
    await room.call();
    expect(await askedBy(room)).toEqual([first, third]);

    room.clock.pass(60_000);
    expect(await askedBy(room, { maxCostUsd: ceiling })).toEqual([first]);
    expect(await askedBy(room)).toEqual([first, second, third]);
  });
});
