import { expect, it, onTestFinished, vi } from 'vitest';
import { Watchdog } from '../../../src/adapters/http/watchdog.ts';

function watch(limits: Partial<{ firstEventMs: number; idleMs: number; totalMs: number }>): Watchdog {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const { signal } = new AbortController();
  const watchdog = new Watchdog({ firstEventMs: 50_000, idleMs: 60_000, totalMs: 1e9, ...limits }, signal);
  onTestFinished(() => {
    watchdog.close();
    vi.useRealTimers();
  });
  return watchdog;
}

it('bytes without an event extend the time to the first event', () => {
  const watchdog = watch({});
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
  for (let elapsed = 0; elapsed < most; elapsed += 10_000) {
    expect(watchdog.failure).toBeUndefined();
    watchdog.stir();
    vi.advanceTimersByTime(10_000);
  }
  expect(watchdog.failure?.failureClass).toBe('first-event-timeout');
  expect(watchdog.failure?.message).toContain('no first event within');
});

it('after the first event any bytes reset the limit of silence', () => {
  const watchdog = watch({});
  watchdog.beat();
  for (let turn = 0; turn < 20; turn++) {
    vi.advanceTimersByTime(59_000);
    if (turn % 2 === 0) watchdog.stir();
    else watchdog.beat();
  }
  expect(watchdog.failure).toBeUndefined();
  vi.advanceTimersByTime(60_000);
  expect(watchdog.failure?.failureClass).toBe('idle-timeout');
});

it('bytes do not lift the limit of the whole attempt', () => {
  const watchdog = watch({ totalMs: 90_000 });
  watchdog.beat();
  for (let turn = 0; turn < 9; turn++) {
    watchdog.stir();
    vi.advanceTimersByTime(10_000);
  }
  expect(watchdog.failure?.failureClass).toBe('attempt-timeout');
});
