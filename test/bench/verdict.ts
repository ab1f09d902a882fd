/**
 * Verdicts on good and on bad tests. `npm run bench:verdict -- FOLDER…`: projects whose tests run with vitest, jest,
 * node:test, mocha, pytest or go test, with their packages installed; without one, this repository's tests of src/core.
 * Bad files are made of the good ones of vitest. Prints what is decided wrongly, times against the suite's own run, and
 * what is left behind. Needs bubblewrap and a build. GOOD, BAD: how many of each; TIMED: of how many the time is taken; SHOWN=1:
 * also what is decided rightly.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { kindOf } from '../../src/core/input/file-kind.ts';
import { languageOfPath } from '../../src/core/input/language.ts';
import { readTestName } from '../../src/core/verdict/test-names.ts';
import { treeOf } from '../helpers/tree.ts';
import { badKinds } from './verdict/bad-kinds.ts';

interface Suite {
  project: string;
  test: string;
  source: string;
}

interface Verdict {
  verdict?: string;
  reason?: string;
  framework?: string;
  changes?: { tried: number; reached: number; killed: number; failed_otherwise: number };
}

const here = process.cwd();
const bin = join(here, 'bin/orch.js');
const most = {
  good: Number(process.env.GOOD ?? 40),
  bad: Number(process.env.BAD ?? 56),
  timed: Number(process.env.TIMED ?? 6),
};
const work = mkdtempSync(join(tmpdir(), 'orch-bench-verdict-'));
const temporary = join(work, 'tmp');
mkdirSync(temporary);
process.on('exit', () => rmSync(work, { recursive: true, force: true }));

/** What of this repository its pure tests need. */
function ownProject(): string {
  const project = join(work, 'own');
  for (const name of ['src', 'test/core', 'test/helpers', 'test/fixtures', 'conf', 'tsconfig.json'])
    cpSync(join(here, name), join(project, name), { recursive: true });
  writeFileSync(join(project, 'package.json'), '{"type": "module", "devDependencies": {"vitest": "*"}}');
  symlinkSync(join(here, 'node_modules'), join(project, 'node_modules'));
  return project;
}

/** A copy that this may change; packages are linked. */
function projectAt(folder: string, at: number): string {
  const project = join(work, `project-${at}`);
  const isPackages = (path: string) => /(^|\/)(node_modules|\.git|\.venv)$/.test(path);
  cpSync(folder, project, { recursive: true, filter: (path) => !isPackages(relative(folder, path)) });
  for (const name of ['node_modules', '.venv'])
    if (existsSync(join(folder, name))) symlinkSync(resolve(folder, name), join(project, name));
  return project;
}

function filesBelow(folder: string, path = ''): string[] {
  return readdirSync(join(folder, path), { withFileTypes: true }).flatMap((entry) => {
    const name = path === '' ? entry.name : `${path}/${entry.name}`;
    if (entry.isDirectory())
      return /^(node_modules|\.git|dist|fixtures)$/.test(entry.name) ? [] : filesBelow(folder, name);
    return entry.isFile() ? [name] : [];
  });
}

/** Test files with the one file of their name that shares most of the path with them. */
function suitesOf(project: string): Suite[] {
  const files = filesBelow(project);
  const words = (path: string) => new Set(path.split(/[/.]/));
  return files.flatMap((test) => {
    const language = languageOfPath(test);
    const name = test.slice(test.lastIndexOf('/') + 1);
    const isTest = language !== undefined && kindOf(test) === 'tests';
    const read = isTest ? readTestName(name, language) : undefined;
    if (!read) return [];
    const shared = (path: string) => [...words(path)].filter((word) => words(test).has(word)).length;
    const [source] = files
      .filter(
        (path) =>
          kindOf(path) === 'source' &&
          languageOfPath(path) === language &&
          new RegExp(`(^|/)${read.stem}\\.\\w+$`).test(path),
      )
      .sort((a, b) => shared(b) - shared(a) || a.length - b.length);
    return source === undefined ? [] : [{ project, test, source }];
  });
}

/** Spread over the list, the same at each run. */
function spread<Value>(values: readonly Value[], count: number): Value[] {
  const step = Math.max(1, values.length / count);
  return Array.from({ length: Math.min(values.length, count) }, (_, at) => values[Math.floor(at * step)]!);
}

const environment = {
  PATH: process.env.PATH,
  HOME: join(work, 'home'),
  TMPDIR: temporary,
  OPENAI_BASE_URL: 'http://127.0.0.1:9/v1',
};

async function check(
  { project, test, source }: Suite,
  args: readonly string[] = [],
): Promise<{ verdict: Verdict; ms: number; stderr: string }> {
  const begun = performance.now();
  const child = spawn(process.execPath, [bin, 'check', test, '--source', source, '--json', ...args], {
    cwd: project,
    env: environment,
  });
  const [out, err] = [child.stdout, child.stderr].map((stream) => {
    let text = '';
    stream.on('data', (chunk) => {
      text += chunk;
    });
    return () => text;
  });
  await new Promise((done) => child.on('close', done));
  const ms = performance.now() - begun;
  try {
    return { verdict: JSON.parse(out!()) as Verdict, ms, stderr: err!() };
  } catch {
    return { verdict: {}, ms, stderr: err!() };
  }
}

const ownCommands: Readonly<Record<string, (test: string) => string[]>> = {
  vitest: (test) => ['node', 'node_modules/vitest/vitest.mjs', 'run', test],
  jest: (test) => ['node', 'node_modules/jest/bin/jest.js', '--runTestsByPath', test],
  mocha: (test) => ['node', 'node_modules/mocha/bin/mocha.js', test],
  'node:test': (test) => ['node', '--test', test],
  pytest: (test) => ['python3', '-m', 'pytest', '-q', '-p', 'no:cacheprovider', test],
  'go test': (test) => ['go', 'test', '-count=1', `./${dirname(test)}`],
};

/** Undefined if it fails. */
function ownMs({ project, test }: Suite, framework: string): number | undefined {
  const [program, ...args] = ownCommands[framework]?.(test) ?? [];
  if (program === undefined) return undefined;
  const begun = performance.now();
  const { status } = spawnSync(program, args, {
    cwd: project,
    env: { ...environment, PYTHONDONTWRITEBYTECODE: '1' },
  });
  return status === 0 ? performance.now() - begun : undefined;
}

function processesLeft(): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return (
        /^\d+$/.test(pid) &&
        Number(pid) !== process.pid &&
        readFileSync(`/proc/${pid}/environ`, 'latin1').includes(temporary)
      );
    } catch {
      return false;
    }
  });
}

const digestOf = (project: string) =>
  createHash('sha256')
    .update(JSON.stringify(treeOf(project)))
    .digest('hex');
const percent = (part: number, whole: number) =>
  `${part} of ${whole} (${((100 * part) / Math.max(whole, 1)).toFixed(1)} %)`;

const folders = process.argv.slice(2);
const projects =
  folders.length === 0 ? [ownProject()] : folders.map((folder, at) => projectAt(resolve(folder), at));
const all = projects.flatMap((project) => {
  const suites = suitesOf(project);
  return spread(suites, Math.ceil(most.good / projects.length));
});
let changed = 0;
const changes = { reached: 0, killed: 0, otherwise: 0 };

async function onSuite(suite: Suite, args?: readonly string[]) {
  const before = digestOf(suite.project);
  const result = await check(suite, args);
  if (digestOf(suite.project) !== before) {
    changed++;
    console.log(`  the tree has changed: ${suite.test}`);
  }
  return result;
}

const good: (Suite & { framework: string })[] = [];
let wronglyRefused = 0;
const refusedForAssertions: string[] = [];
for (const suite of all) {
  const { verdict: found, stderr } = await onSuite(suite);
  const { verdict, reason, framework = '', changes: tried } = found;
  if (verdict !== 'accepted' && ownMs(suite, framework) === undefined) {
    console.log(`  left out, as it fails by itself: ${suite.test}`);
    continue;
  }
  good.push({ ...suite, framework });
  changes.reached += tried?.reached ?? 0;
  changes.killed += tried?.killed ?? 0;
  changes.otherwise += tried?.failed_otherwise ?? 0;
  if (verdict === 'accepted') continue;
  wronglyRefused++;
  if (tried && 2 * (tried.killed + tried.failed_otherwise) >= tried.reached)
    refusedForAssertions.push(suite.test);
  console.log(`  good but ${verdict}: ${suite.test} (${suite.source}): ${reason ?? stderr}`);
}
console.log(`good suites not accepted: ${percent(wronglyRefused, good.length)}, at most 5 % are to be`);
console.log(
  `changes noticed: ${percent(changes.killed, changes.reached)} by an assertion, ${percent(changes.killed + changes.otherwise, changes.reached)} by any failure`,
);
console.log(`of the good ones refused, accepted if any failure counted: ${refusedForAssertions.length}`);

const kinds = Object.entries(badKinds);
const models = good.filter(
  ({ framework, project, test }) =>
    framework === 'vitest' && readFileSync(join(project, test), 'utf8').includes("from 'vitest'"),
);
let bad = 0;
let refused = 0;
const used = new Set<string>();
for (let at = 0; at < most.bad && models.length > 0; at++) {
  const [kind, make] = kinds[at % kinds.length]!;
  const suite = models[at % models.length]!;
  const path = join(suite.project, suite.test);
  const text = readFileSync(path, 'utf8');
  const named = relative(dirname(suite.test), suite.source);
  const specifier = named.startsWith('.') ? named : `./${named}`;
  const made = make({ text, specifier, source: suite.source });
  // Where the good file has nothing of what is to be changed.
  if (made === text) continue;
  writeFileSync(path, made);
  const { verdict, stderr } = await onSuite(suite, ['--timeout', '30']);
  writeFileSync(path, text);
  bad++;
  used.add(kind);
  if (verdict.verdict === 'refused') {
    refused++;
    if (process.env.SHOWN) console.log(`  ${kind}: ${verdict.reason}`);
  } else
    console.log(
      `  bad but ${verdict.verdict ?? stderr}: ${kind} (${suite.test}): ${JSON.stringify(verdict.changes)} ${verdict.reason ?? ''}`,
    );
}
console.log(`bad files refused: ${percent(refused, bad)} of ${used.size} kinds, at least 95 % are to be`);

for (const suite of spread(good, most.timed)) {
  const own = ownMs(suite, suite.framework);
  if (own === undefined) continue;
  const without = await onSuite(suite, ['--mutants', '0']);
  const withAll = await onSuite(suite);
  const limit = suite.framework === 'pytest' ? 12 : 6;
  const tried = withAll.verdict.changes?.tried ?? 0;
  console.log(
    `${suite.framework} ${suite.test}: own run ${Math.round(own)} ms; without changes ${Math.round(without.ms)} ms (at most ${Math.round(2 * own + 1000)}), with ${tried} ${Math.round(withAll.ms)} ms: ${(withAll.ms / own).toFixed(1)} times (at most ${limit})`,
  );
}
const left = readdirSync(temporary);
console.log(
  `trees changed: ${changed}; processes left: ${processesLeft().length}; temporary files left: ${left.length}`,
);
if (
  changed + left.length > 0 ||
  wronglyRefused / Math.max(good.length, 1) > 0.05 ||
  refused / Math.max(bad, 1) < 0.95
)
  process.exitCode = 1;
