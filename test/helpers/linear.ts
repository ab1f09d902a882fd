/** Whether work grows in proportion to its input. */
import { expect } from 'vitest';

/** CPU time, which other processes hardly disturb: the least of five runs. */
export function cpuMs(run: () => unknown): number {
  const times = Array.from({ length: 5 }, () => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}

/** A measurement below this is noise. */
const leastMs = 3;

/** `make` prepares the work for a size. Quadratic work costs sixteen times as much for four times the size. */
export function expectLinear(make: (size: number) => () => unknown, size: number): void {
  const once = cpuMs(make(size));
  const four = cpuMs(make(4 * size));
  expect(four, `${size}: ${once} ms, ${4 * size}: ${four} ms`).toBeLessThan(8 * Math.max(once, leastMs));
}
