import { execFileSync } from 'node:child_process';
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { uncommitted } from '../../../../src/adapters/workspace/git/uncommitted.ts';
import { hostileConfig, plainGit, trap } from '../../../helpers/foreign-repository.ts';
import { folder, git, initialize, repository } from '../../../helpers/orch.ts';

const path = process.env.PATH;
afterEach(() => {
  process.env.PATH = path;
});
const ask = (file: string) => uncommitted(file, new AbortController().signal);
const state = async (...file: string[]) => (await ask(join(...file))).state;
const commit = ['-c', 'user.name=t', '-c', 'user.email=t@localhost', 'commit', '-qm'];

describe('a file', () => {
  it('is clean as committed, also below a folder and by way of a link to one', async () => {
    const top = await repository({ 'a.txt': 'one\n', 'sub/[b] *.txt': 'two\n' });
    symlinkSync('sub', join(top, 'link'));
    expect(await ask(join(top, 'a.txt'))).toEqual({ state: 'clean', reason: 'is as committed' });
    expect(await state(top, 'sub/[b] *.txt')).toBe('clean');
    expect(await state(top, 'link/[b] *.txt')).toBe('clean');
  });

  it('is changed when its bytes are, when it is deleted, and when a change is staged', async () => {
    const top = await repository({ 'a.txt': 'one\n', 'b.txt': 'one\n', 'c.txt': 'one\n', 'd.txt': 'd\n' });
    writeFileSync(join(top, 'a.txt'), 'two\n');
    rmSync(join(top, 'b.txt'));
    writeFileSync(join(top, 'c.txt'), 'staged\n');
    await git(['add', 'c.txt'], top);
    expect(await ask(join(top, 'a.txt'))).toEqual({
      state: 'changed',
      reason: 'has changed since the last commit',
    });
    expect(await ask(join(top, 'b.txt'))).toEqual({ state: 'changed', reason: 'was deleted' });
    expect(await ask(join(top, 'c.txt'))).toEqual({ state: 'changed', reason: 'has staged changes' });
    writeFileSync(join(top, 'c.txt'), 'one\n');
    expect(await state(top, 'c.txt')).toBe('changed');
    expect(await state(top, 'd.txt')).toBe('clean');
  });

  it('is changed where it is staged and nothing has been committed yet', async () => {
    const top = folder({ 'a.txt': 'one\n' });
    initialize(top);
    expect(await state(top, 'a.txt')).toBe('untracked');
    await git(['add', 'a.txt'], top);
    expect(await ask(join(top, 'a.txt'))).toEqual({
      state: 'changed',
      reason: 'has never been committed',
    });
  });

  it('is untracked where git does not know it, ignored or not, and outside of a repository', async () => {
    const top = await repository({ 'a.txt': 'one\n', '.gitignore': 'ignored.txt\n' });
    for (const name of ['new.txt', 'ignored.txt']) {
      writeFileSync(join(top, name), 'x');
      expect(await ask(join(top, name))).toMatchObject({
        state: 'untracked',
        reason: 'is not tracked by git',
      });
    }
    expect(await state(top, 'nowhere/new.txt')).toBe('untracked');
    expect(await ask(join(folder({ 'a.txt': 'x' }), 'a.txt'))).toEqual({
      state: 'untracked',
      reason: 'is not in a repository',
    });
  });

  it.each([
    ['core.autocrlf=true', ''],
    ['core.autocrlf=input', ''],
    ['core.eol=lf', '* text eol=crlf\n'],
  ])('is clean whatever its line ends: %s, .gitattributes: %j', async (setting, attributes) => {
    const top = await repository({ 'a.txt': 'one\ntwo\n', '.gitattributes': attributes });
    await git(['config', ...setting.split('=')], top);
    writeFileSync(join(top, 'a.txt'), 'one\r\ntwo\r\n');
    expect(await state(top, 'a.txt')).toBe('clean');
    writeFileSync(join(top, 'a.txt'), 'one\r\n2\r\n');
    expect(await state(top, 'a.txt')).toBe('changed');
  });

  it('is clean with the line ends of Windows where these are committed', async () => {
    const top = await repository({ 'a.txt': 'one\r\ntwo\r\n' });
    expect(await state(top, 'a.txt')).toBe('clean');
  });

  it.each([
    ['filter=lfs', '* filter=lfs diff=lfs merge=lfs -text\n'],
    ['working-tree-encoding=UTF-16LE', '* text working-tree-encoding=UTF-16LE\n'],
    ['ident', '* ident\n'],
  ])('is undecidable where git converts it: %s', async (named, attributes) => {
    const top = await repository({ 'a.txt': 'one\n', 'same.txt': 'one\n' });
    writeFileSync(join(top, '.gitattributes'), attributes);
    writeFileSync(join(top, 'a.txt'), 'two\n');
    expect(await ask(join(top, 'a.txt'))).toEqual({
      state: 'undecidable',
      reason: `is converted by git (${named} in .gitattributes)`,
    });
    expect(await state(top, 'same.txt')).toBe('clean');
    writeFileSync(join(top, '.gitattributes'), attributes.replace('*', 'other'));
    expect(await state(top, 'a.txt')).toBe('changed');
  });

  it('is undecidable in a merge conflict', async () => {
    const top = await repository({ 'a.txt': 'one\n' });
    await git(['checkout', '-qb', 'other'], top);
    writeFileSync(join(top, 'a.txt'), 'two\n');
    await git([...commit, 'x', '-a'], top);
    await git(['checkout', '-q', '-'], top);
    writeFileSync(join(top, 'a.txt'), 'three\n');
    await git([...commit, 'x', '-a'], top);
    await expect(git([...commit.slice(0, 4), 'merge', 'other'], top)).rejects.toThrow();
    expect(await ask(join(top, 'a.txt'))).toEqual({
      state: 'undecidable',
      reason: 'is in a merge conflict',
    });
  });

  it('is undecidable without git, or where git gives no answer', async () => {
    const top = await repository({ 'a.txt': 'one\n' });
    process.env.PATH = folder();
    expect(await ask(join(top, 'a.txt'))).toMatchObject({
      state: 'undecidable',
      reason: expect.stringContaining('git is not installed'),
    });
    process.env.PATH = path;
    writeFileSync(join(top, '.git/index'), 'broken');
    expect(await ask(join(top, 'a.txt'))).toMatchObject({
      state: 'undecidable',
      reason: expect.stringContaining('git gave no answer'),
    });
  });

  it.runIf(process.platform !== 'win32')('is undecidable where git would wait for its settings', async () => {
    const top = folder({ 'sub/a.txt': 'one\n', '.git/HEAD': 'ref: refs/heads/main\n' });
    symlinkSync('/dev/null', join(top, '.gitattributes'));
    expect(await ask(join(top, 'sub/a.txt'))).toEqual({
      state: 'undecidable',
      reason: `cannot be compared with the last commit: ${join(top, '.gitattributes')} is not a regular file`,
    });
  });

  it.runIf(process.platform !== 'win32')('is compared by its target when it is a link', async () => {
    const top = folder({ 'a.txt': 'one\n', 'b.txt': 'one\n' });
    symlinkSync('a.txt', join(top, 'link'));
    initialize(top);
    await git(['add', '-A'], top);
    await git([...commit, 'x'], top);
    expect(await state(top, 'link')).toBe('clean');
    rmSync(join(top, 'link'));
    symlinkSync('b.txt', join(top, 'link'));
    expect(await state(top, 'link')).toBe('changed');
    rmSync(join(top, 'a.txt'));
    symlinkSync('b.txt', join(top, 'a.txt'));
    expect(await ask(join(top, 'a.txt'))).toEqual({
      state: 'changed',
      reason: 'has become a symbolic link',
    });
    rmSync(join(top, 'b.txt'));
    execFileSync('mkfifo', [join(top, 'b.txt')]);
    expect(await ask(join(top, 'b.txt'))).toEqual({
      state: 'undecidable',
      reason: 'is not a regular file',
    });
  });

  it('is compared in a linked worktree, in a submodule and with SHA-256', async () => {
    const top = await repository({ 'a.txt': 'one\n' });
    const linked = join(folder(), 'linked');
    await git(['worktree', 'add', '-q', linked], top);
    await git(['-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', top, 'sub'], top);
    const long = folder({ 'a.txt': 'one\n' });
    await git(['init', '-q', '--object-format=sha256'], long);
    await git(['add', '-A'], long);
    await git([...commit, 'x'], long);
    for (const where of [linked, join(top, 'sub'), long]) {
      expect(await state(where, 'a.txt')).toBe('clean');
      writeFileSync(join(where, 'a.txt'), 'two\n');
      expect(await state(where, 'a.txt')).toBe('changed');
    }
    expect(await ask(join(top, 'sub'))).toEqual({ state: 'undecidable', reason: 'is a submodule' });
  });

  it('runs nothing that the repository names, which git status does', async () => {
    const hostile = trap();
    const attributes = '* filter=x diff=x merge=x\n';
    const top = await repository({ 'a.txt': 'one\n', '.gitattributes': attributes });
    writeFileSync(join(top, '.git/config'), hostileConfig(hostile));
    writeFileSync(join(top, 'a.txt'), 'two\n');
    expect(await ask(join(top, 'a.txt'))).toMatchObject({ state: 'undecidable' });
    expect(hostile.marks()).toEqual([]);
    await plainGit(['status'], top);
    expect(hostile.marks()).not.toEqual([]);
  });
});
