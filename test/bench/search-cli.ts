/**
 * What `orch search` costs as a command: CPU with all its children, relative to `node -e 0` in the same run, on 2,000
 * files with an index that is kept; then after one file has changed. `-- --files 2000 --runs 9`.
 * With `-- --edits 500 [--seed 1]` a repository is edited at random instead, and searched after each edit.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { editedRepository } from '../helpers/random-edits.ts';

const mostTimesNode = 10;
const mostChangeMs = 50;

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '2000' },
    runs: { type: 'string', default: '9' },
    edits: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
});
const bin = resolve('bin/orch.js');
const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'orch-search-')));
const top = join(scratch, 'repository');
mkdirSync(top);
const environment = {
  ...{ PATH: process.env.PATH, HOME: scratch, XDG_CACHE_HOME: join(scratch, 'cache'), LANG: 'C.UTF-8' },
  ...{ GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
};
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

if (values.edits === undefined) measureCommand(Number(values.files), Number(values.runs));
else await edit(Number(values.edits), Number(values.seed));

async function edit(edits: number, seed: number): Promise<void> {
  Object.assign(process.env, environment);
  const repository = editedRepository(top, { indexFolder: join(scratch, 'index'), seed, environment });
  const done = new Map<string, number>();
  let faults = 0;
  for (let at = 0; at < edits; at++) {
    const step = await repository.step();
    done.set(step.edit, (done.get(step.edit) ?? 0) + 1);
    faults += step.faults.length;
    for (const fault of step.faults) console.log(`edit ${at + 1}, ${step.edit}: ${fault}`);
  }
  console.log([...done].map(([name, count]) => `${count} x ${name}`).join(', '));
  console.log(`${edits} edits, seed ${seed}: ${faults} faults`);
  if (faults > 0) process.exitCode = 1;
}

function measureCommand(files: number, runs: number): void {
  for (let at = 0; at < files; at++) write(`src/part${at % 40}/file${at}.ts`, sourceOf(at));
  for (const args of [
    ['init', '-q'],
    ['add', '-A'],
    ['-c', 'user.name=t', '-c', 'user.email=t@localhost', 'commit', '-qm', 'the parser of carts'],
  ])
    execFileSync('git', args, { cwd: top, env: environment });
  const search = (query: string) => [bin, 'search', query, '--paths'];
  const cold = cpuMs(search('parseCart')).ms;
  // What was written a moment ago is read again.
  cpuMs(search('parseCart'));
  const node = median(runs, () => cpuMs(['-e', '0']).ms);
  const warm = median(runs, () => cpuMs(search('parseCart total')).ms);
  let changes = 0;
  let missed = 0;
  const changed = median(runs, () => {
    const word = `zebra${'abcdefghijklmnopqrstuvwxyz'[changes++]}`;
    write('src/part7/file7.ts', `${sourceOf(7)}export const ${word} = 1;\n`);
    const { ms, stdout } = cpuMs(search(word));
    if (stdout !== 'src/part7/file7.ts\n') missed++;
    return ms;
  });
  console.log(`${files} files: first search ${cold.toFixed(0)} ms of CPU, node -e 0 ${node.toFixed(0)} ms`);
  check('warm search, times node -e 0', warm / node, mostTimesNode);
  check('after one changed file, ms of CPU more', changed - warm, mostChangeMs);
  check('new lines that were not found', missed, 0);
}

function check(what: string, value: number, most: number): void {
  const ok = value <= most;
  console.log(`${ok ? 'ok    ' : 'MISSED'} ${what}: ${value.toFixed(1)} (at most ${most})`);
  if (!ok) process.exitCode = 1;
}

function write(name: string, text: string): void {
  mkdirSync(dirname(join(top, name)), { recursive: true });
  writeFileSync(join(top, name), text);
}

/** About 60 lines. */
function sourceOf(at: number): string {
  const words = ['cart', 'price', 'order', 'header', 'retry', 'token', 'budget', 'route', 'parser', 'total'];
  const word = (step: number) => words[(at * 7 + step * 3) % words.length]!;
  return Array.from({ length: 10 }, (_, step) => {
    const name = `${word(step)}${word(step + 1)[0]!.toUpperCase()}${word(step + 1).slice(1)}${at % 97}`;
    return `/** Takes the ${word(step)} of a ${word(step + 2)}. */\nexport function ${name}(${word(step)}: string): number {\n  const ${word(step + 4)} = ${word(step)}.length;\n  return ${word(step + 4)} * ${at + step};\n}\n`;
  }).join('\n');
}

/** CPU of a node with these arguments and of all that it starts. */
function cpuMs(args: readonly string[]): { ms: number; stdout: string } {
  const script = '"$@" </dev/null; times >&2';
  const out = join(scratch, 'stdout');
  const report = execFileSync('bash', ['-c', `{ ${script}; } 2>&1 >"$0"`, out, process.execPath, ...args], {
    cwd: top,
    env: environment,
    encoding: 'utf8',
  });
  const children = report.trim().split('\n').at(-1)!;
  const ms = Array.from(
    children.matchAll(/(\d+)m([\d.]+)s/g),
    ([, minutes, seconds]) => Number(minutes) * 60_000 + Number(seconds) * 1000,
  );
  return {
    ms: ms.reduce((sum, each) => sum + each, 0),
    stdout: execFileSync('cat', [out], { encoding: 'utf8' }),
  };
}

function median(runs: number, measure: () => number): number {
  const values = Array.from({ length: runs }, measure).sort((one, other) => one - other);
  return values[Math.floor(runs / 2)]!;
}
