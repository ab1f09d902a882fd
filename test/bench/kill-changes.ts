/**
 * What a kill leaves of a change: `npm run bench:kill:changes [-- kills [seed [bin/orch.js]]]`. Applying a patch of 250
 * files and `tests --verify` are killed (SIGKILL) between the first and the last write. After the next command that
 * writes there, the tree must be wholly as it was or wholly changed, and nothing may be left over. Exits with 1
 * otherwise.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { FileChange } from '../../src/core/patch/types.ts';
import { parseUsageCsv } from '../../src/core/record/csv-records.ts';
import { treeOf } from '../helpers/tree.ts';
import { quantile } from './peers.ts';
import { seededRandom } from './seeded-random.ts';

const kills = Number(process.argv[2] ?? 300);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
const bin = resolve(process.argv[4] ?? 'bin/orch.js');
const lanes = 3;
const random = seededRandom(seed);
const home = mkdtempSync(join(tmpdir(), 'orch-kill-changes-'));
const id = '00000000-0000-4000-8000-000000000250';

interface TreeFile {
  text: string;
  mode: number;
}

/** 250 files: modified, created, deleted, renamed, made executable or not. */
const files: Record<string, TreeFile> = { 'cart.ts': { text: 'export const sum = 0;\n', mode: 0o644 } };
const changes: FileChange[] = [];
for (let number = 0; number < 250; number++) {
  const text = `${`line of file ${number}\n`.repeat(1 + (number % 60))}`;
  const path = `src/${number % 17}/file-${number}.txt`;
  const after = `${text}one more\n`;
  const kind = number % 10;
  if (kind !== 9) files[path] = { text, mode: kind === 8 ? 0o755 : 0o644 };
  if (kind < 5) changes.push({ kind: 'modify', path, before: text, after });
  else if (kind === 5) changes.push({ kind: 'delete', path, before: text, after: '' });
  else if (kind === 6)
    changes.push({ kind: 'rename', path: `moved/${number}.txt`, oldPath: path, before: text, after });
  else if (kind === 7) changes.push({ kind: 'modify', path, before: text, after: text, mode: '100755' });
  else if (kind === 8) changes.push({ kind: 'modify', path, before: text, after, mode: '100644' });
  else changes.push({ kind: 'create', path: `new/${number % 7}/${number}.txt`, before: '', after });
}
const marker =
  'diff --git a/marker.txt b/marker.txt\nnew file mode 100644\n--- /dev/null\n+++ b/marker.txt\n@@ -0,0 +1 @@\n+here\n';
const testFile = 'test/cart.test.ts';
const oldTest: TreeFile = { text: 'the old tests\n', mode: 0o640 };

interface Lane {
  tree: string;
  state: string;
  orch: string;
  env: Record<string, string>;
}

function laneIn(name: string): Lane {
  const folder = join(home, name);
  const [tree, state, scratch] = ['tree', 'state', 'tmp'].map((part) => join(folder, part)) as [
    string,
    string,
    string,
  ];
  const orch = join(state, 'orch');
  for (const path of [tree, scratch, ...['locks', 'journal', 'patches'].map((part) => join(orch, part))])
    mkdirSync(path, { recursive: true });
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: join(folder, 'home'),
    XDG_STATE_HOME: state,
    TMPDIR: scratch,
    GIT_CONFIG_NOSYSTEM: '1',
    OPENAI_BASE_URL: 'http://127.0.0.1:9/v1',
  };
  return { tree, state, orch, env };
}

function reset({ tree, orch }: Lane, withTest: boolean): void {
  rmSync(tree, { recursive: true, force: true });
  const all = Object.entries(withTest ? { 'cart.ts': files['cart.ts']!, [testFile]: oldTest } : files);
  mkdirSync(tree);
  for (const [path, { text, mode }] of all) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
    chmodSync(join(tree, path), mode);
  }
  writeFileSync(join(orch, 'patches', `${id}.txt`), JSON.stringify({ base: tree, changes }));
}

interface Ended {
  status: number | null;
  stderr: string;
}

function start({ tree, env }: Lane, args: readonly string[], input = '') {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: tree,
    env,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const ended: Promise<Ended> = once(child, 'close').then(([status]) => ({ status, stderr }));
  return { child, ended };
}

/** Resolves at the first write to the tree, to what protects it, or to a copy of it. */
function firstWrite({ tree, orch, env }: Lane) {
  let watchers: ReturnType<typeof watch>[] = [];
  const close = () => {
    for (const watcher of watchers) watcher.close();
    watchers = [];
  };
  const happened = new Promise<void>((fulfil) => {
    const folders = [tree, join(tree, 'test'), join(orch, 'journal'), join(orch, 'locks'), env.TMPDIR!];
    for (const folder of folders) {
      try {
        watchers.push(watch(folder, () => fulfil()));
      } catch {
        // Only some trees have tests.
      }
    }
  }).finally(close);
  return { happened, close };
}

const work = {
  patch: ['patch', 'apply', id],
  verify: [
    'tests',
    'test it',
    '-f',
    'cart.ts',
    '-o',
    testFile,
    '--verify',
    'grep -q . {}',
    '--force',
    '--rehearse',
    '--no-stdin',
  ],
};

interface Scenario {
  name: string;
  work: keyof typeof work;
  /** The command after the kill. */
  next: readonly string[];
  input?: string;
}

const scenarios: Scenario[] = [
  { name: 'a patch, then another', work: 'patch', next: ['patch', 'apply', '--from', '-'], input: marker },
  { name: 'a patch, then --resume', work: 'patch', next: ['patch', 'apply', '--resume'] },
  {
    name: 'tests --verify, then a patch',
    work: 'verify',
    next: ['patch', 'apply', '--from', '-'],
    input: marker,
  },
];

/** What may not be there after the next command. */
function leftOver({ state, env }: Lane): string[] {
  const found: string[] = [];
  const look = (folder: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) look(path);
      else if (!/\/(patches|results|outputs|runs|said)\/|\/usage\.csv$|\/\.last-look$/.test(path))
        found.push(path.slice(home.length + 1));
    }
  };
  look(state);
  look(env.TMPDIR!);
  return found;
}

/** The tree without what the next command has written. */
function treeNow({ tree }: Lane): string {
  const entries = treeOf(tree);
  delete entries['marker.txt'];
  // A deletion leaves its folder, as it was before journals.
  return JSON.stringify(Object.entries(entries));
}

const faults: string[] = [];

async function calm(lane: Lane, scenario: Scenario) {
  reset(lane, scenario.work === 'verify');
  const before = treeNow(lane);
  const { happened, close } = firstWrite(lane);
  const { ended } = start(lane, work[scenario.work]);
  await Promise.race([happened, ended]);
  close();
  const started = performance.now();
  const { status, stderr } = await ended;
  if (status !== 0) throw new Error(`${scenario.name} fails without a kill: ${stderr}`);
  return { before, after: treeNow(lane), ms: performance.now() - started };
}

const rowsIn = ({ orch }: Lane) => {
  try {
    return parseUsageCsv(readFileSync(join(orch, 'usage.csv'), 'utf8')).records.length;
  } catch {
    return 0;
  }
};

async function run(scenario: Scenario): Promise<void> {
  const all = Array.from({ length: lanes }, (_, number) => laneIn(`lane-${number}`));
  const rounds = await Promise.all(all.map((lane) => calm(lane, scenario)));
  const again = await Promise.all(all.map((lane) => calm(lane, scenario)));
  const ms = quantile(
    [...rounds, ...again].map((round) => round.ms),
    0.5,
  );
  const counts = { killed: 0, finished: 0, between: 0, old: 0, new: 0, neither: 0, leftOver: 0 };
  const begun = performance.now();
  let left = kills;
  const oneLane = async (lane: Lane, number: number) => {
    const { before, after } = rounds[number]!;
    while (left-- > 0) {
      reset(lane, scenario.work === 'verify');
      const rows = rowsIn(lane);
      const { happened, close } = firstWrite(lane);
      const { child, ended } = start(lane, work[scenario.work]);
      await Promise.race([happened, ended]);
      close();
      const over = await Promise.race([ended.then(() => true), delay(random() * ms, false, { ref: false })]);
      child.kill('SIGKILL');
      if (over) counts.finished++;
      else counts.killed++;
      await ended;
      const killed = treeNow(lane);
      if (killed !== before && killed !== after) counts.between++;
      const { status, stderr } = await start(lane, scenario.next, scenario.input).ended;
      const now = treeNow(lane);
      const what = `${scenario.name}: ${stderr.trim().slice(0, 300)}`;
      const nothingToResume = /no interrupted change/.test(stderr);
      if (status !== 0 && !nothingToResume) faults.push(`the next command ended with ${status}: ${what}`);
      const resumed = scenario.next.includes('--resume') && !nothingToResume;
      if (now === after) counts.new++;
      else if (now === before && !resumed) counts.old++;
      else {
        counts.neither++;
        faults.push(`the tree is neither old nor new: ${what}`);
      }
      if (scenario.work === 'verify' && now === after && rowsIn(lane) === rows)
        faults.push(`tests were delivered that are not in the ledger: ${what}`);
      const remains = leftOver(lane);
      if (remains.length > 0) {
        counts.leftOver++;
        faults.push(`left over: ${remains.slice(0, 5).join(', ')}: ${what}`);
      }
      rmSync(lane.state, { recursive: true, force: true });
      rmSync(lane.env.TMPDIR!, { recursive: true, force: true });
      laneIn(`lane-${number}`);
    }
  };
  await Promise.all(all.map(oneLane));
  const seconds = (performance.now() - begun) / 1000;
  console.log(
    `${scenario.name}: ${counts.killed} killed within ${ms.toFixed(0)} ms of writing (${counts.finished} were faster), ${counts.between} with the tree half-changed; then old ${counts.old}, new ${counts.new}, neither ${counts.neither}; left over ${counts.leftOver}; ${seconds.toFixed(0)} s`,
  );
}

try {
  console.log(`${kills} kills of each kind, seed ${seed}`);
  for (const scenario of scenarios) {
    try {
      await run(scenario);
    } catch (error) {
      faults.push((error as Error).message);
      console.log(`${scenario.name}: ${(error as Error).message}`);
    }
  }
} finally {
  rmSync(home, { recursive: true, force: true });
}
console.log(faults.length === 0 ? 'ok' : `AMISS (${faults.length}):\n${faults.slice(0, 12).join('\n')}`);
process.exitCode = faults.length === 0 ? 0 : 1;
