import { describe, expect, it } from 'vitest';
import type { Play } from '../../src/adapters/rehearsal/play.ts';
import { byModel } from '../../src/adapters/rehearsal/script.ts';
import { Breaker } from '../../src/engine/breaker.ts';
import { type Bench, bench, code } from './bench.ts';

const first = 'gpt-6.1-sol';
const second = 'gpt-5-mini';
const third = 'gpt-5';
const policy = { failures: 3, cooldownMs: 60_000 };
const down: Play = { kind: 'error', status: 500, message: 'Oh no' };
const noRetries = { retry: { maxRetries: 0 } };

/** The models that one call asks. */
async function askedBy({ call, server }: Bench, request = {}): Promise<(string | undefined)[]> {
  const before = server.requests.length;
  await call(request).catch(() => undefined);
  return server.requests.slice(before).map(({ model }) => model);
}

describe('a circuit', () => {
  it('opens after so many failures in a row, and a success closes it', () => {
    const breaker = new Breaker();
    breaker.failed('m', policy, 0);
    breaker.failed('m', policy, 0);
    breaker.succeeded('m');
    breaker.failed('m', policy, 0);
    breaker.failed('m', policy, 0);
    expect(breaker.admits('m', policy, 0)).toBe(true);
    breaker.failed('m', policy, 0);
    expect(breaker.admits('m', policy, 0)).toBe(false);
    expect(breaker.admits('other', policy, 0)).toBe(true);
    expect(breaker.admits('m', policy, 59_999)).toBe(false);
  });

  it('lets one probe through after its time, and waits for how it went', () => {
    const breaker = new Breaker();
    for (let count = 0; count < 3; count++) breaker.failed('m', policy, 0);
    expect(breaker.admits('m', policy, 60_000)).toBe(true);
    expect(breaker.admits('m', policy, 60_000)).toBe(false);
    breaker.failed('m', policy, 60_000);
    expect(breaker.admits('m', policy, 119_999)).toBe(false);
    expect(breaker.admits('m', policy, 120_000)).toBe(true);
    breaker.abandoned('m');
    expect(breaker.admits('m', policy, 120_000)).toBe(true);
    breaker.succeeded('m');
    expect(breaker.admits('m', policy, 120_000)).toBe(true);
    expect(breaker.admits('m', policy, 120_000)).toBe(true);
  });
});

describe('a model that keeps failing', () => {
  it('is left alone, said so, and asked again after a while', async () => {
    const room = await bench({ answer: byModel({ [first]: down, [second]: code }), policies: noRetries });
    for (let count = 0; count < 3; count++) expect(await askedBy(room)).toEqual([first, second]);
    const { warnings } = await room.call();
    expect(room.asked().slice(6)).toEqual([second]);
    expect(warnings).toContainEqual(expect.stringMatching(/^gpt-6\.1-sol was left alone/));

    room.clock.pass(60_000);
    expect(await askedBy(room)).toEqual([first, second]);
    expect(await askedBy(room)).toEqual([second]);

    room.server.play(code);
    room.clock.pass(60_000);
    expect(await askedBy(room)).toEqual([first]);
    expect(await askedBy(room)).toEqual([first]);
  });

  it('is asked all the same when there is no other', async () => {
    const room = await bench({ answer: down, policies: noRetries });
    for (let count = 0; count < 5; count++) {
      expect(await askedBy(room, { forceModel: third })).toEqual([third]);
    }
  });

  it('is not one that answers badly, or that has refused', async () => {
    for (const play of [
      { kind: 'empty' },
      { kind: 'refusal', text: 'No.' },
      { kind: 'error', status: 400, message: 'No' },
    ] as const) {
      const room = await bench({ answer: byModel({ [first]: play, [second]: code }), policies: noRetries });
      for (let count = 0; count < 5; count++) expect((await askedBy(room))[0]).toBe(first);
    }
  });

  it('is probed again when its probe was not sent for lack of money', async () => {
    const dear: Play = { kind: 'empty', usage: { inputTokens: 100, outputTokens: 10_000 } };
    const room = await bench({
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
