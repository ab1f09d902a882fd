import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { calls, git, gitVersion } from '../../../src/adapters/workspace/git.ts';
import { gitPatchChecker } from '../../../src/adapters/workspace/git-patch.ts';
import { emitPatch } from '../../../src/core/patch/git/emit-patch.ts';
import type { FileChange } from '../../../src/core/patch/types.ts';
import { folder } from '../../helpers/orch.ts';

const posix = process.platform !== 'win32';
const path = process.env.PATH;
afterEach(() => {
  process.env.PATH = path;
});
const never = () => new AbortController().signal;

/** A git that says that it has started and then waits for good. */
function hangingGit(): { started: () => boolean } {
  const tools = folder({ git: '#!/bin/sh\n: > "$0.started"\nexec tail -f /dev/null\n' });
  chmodSync(join(tools, 'git'), 0o755);
  process.env.PATH = `${tools}${delimiter}${path}`;
  return { started: () => existsSync(join(tools, 'git.started')) };
}

describe('the table of calls', () => {
  // Whoever adds a row adds it here too, having read what that command of git can be made to run.
  it('holds these, with these flags', () => {
    const call = calls as Record<string, (...values: string[]) => { args: string[] }>;
    const rows = Object.keys(call).map((name) => call[name]!('<1>', '<2>').args.join(' '));
    expect(rows).toEqual([
      '--version',
      'config -z --type=path --get core.excludesFile',
      'config -z --type=path --get core.excludesFile',
      '-c core.excludesFile=<2> check-ignore -z --stdin',
      '--literal-pathspecs ls-files -s -z -- <2>',
      'ls-tree -z HEAD -- <2>',
      'check-attr -z filter working-tree-encoding ident -- <2>',
      'apply --whitespace=nowarn --numstat -z -',
      '-C <1> apply --whitespace=nowarn --check -',
      '-C <1> apply --whitespace=nowarn --check --reverse -',
      '-C <1> apply --whitespace=nowarn --stat --apply -',
    ]);
  });

  it('lets no call that may write see a repository', () => {
    for (const name of ['numstat', 'apply-check', 'reverse-check', 'apply'] as const)
      expect(calls[name]('<1>')).not.toHaveProperty('repository');
  });
});

describe.runIf(posix)('a git that hangs', () => {
  it('is stopped, and the error says so', async () => {
    hangingGit();
    const error = await git(['version'], { signal: never(), limitMs: 500 }).catch((thrown) => thrown);
    expect(error).toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('git did not respond'),
    });
  });

  it('ends with the call', async () => {
    const { started } = hangingGit();
    const abort = new AbortController();
    const answer = git(['version'], { signal: abort.signal });
    await expect.poll(started).toBe(true);
    abort.abort();
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe.runIf(posix)('PATH', () => {
  it('may name a file, a loop of links and a folder that is not there', async () => {
    const odd = folder({ file: '' });
    symlinkSync('loop', join(odd, 'loop'));
    process.env.PATH = [...['file', 'loop', 'missing'].map((name) => join(odd, name)), path].join(delimiter);
    expect(await gitVersion(never())).toMatch(/^\d/);
  });
});

describe('a repository', () => {
  it('is never looked for: neither around the folder nor in it', async () => {
    const top = folder({ HEAD: 'ref: refs/heads/main\n', 'objects/x': '', 'refs/x': '', config: '' });
    const { status, stderr } = await git(['apply-check', top], { signal: never(), input: 'x' });
    expect({ status, stderr }).toEqual({ status: 128, stderr: expect.stringContaining('No valid patches') });
    const { stdout } = await git(['user-excludes'], { signal: never() });
    expect(stdout).toBe('');
  });
});

describe('a patch', () => {
  const modify = (before: string, after: string): FileChange => ({
    kind: 'modify',
    path: 'a.txt',
    before,
    after,
  });
  const check = (change: FileChange, base: string) =>
    gitPatchChecker().check(emitPatch([change]), [change], base, never());

  it('is checked by the bytes, whatever attributes stand beside them', async () => {
    const attributes = '* text eol=crlf working-tree-encoding=UTF-16 whitespace=trailing-space\n';
    const base = folder({ 'a.txt': 'one\ntwo\n', '.gitattributes': attributes });
    const creating: FileChange = {
      kind: 'create',
      path: 'sub/.gitattributes',
      before: '',
      after: attributes,
    };
    const changes = [modify('one\ntwo\n', 'one  \n2\n'), creating];
    const all = await gitPatchChecker().check(emitPatch(changes), changes, base, never());
    expect(all).toEqual({ ok: true, detail: '', checkedBy: 'git' });
    const edited: FileChange = { ...modify(attributes, `# x\n${attributes}`), path: '.gitattributes' };
    const both = [modify('one\ntwo\n', 'one\n2\n'), edited];
    expect(await gitPatchChecker().check(emitPatch(both), both, base, never())).toMatchObject({ ok: true });
  });

  it('still fits a file that has changed elsewhere meanwhile', async () => {
    const lines = Array.from({ length: 20 }, (_, at) => `line ${at}\n`);
    const before = lines.join('');
    const base = folder({ 'a.txt': `${before}and one more\n` });
    expect(await check(modify(before, before.replace('line 3', 'three')), base)).toMatchObject({ ok: true });
    writeFileSync(join(base, 'a.txt'), before.replace('line 3', 'drei'));
    await expect(check(modify(before, before.replace('line 3', 'three')), base)).rejects.toMatchObject({
      code: 'file-changed',
    });
  });

  it('leaves the tree alone', async () => {
    const base = folder({ 'a.txt': 'one\n' });
    mkdirSync(join(base, 'sub'));
    await check(modify('one\n', '1\n'), base);
    expect(readFileSync(join(base, 'a.txt'), 'utf8')).toBe('one\n');
  });
});
