/** What arguments other than plain paths find: folders, exclusions, and the guess at a name that is not there. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workspaceFiles } from '../../../../src/adapters/workspace/find/files.ts';
import type { SourceSet } from '../../../../src/engine/ports.ts';
import { folder, git, initialize, repository } from '../../../helpers/orch.ts';

interface Place {
  clientRoots?: string[];
  home?: string;
  toPatch?: boolean;
}

function read(cwd: string, files: string[], { clientRoots, toPatch = false, ...home }: Place = {}) {
  const roots = clientRoots && { clientRoots: () => clientRoots };
  const workspace = workspaceFiles({ cwd, roots: () => [], ...roots, ...home });
  return workspace.readSources(files, new AbortController().signal, { toPatch });
}
const paths = async (cwd: string, files: string[], place?: Place) =>
  (await read(cwd, files, place)).sources.map(({ path }) => path);
const refusal = (cwd: string, files: string[], place?: Place) =>
  read(cwd, files, place).then(
    ({ sources }) => expect.fail(`read ${sources.map(({ path }) => path)}`),
    (error: { code: string; message: string; hint: string }) => error,
  );

const tree = {
  '.gitignore': '*.log\nbuild/\n',
  'top.ts': '1\n',
  'src/a.ts': '1\n',
  'src/a.test.ts': '1\n',
  'src/gen/b.ts': '1\n',
  'src/gen/deep/c.ts': '1\n',
};
/** With one file that is new and several that are not to be sent. Made once: no test changes it. */
let shared: string;
beforeAll(async () => {
  shared = realpathSync(mkdtempSync(join(tmpdir(), 'orch-project-')));
  const put = (path: string, content: string | Uint8Array) => {
    mkdirSync(dirname(join(shared, path)), { recursive: true });
    writeFileSync(join(shared, path), content);
  };
  for (const [path, content] of Object.entries(tree)) put(path, content);
  initialize(shared);
  await git(['add', '-A'], shared);
  put('src/new.ts', '1\n');
  put('src/x.log', '1\n');
  put('src/.env', 'A=1\n');
  put('src/logo.png', Uint8Array.of(0x89, 0, 1));
  put('src/node_modules/p/i.js', '1\n');
  put('build/only/a.bin', Uint8Array.of(0));
  put('only/a.bin', Uint8Array.of(0));
  mkdirSync(join(shared, 'empty'));
});
afterAll(() => rmSync(shared, { recursive: true, force: true }));

describe('a folder', () => {
  const known = ['src/a.test.ts', 'src/a.ts', 'src/gen/b.ts', 'src/gen/deep/c.ts', 'src/new.ts'];

  it.each(['src', 'src/', './src'])('is the text files that git knows below it: %s', async (argument) => {
    const { sources, warnings } = await read(shared, [argument]);
    expect(sources.map(({ path }) => path)).toEqual(known);
    expect(warnings).toEqual([
      `${argument} left out 1 file whose name looks secret (src/.env); name a file exactly to send it`,
      `${argument} left out 1 file that is not text (src/logo.png)`,
    ]);
  });

  it('may be the top, by any name, and the working directory', async () => {
    const top = shared;
    expect(await paths(top, ['.'])).toEqual(['.gitignore', ...known, 'top.ts']);
    expect(await paths(join(top, 'src'), ['..'])).toEqual(['.gitignore', ...known, 'top.ts']);
    expect(await paths(top, [join(top, 'src')])).toEqual(known);
    expect(await paths('/', [join(top, 'src')], { clientRoots: [top] })).toEqual(known);
  });

  it('holds no file that is deleted, and those that git tracks although it ignores them', async () => {
    const top = await repository({ 'a.ts': '1\n', 'b.ts': '1\n', 'kept.log': '1\n' });
    writeFileSync(join(top, '.gitignore'), '*.log\n');
    await git(['rm', '-q', '--cached', 'b.ts'], top);
    await git(['rm', '-q', 'a.ts'], top);
    await git(['reset', '-q', '--', 'a.ts'], top);
    expect(await paths(top, ['.'])).toEqual(['.gitignore', 'b.ts', 'kept.log']);
  });

  it('stops at other repositories, and says so of submodules', async () => {
    const top = await repository({ 'a.ts': '1\n' });
    const inner = await repository({ 'i.ts': '1\n' });
    await git(['-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner, 'sub'], top);
    mkdirSync(join(top, 'nested'));
    await git(['init', '-q'], join(top, 'nested'));
    writeFileSync(join(top, 'nested/n.ts'), '1\n');
    const { sources, warnings } = await read(top, ['.']);
    expect(sources.map(({ path }) => path)).toEqual(['.gitmodules', 'a.ts']);
    expect(warnings).toEqual(['. left out 1 folder of other repositories (sub)']);
  });

  it('is all text files where there is no git, with a word that none is ignored', async () => {
    const plain = folder({ 'a.ts': '1', 'sub/b.ts': '1', 'node_modules/p/i.js': '1' });
    const { sources, warnings } = await read(plain, ['.']);
    expect(sources.map(({ path }) => path)).toEqual(['a.ts', 'sub/b.ts']);
    expect(warnings).toEqual([expect.stringMatching(/^\. may include files that are to be ignored: /)]);
  });

  it.each([
    ['outside', '..', 'file-forbidden'],
    ['of git', '.git', 'file-forbidden'],
    ['of packages', 'src/node_modules', 'file-forbidden'],
    ['without text', 'only', 'file-not-found'],
    ['without files', 'empty', 'file-not-found'],
  ])('is refused: %s', async (_name, argument, code) => {
    expect(await refusal(shared, [argument])).toMatchObject({ code });
  });

  it('is never the home folder', async () => {
    const home = await repository({ 'a.ts': '1\n' });
    for (const argument of ['.', home])
      expect(await refusal(home, [argument], { home })).toMatchObject({ code: 'file-forbidden' });
  });
});

describe('a binary file', () => {
  it('is left out of a glob, which says so, and refused by its name', async () => {
    const top = shared;
    const { sources, warnings } = await read(top, ['src/*[go.]*']);
    expect(sources.map(({ path }) => path)).not.toContain('src/logo.png');
    expect(warnings).toContain('src/*[go.]* left out 1 file that is not text (src/logo.png)');
    expect(await refusal(top, ['src/*.ts', 'src/logo.png'])).toMatchObject({ code: 'file-unreadable' });
    expect(await refusal(top, ['src/*.png'])).toMatchObject({
      code: 'file-not-found',
      message: 'src/*.png: matches only files that are not text',
    });
  });
});

describe('!pattern', () => {
  it.each([
    ['!*.test.ts', ['src/a.ts', 'src/gen/b.ts', 'src/gen/deep/c.ts', 'src/new.ts']],
    ['!src/gen', ['src/a.test.ts', 'src/a.ts', 'src/new.ts']],
    ['!gen/', ['src/a.test.ts', 'src/a.ts', 'src/new.ts']],
    ['!./src/gen/*.ts', ['src/a.test.ts', 'src/a.ts', 'src/gen/deep/c.ts', 'src/new.ts']],
    ['!src/**/[bc].ts', ['src/a.test.ts', 'src/a.ts', 'src/new.ts']],
  ])('leaves out of folders and globs, in any order: %s', async (pattern, left) => {
    const top = shared;
    expect(await paths(top, ['src', pattern])).toEqual(left);
    expect(await paths(top, [pattern, 'src/**/*.ts'])).toEqual(left);
  });

  it('may be absolute, or start at the top from a subfolder', async () => {
    const top = shared;
    const left = ['src/a.test.ts', 'src/a.ts', 'src/new.ts'];
    expect(await paths(top, ['src', `!${join(top, 'src/gen')}`])).toEqual(left);
    expect(await paths(join(top, 'src'), ['.', '!src/gen'])).toEqual(left);
    expect(await paths(join(top, 'src'), ['.', '!gen'])).toEqual(left);
  });

  it('does not touch what is named exactly', async () => {
    expect(await paths(shared, ['src/a.ts', '!*.ts', 'src/a.test.ts'])).toEqual([
      'src/a.ts',
      'src/a.test.ts',
    ]);
  });

  it('says so when it leaves out nothing, everything, or has nothing to leave out of', async () => {
    const top = shared;
    expect((await read(top, ['src', '!*.py'])).warnings).toContain('!*.py left out nothing');
    expect(await refusal(top, ['src', '!src'])).toMatchObject({
      code: 'file-not-found',
      message: 'src: every file is left out by a ! pattern',
    });
    expect(await refusal(top, ['!src'])).toMatchObject({
      code: 'usage',
      message: '!src leaves files out, but nothing names any',
    });
  });

  it('is a name where there is a file of that name', async () => {
    expect(await paths(await repository({ '!a.ts': '1\n' }), ['!a.ts'])).toEqual(['!a.ts']);
  });
});

describe('a name that is not there', () => {
  it.each([
    ['a slip in the name', 'src/aa.ts', 'src/a.ts'],
    ['a slip in a folder', 'scr/gen/b.ts', 'src/gen/b.ts'],
    ['a file that is elsewhere', 'c.ts', 'src/gen/deep/c.ts'],
    ['both', 'gne/a.tests.ts', 'src/a.test.ts'],
    ['slashes of Windows', 'src\\gen\\b.ts', 'src/gen/b.ts'],
    ['another case', 'src/A.TS', 'src/a.ts'],
    ['a folder', 'src/gem', 'src/gen'],
    ['a range', 'src/aa.ts:1-2', 'src/a.ts'],
  ])('is answered with the nearest: %s', async (_name, argument, guess) => {
    const top = shared;
    const { code, message, hint } = await refusal(top, [argument]);
    expect(code).toBe('file-not-found');
    expect(message).toBe(`${argument.replace(/:.*/, '')}: no such file (did you mean ${guess}?)`);
    expect(hint).toMatch(/^check the path: relative paths start at .*; a file that is to be new is named in/);
    const served = await refusal('/', [argument], { clientRoots: [top] });
    expect(served.message).toMatch(/ \(did you mean .*\?\)$/);
  });

  it.each(['quite/different.py', '../outside/other.md', 'src/.enw'])(
    'is not guessed at: %s',
    async (argument) => {
      expect((await refusal(shared, [argument])).message).toBe(`${argument}: no such file`);
    },
  );

  it('is guessed without git as well', async () => {
    const plain = folder({ 'cart.ts': '1' });
    expect((await refusal(plain, ['carts.ts'])).message).toContain('did you mean cart.ts?');
  });
});

describe('from a subfolder', () => {
  it('a path may start at the top; what is nearer comes first', async () => {
    const top = await repository({ 'src/a.ts': 'top\n', 'src/src/a.ts': 'near\n', 'docs/b.md': '1\n' });
    const sub = join(top, 'src');
    expect(await paths(sub, ['docs/b.md', 'docs/*.md', '../docs/b.md', 'docs'])).toEqual(
      Array.from({ length: 4 }, () => 'docs/b.md'),
    );
    expect(await paths(sub, ['src/a.ts', 'src/*.ts', 'a.ts'])).toEqual([
      'src/src/a.ts',
      'src/src/a.ts',
      'src/a.ts',
    ]);
  });

  it('not where the top is the home folder, nor for a client', async () => {
    const home = await repository({ 'a.ts': '1\n', 'work/b.ts': '1\n' });
    const sub = join(home, 'work');
    expect(await refusal(sub, ['a.ts'], { home })).toMatchObject({ code: 'file-not-found' });
    expect(await refusal(sub, ['a.ts'], { clientRoots: [sub] })).toMatchObject({ code: 'file-not-found' });
  });
});

describe('standard input', () => {
  it.each(['-', '/dev/stdin', '/dev/fd/0'])('is no file: %s', async (argument) => {
    expect(await refusal(folder(), [argument])).toMatchObject({
      code: 'usage',
      message: `${argument}: standard input is not read as a file`,
      hint: 'leave it out: what is piped in goes with the request as it is',
    });
  });
});

describe.skipIf(process.platform === 'win32')('a link', () => {
  it('is refused for a patch, which git would not apply', async () => {
    const top = await repository({ 'real.ts': '1\n', 'sub/a.ts': '1\n' });
    symlinkSync('real.ts', join(top, 'link.ts'));
    symlinkSync('sub', join(top, 'other'));
    const set: SourceSet = await read(top, ['link.ts']);
    expect(set.sources).toHaveLength(1);
    for (const [argument, real] of [
      ['link.ts', 'real.ts'],
      ['other/a.ts', 'sub/a.ts'],
    ] as const) {
      expect(await refusal(top, ['real.ts', argument], { toPatch: true })).toMatchObject({
        code: 'file-forbidden',
        message: `${argument} is reached through a symbolic link, which git does not patch`,
        hint: `use the file that it points to: ${join(top, real)}`,
      });
    }
  });
});

it('a path is what it says, also where .. comes behind a link', async () => {
  const cwd = folder({ 'away/in/x.ts': '1\n', 'away/y.ts': '1\n' });
  symlinkSync('away/in', join(cwd, 'link'));
  const { code, message } = await refusal(cwd, [`${cwd}/link/../y.ts`]);
  expect({ code, message }).toEqual({
    code: 'file-not-found',
    message: expect.stringContaining(': no such file'),
  });
});

it('a name that is longer than any path is refused before it is looked for', async () => {
  const { code, message } = await refusal(folder(), ['a/'.repeat(5000)]);
  expect({ code, message }).toEqual({
    code: 'usage',
    message: expect.stringMatching(/^a file name has 10 000 characters: (a\/){30}…$/),
  });
});

it.each([
  '!+(a|a?)b',
  '!*(*(a))b',
  '!*a*a*a*b',
  `!${'{a,aa}'.repeat(7)}b`,
  '*a*a*a*b',
  '**/a/**/a/**/a/**/b',
])('a pattern that takes a power of the length of a name is refused: %s', async (pattern) => {
  const cwd = folder({ [`d/${'a'.repeat(200)}`]: 'x' });
  expect(await refusal(cwd, ['d', pattern])).toMatchObject({
    code: 'usage',
    message: expect.stringContaining('too complex'),
  });
});

it('usual patterns are not too complex', async () => {
  const cwd = folder({ 'src/x/a.test.tsx': 'x' });
  for (const pattern of ['{src,test}/**/*.{test,spec}.{ts,tsx}', '**/x/**/*a*.*', 'src/**/@(a|b).*'])
    expect(await paths(cwd, [pattern])).toEqual(['src/x/a.test.tsx']);
});
