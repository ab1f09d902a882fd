/** What the commands do with a tree in which `orch` was killed half-way through a change. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FileChange } from '../../src/core/patch/types.ts';
import { storePatch } from '../../src/operations/delegation/stored-patch.ts';
import { patchApplyOperation } from '../../src/operations/patch-apply.ts';
import { searchReplace } from '../helpers/answers.ts';
import { factoryFor, orchInProcess as orch } from '../helpers/cli.ts';
import { journals, killedWhileApplying } from '../helpers/killed.ts';
import { folder } from '../helpers/orch.ts';
import { treeOf } from '../helpers/tree.ts';

const files = { 'a.txt': 'a\n', 'b.txt': 'b\n', 'c.txt': 'c\n', 'other.txt': 'one\ntwo\nthree\n' };
const changes: FileChange[] = [
  { kind: 'modify', path: 'a.txt', before: 'a\n', after: 'A\n' },
  { kind: 'create', path: 'new/d.txt', before: '', after: 'D\n' },
  { kind: 'modify', path: 'b.txt', before: 'b\n', after: 'B\n' },
  { kind: 'delete', path: 'c.txt', before: 'c\n', after: '' },
];
const changed = { 'a.txt': '644 A\n', 'b.txt': '644 B\n', 'new/': '755', 'new/d.txt': '644 D\n' };
const unchanged = { 'a.txt': '644 a\n', 'b.txt': '644 b\n', 'c.txt': '644 c\n' };
const other = { 'other.txt': '644 one\ntwo\nthree\n' };

/** A tree in which three of four files were written. */
async function half() {
  const cwd = folder(files);
  const home = folder();
  const state = join(home, 'orch');
  const env = { XDG_STATE_HOME: home, OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' };
  const id = storePatch(factoryFor({ cwd, env }, { writeLog: () => {}, defaultLogLevel: 'warn' }).patches(), {
    base: cwd,
    changes,
  });
  await killedWhileApplying(changes, { base: cwd, state, writes: 4, half: true });
  expect(Object.keys(treeOf(cwd))).toContain('new/d.txt');
  return { cwd, env, state, id, run: (args: string[], stdin?: string) => orch(args, { cwd, env, stdin }) };
}

const lines = (stderr: string, words: string) => stderr.split('\n').filter((line) => line.includes(words));
const putBack = 'were put back as they were before a run that was killed';

describe('after a kill in the middle of a change', () => {
  it('the same patch is simply applied', async () => {
    const { cwd, state, id, run } = await half();
    const { status, stdout, stderr } = await run(['patch', 'apply', id]);
    expect({ status, lines: lines(stderr, putBack) }).toEqual({ status: 0, lines: [expect.any(String)] });
    expect(stdout).toContain('4 files changed');
    expect(treeOf(cwd)).toEqual({ ...changed, ...other });
    expect(journals(state)).toEqual([]);
  });

  it('--resume finishes it, once', async () => {
    const { cwd, state, run } = await half();
    const { status, stdout } = await run(['patch', 'apply', '--resume', '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      applied: true,
      files: ['a.txt', 'new/d.txt', 'b.txt', 'c.txt'],
    });
    expect(treeOf(cwd)).toEqual({ ...changed, ...other });
    expect(journals(state)).toEqual([]);
    const again = await run(['patch', 'apply', '--resume', '--json']);
    expect(again.status).toBe(2);
    expect(JSON.parse(again.stdout).error).toMatchObject({
      code: 'file-not-found',
      message: `no interrupted change is waiting in ${cwd}`,
    });
  });

  it('--resume names new files that other programs run, as the change itself would have', async () => {
    const { cwd, env, state } = await half();
    await orch(['patch', 'apply', '--resume'], { cwd, env });
    const makefile: FileChange = { kind: 'create', path: 'Makefile', before: '', after: 'x\n' };
    await killedWhileApplying([makefile], { base: cwd, state, writes: 0 });
    const { stderr } = await orch(['patch', 'apply', '--resume'], { cwd, env });
    expect(stderr).toContain('without being asked, so look at them first: Makefile');
  });

  it('--resume goes with nothing else', async () => {
    const { run, id } = await half();
    expect((await run(['patch', 'apply', id, '--resume'])).status).toBe(2);
  });

  const patch =
    'diff --git a/other.txt b/other.txt\n--- a/other.txt\n+++ b/other.txt\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n';
  it.each<[string, string[], string?]>([
    ['patch apply --from', ['patch', 'apply', '--from', '-'], patch],
    [
      'diff --apply',
      ['diff', '--from', '-', '-f', 'other.txt', '--apply'],
      searchReplace('other.txt', 'two', '2'),
    ],
    [
      'an --output into the tree',
      ['usage', 'report', '-o', './report.csv', '--format', 'csv', '--since', '1d'],
    ],
  ])('%s works on a tree that is whole again', async (_name, args, stdin) => {
    const { cwd, state, run } = await half();
    const { status, stderr } = await run(args, stdin);
    expect({ status, lines: lines(stderr, putBack) }).toEqual({ status: 0, lines: [expect.any(String)] });
    const { 'other.txt': edited, 'report.csv': report, ...rest } = treeOf(cwd);
    expect(report ?? edited).not.toBe(other['other.txt']);
    expect(rest).toEqual(unchanged);
    expect(journals(state)).toEqual([]);
  });

  it('an error says what was put back as well', async () => {
    const { cwd, run } = await half();
    const { status, stdout } = await run(['patch', 'apply', '--from', '-', '--json'], 'words');
    expect(status).toBe(5);
    expect(JSON.parse(stdout).error.details.warnings).toEqual([expect.stringContaining(putBack)]);
    expect(treeOf(cwd)).toEqual({ ...unchanged, ...other });
  });

  it.each<[string, string[], string?]>([
    ['route', ['route', '--explain', 'docs', 'x']],
    ['usage report', ['usage', 'report']],
    ['--dry-run', ['diff', 'x', '--apply', '-o', 'out.patch', '--dry-run']],
    [
      'diff without --apply',
      ['diff', '--from', '-', '-f', 'other.txt'],
      searchReplace('other.txt', 'two', '2'),
    ],
    ['an --output elsewhere', ['usage', 'report', '-o', '/dev/null']],
  ])('%s touches nothing and says on one line what to do', async (_name, args, stdin) => {
    const { cwd, state, run } = await half();
    const [tree, kept] = [treeOf(cwd), treeOf(join(state, 'journal'))];
    const { stderr } = await run(args, stdin);
    expect(lines(stderr, 'orch patch apply --resume finishes it')).toHaveLength(1);
    expect(treeOf(cwd)).toEqual(tree);
    expect(treeOf(join(state, 'journal'))).toEqual(kept);
  });

  it('is not spoken of in another tree, or where nobody wants to hear of it', async () => {
    const { env, cwd } = await half();
    const elsewhere = await orch(['usage', 'report'], { cwd: folder(), env });
    const silent = await orch(['usage', 'report'], { cwd, env: { ...env, ORCH_LOG_LEVEL: 'error' } });
    expect([elsewhere.stderr, silent.stderr].join()).not.toContain('interrupted');
  });
});

describe('a patch as text', () => {
  it('is checked and written under one lock', async () => {
    const cwd = folder(files);
    const home = folder();
    const factory = factoryFor(
      { cwd, env: { XDG_STATE_HOME: home } },
      { writeLog: () => {}, defaultLogLevel: 'warn' },
    );
    const locked: string[][] = [];
    const patchApplier = () => ({
      tryOut: async (...args: Parameters<ReturnType<typeof factory.patchApplier>['tryOut']>) => {
        locked.push(readdirSync(join(home, 'orch/locks')));
        return factory.patchApplier().tryOut(...args);
      },
    });
    const patch = 'diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-a\n+A\n';
    await patchApplyOperation.run(
      { patch },
      { ...factory, patchApplier },
      { signal: AbortSignal.timeout(60_000) },
    );
    expect(locked).toEqual([[expect.any(String)]]);
    expect(treeOf(cwd)['a.txt']).toBe('644 A\n');
  });

  it('changes nothing where the old content cannot be kept', async () => {
    const cwd = folder(files);
    const home = folder({ 'orch/journal': 'a file in the way' });
    const patch = 'diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-a\n+A\n';
    const tree = treeOf(cwd);
    const { status, stdout } = await orch(['patch', 'apply', '--from', '-', '--json'], {
      cwd,
      env: { XDG_STATE_HOME: home },
      stdin: patch,
    });
    expect(status).toBe(2);
    expect(JSON.parse(stdout).error).toMatchObject({
      code: 'write-failed',
      message: expect.stringContaining('cannot be backed up'),
      hint: expect.stringContaining('XDG_STATE_HOME'),
    });
    expect(treeOf(cwd)).toEqual(tree);
  });
});
