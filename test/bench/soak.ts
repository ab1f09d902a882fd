/**
 * Endurance: `npm run bench:soak [-- calls [seed]]`. Thousands of calls, 32 at a time, through one server:
 * every kind of fault, cancels and frames that are no JSON-RPC. Every call must end in a whole answer or in an
 * error, and nothing may be left over. Exits with 1 when it falls short.
 */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { parseUsageCsv } from '../../src/core/record/csv-records.ts';
import { faults } from './faults.ts';
import { benchEnvironment, livingModels, McpPeer, type Message, startProvider } from './peers.ts';
import { seededRandom } from './seeded-random.ts';
import { wholeAnswer } from './whole-answer.ts';

const calls = Number(process.argv[2] ?? 20_000);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
const lanes = 32;
/** The memory after these is what the end is compared with. */
const settledAfter = Math.min(1000, Math.floor(calls / 2));
const mostGrowth = 1.1;
/** No call may take longer: all limits of the policies below are far below it. */
const hungMs = 30_000;

const random = seededRandom(seed);
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;

const home = mkdtempSync(join(tmpdir(), 'orch-soak-'));
writeFileSync(join(home, 'models.json'), JSON.stringify(livingModels));
writeFileSync(
  join(home, 'policies.json'),
  JSON.stringify({
    timeouts: { default: { firstEventMs: 1000, idleMs: 1000, totalMs: 4000 } },
    retry: { maxRetries: 2, baseMs: 2, maxMs: 30 },
    breaker: { failures: 3, cooldownMs: 50 },
  }),
);
writeFileSync(join(home, 'cart.ts'), 'export function total(a: number, b: number) {\n  return a + b;\n}\n');
const provider = await startProvider();
const orch = new McpPeer({
  env: benchEnvironment(home, provider),
  cwd: home,
  nodeArguments: ['--expose-gc', '--import', resolve('test/bench/probe.mjs')],
  ipc: true,
});
const exited = once(orch.child, 'exit');

const cancelled = new Set<number>();
const counts: Record<string, number> = {};
const count = (what: string) => {
  counts[what] = (counts[what] ?? 0) + 1;
};
const shortcomings: string[] = [];
const fallShort = (what: string) => {
  count('SHORTCOMINGS');
  if (shortcomings.length < 20) shortcomings.push(what);
};

const line = (value: unknown) => `${JSON.stringify(value)}\n`;
let badId = 0;
const malformed: (() => string | Uint8Array)[] = [
  () => '{\n',
  () => '\n',
  () => '\r\n',
  () => 'hello\n',
  () => 'null\n',
  () => '[]\n',
  () => '42\n',
  () => '{"jsonrpc":"2.0"}\n',
  () => '{"jsonrpc":"1.0","id":1,"method":"ping"}\n',
  () => '{"__proto__":{"id":1},"jsonrpc":"2.0"}\n',
  () => Buffer.from([0xff, 0xfe, 0x00, 0x0a]),
  () => `${'x'.repeat(100_000)}\n`,
  () => `${'['.repeat(20_000)}\n`,
  () => line([{ jsonrpc: '2.0', id: `bad-${badId++}`, method: 'ping' }]),
  () => line({ jsonrpc: '2.0', id: null, method: 'ping' }),
  () => line({ jsonrpc: '2.0', id: { a: 1 }, method: 'ping' }),
  () => line({ jsonrpc: '2.0', id: `bad-${badId++}`, method: 'no/such/method' }),
  () => line({ jsonrpc: '2.0', id: `bad-${badId++}`, method: 'tools/call' }),
  () => line({ jsonrpc: '2.0', id: `bad-${badId++}`, method: 'tools/call', params: { name: 7 } }),
  () =>
    line({
      jsonrpc: '2.0',
      id: `bad-${badId++}`,
      method: 'resources/read',
      params: { uri: 'orch://result/../x' },
    }),
  () => line({ jsonrpc: '2.0', id: `bad-${badId++}`, method: 'server/discover' }),
  () => line({ jsonrpc: '2.0', id: 1_000_000_000 + badId++, result: {} }),
  () => line({ jsonrpc: '2.0', id: 1_000_000_000 + badId++, error: { code: 1, message: 'x' } }),
  () => line({ jsonrpc: '2.0', method: 'notifications/cancelled' }),
  () => line({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 999_999_999 } }),
  () => line({ jsonrpc: '2.0', method: 'notifications/no-such' }),
];

interface Reading {
  resources: Record<string, number>;
  listeners: Record<string, number>;
  memory: { heapUsed: number; external: number; rss: number; machineCode: number };
  troubles: string[];
}

try {
  await orch.initialize();
  for (let call = 0; call < 50; call++) await oneCall(`warm-${call}`, 'healthy');
  const start = await settled();
  const started = performance.now();
  await run(settledAfter);
  const early = await settled(start);
  await run(calls - settledAfter);
  const seconds = (performance.now() - started) / 1000;
  const end = await settled(start);
  judge(start, early, end, seconds);
} finally {
  const status = await Promise.race([orch.stop(), delay(5000, 'hangs', { ref: false })]);
  if (status !== 0) fallShort(`the server ended with ${status}`);
  if (status === 'hangs') orch.child.kill('SIGKILL');
  await exited;
  await provider.stop();
  rmSync(home, { recursive: true, force: true });
}
console.log(shortcomings.length === 0 ? 'ok' : `FELL SHORT:\n${shortcomings.join('\n')}`);
process.exitCode = shortcomings.length === 0 ? 0 : 1;

async function run(many: number): Promise<void> {
  let left = many;
  const lane = async () => {
    while (left-- > 0) {
      if (random() < 0.1) {
        orch.sendRaw(pick(malformed)());
        count('malformed frames');
      }
      const chance = random();
      const kind =
        chance < 0.2 ? 'faulty' : chance < 0.25 ? 'cancelled' : chance < 0.27 ? 'other' : 'healthy';
      await oneCall(`${many}-${left}-${Math.floor(random() * 1e9)}`, kind);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

async function oneCall(call: string, kind: 'healthy' | 'faulty' | 'cancelled' | 'other'): Promise<void> {
  count(kind);
  const request = kind === 'other' ? otherRequest() : delegation(call, kind);
  const { id, answer } = orch.request('tools/call', {
    ...request,
    ...(random() < 0.3 ? { _meta: { progressToken: call } } : {}),
  });
  if (kind === 'cancelled') {
    await delay(random() * 25);
    // An answer that crossed the cancel is fine; whatever comes later is not.
    if (orch.forget(id)) {
      const params = { requestId: id, reason: 'bench' };
      orch.notify('notifications/cancelled', params);
      // Of the others an answer may have been on its way when the cancel was.
      if (/delay=1000|no-response/.test(JSON.stringify(request))) cancelled.add(id);
    }
    return;
  }
  const message = await Promise.race([
    answer,
    delay(hungMs, undefined, { ref: false }),
    exited.then(() => ({ error: { message: `the server died\n${orch.stderr.slice(-2000)}` } })),
  ]);
  if (message === undefined) {
    orch.forget(id);
    fallShort(`hung: ${JSON.stringify(request)}`);
    return;
  }
  judgeAnswer(message, request, call, kind);
}

function delegation(call: string, kind: string) {
  const words = [`call=${call}`];
  if (kind === 'faulty') words.push(`fault=${pick(Object.keys(faults))}${random() < 0.5 ? '!' : ''}`);
  if (kind === 'cancelled')
    words.push(pick(['delay=20', 'delay=1000', 'fault=no-response', 'fault=overloaded!']));
  if (random() < 0.2) words.push(`delay=${Math.floor(random() * 30)}`);
  const task = pick(['docs', 'deep_reasoning']);
  return { name: 'delegate.run', arguments: { task, input: `${words.join(' ')} describe it` } };
}

function otherRequest() {
  return pick([
    { name: 'delegate.diff', arguments: { input: 'rename total to sum', files: ['cart.ts'] } },
    { name: 'route.explain', arguments: { task: 'refactor', files: ['cart.ts'] } },
    { name: 'delegate.run', arguments: { task: 'docs', input: 'x', files: ['../outside.ts'] } },
    { name: 'delegate.run', arguments: { task: 'docs', input: 'call=big describe '.repeat(4000) } },
    { name: 'delegate.run', arguments: { nothing: true } },
    { name: 'no.such.tool', arguments: {} },
  ]);
}

function judgeAnswer(message: Message, request: Message, call: string, kind: string): void {
  const { result, error } = message;
  const what = JSON.stringify({ request, message }).slice(0, 600);
  if (kind === 'other') {
    if (error && request.name !== 'no.such.tool') fallShort(`protocol error: ${what}`);
    else if (!error && !result.isError && !result.structuredContent) fallShort(`nothing: ${what}`);
    return;
  }
  if (error) fallShort(`protocol error: ${what}`);
  else if (result.isError) {
    count('errors told');
    if (kind === 'healthy') fallShort(`failed without a fault: ${what}`);
    if (!/\S/.test(result.content[0].text) || /^internal/.test(result.content[0].text))
      fallShort(`an error that says nothing: ${what}`);
  } else if (result.structuredContent?.result !== wholeAnswer(call)) fallShort(`not whole: ${what}`);
  else count('whole answers');
}

/** Waits, with a limit, until nothing is open that was not open at the start. */
async function settled(start?: Reading): Promise<Reading> {
  const until = performance.now() + 15_000;
  for (;;) {
    orch.child.send('read');
    const [reading] = (await once(orch.child, 'message')) as [Reading];
    const { open } = await provider.ask('open');
    const sockets = reading.resources.TCPSocketWrap ?? 0;
    const timers = reading.resources.Timeout ?? 0;
    const calm = start ? timers <= (start.resources.Timeout ?? 0) : true;
    if ((open === 0 && sockets === 0 && calm) || performance.now() > until) {
      if (open > 0) fallShort(`${open} requests are still open at the provider`);
      return reading;
    }
    await delay(250);
  }
}

function judge(start: Reading, early: Reading, end: Reading, seconds: number): void {
  const mb = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MB`;
  const total = ({ memory }: Reading) => memory.heapUsed + memory.external;
  const percent = (share: number) => `${((share - 1) * 100).toFixed(1)} %`;
  console.log(`${calls} calls, ${lanes} at a time, seed ${seed}: ${seconds.toFixed(0)} s`);
  console.log(JSON.stringify(counts));
  console.log(
    `open at the start ${JSON.stringify(start.resources)}, at the end ${JSON.stringify(end.resources)}`,
  );
  console.log(
    `listeners at the start ${JSON.stringify(start.listeners)}, at the end ${JSON.stringify(end.listeners)}`,
  );
  // Nothing is left out: V8's machine code counts, too.
  for (const [name, of] of [
    ['memory in use', total],
    ['resident set', ({ memory }: Reading) => memory.rss],
  ] as const) {
    const growth = of(end) / of(early);
    console.log(
      `${name} after ${settledAfter} calls ${mb(of(early))}, at the end ${mb(of(end))}: ${percent(growth)} (bar ${percent(mostGrowth)})`,
    );
    if (growth > mostGrowth) fallShort(`${name} grew by ${percent(growth)}`);
  }
  console.log(
    `  of it machine code ${mb(early.memory.machineCode)}, at the end ${mb(end.memory.machineCode)}`,
  );
  for (const kind of ['resources', 'listeners'] as const) {
    for (const [name, left] of Object.entries(end[kind])) {
      const before = start[kind][name] ?? 0;
      if (left > before) fallShort(`${name}: ${left} left, ${before} at the start`);
    }
  }
  for (const trouble of new Set(end.troubles)) fallShort(trouble);
  if (/internal error/.test(orch.stderr)) fallShort(`internal error: ${orch.stderr.slice(-1000)}`);
  for (const { id } of orch.strays)
    if (cancelled.has(id)) fallShort(`call ${id} was answered after its cancel`);
  const { records, skipped } = parseUsageCsv(readFileSync(join(home, 'orch/usage.csv'), 'utf8'));
  console.log(`ledger: ${records.length} rows, ${skipped.length} unreadable`);
  if (skipped.length > 0) fallShort(`unreadable rows in the ledger: ${JSON.stringify(skipped.slice(0, 3))}`);
  // Each led to at least one attempt, which must have left its row before the answer.
  const least = counts['whole answers'] ?? 0;
  if (records.length < least) fallShort(`${least} answers, but only ${records.length} rows in the ledger`);
}
