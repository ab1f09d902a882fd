/**
 * Whether work grows in proportion to its input, told by CPU time. Only work that takes long is compared, and the bound
 * is far from both sides, because a busy machine can double what the same work costs.
 */
import { expect } from 'vitest';

/** Less stops nobody, and is as quick as linear work has to be. */
const longMs = 600;
const factor = 8;
/** Work in proportion to its input costs 8 times as much for 8 times the size, quadratic work 64 times. */
const mostGrowth = 30;
const smallRuns = 3;
const largeRuns = 5;

/** `make` prepares the work for a size, which is not measured. */
export async function expectLinear(make: (size: number) => () => unknown, size: number): Promise<void> {
  const large = make(factor * size);
  const times = [await cpuMs(large)];
  if (times[0]! < longMs) return;
  const small = make(size);
  const smallTimes: number[] = [];
  while (smallTimes.length < smallRuns) smallTimes.push(await cpuMs(small));
  const mostMs = Math.max(longMs, mostGrowth * Math.min(...smallTimes));
  // The least of several runs counts, so one that is quick enough settles it.
  while (times.at(-1)! >= mostMs && times.length < largeRuns) times.push(await cpuMs(large));
  expect(
    Math.min(...times),
    `size ${size}: ${smallTimes} ms, ${factor} times that: ${times} ms`,
  ).toBeLessThan(mostMs);
}

async function cpuMs(run: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
