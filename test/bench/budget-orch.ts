/**
 * Budgets with the built `orch`: `npm run bench:budget:orch [-- --engine disk|redis|redis-cut --processes 50 --calls 20
 * --stops 10 --kills 15 --stop-seconds 40 --budget USD --seed N]`, by default all three engines. MCP servers and
 * commands share one daily budget; the provider fails in many ways, calls are cancelled, processes stopped and killed,
 * and the connection to Redis is cut. What the provider bills, by its own price list, must never exceed the budget.
 * Exits with 1 when it falls short.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';
import { Redis } from 'ioredis';
import { redisKeys } from '../../src/adapters/budget/redis-script.ts';
import { parseUsageCsv } from '../../src/core/record/csv-records.ts';
import { defaultLeaseMs } from '../../src/engine/budget.ts';
import { hasRedis, startRedis } from '../helpers/redis-server.ts';
import { audit } from './budget/books.ts';
import { cutLine } from './budget/cut-line.ts';
import { watchLeases } from './budget/lease-watch.ts';
import { daily, openBudget, type Place } from './budget/place.ts';
import { runSessions } from './budget/sessions.ts';
import { type StandIn, startStandIn } from './budget/stand-in.ts';
import { benchEnvironment, livingModels } from './peers.ts';

const { values } = parseArgs({
  options: {
    engine: { type: 'string', multiple: true, default: ['disk', 'redis', 'redis-cut'] },
    processes: { type: 'string', default: '50' },
    calls: { type: 'string', default: '20' },
    stops: { type: 'string', default: '10' },
    kills: { type: 'string', default: '15' },
    'stop-seconds': { type: 'string', default: '40' },
    budget: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const number = (text: string) => {
  const value = Number(text);
  if (!(value >= 0)) throw new Error(`not a number: ${text}`);
  return value;
};
const [processes, calls, seed] = [values.processes, values.calls, values.seed].map(number) as [
  number,
  number,
  number,
];
/** Used up before the last calls, so that there is a border to cross. */
const budgetUsd = number(values.budget ?? (processes * calls * 0.013).toFixed(2));
const cutMs = 2500;

let failed = false;
for (const engine of values.engine) {
  if (engine !== 'disk' && !hasRedis) {
    console.log(`${engine}: redis-server is not installed`);
    continue;
  }
  await run(engine);
}
process.exitCode = failed ? 1 : 0;

async function run(engine: string): Promise<void> {
  const started = performance.now();
  const home = mkdtempSync(join(tmpdir(), 'orch-bench-budget-'));
  const standIn = await startStandIn(seed);
  const server = engine === 'disk' ? undefined : await startRedis();
  const line = engine === 'redis-cut' ? await cutLine(server!.url) : undefined;
  const env = environment(home, standIn, line?.url ?? server?.url);
  const place: Place = {
    ...(server ? { url: server.url } : { folder: join(home, 'orch', 'budget') }),
    leaseMs: defaultLeaseMs,
  };
  try {
    if (server) await orch(['usage', 'status', '--rebuild', '--json'], env, home);
    const watch = watchLeases(place);
    const cuts: Promise<string[]>[] = [];
    const ended = await runSessions({
      processes,
      calls,
      seed,
      stops: number(values.stops),
      kills: number(values.kills),
      stopMs: number(values['stop-seconds']) * 1000,
      env,
      cwd: home,
      onCall: (done) => {
        const every = Math.ceil((processes * calls) / 5);
        if (line && done % every === 0 && cuts.length < 3) cuts.push(cutFor(line, server!.url, standIn));
      },
    });
    const faults = (await Promise.all(cuts)).flat();
    // Whatever was reserved by those who have gone is over now. A status only looks: who reserves next records it.
    await delay(defaultLeaseMs + 500);
    faults.push(...(await refusedCall(env, home, standIn)));
    const status = JSON.parse(await orch(['usage', 'status', '--json'], env, home));
    const leases = await watch.stop();
    const observer = await openBudget(place, async () => undefined);
    const budgetNano = Math.round(budgetUsd * 1e9);
    const standing = (await observer.state([daily(budgetNano)], status.day))[0]!;
    await observer.close();
    const report = JSON.parse(await orch(['usage', 'report', '--format', 'json'], env, home));
    const { records, skipped } = parseUsageCsv(readFileSync(join(home, 'orch', 'usage.csv'), 'utf8'));
    const reportedNano = Math.round(report.total.cost_usd * 1e9);
    const result = audit({
      budgetNano,
      standIn,
      standing,
      rows: records,
      ended,
      settlesAll: engine !== 'redis-cut',
      reportedNano,
    });
    faults.push(...result.faults, ...leases.faults.slice(0, 3));
    if (skipped.length > 0) faults.push(`${skipped.length} rows of the usage record cannot be read`);
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    console.log(`${engine}, seed ${seed}: ${processes} processes with ${calls} calls, in ${seconds} s`);
    for (const text of result.lines) console.log(`  ${text}`);
    console.log(`  leases: ${leases.seen} reservations seen, ${leases.overdue} of them overdue at some time`);
    for (const fault of faults) console.log(`  WRONG: ${fault}`);
    failed ||= faults.length > 0;
  } finally {
    line?.close();
    await server?.stop();
    await standIn.close();
    if (process.env.ORCH_BENCH_KEEP) console.log(`  kept in ${home}`);
    else rmSync(home, { recursive: true, force: true });
  }
}

function environment(home: string, standIn: StandIn, url: string | undefined): Record<string, string> {
  writeFileSync(join(home, 'models.json'), JSON.stringify(livingModels));
  const policies = {
    // A provider that says nothing is given up soon, also in tier flex.
    timeouts: { default: { firstEventMs: 20_000, flexWaitMs: 20_000, idleMs: 20_000 } },
    retry: { maxRetries: 2, baseMs: 20, maxMs: 1000 },
    breaker: { failures: 5, cooldownMs: 2000 },
  };
  writeFileSync(join(home, 'policies.json'), JSON.stringify(policies));
  mkdirSync(join(home, 'orch'));
  const hour = new Date().getUTCHours();
  return {
    ...benchEnvironment(home, standIn),
    XDG_CONFIG_HOME: join(home, 'config'),
    ORCH_DAILY_BUDGET_USD: String(budgetUsd),
    // It is noon there: the day does not end meanwhile. The sign is the other way round in these names.
    TZ: hour <= 12 ? `Etc/GMT-${12 - hour}` : `Etc/GMT+${hour - 12}`,
    ...(url === undefined ? {} : { ORCH_BUDGET_URL: url }),
  };
}

async function orch(words: readonly string[], env: Record<string, string>, cwd: string): Promise<string> {
  const started = promisify(execFile)(process.execPath, [resolve('bin/orch.js'), ...words], {
    cwd,
    env: { PATH: process.env.PATH ?? '', ...env },
    maxBuffer: 64 * 1024 * 1024,
  });
  started.child.stdin?.end();
  return (await started).stdout;
}

/** A call that reserves, and for which the budget is far too small: it sends nothing, and leaves no row of its own. */
async function refusedCall(env: Record<string, string>, cwd: string, standIn: StandIn): Promise<string[]> {
  const sentBefore = standIn.billed.size;
  const own = { ...env, ORCH_DAILY_BUDGET_USD: '0.000001' };
  const said = await orch(['run', 'docs', 'call=last describe it', '--json'], own, cwd).catch(
    (error: { stdout?: string }) => error.stdout ?? '',
  );
  const isRefused = said.includes('over-budget') && standIn.billed.size === sentBefore;
  return isRefused ? [] : [`a call above its budget was not refused: ${said}`];
}

/** Without Redis, only what was spent before may be sent. */
async function cutFor(
  line: Awaited<ReturnType<typeof cutLine>>,
  url: string,
  standIn: StandIn,
): Promise<string[]> {
  line.cut();
  const sentBefore = standIn.billed.size;
  const client = new Redis(url);
  // What was on its way to Redis when the line was cut has arrived by now.
  await delay(100);
  const spent = (await client.hvals(redisKeys[1]!)).filter((text) => text.startsWith('spent')).length;
  client.disconnect();
  await delay(cutMs);
  const sent = standIn.billed.size - sentBefore;
  line.mend();
  return sent > spent ? [`${sent} requests without Redis, and ${spent} reservations were spent before`] : [];
}
