/** The system clock. */
import type { Clock } from '../../engine/ports.ts';
import { timerMs } from '../../engine/timer.ts';

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, timerMs(milliseconds));
      signal.addEventListener('abort', done, { once: true });
    }),
};
