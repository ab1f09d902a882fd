/** Races: what changes between a check and the write that it was for; two that write at once; clocks that jump. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once as onceEvent } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type Attack, firstOf, shown, staged, type Verdict } from './attack.ts';
import { call, serving } from './client.ts';
import type { Ran, Stage, World } from './stage.ts';
import { block } from './writing.ts';

export function races(stage: Stage): Attack[] {
  return [...swaps(stage), ...together(stage), ...clocks(stage), ...locks(stage)];
}

/**
 * A process that turns a folder (or a file) into a link and back, as fast as it can. It is C's business to be fast;
 * `sh` would be too slow, so it is Node with synchronous calls.
 */
export async function swapper(world: World, path: string, target: string): Promise<ChildProcess> {
  const script = `
    const { renameSync, symlinkSync, rmSync } = require('node:fs');
    const [path, target] = process.argv.slice(1);
    const aside = path + '.aside', link = path + '.link';
    symlinkSync(target, link);
    process.stdout.write('.');
    const end = Date.now() + 60000;
    while (Date.now() < end) {
      try { renameSync(path, aside); renameSync(link, path); renameSync(path, link); renameSync(aside, path); } catch {
        try { renameSync(aside, path); } catch {}
        try { symlinkSync(target, link); } catch {}
      }
    }`;
  const child = spawn(process.execPath, ['-e', script, join(world.work, path), target], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await onceEvent(child.stdout!, 'data');
  return child;
}

/** What is swapped during 12 writes of several files. */
function swaps(stage: Stage): Attack[] {
  const cases: [string, string, string, string[]][] = [
    ['folder-outside', 'lib', '../outside', ['lib/x1.txt', 'lib/x2.txt', 'lib/x3.txt']],
    ['folder-hooks', 'lib', '.git/hooks', ['lib/post-checkout', 'lib/post-merge', 'lib/pre-commit']],
    ['deep-folder', 'lib/deep', '../../outside', ['lib/deep/a/x.txt', 'lib/deep/b/y.txt', 'lib/deep/z.txt']],
    ['upper-folder', 'lib', '../outside', ['lib/deep/x.txt', 'lib/deep/y.txt', 'lib/deep/z.txt']],
    ['existing-file', 'lib/keep.txt', '../../outside/keep.txt', ['lib/keep.txt']],
  ];
  return cases.flatMap(([name, swapped, target, paths]) =>
    (['kept', 'from', 'output', 'tool'] as const).map((surface) => ({
      id: `races/swap/${name}/${surface}`,
      tries: `${swapped} becomes a link to ${target} and back while ${surface} writes`,
      async run() {
        const keep = { 'keep.txt': 'keep\n', 'deep/keep.txt': 'keep\n' };
        const files = { 'a.txt': 'one\n', 'lib/keep.txt': 'keep\n', 'lib/deep/keep.txt': 'keep\n' };
        const world = stage.world({ files, outside: keep, answer: 'owned\n' });
        const before = outsideOf(world);
        const edits = paths.map((path) =>
          path.endsWith('keep.txt') ? block(path, 'keep\n', 'owned\n') : block(path, '', 'owned\n'),
        );
        const given = ['a.txt', ...paths.filter((path) => path.endsWith('keep.txt'))];
        const { id, ran } = await world.keptPatch(edits.join(''), given);
        staged(id, `no patch was kept: ${ran.stderr}`);
        const patch = ran.stdout.match(/"result": ("(?:[^"\\]|\\.)*")/)?.[1];
        const child = await swapper(world, swapped, target);
        const runs: Ran[] = [];
        try {
          if (surface === 'tool') {
            await serving(world, async (peer) => {
              for (let round = 0; round < 30; round++) await call(peer, 'patch.apply', { patch_id: id });
            });
          }
          for (let round = 0; round < 6 && surface !== 'tool'; round++) {
            if (surface === 'kept') runs.push(await world.run(['patch', 'apply', id]));
            if (surface === 'from')
              runs.push(await world.run(['patch', 'apply', '--from', '-'], { stdin: JSON.parse(patch!) }));
            if (surface === 'output')
              runs.push(await world.run(['docs', 'x', '-o', paths[round % paths.length]!]));
          }
        } finally {
          child.kill('SIGKILL');
          await onceEvent(child, 'close');
        }
        const bad = [...outsideOf(world)].filter(([path, what]) => before.get(path) !== what);
        return firstOf(bad.length > 0 ? `wrote ${bad[0]![0]}` : undefined, world.judge(...runs));
      },
    })),
  );
}

function outsideOf(world: World): Map<string, string> {
  return new Map(
    [...world.snapshot()].filter(([path]) => path.startsWith('outside') || path.startsWith('work/.git/')),
  );
}

const large = 200;
const many = Object.fromEntries(
  Array.from({ length: large }, (_, at) => [`d${at % 7}/f${at}.txt`, `old ${at}\n`]),
);

export function manyFiles(count: number): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, at) => [`d${at % 7}/f${at}.txt`, `old ${at}\n`]),
  );
}

export function patchOf(files: Record<string, string>): string {
  return Object.entries(files)
    .map(([path, text]) => {
      const line = text.trimEnd();
      return `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n-${line}\n+${line.replace('old', 'new')}\n`;
    })
    .join('');
}

/** Which of the files are as they were, and which are as the patch wants them. */
export function stateOf(
  world: World,
  files: Record<string, string>,
): { old: number; fresh: number; other: string[] } {
  let old = 0;
  let fresh = 0;
  const other: string[] = [];
  for (const [path, text] of Object.entries(files)) {
    const file = join(world.work, path);
    const is = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
    if (is === text) old++;
    else if (is === text.replace('old', 'new')) fresh++;
    else other.push(path);
  }
  return { old, fresh, other };
}

function together(stage: Stage): Attack[] {
  const cases: [string, (world: World) => Promise<Ran[]>][] = [
    ['same-patch-twice', (world) => Promise.all([apply(world), apply(world)])],
    ['same-patch-from-three', (world) => Promise.all([apply(world), apply(world), apply(world)])],
    [
      'kept-and-from',
      async (world) => {
        const answer = Object.entries(many)
          .map(([path, text]) => block(path, text, text.replace('old', 'new')))
          .join('');
        const { id } = await world.keptPatch(answer, ['d*/*.txt']);
        staged(id, 'no patch was kept');
        return Promise.all([world.run(['patch', 'apply', id]), apply(world)]);
      },
    ],
    [
      'through-a-linked-path',
      async (world) => {
        const { symlinkSync } = await import('node:fs');
        symlinkSync(world.work, join(world.top, 'alias'));
        return Promise.all([apply(world), apply(world, join(world.top, 'alias'))]);
      },
    ],
    ['from-a-subfolder', (world) => Promise.all([apply(world), apply(world, join(world.work, 'd1'))])],
    [
      'one-is-killed',
      async (world) => {
        let first: ChildProcess | undefined;
        const killed = world.run(['patch', 'apply', '--from', '-'], {
          stdin: patchOf(many),
          started: (child) => {
            first = child;
          },
        });
        const second = apply(world);
        await changeIn(world);
        first!.kill('SIGKILL');
        await killed;
        await second;
        return [await apply(world)];
      },
    ],
    [
      'files-change-meanwhile',
      async (world) => {
        const applying = apply(world);
        for (let at = large - 1; at >= large - 3; at--)
          writeFileSync(join(world.work, `d${at % 7}/f${at}.txt`), 'mine\n');
        return [await applying];
      },
    ],
    ['output-of-two', (world) => Promise.all([1, 2, 3].map(() => world.run(['docs', 'x', '-o', 'out.md'])))],
    [
      'verify-of-two',
      (world) =>
        Promise.all([1, 2].map(() => world.run(['tests', 'x', '-o', 't.js', '--verify', 'sleep 0.3']))),
    ],
    ['ledger-of-eight', (world) => Promise.all(Array.from({ length: 8 }, () => world.run(['docs', 'x'])))],
  ];
  return cases.map(([name, act]) => ({
    id: `races/together/${name}`,
    tries: name.replaceAll('-', ' '),
    async run() {
      const world = stage.world({ files: many, answer: 'whole answer\n' });
      const runs = await act(world);
      const { old, fresh, other } = stateOf(world, many);
      const mine = name === 'files-change-meanwhile' ? 3 : 0;
      const patched = runs.some(({ args }) => args[0] === 'patch');
      const torn = patched && old > 0 && fresh > 0 ? `${old} old and ${fresh} new files` : undefined;
      const lost =
        mine > 0 && other.length < mine
          ? `${mine - other.length} changes made meanwhile are lost`
          : undefined;
      const odd = other.length > mine ? `${other.length} files are neither old nor new` : undefined;
      const succeeded = runs.filter(
        ({ args, status, stderr }) =>
          args[0] === 'patch' && status === 0 && !stderr.includes('nothing to do'),
      ).length;
      return firstOf(
        world.judge(...runs),
        lost,
        odd,
        torn,
        patched && succeeded > 1 ? `${succeeded} of them said that they had applied it` : undefined,
        name === 'ledger-of-eight' && rows(world) !== 8 ? `${rows(world)} rows for eight calls` : undefined,
        leftOver(world),
      );
    },
  }));
}

function apply(world: World, cwd = world.work): Promise<Ran> {
  return world.run(['patch', 'apply', '--from', '-'], { stdin: patchOf(many), cwd });
}

/** Until the first file has changed. */
async function changeIn(world: World): Promise<void> {
  const { setTimeout: delay } = await import('node:timers/promises');
  const end = Date.now() + 5000;
  while (Date.now() < end && stateOf(world, many).fresh === 0) await delay(2);
}

function rows(world: World): number {
  return readFileSync(join(world.state, 'usage.csv'), 'utf8').trim().split('\n').length - 1;
}

/** Of a tree: the names of our temporaries and of locks. */
export function leftOver(world: World): Verdict {
  const found: string[] = [];
  const look = (folder: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.name === '.git') continue;
      if (/\.orch-[0-9a-f-]{8,}|^orch-check-|\.tmp$|\.lock$/.test(entry.name))
        found.push(join(folder, entry.name));
      else if (entry.isDirectory()) look(join(folder, entry.name));
    }
  };
  for (const folder of [world.work, world.temporary]) look(folder);
  return found.length > 0 ? `${found.length} left lying: ${found[0]}` : undefined;
}

const day = 24 * 3600;

/** The clock is not ours to set; files that are as old as they would look after a jump are. */
function clocks(stage: Stage): Attack[] {
  const kept: [string, number][] = [
    ['8-days-forward', -8 * day],
    ['a-year-forward', -365 * day],
    ['8-days-back', 8 * day],
  ];
  const patches = kept.map(([name, shift]) => ({
    id: `races/clock/kept-patch-${name}`,
    tries: `the clock jumps ${name.replaceAll('-', ' ')}: a waiting patch is deleted`,
    async run() {
      const world = stage.world({ files: { 'a.txt': 'one\n', 'b.txt': 'one\n' } });
      const { id, ran } = await world.keptPatch(block('a.txt', 'one\n', 'two\n'), ['a.txt']);
      staged(id, `no patch was kept: ${ran.stderr}`);
      // Everything looks as old as after the jump.
      age(world.state, shift);
      const next = await world.keptPatch(block('b.txt', 'one\n', 'two\n'), ['b.txt']);
      staged(next.id, 'no second patch was kept');
      const applied = await world.run(['patch', 'apply', id]);
      return firstOf(world.judge(applied), applied.status === 0 ? undefined : shown(applied.stderr));
    },
  }));
  const living: [string, number][] = [
    ['2-minutes', -120],
    ['11-minutes', -660],
    ['a-day', -day],
    ['back-a-day', day],
  ];
  const takes = living.map(([name, shift]) => ({
    id: `races/clock/living-copy-${name}`,
    tries: `the clock jumps ${name.replaceAll('-', ' ')} while a command verifies: the copy it runs in is swept`,
    async run() {
      const world = stage.world({ files: { 't.js': 'before\n' }, answer: 'test();\n', commit: true });
      const [go, ready] = [join(world.top, 'go'), join(world.top, 'ready')];
      const command = `touch '${ready}'; until [ -e '${go}' ]; do sleep 0.05; done; grep -q test {}`;
      const verify = (words: string) => ['--verify', words, '--sandbox', 'off'];
      const first = world.run(['tests', 'x', '-o', 't.js', ...verify(command)]);
      const end = Date.now() + 20_000;
      const { setTimeout: delay } = await import('node:timers/promises');
      while (Date.now() < end && !existsSync(ready)) await delay(20);
      staged(existsSync(ready), 'the command was not started');
      staged(readFileSync(join(world.work, 't.js'), 'utf8') === 'before\n', 'the tree was written');
      age(world.state, shift);
      const second = await world.run(['tests', 'x', '-o', 'u.js', ...verify('true')]);
      writeFileSync(go, '');
      const one = await first;
      return firstOf(
        world.judge(one, second),
        one.status === 0 ? undefined : `the first failed: ${shown(one.stderr)}`,
        second.status === 0 ? undefined : `the second failed: ${shown(second.stderr)}`,
        leftOver(world),
      );
    },
  }));
  return [...patches, ...takes];
}

function age(folder: string, seconds: number): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) age(path, seconds);
    const at = statSync(path).mtimeMs / 1000 + seconds;
    utimesSync(path, at, at);
  }
}

/** Locks that lie about their holder: the next one waits for the living and gets past the dead. */
function locks(stage: Stage): Attack[] {
  const contents: [string, string, boolean][] = [
    ['dead-holder', `4194000 ${hostname()} x`, true],
    ['empty', '', true],
    ['garbage', '\u0000\u0001garbage', true],
    ['pid-zero', `0 ${hostname()} x`, true],
    ['negative-pid', `-1 ${hostname()} x`, true],
    ['huge', 'x'.repeat(5_000_000), true],
  ];
  return contents.map(([name, content]) => ({
    id: `races/lock/${name}`,
    tries: `a lock that was left (${name}) stops or kills what comes after`,
    async run() {
      const world = stage.world({ files: many });
      const first = await world.run(['patch', 'apply', '--from', '-'], {
        stdin: patchOf({ 'd0/f0.txt': 'old 0\n' }),
      });
      staged(first.status === 0, `nothing was applied: ${first.stderr}`);
      const folder = join(world.state, 'locks');
      mkdirSync(folder, { recursive: true });
      // Under every name that a lock has or may have had.
      for (const each of [...readdirSync(folder), 'x.lock']) writeFileSync(join(folder, each), content);
      age(folder, -3600);
      const ran = await world.run(['patch', 'apply', '--from', '-'], {
        stdin: patchOf({ 'd1/f1.txt': 'old 1\n' }),
      });
      return firstOf(world.judge(ran), ran.status === 0 ? undefined : shown(ran.stderr));
    },
  }));
}
