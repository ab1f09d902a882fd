import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { calls, git, gitVersion, nowhere } from '../../../../src/adapters/workspace/git/git.ts';
import { gitFileFault } from '../../../../src/adapters/workspace/git/git-files.ts';
import { gitPatchChecker } from '../../../../src/adapters/workspace/git/git-patch.ts';
import { emitPatch } from '../../../../src/core/patch/git/emit-patch.ts';
import type { FileChange } from '../../../../src/core/patch/types.ts';
import { folder } from '../../../helpers/orch.ts';

const posix = process.platform !== 'win32';
const path = process.env.PATH;
afterEach(() => {
  process.env.PATH = path;
});
const never = () => new AbortController().signal;

/** A shell script that runs instead of git. Returns its folder. */
function fakeGit(script: string): string {
  const tools = folder({ git: `#!/bin/sh\n${script}\n` });
  chmodSync(join(tools, 'git'), 0o755);
  process.env.PATH = `${tools}${delimiter}${path}`;
  return tools;
}

/** A git that says that it has started and then waits for good. */
function hangingGit(): { started: () => boolean } {
  const tools = fakeGit(': > "$0.started"\nexec tail -f /dev/null');
  return { started: () => existsSync(join(tools, 'git.started')) };
}

describe('the table of calls', () => {
  // Whoever adds a row adds it here too, having read what that command of git can be made to run.
  it('holds these, with these flags', () => {
    const call = calls as Record<string, (...values: string[]) => { args: string[] }>;
    const rows = Object.keys(call).map((name) => call[name]!('<1>', '<2>', '<3>').args.join(' '));
    expect(rows).toEqual([
      '--version',
      'config -z --type=path --get core.excludesFile',
      'config -z --type=path --get core.excludesFile',
      '-c core.excludesFile=<2> check-ignore -z --stdin',
      '--literal-pathspecs ls-files -s -z -- <2>',
      '-c core.excludesFile=<2> --literal-pathspecs ls-files -z --cached --others --exclude-standard -- <3>',
      'ls-files -z',
      'ls-tree -z HEAD -- <2>',
      'check-attr -z --stdin filter working-tree-encoding ident',
      'ls-files -s -z --debug',
      'rev-parse --verify --quiet <2>^{commit}',
      'log -n <2> --no-merges -z --format=%x00%H %s --encoding=UTF-8 --name-only --no-renames --no-relative -O/dev/null --no-ext-diff --no-textconv --no-mailmap --no-notes --no-color HEAD --',
      'merge-base <2> <3>',
      'ls-tree -r -z <2>',
      'diff-tree -r -z --raw --no-renames --no-ext-diff --no-textconv <2> <3>',
      'cat-file --batch-check',
      'cat-file --batch',
      '-c core.bigFileThreshold=1 -c core.compression=0 -c core.fsync=none add --all --force -- .',
      '-c core.fsync=none write-tree',
      '-c core.fsync=none -c user.name=orch -c user.email=orch@localhost commit-tree --no-gpg-sign -m The project as it is <2>',
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

describe.runIf(posix)('every git', () => {
  it('gets these settings and variables, whatever the user has set', async () => {
    fakeGit('printf "arg %s\\n" "$@"\nexec env');
    const outer = {
      GIT_SSH_COMMAND: 'x',
      GIT_CONFIG_COUNT: '1',
      OPENAI_API_KEY: 'x',
      GIT_EXTERNAL_DIFF: 'x',
    };
    Object.assign(process.env, outer);
    try {
      const { stdout } = await git(['head-entry', '/top', 'a'], { signal: never() });
      const lines = stdout.trim().split('\n');
      expect(lines.filter((line) => line.startsWith('arg ')).map((line) => line.slice(4))).toEqual([
        '--no-pager',
        ...[
          'core.fsmonitor=',
          `core.hooksPath=${nowhere}`,
          `core.attributesFile=${nowhere}`,
          'core.pager=cat',
          'diff.external=',
          'log.showSignature=false',
          'core.protectHFS=true',
          'core.protectNTFS=true',
        ].flatMap((setting) => ['-c', setting]),
        ...calls['head-entry']('/top', 'a').args,
      ]);
      // Some shells add PWD, OLDPWD, SHLVL and `_`.
      const theirs = lines.filter((line) => !/^(arg |PATH=|PWD=|OLDPWD=|SHLVL=|_=)/.test(line)).sort();
      expect(theirs).toEqual([
        'GIT_ALLOC_LIMIT=512m',
        'GIT_ALLOW_PROTOCOL=none',
        'GIT_ATTR_NOSYSTEM=1',
        `GIT_CONFIG_GLOBAL=${nowhere}`,
        'GIT_CONFIG_NOSYSTEM=1',
        'GIT_DIR=/top/.git',
        'GIT_NO_LAZY_FETCH=1',
        'GIT_TERMINAL_PROMPT=0',
        'GIT_WORK_TREE=/top',
        `HOME=${nowhere}`,
        'LC_ALL=C',
        `XDG_CONFIG_HOME=${nowhere}`,
      ]);
    } finally {
      for (const name of Object.keys(outer)) delete process.env[name];
    }
  });
});

describe.runIf(posix)('git is not asked about a repository', () => {
  /** A device where git would wait for a pipe. */
  const withDevice = (top: string, name: string) => {
    mkdirSync(dirname(join(top, name)), { recursive: true });
    symlinkSync('/dev/null', join(top, name));
  };
  const fault = (top: string) => gitFileFault(top, [join(top, 'sub')], ['.gitignore']);
  const tooLarge = ' '.repeat(1_048_577);
  const settings = [
    ...['config', 'config.worktree', 'HEAD', 'commondir'],
    ...['info/exclude', 'info/attributes', 'info/grafts'],
  ];
  const data = ['index', 'packed-refs', 'objects/info/alternates', 'info/sparse-checkout'];

  it.each([...[...settings, ...data].map((name) => `.git/${name}`), '.gitignore', 'sub/.gitignore'])(
    'whose %s is no file',
    (name) => {
      const top = folder({ 'sub/a.txt': '', '.git/x': '' });
      expect(fault(top)).toBeUndefined();
      withDevice(top, name);
      expect(fault(top)).toBe(`${join(top, name)} is not a regular file`);
    },
  );

  it('with settings that are too large; an index may be', () => {
    for (const name of settings.filter((each) => each !== 'commondir')) {
      const top = folder({ [`.git/${name}`]: tooLarge, 'sub/a.txt': '' });
      expect(fault(top)).toBe(`${join(top, '.git', name)} is larger than 1 MB`);
    }
    const top = folder(Object.fromEntries(data.map((name) => [`.git/${name}`, tooLarge])));
    expect(fault(top)).toBeUndefined();
    const ignoring = folder({ 'sub/.gitignore': tooLarge });
    expect(fault(ignoring)).toBe(`${join(ignoring, 'sub/.gitignore')} is larger than 1 MB`);
  });

  it('whose folder is elsewhere, or shared, as in a linked worktree', () => {
    const shared = folder({ 'worktrees/w/commondir': '../..\n' });
    const own = join(shared, 'worktrees/w');
    const top = folder({ '.git': `gitdir: ${own}\n`, 'sub/a.txt': '' });
    expect(fault(top)).toBeUndefined();
    withDevice(shared, 'packed-refs');
    expect(fault(top)).toBe(`${join(shared, 'packed-refs')} is not a regular file`);
    withDevice(own, 'config.worktree');
    withDevice(own, 'index');
    expect(fault(top)).toBe(`${join(own, 'index')} is not a regular file`);
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

  it('is not taken for one that has answered while this process was busy', async () => {
    const answer = git(['version'], { signal: never(), limitMs: 1 }).then(
      ({ stdout }) => stdout,
      ({ message }) => message,
    );
    await new Promise(setImmediate);
    // Git has ended by then, and nothing of what it said was read.
    for (let at = 0; at < 10; at++) spawnSync('git', ['version']);
    expect(await answer).toMatch(/^git version|^git did not respond/);
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
