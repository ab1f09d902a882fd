/** A small turn of `npm run bench:budget`. */
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { redisBudget } from '../../../src/adapters/budget/redis-budget.ts';
import { type StressOptions, stress } from '../../bench/budget/stress.ts';
import { folder } from '../../helpers/orch.ts';
import { hasRedis, startRedis } from '../../helpers/redis-server.ts';

const leaseMs = 500;
const options: Omit<StressOptions, 'place'> = {
  processes: 4,
  calls: 3,
  budget: 30_000,
  seed: 7,
  stopMs: 800,
  stops: 1,
  kills: 1,
};

describe('processes that are stopped and killed', () => {
  it('spend no more than their budget, and lose nothing, in a folder', async () => {
    const report = await stress({ ...options, place: { folder: join(folder(), 'budget'), leaseMs } });
    expect(report.faults).toEqual([]);
    expect(report.billed).toBeGreaterThan(0);
    expect(report.leases.seen).toBeGreaterThan(0);
  });

  it.skipIf(!hasRedis)('spend no more than their budget, and lose nothing, in Redis', async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const budget = redisBudget({ url: server.url, newId: () => 'epoch', onEstimated: async () => undefined });
    await budget.rebuild(async () => ({ sums: [] }));
    await budget.close();
    const report = await stress({ ...options, place: { url: server.url, leaseMs } });
    expect(report.faults).toEqual([]);
    expect(report.billed).toBeGreaterThan(0);
  });
});
