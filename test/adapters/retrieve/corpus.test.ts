/** What is searched: with real git, real links, real special files. */
import { execFileSync } from 'node:child_process';
import fs, {
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { biggestFolders } from '../../../src/adapters/retrieve/biggest-folders.ts';
import { type CorpusOptions, workingTreeCorpus } from '../../../src/adapters/retrieve/corpus.ts';
import { noStore } from '../../../src/adapters/retrieve/index-store.ts';
import { folder, git, initialize, repository } from '../../helpers/orch.ts';

function corpusOf(cwd: string, more: Partial<CorpusOptions> = {}) {
  return workingTreeCorpus({ cwd, roots: () => [], storeFor: () => noStore, ...more });
}

function list(cwd: string, more: Partial<CorpusOptions> = {}, exclude: string[] = []) {
  return corpusOf(cwd, more).list({ exclude, signal: new AbortController().signal });
}

async function pathsIn(cwd: string, more: Partial<CorpusOptions> = {}): Promise<string[]> {
  return (await list(cwd, more)).entries.map(({ path }) => path);
}

const code = 'const a = 1;\n';

describe('in a repository', () => {
  it('are the files that git tracks or does not ignore, as they are on disk', async () => {
    const top = await repository({ 'a.ts': code, 'sub/b.ts': code, 'gone.ts': code, '.gitignore': 'out\n' });
    writeFileSync(join(top, 'new.ts'), code);
    mkdirSync(join(top, 'out'));
    writeFileSync(join(top, 'out/c.ts'), code);
    unlinkSync(join(top, 'gone.ts'));
    const { base, entries } = await list(join(top, 'sub'));
    expect(base).toBe(top);
    expect(entries.map(({ path }) => path)).toEqual(['.gitignore', 'a.ts', 'new.ts', 'sub/b.ts']);
  });

  it('without secrets, lock files, binaries, vendored and large files, which are counted', async () => {
    const top = await repository({
      'a.ts': code,
      '.env': 'KEY=1\n',
      'package-lock.json': '{}\n',
      'logo.png': 'x',
      'vendor/x.ts': code,
      'large.ts': code.repeat(50_000),
      'data.bin.txt': 'a\0b',
    });
    const corpus = await list(top);
    expect(corpus.entries.map(({ path }) => path)).toEqual(['a.ts', 'data.bin.txt']);
    expect(corpus.skipped).toEqual({
      secret: 1,
      'lock-file': 1,
      binary: 1,
      vendored: 1,
      'too-large': 1,
    });
    expect(corpus.read('data.bin.txt')).toMatchObject({ skipped: 'binary' });
  });

  it('without what .orchignore and the caller leave out', async () => {
    const top = await repository({
      'a.ts': code,
      'gen/b.ts': code,
      'src/gen/c.ts': code,
      'src/d.sql': code,
      'src/e.ts': code,
      '.orchignore': '# generated\n/gen/\n\n*.sql\n!src/e.ts\n+(a|b)*\n',
    });
    const corpus = await list(top, {}, ['src/e.ts']);
    expect(corpus.entries.map(({ path }) => path)).toEqual(['.orchignore', 'a.ts', 'src/gen/c.ts']);
    expect(corpus.skipped).toEqual({ excluded: 3 });
    expect(corpus.warnings).toEqual([
      '.orchignore: 2 patterns are not used (too complex, only slashes, or begins with !)',
    ]);
  });

  it('not those behind links that lead out of it', async () => {
    const outside = folder({ 'secret.ts': code, 'dir/x.ts': code });
    const top = await repository({ 'a.ts': code, 'dir/x.ts': code, 'own/y.ts': code });
    symlinkSync(join(outside, 'secret.ts'), join(top, 'link.ts'));
    symlinkSync('a.ts', join(top, 'inside.ts'));
    symlinkSync('loop.ts', join(top, 'loop.ts'));
    symlinkSync('/nowhere/at/all', join(top, 'broken.ts'));
    // Git still lists what was in the folder.
    rmSync(join(top, 'dir'), { recursive: true });
    symlinkSync(join(outside, 'dir'), join(top, 'dir'));
    const corpus = await list(top);
    expect(corpus.entries.map(({ path }) => path)).toEqual(['a.ts', 'own/y.ts']);
    expect(corpus.skipped).toEqual({ outside: 3 });
    expect(corpus.read('dir/x.ts')).toEqual({ skipped: 'outside' });
    // Replaced after the list was made.
    renameSync(join(top, 'own'), join(top, 'elsewhere'));
    symlinkSync(outside, join(top, 'own'));
    expect(corpus.read('own/secret.ts')).toEqual({ skipped: 'outside' });
  });

  it('is empty without a file, and needs no commit', async () => {
    const top = folder();
    initialize(top);
    expect((await list(top)).entries).toEqual([]);
    writeFileSync(join(top, 'a.ts'), code);
    expect(await pathsIn(top)).toEqual(['a.ts']);
    expect(await corpusOf(top).history(top, new AbortController().signal)).toEqual([]);
  });

  it('that is a submodule, a linked work tree or checked out in part', async () => {
    const inner = await repository({ 'inner.ts': code });
    const top = await repository({ 'a.ts': code, 'deep/b.ts': code });
    await git(['-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', inner, 'module'], top);
    expect(await pathsIn(top)).toEqual(['.gitmodules', 'a.ts', 'deep/b.ts']);
    mkdirSync(join(top, 'nested'));
    initialize(join(top, 'nested'));
    expect((await list(top)).warnings).toEqual([
      'not searched, since they are repositories of their own: nested, module; search in each of them',
    ]);
    expect((await list(top, {}, ['module', 'nested'])).warnings).toEqual([]);
    expect(await pathsIn(join(top, 'module'))).toEqual(['inner.ts']);
    const linked = join(folder(), 'linked');
    await git(['worktree', 'add', '-q', linked], top);
    expect(await pathsIn(linked)).toEqual(['a.ts', 'deep/b.ts']);
    await git(['sparse-checkout', 'set', 'nothing'], linked);
    expect(await pathsIn(linked)).toEqual(['a.ts']);
  });

  it('has names in its index that no file can have, and one that is not UTF-8', async () => {
    const top = await repository({ 'a.ts': code });
    const id = 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391';
    const names = [`${'a/'.repeat(30_000)}x.ts`, `${'a'.repeat(300_000)}.ts`];
    const input = names.map((name) => `100644 ${id} 0\t${name}\n`).join('');
    execFileSync('git', ['update-index', '--index-info'], { cwd: top, input });
    writeFileSync(join(top, '.orchignore'), '**/a*a*a*b/**/b\n');
    expect(await pathsIn(top)).toEqual(['.orchignore', 'a.ts']);
    if (process.platform !== 'linux') return;
    writeFileSync(Buffer.concat([Buffer.from(`${top}/`), Buffer.from('b\xff.ts', 'latin1')]), code);
    expect((await list(top)).skipped).toEqual({ unreadable: 1 });
  });

  it('whose git waits for ever or reads without end is refused', async () => {
    const top = await repository({ 'a.ts': code });
    execFileSync('mkfifo', [join(top, '.gitignore')]);
    await expect(list(top)).rejects.toThrow(/\.gitignore is not a regular file/);
    rmSync(join(top, '.gitignore'));
    writeFileSync(join(top, '.gitignore'), 'x\n'.repeat(600_000));
    await expect(list(top)).rejects.toThrow(/\.gitignore is larger than/);
  });
});

describe('outside of a repository', () => {
  it('are all files, without folders of tools and packages', async () => {
    const top = folder({
      'a.ts': code,
      'src/b.ts': code,
      'node_modules/p/c.ts': code,
      '.cache/d.ts': code,
      'target/e.ts': code,
      'mirror.git/HEAD': 'x',
      'mirror.git/objects/x': 'x',
      'mirror.git/refs/x': 'x',
    });
    symlinkSync('..', join(top, 'src/up'));
    const corpus = await list(top);
    expect(corpus.base).toBe(top);
    expect(corpus.entries.map(({ path }) => path)).toEqual(['a.ts', 'src/b.ts']);
    expect(corpus.warnings).toEqual([]);
  });

  it('a bare repository has none', async () => {
    const top = folder();
    await git(['init', '-q', '--bare', top], top);
    await expect(list(top)).rejects.toThrow(/is a bare repository/);
    writeFileSync(join(top, 'notes.md'), '# x\n');
    expect(await pathsIn(top)).toEqual(['notes.md']);
  });

  it('also where git is missing, which is said', async () => {
    const top = await repository({ 'a.ts': code, '.gitignore': 'b.ts\n', 'sub/c.ts': code });
    writeFileSync(join(top, 'b.ts'), code);
    vi.stubEnv('PATH', folder());
    const corpus = await list(top);
    vi.unstubAllEnvs();
    expect(corpus.entries.map(({ path }) => path)).toEqual(['.gitignore', 'a.ts', 'b.ts', 'sub/c.ts']);
    expect(corpus.warnings).toEqual([expect.stringContaining('git is not installed')]);
  });

  it('neither the home folder nor a whole disk is searched unless it is named', async () => {
    const home = folder({ 'a.ts': code });
    await expect(list(home, { home })).rejects.toMatchObject({ code: 'file-forbidden' });
    expect(await pathsIn(home, { home, roots: () => [home] })).toEqual(['a.ts']);
  });
});

describe('for a client', () => {
  it('is the folder that it has opened, and not the repository around it', async () => {
    const top = await repository({ 'a.ts': code, 'pkg/b.ts': code, 'pkg/sub/c.ts': code });
    const elsewhere = folder({ 'd.ts': code });
    const opened = [join(top, 'pkg')];
    const inside = await list(join(top, 'pkg/sub'), { clientRoots: () => opened });
    expect({ base: inside.base, paths: inside.entries.map(({ path }) => path) }).toEqual({
      base: join(top, 'pkg/sub'),
      paths: ['c.ts'],
    });
    const outside = await list(elsewhere, { clientRoots: () => opened });
    expect(outside.entries.map(({ path }) => path)).toEqual(['b.ts', 'sub/c.ts']);
    expect(await pathsIn(elsewhere, { clientRoots: () => [] })).toEqual(['d.ts']);
  });

  it('with several folders is the first that exists, or the one that is asked about, which is said', async () => {
    const [one, other] = [folder({ 'a.ts': code }), folder({ 'b.ts': code })];
    const clientRoots = () => ['/nowhere/at/all', `${one}/`, other];
    const corpus = corpusOf(folder(), { clientRoots });
    const ask = (near?: string[]) => corpus.list({ exclude: [], near, signal: new AbortController().signal });
    const [first, second] = [await ask(), await ask([`!${other}/*.md`, `${other}/*.ts`])];
    expect([first.base, second.base]).toEqual([one, other]);
    expect(first.warnings).toEqual([
      expect.stringContaining(`only ${one} is searched; to search ${other}, `),
    ]);
    await expect(list(folder(), { clientRoots: () => ['/nowhere/at/all'] })).rejects.toMatchObject({
      code: 'file-not-found',
    });
  });

  it('has nothing outside of what it has opened, also where the server’s folder is around that', async () => {
    const around = folder({ 'opened/a.ts': code, 'other/b.ts': code });
    const ask = (near: string, roots: string[] = []) => {
      const options = { clientRoots: () => [join(around, 'opened')], roots: () => roots };
      const signal = new AbortController().signal;
      return corpusOf(around, options).list({ exclude: [], near: [near], signal });
    };
    for (const near of [join(around, 'other/b.ts'), '/nowhere/at/all.ts'])
      await expect(ask(near)).rejects.toMatchObject({
        code: 'file-forbidden',
        message: `${near} is outside of the opened folders`,
      });
    expect((await ask(join(around, 'opened/*.ts'))).base).toBe(join(around, 'opened'));
    expect((await ask(join(around, 'other/b.ts'), [around])).base).toBe(around);
  });

  it('that has opened everything has the server’s folder, which is said', async () => {
    const [cwd, home] = [folder({ 'a.ts': code }), folder()];
    const warningsWith = async (root: string) =>
      (await list(cwd, { home, clientRoots: () => [root] })).warnings;
    for (const root of ['/', home])
      expect(await warningsWith(root)).toEqual([
        expect.stringContaining(
          `${root}: neither / nor the home folder is searched as a whole, only ${cwd} is`,
        ),
      ]);
    expect(await warningsWith(cwd)).toEqual([]);
  });

  it('that asks much at once is answered by as few looks as there can be, and no earlier ones', async () => {
    const top = folder({ 'a.ts': code });
    const corpus = corpusOf(top);
    const ask = (signal = new AbortController().signal) => corpus.list({ exclude: [], signal });
    const stopped = new AbortController();
    const many = [ask(), ask(), ask(stopped.signal)];
    stopped.abort();
    await expect(many[2]).rejects.toThrow();
    expect(await many[0]).toBe(await many[1]);
    // While a look is going on.
    const early = ask();
    await Promise.resolve().then(() => {});
    writeFileSync(join(top, 'b.ts'), code);
    const late = ask();
    expect((await late).entries).toHaveLength(2);
    await early;
  });
});

describe('too much', () => {
  it('of files or of text is refused, and the biggest folders are named', async () => {
    const many = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`lib/gen/${at}.ts`, code]));
    const top = await repository({ ...many, 'lib/a.ts': code, 'src/b.ts': code.repeat(40) });
    await expect(list(top, { limits: { files: 10, bytes: 1e6 } })).rejects.toMatchObject({
      code: 'input-too-large',
      message: `${top} has more than 10 files to search; most of them in lib/gen/ (12 files)`,
      hint: expect.stringContaining('.orchignore'),
    });
    const large = list(top, { limits: { files: 100, bytes: 600 } });
    await expect(large).rejects.toThrow(/1 MB of text to search; most of them in src\/ \(1 MB\), lib\//);
    writeFileSync(join(top, '.orchignore'), 'lib/gen\n');
    expect(await pathsIn(top, { limits: { files: 10, bytes: 1e6 } })).toEqual([
      '.orchignore',
      'lib/a.ts',
      'src/b.ts',
    ]);
  });
});

it('the folders that are named are those that are worth leaving out', () => {
  const spread = Array.from({ length: 90 }, (_, at): [string, number] => [`deps/p${at % 30}/${at}.ts`, 1]);
  const rest: [string, number][] = [
    ['src/a.ts', 6],
    ['top.ts', 2],
    ['docs/b.md', 1],
    ['x/c', 1],
  ];
  expect(biggestFolders(new Map([...spread, ...rest]))).toEqual([
    { folder: 'deps/', sum: 90 },
    { folder: 'src/', sum: 6 },
    { folder: 'docs/', sum: 1 },
  ]);
  expect(biggestFolders(new Map(rest))[0]).toEqual({ folder: 'src/', sum: 6 });
  expect(biggestFolders(new Map([['top.ts', 2]]))).toEqual([]);
});

describe('a file', () => {
  it('is read with its hash, and as Latin-1 where it is not UTF-8', async () => {
    const top = await repository({
      'a.ts': 'const ä = 1;\r\n',
      'b.c': Buffer.from('/* Gr\xfc\xdfe */\n', 'latin1'),
      'one-line.js': `x(${'"a",'.repeat(20_000)})\n`,
      'gen.ts': '// @generated by x\n',
    });
    const { read } = await list(top);
    expect(read('a.ts')).toMatchObject({
      text: 'const ä = 1;\r\n',
      hash: expect.stringMatching(/^[\w-]{16}$/),
    });
    expect(read('b.c')).toMatchObject({ text: '/* Gr\u00fc\u00dfe */\n' });
    expect(read('one-line.js')).toMatchObject({ skipped: 'minified' });
    expect(read('gen.ts')).toMatchObject({ skipped: 'generated' });
    expect(read('a.ts')).not.toEqual(read('b.c'));
  });

  it('that is gone, a FIFO, a folder or closed is none', async () => {
    const top = await repository({
      'gone.ts': code,
      'pipe.ts': code,
      'folder.ts': code,
      'closed.ts': code,
      'a.ts': code,
    });
    const { read } = await list(top);
    for (const name of ['gone.ts', 'pipe.ts', 'folder.ts']) unlinkSync(join(top, name));
    execFileSync('mkfifo', [join(top, 'pipe.ts')]);
    mkdirSync(join(top, 'folder.ts'));
    for (const name of ['gone.ts', 'pipe.ts', 'folder.ts'])
      expect(read(name)).toEqual({ skipped: 'unreadable' });
    expect((await list(top)).skipped).toEqual({ unreadable: 1 });
    chmodSync(join(top, 'closed.ts'), 0);
    // Root may read everything.
    if (process.getuid?.() !== 0) expect(read('closed.ts')).toMatchObject({ skipped: 'unreadable' });
  });

  it('is none outside of the tree, where a folder becomes a link just before a file is opened', async () => {
    const top = await repository({ 'lib/a.ts': code });
    const outside = folder({ 'a.ts': 'const outside = 1;\n' });
    const { read } = await list(top);
    const { openSync } = fs;
    fs.openSync = (...given) => {
      renameSync(join(top, 'lib'), join(top, 'aside'));
      symlinkSync(outside, join(top, 'lib'));
      return openSync(...given);
    };
    syncBuiltinESMExports();
    try {
      expect(read('lib/a.ts')).toEqual({ skipped: 'outside' });
    } finally {
      fs.openSync = openSync;
      syncBuiltinESMExports();
    }
  });

  it('that changed only just has no stamp of its own, since it may change again unseen', async () => {
    const top = await repository({ 'a.ts': code });
    const { read, entries } = await list(top);
    const { mtimeMs } = statSync(join(top, 'a.ts'));
    vi.useFakeTimers({ now: mtimeMs + 10, toFake: ['Date'] });
    expect(read('a.ts')).toMatchObject({ stamp: '' });
    vi.setSystemTime(mtimeMs + 3000);
    expect(read('a.ts')).toMatchObject({ stamp: entries[0]!.stamp });
    vi.useRealTimers();
    writeFileSync(join(top, 'a.ts'), code.replace('1', '2'));
    expect((await list(top)).entries[0]!.stamp).not.toBe(entries[0]!.stamp);
  });
});
