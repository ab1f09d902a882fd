/** How long to wait before the next try of one model. */
import type { RetryPolicy } from '../core/config/policy.ts';

/** Exponential, with the upper half jittered, so that many callers do not come back at once. `retry` from 0. */
export function backoffMs(retry: number, { baseMs, maxMs }: RetryPolicy, random: () => number): number {
  const ceiling = Math.min(maxMs, baseMs * 2 ** retry);
  return Math.round(ceiling * (0.5 + random() / 2));
}
