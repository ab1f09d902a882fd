/** What every clock does. */
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/system/clock.ts';
import type { Clock } from '../../src/engine/ports.ts';
import { FakeClock } from '../engine/engine-fixture.ts';

const anHour = 3_600_000;

describe.each<[name: string, make: () => Clock, waitMs: number]>([
  ['of the system', () => systemClock, 2],
  ['of the tests of the engine', () => new FakeClock('2026-11-22'), anHour],
])('the clock %s', (_name, make, waitMs) => {
  it('has moved on by what was slept', async () => {
    const clock = make();
    const [now, monotonic] = [clock.now(), clock.monotonic()];
    await clock.sleep(waitMs, new AbortController().signal);
    // A timer of Node's may fire up to a millisecond early.
    expect(clock.monotonic() - monotonic).toBeGreaterThanOrEqual(waitMs - 1);
    expect(clock.now() - now).toBeGreaterThanOrEqual(waitMs - 1);
    expect(clock.now()).toBeGreaterThan(Date.UTC(2026, 0));
  });

  it('sleeps no longer than until an abort, which is no error', async () => {
    const clock = make();
    await clock.sleep(anHour, AbortSignal.abort());
    const abort = new AbortController();
    const slept = clock.sleep(anHour, abort.signal);
    abort.abort();
    await slept;
  });
});
