/** Where the budget of a stress test is kept. */
import type { Limit, Row } from '../../../src/core/budget/state.ts';
import type { Budget } from '../../../src/engine/budget.ts';

/** A folder, or the address of a Redis. */
export type Place = ({ folder: string } | { url: string }) & { leaseMs: number };

export const day = '2026-06-01';

export function daily(nano: number): Limit {
  return { window: 'day', project: null, nano };
}

export async function openBudget(
  place: Place,
  onEstimated: (row: Row, nano: number) => Promise<void>,
): Promise<Budget> {
  const options = { leaseMs: place.leaseMs, newId: () => crypto.randomUUID(), onEstimated };
  if ('url' in place) {
    const { redisBudget } = await import('../../../src/adapters/budget/redis-budget.ts');
    return redisBudget({ ...options, url: place.url });
  }
  const { diskBudget } = await import('../../../src/adapters/budget/disk-budget.ts');
  return diskBudget({ ...options, folder: place.folder, now: Date.now, genesis: async () => [] });
}
