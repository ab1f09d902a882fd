import { expect, it, onTestFinished, vi } from 'vitest';
import { Watchdog } from '../../../src/adapters/http/watchdog.ts';
import type { AttemptLimits } from '../../../src/engine/ports.ts';

const minute = 60_000;

function watch(limits: Partial<AttemptLimits> = {}): Watchdog {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const { signal } = new AbortController();
  const watchdog = new Watchdog({ firstEventMs: 50_000, idleMs: minute, totalMs: 1e9, ...limits }, signal);
  onTestFinished(() => {
    watchdog.close();
    vi.useRealTimers();
  });
  return watchdog;
}

/** Time passes until the attempt is ended; returns how much, in milliseconds. */
function passUntilEnd(watchdog: Watchdog, every: number, sign: () => void = () => {}): number {
  let passed = 0;
  while (!watchdog.failure && passed < 100 * minute) {
    sign();
    vi.advanceTimersByTime(every);
    passed += every;
  }
  return passed;
}

it('bytes without an event extend the time to the first event', () => {
  const watchdog = watch();
  vi.advanceTimersByTime(40_000);
  watchdog.stir();
  vi.advanceTimersByTime(49_000);
  expect(watchdog.failure).toBeUndefined();
  vi.advanceTimersByTime(1000);
  expect(watchdog.failure?.failureClass).toBe('first-event-timeout');
});

it.each([
  [50_000, 120_000],
  [200_000, 200_000],
])('without an event and a limit of %d ms, no bytes keep an attempt for more than %d ms', (limit, most) => {
  const watchdog = watch({ firstEventMs: limit });
  expect(passUntilEnd(watchdog, 10_000, () => watchdog.stir())).toBe(most);
  expect(watchdog.failure?.failureClass).toBe('first-event-timeout');
  expect(watchdog.failure?.message).toContain('no first event within');
});

it('a model may be silent for longer until its text begins, and when it thinks again', () => {
  const limits = { thinkingMs: 5 * minute };
  const thinking = watch(limits);
  thinking.beat();
  expect(passUntilEnd(thinking, 1000)).toBe(5 * minute);
  expect(thinking.failure?.message).toBe('the stream was silent for 5 min 0 s');

  const writing = watch(limits);
  writing.beat();
  vi.advanceTimersByTime(4 * minute);
  writing.enter('writing');
  expect(passUntilEnd(writing, 1000)).toBe(minute);
  expect(writing.failure?.message).toBe('the stream was silent for 1 min 0 s');

  const again = watch(limits);
  again.enter('writing');
  again.enter('thinking');
  expect(passUntilEnd(again, 1000)).toBe(5 * minute);
});

it('after the first event any bytes reset the limit of silence', () => {
  const watchdog = watch();
  watchdog.beat();
  for (let turn = 0; turn < 10; turn++) {
    vi.advanceTimersByTime(59_000);
    if (turn % 2 === 0) watchdog.stir();
    else watchdog.beat();
  }
  expect(watchdog.failure).toBeUndefined();
  vi.advanceTimersByTime(minute);
  expect(watchdog.failure?.failureClass).toBe('idle-timeout');
});

it('comments alone keep an attempt alive for ten minutes, events for longer', () => {
  const commented = watch();
  commented.beat();
  expect(passUntilEnd(commented, 10_000, () => commented.stir())).toBe(10 * minute);
  expect(commented.failure?.failureClass).toBe('idle-timeout');
  expect(commented.failure?.message).toContain('nothing but comments');

  const eventful = watch({ totalMs: 30 * minute });
  expect(passUntilEnd(eventful, 10_000, () => eventful.beat())).toBe(30 * minute);
  expect(eventful.failure?.failureClass).toBe('attempt-timeout');
});

it('a late event is followed by as much silence as any', () => {
  const watchdog = watch();
  passUntilEnd(watchdog, 55_000, () => {
    if (performance.now() < 20 * minute) watchdog.beat();
    watchdog.stir();
  });
  expect(watchdog.failure?.message).toBe('the stream was silent for 1 min 0 s');
});

it('bytes do not lift the limit of the whole attempt', () => {
  const watchdog = watch({ totalMs: 90_000 });
  watchdog.beat();
  expect(passUntilEnd(watchdog, 10_000, () => watchdog.stir())).toBe(90_000);
  expect(watchdog.failure?.failureClass).toBe('attempt-timeout');
});

it('a limit is named with what sets it', () => {
  const settings = { firstEvent: 'first', idle: 'idle', total: 'total' };
  const silent = watch({ settings });
  passUntilEnd(silent, 1000);
  expect(silent.failure?.message).toBe('no first event within 50.0 s (first)');
  const stalled = watch({ settings });
  stalled.beat();
  passUntilEnd(stalled, 1000);
  expect(stalled.failure?.message).toBe('the stream was silent for 1 min 0 s (idle)');
  const slow = watch({ settings, totalMs: 40_000 });
  passUntilEnd(slow, 1000);
  expect(slow.failure?.message).toBe('not finished within 40.0 s (total)');
});
