/**
 * What orch adds to a request: `npm run bench:overhead [-- pairs [budgets]]`. A `delegate.run` through a long-lived MCP
 * server beside the very same body sent by bare fetch to the same loopback server, one after the other in the
 * same run; then the same through servers with and without a budget (`budgets`: that alone). Exits with 1 when a bar is missed.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { redisBudget } from '../../src/adapters/budget/redis-budget.ts';
import { createFactory } from '../../src/factory.ts';
import { readRequest } from '../../src/operations/delegation/read-request.ts';
import { runDelegation } from '../../src/operations/delegation/run-delegation.ts';
import { hasRedis, startRedis } from '../helpers/redis-server.ts';
import { startScenarioServer } from '../rehearsal/scenario-server.ts';
import { benchEnvironment, livingModels, McpPeer, quantile, startProvider } from './peers.ts';
import { wholeAnswer } from './whole-answer.ts';

const pairs = Number(process.argv[2] ?? 1500);
const warmUp = Math.ceil(pairs / 5);
const blockCount = 5;
const atOnce = 100;
/** A quick model; with no time of its own a server would only measure how many calls two cores can do. */
const answerDelayMs = 500;

const home = mkdtempSync(join(tmpdir(), 'orch-overhead-'));
writeFileSync(join(home, 'models.json'), JSON.stringify(livingModels));
const provider = await startProvider();
const env = benchEnvironment(home, provider);
const nodeArguments = process.env.ORCH_BENCH_PROFILE
  ? ['--cpu-prof', `--cpu-prof-dir=${process.env.ORCH_BENCH_PROFILE}`]
  : [];
const orch = new McpPeer({ env, cwd: home, nodeArguments });
let missed = 0;

try {
  if (process.argv[3] !== 'budgets') {
    await orch.initialize();
    await oneByOne();
  }
  await underBudgets();
  if (process.argv[3] !== 'budgets') {
    await manyAtOnce();
    await firstToken();
  }
} finally {
  await orch.stop();
  await provider.stop();
  rmSync(home, { recursive: true, force: true });
}
process.exitCode = missed === 0 ? 0 : 1;

function report(name: string, value: string, ok: boolean, details: string): void {
  if (!ok) missed++;
  console.log(`${name.padEnd(34)} ${value.padEnd(26)} ${ok ? 'ok    ' : 'MISSED'} ${details}`);
}

async function throughOrch(input: string, expected: string, peer = orch): Promise<void> {
  const { result } = await peer.call('delegate.run', { task: 'docs', input }).answer;
  if (result?.structuredContent?.result !== expected) {
    throw new Error(`not the whole answer: ${JSON.stringify(result)}\n${peer.stderr}`);
  }
}

async function byFetch(body: object, expected: string): Promise<void> {
  const response = await fetch(`${provider.url}/responses`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-bench', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!text.includes('response.completed') || !text.includes(expected.slice(0, 8))) throw new Error(text);
}

async function timed(work: Promise<void>): Promise<number> {
  const started = performance.now();
  await work;
  return performance.now() - started;
}

/** What orch sends for an input, with everything that it adds. */
async function bodyFor(input: string): Promise<object> {
  await throughOrch(input, wholeAnswer('0'));
  return (await provider.ask('last-body')).body;
}

async function oneByOne(): Promise<void> {
  const input = 'call=0 describe it';
  const body = await bodyFor(input);
  const own: number[] = [];
  const bare: number[] = [];
  for (let pair = -warmUp; pair < pairs; pair++) {
    // Which of the two comes first changes: the second may find caches warm.
    const orchFirst = pair % 2 === 0;
    const first = await timed(
      orchFirst ? throughOrch(input, wholeAnswer('0')) : byFetch(body, wholeAnswer('0')),
    );
    const second = await timed(
      orchFirst ? byFetch(body, wholeAnswer('0')) : throughOrch(input, wholeAnswer('0')),
    );
    if (pair < 0) continue;
    own.push(orchFirst ? first : second);
    bare.push(orchFirst ? second : first);
  }
  // A burst of something else on the machine spoils one block, not the median of them.
  const blocks = Array.from({ length: blockCount }, (_, block) => {
    const part = (values: number[]) =>
      values.slice(Math.floor((block * pairs) / blockCount), Math.floor(((block + 1) * pairs) / blockCount));
    return { own: part(own), bare: part(bare) };
  });
  console.log(`${pairs} pairs after ${warmUp} to warm up; medians of ${blockCount} blocks`);
  for (const [share, bar] of [
    [0.5, 3],
    [0.99, 10],
  ] as const) {
    const inBlocks = blocks.map((block) => quantile(block.own, share) - quantile(block.bare, share));
    const more = quantile(inBlocks, 0.5);
    const [all, allBare] = [quantile(own, share), quantile(bare, share)];
    report(
      `p${share * 100} above fetch`,
      `${more.toFixed(2)} ms (bar ${bar})`,
      more <= bar,
      `of all pairs ${all.toFixed(2)} ms beside ${allBare.toFixed(2)} ms, ratio ${(all / allBare).toFixed(2)}`,
    );
  }
}

/** A reservation, its commitment and its settling: on disk, and in Redis if there is one. */
async function underBudgets(): Promise<void> {
  const redis = hasRedis ? await startRedis() : undefined;
  try {
    const budgets: { name: string; bar: number; more: Record<string, string> }[] = [
      { name: 'disk', bar: 1.5, more: {} },
      ...(redis ? [{ name: 'Redis', bar: 1, more: { ORCH_BUDGET_URL: redis.url } }] : []),
    ];
    const peers = [];
    for (const { name, more } of [{ name: 'without', more: undefined }, ...budgets]) {
      const own = join(home, name);
      mkdirSync(own);
      const limited = more && { ORCH_DAILY_BUDGET_USD: '1000000', ...more };
      peers.push(new McpPeer({ env: { ...env, XDG_STATE_HOME: own, ...limited }, cwd: home }));
    }
    if (redis) await rebuilt(redis.url);
    await Promise.all(peers.map((peer) => peer.initialize()));
    const times: number[][] = peers.map(() => []);
    for (let turn = -warmUp; turn < pairs; turn++) {
      // Each is the first, the second and the last in turn: what else the machine does affects all alike.
      for (let place = 0; place < peers.length; place++) {
        const which = (place + turn + warmUp) % peers.length;
        const took = await timed(throughOrch('call=0 describe it', wholeAnswer('0'), peers[which]));
        if (turn >= 0) times[which]!.push(took);
      }
    }
    await Promise.all(peers.map((peer) => peer.stop()));
    if (redis) {
      const stats = await redis.client().info('commandstats');
      const trips = [...stats.matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)].map(([, calls]) =>
        Number(calls),
      );
      const calls = pairs + warmUp;
      console.log(
        `round trips to Redis per call: ${(trips.reduce((sum, each) => sum + each, 0) / calls).toFixed(2)}`,
      );
    }
    const [without, ...limited] = times.map((all) => quantile(all, 0.5)) as [number, ...number[]];
    for (const [index, { name, bar }] of budgets.entries()) {
      const more = limited[index]! - without;
      report(
        `p50 more with a budget on ${name}`,
        `${more.toFixed(2)} ms (bar ${bar})`,
        more <= bar,
        `${limited[index]!.toFixed(2)} ms beside ${without.toFixed(2)} ms without one, ${pairs} calls each`,
      );
    }
  } finally {
    await redis?.stop();
  }
}

/** A budget in Redis begins with sums, here of nothing. */
async function rebuilt(url: string): Promise<void> {
  const budget = redisBudget({ url, newId: () => crypto.randomUUID(), onEstimated: async () => undefined });
  await budget.rebuild(async () => ({ sums: [] }));
  await budget.close();
}

async function manyAtOnce(): Promise<void> {
  const input = `call=0 delay=${answerDelayMs} describe it`;
  const body = await bodyFor(input);
  const rounds: { own: number; bare: number }[] = [];
  const perSecond = async (send: () => Promise<void>, calls: number) => {
    let left = calls;
    const lane = async () => {
      while (left-- > 0) await send();
    };
    const ms = await timed(Promise.all(Array.from({ length: atOnce }, lane)).then(() => {}));
    return (calls / ms) * 1000;
  };
  const expected = wholeAnswer('0');
  for (let round = -1; round < 3; round++) {
    const calls = atOnce * 6;
    const bare = await perSecond(() => byFetch(body, expected), calls);
    const own = await perSecond(() => throughOrch(input, expected), calls);
    if (round >= 0) rounds.push({ own, bare });
  }
  const own = quantile(
    rounds.map((round) => round.own),
    0.5,
  );
  const bare = quantile(
    rounds.map((round) => round.bare),
    0.5,
  );
  report(
    `${atOnce} at a time, of fetch's rate`,
    `${((own / bare) * 100).toFixed(0)} % (bar 80 %)`,
    own >= 0.8 * bare,
    `${own.toFixed(0)} beside ${bare.toFixed(0)} calls a second, answers of ${answerDelayMs} ms`,
  );
  const plain = await bodyFor('call=0 describe it');
  const quickBare = await perSecond(() => byFetch(plain, expected), atOnce * 10);
  const quick = await perSecond(() => throughOrch('call=0 describe it', expected), atOnce * 10);
  console.log(
    `  for information: with answers of 0 ms ${quick.toFixed(0)} beside ${quickBare.toFixed(0)} calls a second, ${((quick / quickBare) * 100).toFixed(0)} %`,
  );
}

/** Inside one process, so that both ends read the same clock. */
async function firstToken(): Promise<void> {
  let writtenAt = 0;
  const gate = () => new Promise<void>((open) => setTimeout(open, 5));
  const server = await startScenarioServer({
    catalog: (await import('../../conf/catalog.json')).default as never,
    today: () => new Date().toISOString().slice(0, 10),
    answer: () => ({
      kind: 'text',
      text: wholeAnswer('0'),
      pauses: [
        {
          at: 0,
          until: gate().then(() => {
            writtenAt = performance.now();
          }),
        },
      ],
    }),
  });
  const factory = createFactory({
    cwd: home,
    variables: { ...env, OPENAI_BASE_URL: server.url },
    writeLog: () => {},
    defaultLogLevel: 'info',
  });
  const waits: number[] = [];
  for (let call = -20; call < 300; call++) {
    let shownAt: number | undefined;
    await runDelegation(readRequest({ task: 'docs', input: 'describe it' }), {}, factory, {
      signal: new AbortController().signal,
      onProgress: (event) => {
        if (event.kind === 'text') shownAt ??= performance.now();
      },
    });
    if (call >= 0) waits.push(shownAt! - writtenAt);
  }
  await factory.close();
  await server.close();
  const median = quantile(waits, 0.5);
  report(
    'first token, after it was written',
    `${median.toFixed(2)} ms (bar 2)`,
    median <= 2,
    `p99 ${quantile(waits, 0.99).toFixed(2)} ms`,
  );
}
