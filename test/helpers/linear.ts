/** Whether work grows in proportion to its input. */
import { expect } from 'vitest';

/** Of the processor, not of the clock: the least of five runs, so that the machine's other work does not count. */
export function cpuMs(run: () => void): number {
  const times = Array.from({ length: 5 }, () => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}

/** Below this a measurement is noise. */
const leastMs = 3;

/** `make` prepares the work for a size. Quadratic work costs sixteen times as much for four times the size. */
export function expectLinear(make: (n: number) => () => void, n: number): void {
  const once = cpuMs(make(n));
  const four = cpuMs(make(4 * n));
  expect(four, `${n}: ${once} ms, ${4 * n}: ${four} ms`).toBeLessThan(8 * Math.max(once, leastMs));
}
