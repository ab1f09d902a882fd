/**
 * Budgets: `npm run bench:budget [-- real [seed]]`. 50 processes with 20 calls each share one budget, and are stopped and
 * killed at random moments. What a stand-in bills must never exceed the budget, nothing may stay reserved by a process
 * that has gone, and nothing settled may be lost. With `real`, leases last 30 s and processes are stopped for 40 s.
 * Exits with 1 when it falls short.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { redisBudget } from '../../src/adapters/budget/redis-budget.ts';
import { defaultLeaseMs } from '../../src/engine/budget.ts';
import { hasRedis, startRedis } from '../helpers/redis-server.ts';
import { cutLine } from './budget/cut-line.ts';
import { daily, day, openBudget, type Place } from './budget/place.ts';
import { type StressOptions, stress } from './budget/stress.ts';

const real = process.argv.includes('real');
const seed = Number(process.argv.at(-1)) || Date.now() % 1_000_000;
const [leaseMs, stopMs] = real ? [defaultLeaseMs, 40_000] : [3000, 4000];

console.log(`seed ${seed}, leases of ${leaseMs} ms, stopped for ${stopMs} ms`);
const home = mkdtempSync(join(tmpdir(), 'orch-bench-budget-'));
let failed = false;

async function run(name: string, place: Place, more: Partial<StressOptions> = {}): Promise<void> {
  const options = { processes: 50, calls: 20, budget: 3_000_000, stops: 10, kills: 15 };
  const report = await stress({ place, seed, stopMs, ...options, ...more });
  const { billed, settled, least, most, requests, estimated, counts, leases, faults } = report;
  const steps = Object.entries(counts).map(([step, count]) => `${step} ${count}`);
  console.log(
    `${name}: billed ${billed} of ${options.budget} in ${requests} requests; settled ${settled} (${least} to ${most}), ${estimated} estimated`,
  );
  console.log(`  ${steps.join(', ')}; ${leases.overdue} leases ran out`);
  for (const fault of faults) console.log(`  WRONG: ${fault}`);
  failed ||= faults.length > 0;
}

async function inRedis(use: (url: string) => Promise<void>): Promise<void> {
  const server = await startRedis();
  const budget = redisBudget({ url: server.url, newId: () => 'epoch', onEstimated: async () => undefined });
  await budget.rebuild(async () => ({ sums: [] }));
  await budget.close();
  await use(server.url);
  await server.stop();
}

/** Microseconds for a reservation, its commitment and its settling in a process that goes on. */
async function measure(name: string, place: Place): Promise<void> {
  const budget = await openBudget(place, async () => undefined);
  const times: number[] = [];
  const row = { note: 'x'.repeat(500) };
  for (let turn = 0; turn < 2000; turn++) {
    const start = performance.now();
    const answer = await budget.reserve({ day, project: '', nano: 1, limits: [daily(1e12)], row });
    if ('refused' in answer) throw new Error('refused');
    await budget.commit(answer.id);
    await budget.settle(answer.id, 1);
    times.push((performance.now() - start) * 1000);
  }
  await budget.close();
  times.sort((one, other) => one - other);
  const at = (share: number) => times[Math.floor(times.length * share)]!.toFixed(0);
  console.log(`${name}: reserved, committed and settled in ${at(0.5)} µs (p50), ${at(0.95)} µs (p95)`);
}

try {
  await run('disk', { folder: join(home, 'disk'), leaseMs });
  await measure('disk', { folder: join(home, 'measured'), leaseMs });
  if (hasRedis) {
    await inRedis((url) => run('Redis', { url, leaseMs }));
    await inRedis(async (url) => {
      const line = await cutLine(url);
      const disturb = async () => {
        await delay(500);
        line.cut();
        await delay(1000);
        line.mend();
      };
      await run('Redis, cut off for a second', { url: line.url, leaseMs }, { disturb });
      line.close();
    });
    await inRedis((url) => measure('Redis', { url, leaseMs }));
  } else console.log('redis-server is not installed');
} finally {
  rmSync(home, { recursive: true });
}
process.exitCode = failed ? 1 : 0;
