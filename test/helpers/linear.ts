/** Whether work grows in proportion to its input: measured in CPU time, which other processes hardly disturb. */
import { expect } from 'vitest';

/** Below this a measurement is noise, and no input that costs so little stops anybody. */
const floorMs = 3;
const smallRuns = 3;
const largeRuns = 5;
const factor = 8;
/** Work in proportion to its input costs 8 times as much for 8 times the size, quadratic work 64 times. */
const mostGrowth = 24;

/** `make` prepares the work for a size, which is not measured. */
export function expectLinear(make: (size: number) => () => unknown, size: number): void {
  const large = make(factor * size);
  const times = [cpuMs(large)];
  // So quick that nothing has to be compared.
  if (times[0]! < mostGrowth * floorMs) return;
  const small = make(size);
  const leastMs = Math.min(...Array.from({ length: smallRuns }, () => cpuMs(small)));
  const mostMs = mostGrowth * Math.max(floorMs, leastMs);
  // The least of several runs counts, so one that is quick enough settles it.
  while (times.at(-1)! >= mostMs && times.length < largeRuns) times.push(cpuMs(large));
  expect(Math.min(...times), `size ${size}: ${leastMs} ms, ${factor} times that: ${times} ms`).toBeLessThan(
    mostMs,
  );
}

function cpuMs(run: () => unknown): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
