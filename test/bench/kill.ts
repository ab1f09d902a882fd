/**
 * What a killed process leaves: `npm run bench:kill [-- kills [seed]]`. Calls on the command line and through a
 * server are killed (SIGKILL) at random moments. The ledger must be whole, every answer that came out must be in
 * it, and the next start must find and remove what was left. Exits with 1 when something is amiss.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { parseUsageCsv } from '../../src/core/record/csv-records.ts';
import { benchEnvironment, livingModels, McpPeer, type Message, quantile, startProvider } from './peers.ts';
import { seededRandom } from './seeded-random.ts';

const kills = Number(process.argv[2] ?? 500);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
const lanes = 3;
const random = seededRandom(seed);

const home = mkdtempSync(join(tmpdir(), 'orch-kill-'));
const scratch = join(home, 'tmp');
const state = join(home, 'orch');
mkdirSync(scratch);
writeFileSync(join(home, 'models.json'), JSON.stringify(livingModels));
const provider = await startProvider();
const env = { ...benchEnvironment(home, provider), TMPDIR: scratch, GIT_CONFIG_NOSYSTEM: '1' };
const bin = resolve('bin/orch.js');
const cart =
  'export function total(prices: number[]) {\n  let sum = 0;\n  for (const price of prices) sum += price;\n  return sum;\n}\n';

/** Ids of the calls whose answer came out, whole. */
const answered = new Set<string>();
const faults: string[] = [];
let killed = 0;
let finished = 0;

interface Running {
  child: ChildProcess;
  /** Resolves when the work is done without a kill. */
  done: Promise<void>;
}

const commands = [
  ['docs', 'describe it', '-o', 'out.md', '--json'],
  ['docs', 'describe it', '--json'],
  ['diff', 'rename total to sum', '-f', 'cart.ts', '--json'],
  ['diff', 'rename total to sum', '-f', 'cart.ts', '--apply', '--json'],
  ['tests', 'test it', '-f', 'cart.ts', '-o', 'cart.test.ts', '--verify', 'true', '--json'],
];

function commandLine(args: readonly string[], cwd: string): Running {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let out = '';
  child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk;
  });
  const done = once(child, 'close').then(([status]) => {
    // Everything that was printed counts, even when the kill came before the process was over.
    try {
      answered.add(JSON.parse(out).meta.run_id);
    } catch {
      if (status !== null) faults.push(`${args.join(' ')} ended with ${status}: ${out.slice(0, 300)}`);
    }
  });
  return { child, done };
}

function server(cwd: string): Running {
  const orch = new McpPeer({ env, cwd });
  const note = ({ result }: Message) => {
    const id = result?.structuredContent?.meta?.run_id;
    if (id) answered.add(id);
  };
  const work = async () => {
    await orch.initialize();
    const calls = [
      orch.call('delegate.docs', { input: 'describe it' }),
      orch.call('delegate.diff', { input: 'rename total to sum', files: ['cart.ts'] }),
      orch.call('delegate.run', { task: 'docs', input: 'call=1 describe it' }),
    ];
    await Promise.all(calls.map(({ answer }) => answer.then(note)));
    await orch.stop();
  };
  return { child: orch.child, done: Promise.race([work(), once(orch.child, 'close').then(() => {})]) };
}

const kinds: ((cwd: string) => Running)[] = [
  ...commands.map((args) => (cwd: string) => commandLine(args, cwd)),
  server,
  server,
];

function workspace(name: string): string {
  const cwd = join(home, name);
  mkdirSync(cwd, { recursive: true });
  writeFileSync(join(cwd, 'cart.ts'), cart);
  return cwd;
}

/** With as many at a time as will be killed later. */
async function timeOf(kind: (cwd: string) => Running): Promise<number> {
  const times: number[] = [];
  const measure = async (_: unknown, number: number) => {
    const cwd = workspace(`calm-${number}`);
    const started = performance.now();
    await kind(cwd).done;
    times.push(performance.now() - started);
  };
  for (let round = 0; round < 3; round++) await Promise.all(Array.from({ length: lanes }, measure));
  return quantile(times, 0.5);
}

async function lane(number: number, usual: readonly number[]): Promise<void> {
  const cwd = workspace(`work-${number}`);
  while (killed < kills) {
    const which = Math.floor(random() * kinds.length);
    writeFileSync(join(cwd, 'cart.ts'), cart);
    const running = kinds[which]!(cwd);
    const ended = once(running.child, 'close');
    // The first moments, before any work, matter less.
    const at = usual[which]! * (0.3 + random() * 0.9);
    const over = await Promise.race([running.done.then(() => true), delay(at, false, { ref: false })]);
    if (over) finished++;
    else {
      killed++;
      running.child.kill('SIGKILL');
    }
    await ended;
    await running.done;
  }
}

/** Files and folders that bear the name of a temporary, everywhere that orch may write. */
function leftOver(): string[] {
  const temporary = /^orch-check-|\.orch-[0-9a-f-]{36}$|\.tmp$|\.lock$/;
  const found: string[] = [];
  const look = (folder: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (temporary.test(entry.name)) found.push(path.slice(home.length + 1));
      else if (entry.isDirectory()) look(path);
    }
  };
  look(home);
  return found;
}

function notes(): string[] {
  const folder = join(state, 'temporaries');
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

try {
  const usual: number[] = [];
  for (const kind of kinds) usual.push(await timeOf(kind));
  // The first append of a ledger is a moment of its own: it is killed as well.
  rmSync(state, { recursive: true, force: true });
  answered.clear();
  const started = performance.now();
  await Promise.all(Array.from({ length: lanes }, (_, number) => lane(number, usual)));
  const seconds = (performance.now() - started) / 1000;

  const before = leftOver();
  // The next start comes an hour later.
  const anHourAgo = Date.now() / 1000 - 3600;
  for (const note of notes()) utimesSync(note, anHourAgo, anHourAgo);
  const next = commandLine(['docs', 'describe it', '--json'], workspace('calm'));
  await next.done;
  const after = leftOver();

  const text = readFileSync(join(state, 'usage.csv'), 'utf8');
  const { records, skipped } = parseUsageCsv(text);
  const rows = records.map(({ run_id, attempt }) => `${run_id} ${attempt}`);
  const recorded = new Set(records.map(({ run_id }) => run_id));
  const missing = [...answered].filter((id) => !recorded.has(id));
  console.log(
    `${killed} kills (and ${finished} calls that were faster), seed ${seed}: ${seconds.toFixed(0)} s`,
  );
  console.log(
    `ledger: ${records.length} rows, ${skipped.length} torn, ${rows.length - new Set(rows).size} twice, ${text.endsWith('\n') ? 'ends' : 'DOES NOT END'} with a whole line`,
  );
  console.log(`${answered.size} answers came out, ${missing.length} of them are not in the ledger`);
  console.log(
    `left over: ${before.length} (${[...new Set(before.map((path) => path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, '*').replace(/work-\d/, 'work')))].join(', ')}); after the next start ${after.length}, notes ${notes().length}`,
  );
  if (missing.length > 0) faults.push(`answers without a row: ${missing.join(', ')}`);
  if (new Set(rows).size !== rows.length) faults.push('rows that stand twice');
  if (!text.endsWith('\n')) faults.push('the next append did not heal the end of the ledger');
  for (const { reason } of skipped) if (!/^torn/.test(reason)) faults.push(`unreadable row: ${reason}`);
  if (after.length > 0) faults.push(`still left over: ${after.join(', ')}`);
  if (notes().length > 0) faults.push(`notes are left: ${notes().length}`);
} finally {
  await provider.stop();
  rmSync(home, { recursive: true, force: true });
}
console.log(faults.length === 0 ? 'ok' : `AMISS:\n${faults.slice(0, 20).join('\n')}`);
process.exitCode = faults.length === 0 ? 0 : 1;
