/** Where the budget of a stress test is kept. */
import { diskBudget } from '../../../src/adapters/budget/disk-budget.ts';
import type { Limit, Row } from '../../../src/core/budget/state.ts';
import type { Budget } from '../../../src/engine/budget.ts';

export interface Place {
  folder: string;
  leaseMs: number;
}

export const day = '2026-06-01';

export function daily(nano: number): Limit {
  return { window: 'day', project: null, nano };
}

export function openBudget(
  { folder, leaseMs }: Place,
  onEstimated: (row: Row, nano: number) => Promise<void>,
): Budget {
  return diskBudget({
    folder,
    leaseMs,
    now: Date.now,
    newId: () => crypto.randomUUID(),
    genesis: async () => [],
    onEstimated,
  });
}
