import type { Ora } from 'ora';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { indexingProgress } from '../../src/cli/indexing-progress.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

function terminal(stderrIsLive: boolean) {
  const spinner = {
    text: '',
    isSpinning: true,
    stop() {
      spinner.isSpinning = false;
    },
  };
  let started = 0;
  const startSpinner = async () => {
    started++;
    return spinner as unknown as Ora;
  };
  return { progress: indexingProgress({ stderrIsLive, startSpinner }), spinner, started: () => started };
}

const event = (done: number) => ({ kind: 'indexing', done, total: 3000 }) as const;

it('shows how far an index is once it takes longer than a second', async () => {
  const { progress, spinner, started } = terminal(true);
  progress.onEvent(event(100));
  vi.advanceTimersByTime(999);
  progress.onEvent(event(500));
  expect(started()).toBe(0);
  vi.advanceTimersByTime(1);
  progress.onEvent(event(1500));
  progress.onEvent(event(2000));
  await progress.stop();
  expect({ started: started(), ...spinner }).toMatchObject({
    started: 1,
    text: 'indexing 66 % of 3000 files',
    isSpinning: false,
  });
});

it('shows nothing where there is no terminal', async () => {
  const { progress, started } = terminal(false);
  progress.onEvent(event(1));
  vi.advanceTimersByTime(5000);
  progress.onEvent(event(2));
  await progress.stop();
  expect(started()).toBe(0);
});
