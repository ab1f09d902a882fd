/** Wait between retries of one model. */
import type { RetryPolicy } from '../../core/config/policy.ts';

/** Exponential, with jitter on the upper half so that clients do not retry in step. `retry` counts from 0. */
export function backoffMs(retry: number, { baseMs, maxMs }: RetryPolicy, random: () => number): number {
  const ceiling = Math.min(maxMs, baseMs * 2 ** retry);
  return Math.round(ceiling * (0.5 + random() / 2));
}
