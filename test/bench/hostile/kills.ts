/** Kills: SIGKILL at random moments of what writes; the next command that writes there sets it right. */
import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Attack, firstOf, once, shown, staged, type Verdict } from './attack.ts';
import { leftOver, manyFiles, patchOf, stateOf } from './races.ts';
import type { Ran, RunOptions, Stage, World } from './stage.ts';
import { block } from './writing.ts';

const large = manyFiles(250);
const wholePatch = patchOf(large);
const small =
  'diff --git a/note.txt b/note.txt\n--- a/note.txt\n+++ b/note.txt\n@@ -1 +1 @@\n-note\n+noted\n';

interface Victim {
  name: string;
  share: number;
  files: Record<string, string>;
  start(world: World): Promise<{ args: string[]; options: RunOptions }>;
  /** After a command that writes there has run. */
  judge(world: World, next: Ran): Promise<Verdict> | Verdict;
  /** The command that writes there next. */
  next(world: World): Promise<Ran>;
}

const tree = { ...large, 'note.txt': 'note\n' };

function wholeOrOld(world: World): Verdict {
  const { old, fresh, other } = stateOf(world, large);
  if (other.length > 0) return `${other.length} files are neither old nor new: ${other[0]}`;
  return old > 0 && fresh > 0 ? `${old} old and ${fresh} new files` : undefined;
}

function applied(world: World, next: Ran): Verdict {
  const noted = readFileSync(join(world.work, 'note.txt'), 'utf8') === 'noted\n';
  return firstOf(wholeOrOld(world), noted ? undefined : `the next patch failed: ${shown(next.stderr)}`);
}

const nextPatch = (world: World) => world.run(['patch', 'apply', '--from', '-'], { stdin: small });

const victims: Victim[] = [
  {
    name: 'patch-from',
    share: 3,
    files: tree,
    start: async () => ({ args: ['patch', 'apply', '--from', '-'], options: { stdin: wholePatch } }),
    next: nextPatch,
    judge: applied,
  },
  {
    name: 'patch-kept',
    share: 3,
    files: tree,
    async start(world) {
      const answer = Object.entries(large)
        .map(([path, text]) => block(path, text, text.replace('old', 'new')))
        .join('');
      const { id, ran } = await world.keptPatch(answer, ['d*/*.txt']);
      staged(id, `no patch was kept: ${ran.stderr}`);
      return { args: ['patch', 'apply', id], options: {} };
    },
    next: nextPatch,
    judge: applied,
  },
  {
    name: 'new-and-deleted-files',
    share: 2,
    files: tree,
    start: async () => ({ args: ['patch', 'apply', '--from', '-'], options: { stdin: creations() } }),
    next: nextPatch,
    judge(world, next) {
      const made = Array.from({ length: 100 }, (_, at) =>
        existsSync(join(world.work, `new/${at % 5}/n${at}.txt`)),
      ).filter(Boolean).length;
      const gone = Array.from({ length: 100 }, (_, at) =>
        existsSync(join(world.work, `d${at % 7}/f${at}.txt`)),
      ).filter((each) => !each).length;
      const whole = (made === 0 && gone === 0) || (made === 100 && gone === 100);
      const folder =
        made === 0 && existsSync(join(world.work, 'new')) ? 'an empty folder is left' : undefined;
      return firstOf(
        whole ? undefined : `${made} of 100 made, ${gone} of 100 deleted`,
        folder,
        applied(world, next)?.replace(/^\d+ files are neither.*/, '') || undefined,
      );
    },
  },
  {
    name: 'tests-verify',
    share: 4,
    files: { ...tree, 't.js': 'my own tests\n' },
    start: async () => ({
      args: ['tests', 'x', '-o', 't.js', '--verify', 'sleep 0.2; false # {}'],
      options: {},
    }),
    next: (world) => world.run(['tests', 'x', '-o', 't.js', '--verify', 'false # {}']),
    judge(world) {
      const is = readFileSync(join(world.work, 't.js'), 'utf8');
      return is === 'my own tests\n' ? undefined : `the test file holds ${shown(is)}`;
    },
  },
  {
    name: 'tests-verify-new-file',
    share: 2,
    files: tree,
    start: async () => ({
      args: ['tests', 'x', '-o', 'new.js', '--verify', 'sleep 0.2; false # {}'],
      options: {},
    }),
    next: (world) => world.run(['tests', 'x', '-o', 'new.js', '--verify', 'false # {}']),
    judge: (world) => (existsSync(join(world.work, 'new.js')) ? 'the refused file is left' : undefined),
  },
  {
    name: 'output',
    share: 1,
    files: { ...tree, 'out.md': 'my own text\n' },
    start: async () => ({ args: ['docs', 'x', '-o', 'out.md', '--force'], options: {} }),
    next: (world) => world.run(['docs', 'x', '-o', 'other.md']),
    judge(world) {
      const is = readFileSync(join(world.work, 'out.md'), 'utf8');
      return ['my own text\n', answer].includes(is) ? undefined : `it holds ${shown(is)}`;
    },
  },
  {
    name: 'ledger',
    share: 1,
    files: tree,
    start: async () => ({ args: ['docs', 'x'], options: {} }),
    next: (world) => world.run(['docs', 'x']),
    judge(world) {
      const csv = readFileSync(join(world.state, 'usage.csv'), 'utf8');
      const columns = csv.split('\n')[0]!.split(',').length;
      const short = csv
        .trim()
        .split('\n')
        .filter((line) => line.split(',').length < columns);
      return firstOf(
        csv.endsWith('\n') ? undefined : 'the ledger does not end with a line',
        short.length > 1 ? 'several torn rows' : undefined,
      );
    },
  },
];

const answer = 'export const whole = 1;\n';

function creations(): string {
  const made = Array.from({ length: 100 }, (_, at) => {
    const path = `new/${at % 5}/n${at}.txt`;
    return `diff --git a/${path} b/${path}\nnew file mode 100644\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+made\n`;
  });
  const gone = Array.from({ length: 100 }, (_, at) => {
    const path = `d${at % 7}/f${at}.txt`;
    return `diff --git a/${path} b/${path}\ndeleted file mode 100644\n--- a/${path}\n+++ /dev/null\n@@ -1 +0,0 @@\n-old ${at}\n`;
  });
  return [...made, ...gone].join('');
}

export function kills(stage: Stage, random: () => number, count: number): Attack[] {
  const shares = victims.reduce((sum, { share }) => sum + share, 0);
  const random_ = victims.flatMap((victim) => {
    const usual = once(() => timeOf(stage, victim));
    const own = Math.max(1, Math.round((count * victim.share) / shares));
    return Array.from({ length: own }, (_, at): Attack => {
      // Drawn now, so that the same seed gives the same moments in any order.
      const moment = 0.25 + random() * 0.9;
      return {
        id: `kills/${victim.name}/${at}`,
        tries: `SIGKILL at ${Math.round(moment * 100)} % of ${victim.name}`,
        run: async () => attempt(stage, victim, moment * (await usual())),
      };
    });
  });
  return [...random_, ...midway(stage)];
}

async function timeOf(stage: Stage, victim: Victim): Promise<number> {
  const world = stage.world({ files: victim.files, answer, commit: true });
  const { args, options } = await victim.start(world);
  const started = performance.now();
  const ran = await world.run(args, options);
  const ms = performance.now() - started;
  staged(ran.status !== 2, `it does not run at all: ${ran.stderr}`);
  return ms;
}

async function attempt(stage: Stage, victim: Victim, afterMs: number): Promise<Verdict> {
  const world = stage.world({ files: victim.files, answer, commit: true });
  const { args, options } = await victim.start(world);
  let child: ChildProcess | undefined;
  const running = world.run(args, {
    ...options,
    started: (each) => {
      child = each;
    },
  });
  await Promise.race([running, delay(afterMs, undefined, { ref: false })]);
  endGroup(child!);
  await running;
  return after(world, victim);
}

function endGroup(child: ChildProcess): void {
  try {
    process.kill(-child.pid!, 'SIGKILL');
  } catch {
    // It was faster.
  }
}

async function after(world: World, victim: Victim): Promise<Verdict> {
  const before = world.snapshot();
  const route = await world.run(['route', 'docs', 'x']);
  if (route.status !== 0) return `route fails after the kill: ${shown(route.stderr)}`;
  const touched = [...world.snapshot()].some(([path, what]) => before.get(path) !== what);
  if (touched) return 'a command that only reads touched the tree';
  // Notes of temporaries are cleared once they are old.
  aged(join(world.state, 'temporaries'));
  const next = await victim.next(world);
  const verdict = await victim.judge(world, next);
  if (verdict) return verdict;
  aged(join(world.state, 'temporaries'));
  await victim.next(world);
  return firstOf(world.judge(next), leftOver(world), journals(world));
}

function aged(folder: string): void {
  const hourAgo = Date.now() / 1000 - 3600;
  for (const name of existsSync(folder) ? readdirSync(folder) : [])
    utimesSync(join(folder, name), hourAgo, hourAgo);
}

/** Old bytes that are still kept when all is well. */
function journals(world: World): Verdict {
  const found = existsSync(world.state)
    ? readdirSync(world.state, { recursive: true, withFileTypes: true }).filter(
        (entry) => entry.isFile() && /journal/.test(entry.parentPath ?? entry.path),
      )
    : [];
  return found.length > 0 ? `the journal is left: ${found[0]!.name}` : undefined;
}

/** Exactly in the middle: the tree itself says when. */
function midway(stage: Stage): Attack[] {
  const cases: [string, (world: World) => Promise<Verdict>][] = [
    ['next-patch-recovers', async (world) => applied(world, await nextPatch(world))],
    [
      'same-patch-again',
      async (world) => {
        const again = await world.run(['patch', 'apply', '--from', '-'], { stdin: wholePatch });
        const { fresh } = stateOf(world, large);
        return fresh === 250 ? undefined : `${fresh} of 250 are new; it said ${shown(again.stderr)}`;
      },
    ],
    [
      'resume',
      async (world) => {
        const ran = await world.run(['patch', 'apply', '--resume']);
        const { fresh } = stateOf(world, large);
        return fresh === 250 ? undefined : `${fresh} of 250 are new after --resume: ${shown(ran.stderr)}`;
      },
    ],
    [
      'user-edits-first',
      async (world) => {
        // One that had been written, one that had not.
        const written = Object.keys(large).filter((path) =>
          readFileSync(join(world.work, path), 'utf8').startsWith('new'),
        );
        const edited = written[0]!;
        writeFileSync(join(world.work, edited), 'my own edit\n');
        const next = await nextPatch(world);
        if (readFileSync(join(world.work, edited), 'utf8') !== 'my own edit\n')
          return 'the edit made after the kill is lost';
        return `${next.stdout}${next.stderr}`.includes(edited)
          ? undefined
          : `the file that was left is not named: ${shown(next.stderr)}`;
      },
    ],
    [
      'reading-tools-touch-nothing',
      async (world) => {
        const before = world.snapshot();
        const runs = [
          await world.run(['route', 'docs', 'x']),
          await world.run(['docs', 'x', '-f', 'note.txt']),
          await world.run(['usage', 'report']),
          await world.run(['diff', '--from', '-', '-f', 'note.txt'], {
            stdin: block('note.txt', 'note\n', 'noted\n'),
          }),
        ];
        const touched = [...world.snapshot()].filter(([path, what]) => before.get(path) !== what);
        const said = runs.some(({ stderr }) => /interrupted|unfinished|killed|resume|recover/i.test(stderr));
        return firstOf(
          world.judge(...runs),
          touched.length > 0 ? `${touched[0]![0]} was touched` : undefined,
          said ? undefined : 'none of them says that a patch is unfinished',
        );
      },
    ],
    [
      'another-tree-is-not-touched',
      async (world) => {
        const other = join(world.outside, 'tree');
        const { mkdirSync } = await import('node:fs');
        mkdirSync(join(other, '.git'), { recursive: true });
        writeFileSync(join(other, '.git/HEAD'), 'ref: refs/heads/main\n');
        writeFileSync(join(other, 'note.txt'), 'note\n');
        const before = stateOf(world, large);
        await world.run(['patch', 'apply', '--from', '-'], { stdin: small, cwd: other });
        const now = stateOf(world, large);
        const noted = readFileSync(join(other, 'note.txt'), 'utf8') === 'noted\n';
        return firstOf(
          now.fresh !== before.fresh ? 'a command in another tree recovered this one' : undefined,
          noted ? undefined : 'the other tree is stuck',
        );
      },
    ],
    [
      'killed-again-while-recovering',
      async (world) => {
        for (let round = 0; round < 3; round++) {
          let child: ChildProcess | undefined;
          const running = world.run(['patch', 'apply', '--from', '-'], {
            stdin: small,
            started: (each) => {
              child = each;
            },
          });
          await Promise.race([running, delay(150 + round * 60, undefined, { ref: false })]);
          endGroup(child!);
          await running;
        }
        const next = await world.run(['patch', 'apply', '--from', '-'], { stdin: small });
        const verdict = wholeOrOld(world);
        return firstOf(verdict, next.hung ? 'it hangs' : undefined);
      },
    ],
  ];
  return cases.map(([name, act]) => ({
    id: `kills/midway/${name}`,
    tries: `SIGKILL with some of 250 files written, then: ${name.replaceAll('-', ' ')}`,
    async run() {
      for (let round = 0; round < 12; round++) {
        const world = stage.world({ files: tree, answer });
        let child: ChildProcess | undefined;
        const running = world.run(['patch', 'apply', '--from', '-'], {
          stdin: wholePatch,
          started: (each) => {
            child = each;
          },
        });
        let over = false;
        void running.then(() => {
          over = true;
        });
        // Files late in the order tell nothing, so a few along the way are watched.
        const probes = ['d0/f0.txt', 'd1/f1.txt', 'd6/f104.txt', 'd4/f25.txt'].map((path) =>
          join(world.work, path),
        );
        while (
          !over &&
          !probes.some((path) => existsSync(path) && readFileSync(path, 'latin1').startsWith('new'))
        )
          await delay(0);
        endGroup(child!);
        await running;
        const { old, fresh } = stateOf(world, large);
        if (old > 0 && fresh > 0) return act(world);
      }
      throw new Error('not staged: no kill came in the middle');
    },
  }));
}
