import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { removeTree } from '../../../src/adapters/scratch/remove-tree.ts';
import { scratchCopies } from '../../../src/adapters/scratch/scratch-copies.ts';
import { notedTemporaries, untracked } from '../../../src/adapters/workspace/write/temporaries.ts';
import type { ScratchCopy } from '../../../src/engine/sandbox-ports.ts';
import { dead } from '../../helpers/killed.ts';
import { folder } from '../../helpers/orch.ts';
import { photograph } from '../sandbox/photograph.ts';

const never = () => new AbortController().signal;
const isRoot = process.getuid?.() === 0;
const { TMPDIR } = process.env;
const made: ScratchCopy[] = [];

let base: string;
beforeEach(() => {
  base = folder({
    '.gitignore': 'node_modules\n.venv\nignored\n',
    '.gitattributes': '* text eol=crlf\n*.js filter=evil ident\n',
    'package.json': '{"workspaces":["packages/*"]}',
    'run.sh': '#!/bin/sh\n',
    '.env': 'KEY=secret',
    'keys/server.pem': 'secret',
    'ignored/file': 'x',
    'packages/a/package.json': '{"name":"a"}',
    'packages/a/src/a.js': '// $Id$\nmodule.exports = 1;\n',
    'packages/a/node_modules/own/index.js': 'own',
    'packages/b/package.json': '{"name":"b"}',
    'packages/b/b.js': 'b',
    'node_modules/.bin/tool': 'tool',
    'node_modules/.cache/made': 'made',
    'node_modules/.pnpm/dep@1/node_modules/dep/index.js': 'dep',
    'node_modules/hoisted/index.js': 'hoisted',
    'node_modules/@scope/plain/index.js': 'plain',
    'node_modules/@types/node/index.d.ts': 'types',
    '.venv/pyvenv.cfg': 'home = /usr/bin\n',
    '.venv/lib/site.py': 'site',
    'nested/file': 'of another repository',
  });
  chmodSync(join(base, 'run.sh'), 0o755);
  const links = {
    'inside.js': 'packages/b/b.js',
    'absolute.js': join(base, 'packages/b/b.js'),
    'outside.js': '/etc/passwd',
    'above.js': '../../etc/passwd',
    'through.js': 'outside.js',
    'broken.js': 'packages/none.js',
    'node_modules/dep': '.pnpm/dep@1/node_modules/dep',
    'node_modules/@scope/b': '../../packages/b',
    'node_modules/stranger': tmpdir(),
  };
  for (const [name, target] of Object.entries(links)) symlinkSync(target, join(base, name));
  execFileSync('git', ['init', '-q', base]);
  execFileSync('git', ['init', '-q', join(base, 'nested')]);
  execFileSync('git', ['-C', base, 'config', 'user.email', 'somebody@example.com']);
  execFileSync('git', ['-C', base, 'config', 'filter.evil.clean', `touch ${join(base, 'ran')}`]);
  execFileSync('git', ['-C', base, 'config', 'core.fsmonitor', `touch ${join(base, 'ran')}`]);
});

afterEach(async () => {
  if (TMPDIR === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = TMPDIR;
  for (const copy of made.splice(0)) await copy.remove();
});

async function copyOf(
  of: string,
  { near, limits }: { near?: string; limits?: { files: number; bytes: number } } = {},
): Promise<ScratchCopy> {
  const copies = scratchCopies({ temporaries: untracked, home: '/home/nobody', limits });
  const copy = await copies.create({ base: of, near, signal: never() });
  made.push(copy);
  return copy;
}

/** Without times, and without the repository. */
function contents(root: string): Record<string, string> {
  const seen = Object.entries(photograph(root)).filter(([name]) => !name.startsWith('.git/'));
  return Object.fromEntries(seen.map(([name, state]) => [name, state.replace(/ [\d.]+ /, ' ')]));
}

function gitIn(copy: ScratchCopy, ...args: string[]): string {
  return execFileSync('git', ['-C', copy.root, ...args], { encoding: 'utf8' });
}

describe('a copy of a project', () => {
  it('has what git does not ignore, as it is, and neither secrets nor what leads out', async () => {
    const before = photograph(base);
    const copy = await copyOf(base);
    expect(copy.files).toEqual([
      '.gitattributes',
      '.gitignore',
      'absolute.js',
      'broken.js',
      'inside.js',
      'package.json',
      'packages/a/package.json',
      'packages/a/src/a.js',
      'packages/b/b.js',
      'packages/b/package.json',
      'run.sh',
    ]);
    expect(copy.leftOut.map(({ path, reason }) => `${path}: ${reason}`)).toEqual([
      '.env: secret',
      'above.js: outside',
      'keys/server.pem: secret',
      'nested: repository',
      'outside.js: outside',
      'through.js: outside',
    ]);
    expect(lstatSync(copy.path('run.sh')).mode & 0o777).toBe(0o755);
    expect(readlinkSync(copy.path('absolute.js'))).toBe('packages/b/b.js');
    expect(existsSync(copy.path('keys'))).toBe(false);
    // One commit, which has the bytes as they are and knows nobody.
    expect(gitIn(copy, 'log', '--format=%an %ae %s')).toBe('orch orch@localhost The project as it is\n');
    expect(gitIn(copy, 'status', '--porcelain', '--ignored=no')).toBe('');
    expect(gitIn(copy, 'show', 'HEAD:packages/a/src/a.js')).toBe('// $Id$\nmodule.exports = 1;\n');
    expect(gitIn(copy, 'ls-files')).toBe(`${copy.files.join('\n')}\n`);
    expect(readFileSync(copy.path('.git/config'), 'utf8')).not.toMatch(/evil|somebody|fsmonitor/);
    expect(photograph(base)).toEqual(before);

    expect(copy.changedSince()).toEqual([]);
    writeFileSync(join(base, 'run.sh'), '#!/bin/sh\n');
    rmSync(join(base, 'packages/b/b.js'));
    expect(copy.changedSince()).toEqual(['packages/b/b.js', 'run.sh']);
  });

  it('shares installed packages, and links those of the workspace to its own', async () => {
    const copy = await copyOf(base);
    expect(copy.packages.map(({ at }) => at).sort()).toEqual([
      '.venv',
      'node_modules/.bin',
      'node_modules/.pnpm',
      'node_modules/@scope/plain',
      'node_modules/@types',
      'node_modules/hoisted',
      'packages/a/node_modules/own',
    ]);
    expect(copy.packages.every(({ at, source }) => source === join(copy.base, at))).toBe(true);
    expect(readlinkSync(copy.path('node_modules/@scope/b'))).toBe('../../packages/b');
    expect(readlinkSync(copy.path('node_modules/dep'))).toBe('.pnpm/dep@1/node_modules/dep');
    expect(readdirSync(copy.path('node_modules')).sort()).toEqual(['@scope', 'dep']);
  });

  it('is of the nearest package where the whole is too large, with what lies above', async () => {
    const limits = { files: 5, bytes: 1000 };
    const copy = await copyOf(base, { near: 'packages/a/src/a.js', limits });
    expect(copy.base).toBe(join(realOf(base), 'packages/a'));
    expect(copy.files).toEqual(['package.json', 'src/a.js']);
    expect(copy.packages.map(({ at }) => at).sort()).toEqual([
      '../../.venv',
      '../../node_modules',
      'node_modules/own',
    ]);
    expect(copy.root.startsWith(`${copy.folder}/`) && copy.root.endsWith('/packages/a')).toBe(true);
    for (const [near, limited] of [
      [undefined, limits],
      ['run.sh', limits],
      ['packages/a/src/a.js', { files: 100, bytes: 10 }],
    ] as const) {
      await expect(copyOf(base, { ...(near && { near }), limits: limited })).rejects.toMatchObject({
        code: 'input-too-large',
        hint: expect.stringContaining('.gitignore'),
      });
    }
  });

  it('is made without a repository, and of a submodule', async () => {
    const plain = folder({ 'a.py': 'x', 'b/c.py': 'y', '__pycache__/a.pyc': 'z' });
    expect((await copyOf(plain)).files).toEqual(['a.py', 'b/c.py']);
    execFileSync('git', ['-C', join(base, 'nested'), 'add', '.']);
    const author = ['-c', 'user.name=a', '-c', 'user.email=a@localhost'];
    execFileSync('git', ['-C', join(base, 'nested'), ...author, 'commit', '-qm', 'x']);
    execFileSync('git', ['-C', base, '-c', 'advice.addEmbeddedRepo=false', 'add', 'nested'], {
      stdio: 'pipe',
    });
    const copy = await copyOf(base);
    expect(copy.files).toContain('nested/file');
    expect(existsSync(copy.path('nested/.git'))).toBe(false);
  });

  it('is refused with the reason', async () => {
    const home = scratchCopies({ temporaries: untracked, home: join(base, 'packages') });
    await expect(home.create({ base, signal: never() })).rejects.toMatchObject({ code: 'file-forbidden' });
    const aborted = scratchCopies({ temporaries: untracked, home: '/home/nobody' });
    await expect(aborted.create({ base, signal: AbortSignal.abort() })).rejects.toThrow('aborted');
    process.env.TMPDIR = join(base, 'run.sh');
    await expect(copyOf(base)).rejects.toMatchObject({
      code: 'write-failed',
      message: expect.stringMatching(/nothing was run: .* cannot be copied to .*run\.sh \(ENOTDIR\)/),
      hint: expect.stringContaining('TMPDIR'),
    });
  });

  it.skipIf(isRoot)('names a file that cannot be read', async () => {
    chmodSync(join(base, 'run.sh'), 0);
    await expect(copyOf(base)).rejects.toMatchObject({
      code: 'file-unreadable',
      message: expect.stringContaining('run.sh'),
    });
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('orch-check-'))).toEqual([]);
  });

  it('is read and written without following links', async () => {
    const copy = await copyOf(base);
    const outside = folder({ 'file.js': 'outside' });
    rmSync(copy.path('packages/b'), { recursive: true });
    symlinkSync(outside, copy.path('packages/b'));
    expect(copy.read('packages/b/file.js')).toBeUndefined();
    copy.write('packages/b/file.js', 'inside');
    copy.write('inside.js', 'inside');
    expect(Buffer.from(copy.read('packages/b/file.js')!).toString()).toBe('inside');
    expect(readFileSync(join(outside, 'file.js'), 'utf8')).toBe('outside');
    expect(copy.read('run.sh')?.length).toBe(10);
    expect(() => copy.read('run.sh', 9)).toThrow('is larger');
    for (const path of ['../x', '/x', 'a/../../x', '.git/config', 'a/.GIT/x', '.'])
      expect(() => copy.write(path, ''), path).toThrow(/is not a path|not to be written/);
  });
});

describe('what is left of a copy', () => {
  it('is removed after a kill by the next process, however it was left', async () => {
    const notes = join(folder({}), 'notes');
    const temporaries = notedTemporaries(notes);
    const create = () =>
      scratchCopies({ temporaries, home: '/home/nobody' }).create({ base, signal: never() });
    const left = await create();
    const live = await create();
    made.push(live, left);
    leaveDeepFolders(left.root);
    for (const name of readdirSync(notes).filter((each) => each.endsWith('.json'))) {
      const note = JSON.parse(readFileSync(join(notes, name), 'utf8'));
      if (note.path === left.folder)
        writeFileSync(join(notes, name), JSON.stringify({ ...note, holder: dead() }));
    }
    await temporaries.sweep();
    expect([existsSync(left.folder), existsSync(live.root)]).toEqual([false, true]);
    await live.remove();
    expect([existsSync(live.folder), readdirSync(notes).filter((name) => name.endsWith('.json'))]).toEqual([
      false,
      [],
    ]);
  });

  it('goes whatever its rights and however long its paths', () => {
    const top = folder({ 'a/b/c': 'x', 'closed/d/e': 'y' });
    onTestFinished(() => rmSync(top, { recursive: true, force: true }));
    chmodSync(join(top, 'closed/d'), 0);
    chmodSync(join(top, 'closed'), 0);
    leaveDeepFolders(top);
    symlinkSync(base, join(top, 'link'));
    removeTree(top);
    expect(existsSync(top)).toBe(false);
    expect(existsSync(join(base, 'run.sh'))).toBe(true);
  });
});

/** A path that is longer than any that the system takes. */
function leaveDeepFolders(top: string): void {
  const script = `cd "$1"; n=$(printf '%0200d' 0); i=0; while [ $i -lt 25 ]; do mkdir $n; cd -P ./$n; i=$((i + 1)); done`;
  execFileSync('/bin/sh', ['-c', script, 'sh', top]);
}

function realOf(path: string): string {
  return execFileSync('/bin/sh', ['-c', 'cd "$1" && pwd -P', 'sh', path], { encoding: 'utf8' }).trim();
}

describe('a checkpoint', () => {
  it('puts back whatever has run in the copy, and touches nothing of the project', async () => {
    const copy = await copyOf(base);
    const restore = copy.checkpoint(never());
    const made = contents(copy.root);
    const project = photograph(base);
    const tree = gitIn(copy, 'rev-parse', 'HEAD^{tree}');
    copy.write('packages/a/src/a.js', 'changed');
    copy.write('run.sh', 'not to be run', '100644');
    expect(lstatSync(copy.path('run.sh')).mode & 0o777).toBe(0o644);
    copy.write('new/deep/tool', '#!/bin/sh\n', '100755');
    expect(lstatSync(copy.path('new/deep/tool')).mode & 0o777).toBe(0o755);
    copy.delete('packages/b');
    copy.delete('package.json');
    copy.delete('there/is/none');
    rmSync(copy.path('inside.js'));
    symlinkSync('/etc/passwd', copy.path('inside.js'));
    execFileSync('mkfifo', [copy.path('pipe')]);
    gitIn(copy, 'config', 'core.hooksPath', 'evil');
    gitIn(copy, '-c', 'user.name=x', '-c', 'user.email=x', 'commit', '-qam', 'x', '--no-verify');
    chmodSync(copy.path('packages/a/src'), 0o000);
    chmodSync(copy.root, 0o500);
    for (const time of [1, 2]) {
      await restore();
      expect(contents(copy.root), `time ${time}`).toEqual(made);
      copy.write('packages/a/src/a.js', 'changed again');
    }
    await restore();
    expect(gitIn(copy, 'status', '--porcelain')).toBe('');
    expect(gitIn(copy, 'rev-parse', 'HEAD^{tree}')).toBe(tree);
    expect(readFileSync(copy.path('.git/config'), 'utf8')).not.toContain('evil');
    expect(photograph(base)).toEqual(project);
  });

  it('neither writes nor deletes behind a link, or in a repository', async () => {
    const copy = await copyOf(base);
    const outside = folder({ file: 'outside' });
    symlinkSync(outside, copy.path('way'));
    copy.delete('way/file');
    expect(readFileSync(join(outside, 'file'), 'utf8')).toBe('outside');
    copy.delete('way');
    expect(existsSync(outside)).toBe(true);
    for (const path of ['.git/config', '.', '../x'])
      expect(() => copy.delete(path)).toThrow(expect.objectContaining({ code: 'file-forbidden' }));
  });
});
