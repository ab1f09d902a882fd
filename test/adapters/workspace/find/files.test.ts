import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { workspaceFiles } from '../../../../src/adapters/workspace/find/files.ts';
import { OrchError } from '../../../../src/core/errors/orch-error.ts';
import type { SourceSet } from '../../../../src/engine/ports.ts';
import { initialize } from '../../../helpers/orch.ts';

let folder: string;
let repository: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'orch-files-')));
  repository = join(folder, 'repository');
  git(repository);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function git(where: string, ...args: string[]): void {
  mkdirSync(where, { recursive: true });
  if (args.length === 0) initialize(where);
  else execFileSync('git', args, { cwd: where });
}
function put(path: string, content: string | Uint8Array = 'text\n', base = repository): string {
  const whole = join(base, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, content);
  return whole;
}
interface Place {
  cwd?: string;
  roots?: string[];
  /** Given: as a server; otherwise as on the command line. */
  clientRoots?: string[];
  home?: string;
}
const workspace = ({ cwd = repository, roots = [], clientRoots, ...home }: Place) =>
  workspaceFiles({
    cwd,
    roots: () => roots,
    ...(clientRoots ? { clientRoots: () => clientRoots } : {}),
    ...home,
  });
const read = (files: string[], place: Place = {}): Promise<SourceSet> =>
  workspace(place).readSources(files, new AbortController().signal);
const paths = async (files: string[], options: Place = {}) =>
  (await read(files, options)).sources.map(({ path }) => path);
async function refusal(files: string[], options: Place = {}): Promise<OrchError> {
  const error: unknown = await read(files, options).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(OrchError);
  return error as OrchError;
}

describe('what is named', () => {
  it('is nothing: no sources, the base is the top of the repository', async () => {
    mkdirSync(join(repository, 'sub'));
    const set = await read([], { cwd: join(repository, 'sub') });
    expect([set.base, set.sources]).toEqual([repository, []]);
  });

  it('is a path, from the working directory or absolute', async () => {
    const whole = put('src/a.ts', 'one\ntwo\n');
    const { base, sources } = await read(['src/a.ts']);
    expect(base).toBe(repository);
    expect(sources).toEqual([{ path: 'src/a.ts', text: 'one\ntwo\n', mode: '100644', range: undefined }]);
    expect(await paths([whole])).toEqual(['src/a.ts']);
    expect(await paths(['./src/../src/a.ts'])).toEqual(['src/a.ts']);
  });

  it('is relative to the top of the repository, wherever the call comes from', async () => {
    put('src/a.ts');
    put('b.ts');
    const options = { cwd: join(repository, 'src') };
    expect(await paths(['a.ts', '../b.ts'], { ...options, roots: [repository] })).toEqual([
      'src/a.ts',
      'b.ts',
    ]);
    expect((await read(['a.ts'], options)).base).toBe(repository);
    // On the command line the repository around it may be read; a server is started in a folder for a reason.
    expect(await paths(['../b.ts'], options)).toEqual(['b.ts']);
    expect((await refusal(['../b.ts'], { ...options, clientRoots: [] })).code).toBe('file-forbidden');
  });

  it('is relative to the working directory outside of a repository', async () => {
    const plain = join(folder, 'plain');
    put('src/a.ts', 'x', plain);
    const set = await read(['src/a.ts'], { cwd: plain });
    expect([set.base, set.sources[0]?.path]).toEqual([plain, 'src/a.ts']);
  });

  it('is a glob, sorted, dot files too, but nothing of git or of installed packages', async () => {
    for (const path of ['src/b.ts', 'src/a.ts', 'src/deep/c.ts', '.config/d.ts', 'node_modules/x/e.ts'])
      put(path);
    expect(await paths(['**/*.ts'])).toEqual(['.config/d.ts', 'src/a.ts', 'src/b.ts', 'src/deep/c.ts']);
    expect(await paths(['src/{a,b}.ts'])).toEqual(['src/a.ts', 'src/b.ts']);
    expect(await paths([`${repository}/src/*.ts`])).toEqual(['src/a.ts', 'src/b.ts']);
    expect((await paths(['**/*'])).filter((path) => path.startsWith('.git/'))).toEqual([]);
  });

  it('is a literal name before it is a glob or a range', async () => {
    put('app/[id].ts', 'literal');
    put('app/i.ts', 'class');
    put('a:1', 'colon');
    put('a', 'plain');
    expect((await read(['app/[id].ts'])).sources.map(({ text }) => text)).toEqual(['literal']);
    expect((await read(['a:1'])).sources).toMatchObject([{ path: 'a:1', text: 'colon', range: undefined }]);
    expect((await read(['app/[id].ts:1'])).sources).toMatchObject([
      { path: 'app/[id].ts', range: { from: 1, to: 1 } },
    ]);
  });

  it('is a glob below a folder whose name has brackets', async () => {
    put('app/[slug]/page.tsx');
    expect(await paths(['app/[slug]/*.tsx'])).toEqual(['app/[slug]/page.tsx']);
  });

  it('is a range of lines', async () => {
    put('a.ts', '1\n2\n3\n4\n');
    const ranges = (await read(['a.ts:2-3', 'a.ts:4', 'a.ts:3-99', '*.ts:1-2'])).sources.map(
      ({ range }) => range,
    );
    expect(ranges).toEqual([
      { from: 2, to: 3 },
      { from: 4, to: 4 },
      { from: 3, to: 99 },
      { from: 1, to: 2 },
    ]);
  });

  it.each([
    ['a.ts:0', 'the file has lines 1 to 4'],
    ['a.ts:5', 'the file has lines 1 to 4'],
    ['a.ts:0-2', 'the file has lines 1 to 4'],
    ['a.ts:3-2', 'the range ends before it starts'],
  ])('is %s, no range of four lines', async (argument, fault) => {
    put('a.ts', '1\n2\n3\n4\n');
    const error = await refusal([argument]);
    expect(error.code).toBe('usage');
    expect(error.message).toContain(fault);
  });

  it('is counted without a newline at the end, and in an empty file, as an editor counts', async () => {
    put('a.ts', '1\n2');
    put('empty.ts', '');
    expect(await paths(['a.ts:2', 'empty.ts:1'])).toEqual(['a.ts', 'empty.ts']);
    expect((await refusal(['a.ts:3'])).message).toContain('lines 1 to 2');
  });
});

describe('what cannot be read', () => {
  it.each([
    ['a file that is missing', 'nowhere.ts', 'file-not-found', 'nowhere.ts: no such file'],
    ['a glob without a match', 'src/*.zig', 'file-not-found', 'src/*.zig: no matching files'],
    ['lines of a folder', 'src:1-2', 'usage', 'src is a folder, which has no lines'],
    ['nothing but white space', ' ', 'usage', 'a file name is empty'],
    ['a binary file', 'a.bin', 'file-unreadable', 'a.bin is a binary file'],
    ['UTF-16', 'utf16.txt', 'file-unreadable', 'utf16.txt is a binary file'],
    ['Latin-1', 'latin.txt', 'file-unreadable', 'latin.txt is not UTF-8 text'],
    ['broken symbolic link', 'broken', 'file-not-found', 'broken symbolic link'],
    ['a NUL in the name', 'a\0b', 'usage', 'NUL'],
  ])('%s', async (_, argument, code, message) => {
    put('src/a.ts');
    put('a.bin', Uint8Array.of(1, 0, 2));
    put('utf16.txt', Buffer.from('\uFEFFtext', 'utf16le'));
    put('latin.txt', Uint8Array.of(0x63, 0xe7, 0xe3, 0x6f));
    symlinkSync(join(repository, 'gone'), join(repository, 'broken'));
    const error = await refusal([argument]);
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
  });

  it.skipIf(process.platform === 'win32')('a pipe, without waiting for it', async () => {
    execFileSync('mkfifo', [join(repository, 'pipe')]);
    expect((await refusal(['pipe'])).message).toContain('pipe is not a regular file');
  });

  it('a file beyond 32 MB, and one of 20 MB can', async () => {
    put('large.txt', 'x'.repeat(20 * 1024 * 1024));
    expect((await read(['large.txt'])).sources[0]?.text).toHaveLength(20 * 1024 * 1024);
    put('huge.txt', Buffer.alloc(32 * 1024 * 1024 + 1, 'x'));
    expect((await refusal(['huge.txt'])).code).toBe('input-too-large');
  });

  it('more than 2,000 files', async () => {
    for (let number = 0; number < 2001; number++) put(`many/${number}.txt`, '');
    expect((await refusal(['many/*'])).message).toContain('2001 files were requested, the limit is 2000');
  });
});

describe('what may not be read', () => {
  const forbidden = async (argument: string, options = {}) =>
    expect((await refusal([argument], options)).code).toBe('file-forbidden');

  it('lies outside of the roots, however it is named', async () => {
    const outside = put('secret.txt', 'x', folder);
    put('in.txt');
    await forbidden(outside);
    await forbidden('../secret.txt');
    await forbidden('../*.txt');
    await forbidden('x/../../secret.txt');
    put('repository-more/a.txt', 'x', folder);
    await forbidden('../repository-more/a.txt');
  });

  it('is behind a link that leads out, of a file or of a folder', async () => {
    const outside = put('outside/outside.txt', 'x', folder);
    symlinkSync(outside, join(repository, 'link.txt'));
    symlinkSync(dirname(outside), join(repository, 'linked'));
    await forbidden('link.txt');
    await forbidden('linked/outside.txt');
    await forbidden('linked/*.txt');
    expect(await paths(['link.txt'], { roots: [join(folder, 'outside')] })).toEqual(['link.txt']);
  });

  it('may be behind a link that stays inside', async () => {
    symlinkSync(put('src/a.ts', 'inside'), join(repository, 'a.ts'));
    expect((await read(['a.ts'])).sources).toMatchObject([{ path: 'a.ts', text: 'inside' }]);
  });

  it('may be read after its folder is named a root, links and missing roots notwithstanding', async () => {
    put('other/a.ts', 'other', folder);
    symlinkSync(join(folder, 'other'), join(folder, 'alias'));
    const set = await read([join(folder, 'alias', 'a.ts')], {
      roots: [join(folder, 'missing'), join(folder, 'alias')],
    });
    expect(set.base).toBe(join(folder, 'alias'));
    expect(set.sources).toMatchObject([{ path: 'a.ts', text: 'other' }]);
  });

  it('is read from a working directory that is itself a link', async () => {
    put('a.ts', 'x');
    symlinkSync(repository, join(folder, 'link'));
    expect(await paths(['a.ts', '*.ts'], { cwd: join(folder, 'link') })).toEqual(['a.ts', 'a.ts']);
  });
});

describe('the home folder', () => {
  it('is never opened as a whole, nor is the disk', async () => {
    put('a.ts', 'x', folder);
    put('b/c.ts', 'x', folder);
    const home = folder;
    for (const place of [{ cwd: home }, { cwd: home, clientRoots: [] }, { cwd: '/', clientRoots: [home] }]) {
      const { code, hint } = await refusal([`${home}/*.ts`], { ...place, home });
      expect({ code, hint }).toEqual({
        code: 'file-forbidden',
        hint: expect.stringContaining('name folders in the environment variable ORCH_ROOTS'),
      });
      expect((await refusal(['**/*.ts'], { ...place, home })).code).toBe('file-forbidden');
    }
    for (const clientRoots of [[], [home], ['/'], [dirname(home)]]) {
      const { code } = await refusal([`${home}/a.ts`], { cwd: home, clientRoots, home });
      expect(code).toBe('file-forbidden');
    }
    // By way of a link too.
    symlinkSync(home, join(repository, 'home'));
    expect((await refusal(['*.ts'], { cwd: join(repository, 'home'), home })).code).toBe('file-forbidden');
  });

  it('is opened by name, and on the command line each file in it', async () => {
    put('a.ts', 'x', folder);
    put('b/c.ts', 'x', folder);
    const home = folder;
    const named = await read(['a.ts', 'b/c.ts'], { cwd: home, home });
    expect([named.base, named.sources.map(({ path }) => path)]).toEqual([home, ['a.ts', 'b/c.ts']]);
    expect(await paths([join(home, 'b/c.ts').slice(1)], { cwd: '/', home })).toEqual([
      join(home, 'b/c.ts').slice(1),
    ]);
    expect(await paths(['*.ts'], { cwd: home, home, roots: [home] })).toEqual(['a.ts']);
    expect(await paths(['*.ts'], { cwd: home, home, roots: [home], clientRoots: [] })).toEqual(['a.ts']);
    expect(await paths(['*.ts'], { cwd: join(home, 'b'), home })).toEqual(['c.ts']);
  });

  it('is not taken for the repository around a folder', async () => {
    git(folder);
    put('b/c.ts', 'x', folder);
    put('a.ts', 'x', folder);
    const place = { cwd: join(folder, 'b'), home: folder };
    expect((await read(['c.ts'], place)).base).toBe(place.cwd);
    expect(workspace(place).base()).toBe(place.cwd);
    expect((await refusal(['../a.ts'], place)).code).toBe('file-forbidden');
    expect(workspace({ ...place, roots: [folder] }).base()).toBe(folder);
  });

  it('gets no new files, but one that is there may be changed from the command line', () => {
    put('a.ts', 'x', folder);
    const place = { cwd: folder, home: folder };
    workspace(place).assertWritable(folder, ['a.ts']);
    expect(() => workspace(place).assertWritable(folder, ['new.ts'])).toThrow(
      `${join(folder, 'new.ts')} is outside the allowed folders`,
    );
    expect(() => workspace({ ...place, clientRoots: [] }).assertWritable(folder, ['a.ts'])).toThrow(
      'outside',
    );
  });
});

describe('a relative path', () => {
  it('is looked for under every root of a client, and means one file', async () => {
    const [one, other] = [join(folder, 'one'), join(folder, 'other')];
    put('a.ts', 'x', one);
    put('src/b.ts', 'x', other);
    const place = { cwd: '/', clientRoots: [one, other] };
    expect((await read(['a.ts'], place)).base).toBe(one);
    const found = await read(['src/b.ts:1'], place);
    expect([found.base, found.sources[0]?.path]).toEqual([other, 'src/b.ts']);
    expect((await read(['src/*.ts'], place)).base).toBe(other);
    put('src/b.ts', 'y', one);
    for (const argument of ['src/b.ts', 'src/*.ts']) {
      const { code, message } = await refusal([argument], place);
      expect(code).toBe('usage');
      expect(message).toContain(`is in several allowed folders: ${one}/src`);
      expect(message).toContain(` and ${other}/src`);
    }
    expect(await paths([join(other, 'src/b.ts')], place)).toEqual(['src/b.ts']);
    expect((await refusal(['../other/src/b.ts'], { cwd: '/', clientRoots: [one] })).code).toBe(
      'file-not-found',
    );
  });

  it('is the same file under a root by another name', async () => {
    put('a.ts');
    symlinkSync(repository, join(folder, 'alias'));
    const place = { cwd: repository, clientRoots: [join(folder, 'alias')] };
    expect(await paths(['a.ts', '*.ts'], place)).toEqual(['a.ts', 'a.ts']);
  });

  it('is on the command line what lies in the working directory, before any root', async () => {
    put('a.ts', 'own');
    put('a.ts', 'other', join(folder, 'other'));
    put('b.ts', 'other', join(folder, 'other'));
    const roots = [join(folder, 'other')];
    expect((await read(['a.ts'], { roots })).sources[0]?.text).toBe('own');
    expect((await read(['b.ts'], { roots })).sources[0]?.text).toBe('other');
    expect((await read(['b*.ts'], { roots })).sources[0]?.text).toBe('other');
  });
});

describe('what a glob leaves out under another root and behind links', () => {
  it('is what belongs to git and installed packages, in whatever case', async () => {
    const other = join(folder, 'other');
    git(other);
    for (const path of ['a.js', '.GIT/b.js', 'x/.Git/c.js', 'node_modules/d/e.js', '.git/f.js', '.git./g.js'])
      put(path, 'x', other);
    for (const path of ['git~2/h.js', '.git::$INDEX_ALLOCATION/i.js', '.git /j.js']) put(path, 'x', other);
    expect(await paths([`${other}/**/*`], { roots: [other] })).toEqual(['a.js']);
    expect(await paths(['**/*'], { cwd: '/', clientRoots: [other] })).toEqual(['a.js']);
    for (const inside of ['.git/*.js', '.GIT/*.js', 'git~2/*.js', 'node_modules/**/*.js'])
      expect((await refusal([`${other}/${inside}`], { roots: [other] })).code).toBe('file-not-found');
  });

  it('is what a link leads to there', async () => {
    put('.git/own.js');
    put('.env', 'KEY=1');
    put('deep/.env', 'KEY=1');
    put('deep/a.js');
    put('node_modules/d/e.js');
    symlinkSync('.git', join(repository, 'docs'));
    symlinkSync('node_modules', join(repository, 'lib'));
    symlinkSync('deep', join(repository, 'shallow'));
    symlinkSync('.env', join(repository, 'notes'));
    expect((await refusal(['docs/*'])).code).toBe('file-not-found');
    expect((await refusal(['lib/**/*.js'])).code).toBe('file-not-found');
    expect(await paths(['shallow/*'])).toEqual(['shallow/a.js']);
    expect((await refusal(['n*'])).code).toBe('file-not-found');
    for (const name of ['notes', 'docs/own.js', 'docs/config']) {
      const { code, message } = await refusal([name]);
      expect({ code, message }).toEqual({
        code: 'file-forbidden',
        message: expect.stringContaining(`${name} is a link to `),
      });
    }
    expect(await paths(['.env', '.git/own.js', 'shallow/.env', 'lib/d/e.js'])).toHaveLength(4);
  });

  it('is a file that git ignores under its real name', async () => {
    put('.gitignore', 'deep/a.js\n');
    put('deep/a.js');
    put('deep/b.js');
    symlinkSync('deep', join(repository, 'shallow'));
    expect(await paths(['shallow/*'])).toEqual(['shallow/b.js']);
  });
});

describe('a glob of which git cannot tell what is ignored', () => {
  it('says so: outside of a repository, and without git', async () => {
    const plain = join(folder, 'plain');
    put('a.ts', 'x', plain);
    put('a.ts');
    expect((await read(['*.ts'], { cwd: plain })).warnings).toEqual([
      `*.ts may include files that are to be ignored: ${plain} is in no repository`,
    ]);
    expect((await read(['*.ts'])).warnings).toEqual([]);
    const path = process.env.PATH;
    process.env.PATH = folder;
    try {
      expect((await read(['*.ts'])).warnings).toEqual([
        '*.ts may include files that are to be ignored: git is not installed',
      ]);
    } finally {
      process.env.PATH = path;
    }
  });

  it
    .skipIf(process.platform === 'win32')
    .each([
      '.gitignore',
      'sub/.gitignore',
      '.git/info/exclude',
      '.git/config',
      '.git/index',
      '.git/HEAD',
      '.git',
    ])('is refused at once where %s is a FIFO', async (name) => {
    put('sub/a.ts');
    rmSync(join(repository, name), { recursive: true, force: true });
    execFileSync('mkfifo', [join(repository, name)]);
    const { code, message } = await refusal(['sub/*.ts']);
    expect({ code, message }).toEqual({
      code: 'file-forbidden',
      message: expect.stringMatching(/is not a regular file|cannot list the ignored files/),
    });
    expect(await paths(['sub/a.ts'])).toEqual(['sub/a.ts']);
  });

  it('is refused where a list is huge or endless', async () => {
    put('a.ts');
    put('.gitignore', 'x'.repeat(1024 * 1024 + 1));
    expect((await refusal(['*.ts'])).message).toContain('.gitignore is larger than 1 MB');
    rmSync(join(repository, '.gitignore'));
    symlinkSync('/dev/zero', join(repository, '.gitignore'));
    expect((await refusal(['*.ts'])).message).toContain('.gitignore is not a regular file');
  });
});

describe('what a glob leaves out', () => {
  const secrets = [
    '.env',
    '.env.local',
    'server.pem',
    'id_rsa',
    'id_ed25519',
    '.npmrc',
    'credentials.json',
    'tls.key',
    '.netrc',
  ];

  it('is what looks secret; by its exact name it is read', async () => {
    for (const secret of secrets) put(secret);
    put('a.txt');
    expect(await paths(['*'])).toEqual(['a.txt']);
    for (const secret of secrets) expect(await paths([secret])).toEqual([secret]);
    expect((await refusal(['*.pem'])).message).toContain('only files that git ignores or that look secret');
  });

  it('is counted, with a few names, and so is what git ignores', async () => {
    put('.gitignore', 'dist/\n');
    for (const path of ['a.txt', '.env', 'prod.env', 'secrets.json', 'x.tfvars', 'id_rsa', 'dist/b.txt'])
      put(path);
    const { warnings } = await read(['**/*']);
    expect(warnings).toEqual([
      '**/* left out 5 files whose names look secret (.env, id_rsa, prod.env, …); name a file exactly to send it',
      '**/* left out 1 file that git ignores (dist/b.txt); name a file exactly to send it',
    ]);
    expect((await read(['.env', 'a.txt', '*.txt'])).warnings).toEqual([]);
  });

  it('is what git ignores, at any depth, but not what git tracks all the same', async () => {
    put('.gitignore', 'dist/\n*.log\n');
    put('src/.gitignore', 'private.ts\n');
    for (const path of ['dist/a.ts', 'src/a.ts', 'src/private.ts', 'b.log', 'kept.log', 'src/ção é.log'])
      put(path);
    git(repository, 'add', '-f', 'kept.log');
    expect(await paths(['**/*.{ts,log}'])).toEqual(['kept.log', 'src/a.ts']);
    expect(await paths(['dist/a.ts'])).toEqual(['dist/a.ts']);
  });

  it('is ignored by the repository that the file is in, not the one of the call', async () => {
    const other = join(folder, 'other');
    git(other);
    put('.gitignore', 'private.ts\n', other);
    put('a.ts', 'x', other);
    put('private.ts', 'x', other);
    expect(await paths([`${other}/*.ts`], { roots: [other] })).toEqual(['a.ts']);
  });

  it('is ignored in both where a repository lies within another', async () => {
    put('.gitignore', 'private.ts\n');
    put('private.ts');
    put('a.ts');
    git(join(repository, 'inner'));
    put('inner/.gitignore', 'own.ts\n');
    put('inner/own.ts');
    put('inner/b.ts');
    expect(await paths(['**/*.ts'])).toEqual(['a.ts', 'inner/b.ts']);
    // The same as a submodule, which git refuses to be asked about from above.
    const me = ['-c', 'user.name=x', '-c', 'user.email=x@example.com'];
    git(join(repository, 'inner'), 'add', '.');
    git(join(repository, 'inner'), ...me, 'commit', '-qm', 'x');
    git(repository, '-c', 'advice.addEmbeddedRepo=false', 'add', 'inner');
    expect(await paths(['**/*.ts'])).toEqual(['a.ts', 'inner/b.ts']);
  });

  it('is not guessed where git gives no answer: a glob is refused, a name is read', async () => {
    put('.gitignore', 'private.ts\n');
    put('private.ts');
    put('public.ts');
    put('.git/config', '[broken\n');
    const { code, hint } = await refusal(['*.ts']);
    expect(code).toBe('file-forbidden');
    expect(hint).toContain('name each file');
    expect(await paths(['public.ts'])).toEqual(['public.ts']);
  });

  it.skipIf(process.platform === 'win32').each([
    ['is killed', 0o755],
    ['cannot be started', 0o644],
  ])('is not guessed where git %s', async (_name, mode) => {
    put('.gitignore', 'private.ts\n');
    put('private.ts');
    chmodSync(put('git', '#!/bin/sh\nkill -9 $$\n', join(folder, 'bin')), mode);
    const path = process.env.PATH;
    process.env.PATH = join(folder, 'bin');
    try {
      expect((await refusal(['*.ts'])).code).toBe('file-forbidden');
    } finally {
      process.env.PATH = path;
    }
  });

  it('is ignored below a link to a folder too', async () => {
    put('.gitignore', 'private.ts\n');
    put('src/private.ts');
    put('src/a.ts');
    symlinkSync(join(repository, 'src'), join(repository, 'linked'));
    expect(await paths(['linked/*.ts'])).toEqual(['linked/a.ts']);
  });
});

describe('what the user ignores everywhere', () => {
  const variables = { ...process.env };
  let home: string;
  beforeEach(() => {
    home = join(folder, 'home');
    process.env.HOME = home;
    delete process.env.GIT_CONFIG_GLOBAL;
    for (const path of ['a.ts', 'mine.ts', 'theirs.ts']) put(path);
  });
  afterEach(() => {
    for (const name of ['HOME', 'GIT_CONFIG_GLOBAL', 'XDG_CONFIG_HOME']) {
      if (variables[name] === undefined) delete process.env[name];
      else process.env[name] = variables[name];
    }
  });

  it.each<[string, () => void]>([
    ['~/.config/git/ignore', () => put('.config/git/ignore', 'mine.ts\n', home)],
    [
      '$XDG_CONFIG_HOME/git/ignore',
      () => {
        process.env.XDG_CONFIG_HOME = join(folder, 'xdg');
        put('xdg/git/ignore', 'mine.ts\n', folder);
      },
    ],
    [
      'the core.excludesFile of ~/.gitconfig',
      () => {
        put('.gitconfig', '[core]\n\texcludesFile = ~/my ignores\n', home);
        put('my ignores', 'mine.ts\n', home);
      },
    ],
    [
      'the core.excludesFile of $GIT_CONFIG_GLOBAL',
      () => {
        process.env.GIT_CONFIG_GLOBAL = put('global', '[core]\n\texcludesFile = ~/ignores\n', folder);
        put('ignores', 'mine.ts\n', home);
      },
    ],
  ])('by %s is not sent by a glob', async (_name, prepare) => {
    prepare();
    expect(await paths(['*.ts'])).toEqual(['a.ts', 'theirs.ts']);
  });

  it('stays ignored where a repository names a list of its own, which counts as well', async () => {
    put('.config/git/ignore', 'mine.ts\n', home);
    git(repository, 'config', 'core.excludesFile', put('list', 'theirs.ts\n', folder));
    expect(await paths(['*.ts'])).toEqual(['a.ts']);
    git(repository, 'config', 'core.excludesFile', '/dev/null');
    expect(await paths(['*.ts'])).toEqual(['a.ts', 'theirs.ts']);
  });

  it.each([
    ['in a file that its configuration includes', ['config', 'include.path', 'more'], '.git/more'],
    ['for this work tree alone', ['config', 'extensions.worktreeConfig', 'true'], '.git/config.worktree'],
  ])('is also what a list names %s', async (_name, call, file) => {
    git(repository, ...call);
    put(file, `[CORE]\n\tExcludesfile = ${put('list', 'theirs.ts\n', folder)}\n`);
    expect(await paths(['*.ts'])).toEqual(['a.ts', 'mine.ts']);
  });
});

describe('what git ignores in', () => {
  const me = ['-c', 'user.name=x', '-c', 'user.email=x@example.com', '-c', 'protocol.file.allow=always'];
  beforeEach(() => {
    put('.gitignore', 'private.ts\n');
    put('a.ts');
    git(repository, 'add', '.');
    git(repository, ...me, 'commit', '-qm', 'x');
  });

  it('a linked worktree, a submodule and a clone of a bare repository', async () => {
    const bare = join(folder, 'bare.git');
    git(folder, 'clone', '-q', '--bare', repository, bare);
    git(repository, 'worktree', 'add', '-q', join(folder, 'linked'));
    git(folder, 'clone', '-q', bare, 'cloned');
    git(join(folder, 'cloned'), ...me, 'submodule', '--quiet', 'add', bare, 'sub');
    for (const name of ['linked', 'cloned', 'cloned/sub']) {
      const cwd = join(folder, name);
      put('private.ts', 'x', cwd);
      expect(await paths(['*.ts'], { cwd })).toEqual(['a.ts']);
    }
    const cwd = join(folder, 'cloned');
    expect(await paths(['**/*.ts'], { cwd })).toEqual(['a.ts', 'sub/a.ts']);
  });

  it('a repository whose core.worktree leads elsewhere', async () => {
    git(repository, 'config', 'core.worktree', folder);
    put('private.ts');
    expect(await paths(['*.ts'])).toEqual(['a.ts']);
  });

  it.runIf(process.getuid?.() === 0)("another user's checkout", async () => {
    put('private.ts');
    execFileSync('chown', ['-R', '12345:12345', repository]);
    expect(await paths(['*.ts'])).toEqual(['a.ts']);
  });
});

describe('what is kept of a file', () => {
  it('is every byte: line ends, byte order mark, no newline at the end', async () => {
    put('a.txt', '\uFEFFone\r\ntwo\rthree\nç 漢 😀');
    expect((await read(['a.txt'])).sources[0]?.text).toBe('\uFEFFone\r\ntwo\rthree\nç 漢 😀');
  });

  it.skipIf(process.platform === 'win32')('is the executable bit', async () => {
    chmodSync(put('run.sh'), 0o755);
    put('a.sh');
    expect((await read(['run.sh', 'a.sh'])).sources.map(({ mode }) => mode)).toEqual(['100755', '100644']);
  });
});

describe('the base', () => {
  it('is the repository of the first file where that is another one', async () => {
    const other = join(folder, 'other');
    git(other);
    put('src/a.ts', 'x', other);
    const set = await read([join(other, 'src/a.ts')], { roots: [other] });
    expect([set.base, set.sources[0]?.path]).toEqual([other, 'src/a.ts']);
  });

  it('is one: files of two repositories are refused', async () => {
    const other = join(folder, 'other');
    git(other);
    put('a.ts', 'x', other);
    put('b.ts');
    const error = await refusal(['b.ts', join(other, 'a.ts')], { roots: [other] });
    expect([error.code, error.hint]).toEqual(['usage', 'pass files of a single repository per call']);
  });

  it('tells what exists in it, sent or not', async () => {
    put('a.ts');
    put('b.ts');
    const { exists } = await read(['a.ts']);
    expect([exists('a.ts'), exists('b.ts'), exists('c.ts')]).toEqual([true, true, false]);
  });
});
