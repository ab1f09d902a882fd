/** `orch search`, in the process of the test. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { orchInProcess } from '../helpers/cli.ts';
import { orch as builtOrch, folder, git, repository } from '../helpers/orch.ts';

const files = {
  'src/retry.ts': 'export function retryAfter(header: string) {\n  return Number(header) * 1000;\n}\n',
  'src/cart.ts': 'export function total(items: number[]) {\n  return items.length;\n}\n',
  'test/retry.test.ts': "import { retryAfter } from '../src/retry';\nretryAfter('1');\n",
  'docs/retry.md': '# retryAfter\n\nHow long to wait.\n',
};

const search = (args: string[], options: Parameters<typeof orchInProcess>[1] = {}) =>
  orchInProcess(['search', ...args], options);

async function results(
  args: string[],
  cwd: string,
): Promise<{ path: string; start: number; text: string }[]> {
  const { stdout } = await search([...args, '--json'], { cwd });
  return JSON.parse(stdout).result.results;
}

describe('the answer', () => {
  it('is a line per block', async () => {
    const cwd = folder(files);
    const { status, stdout, stderr } = await search(['retryAfter', 'header'], { cwd });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.split('\n')[0]).toMatch(/^src\/retry\.ts:1-3 {2}\d\.\d{3} {2}retryAfter$/);
    expect(stdout.trim().split('\n')).toHaveLength(3);
  });

  it('has the block below it with --show, names alone with --paths', async () => {
    const cwd = await repository(files);
    const { stdout } = await search(['--show', '-n', '1', 'retryAfter header'], { cwd });
    expect(stdout).toMatch(
      /^src\/retry\.ts:1-3 .*\n {4}1 export function retryAfter\(header: string\) \{\n {4}2 {3}return/,
    );
    expect(await search(['--paths', 'retryAfter'], { cwd: join(cwd, 'src') })).toMatchObject({
      stdout: 'retry.ts\n../docs/retry.md\n../test/retry.test.ts\n',
    });
  });

  it('as JSON has what was found and how', async () => {
    const cwd = folder(files);
    const { stdout } = await search(['retryAfter', '--json', '-n', '1'], { cwd });
    expect(JSON.parse(stdout)).toEqual({
      result: {
        results: [
          {
            ...{ path: 'src/retry.ts', start: 1, end: 3, kind: 'source', symbol: 'retryAfter' },
            score: expect.any(Number),
            text: files['src/retry.ts'].trimEnd(),
            tokens: Math.ceil(files['src/retry.ts'].trimEnd().length / 3),
          },
        ],
      },
      meta: {
        ...{ engine: 'embedded', base: cwd, files: 4, blocks: 4, updated: 4, skipped: {}, warnings: [] },
        took_ms: expect.any(Number),
      },
    });
  });

  it('is right about what is not committed', async () => {
    const cwd = await repository(files);
    writeFileSync(join(cwd, 'src/retry.ts'), '\n\nexport const backoff = 1;\n');
    writeFileSync(join(cwd, 'src/new.ts'), 'export const backoff = 2;\n');
    expect(await results(['backoff'], cwd)).toMatchObject([
      { path: 'src/new.ts', start: 1, text: 'export const backoff = 2;' },
      { path: 'src/retry.ts', start: 3, text: 'export const backoff = 1;' },
    ]);
  });

  it('keeps to kind, language, files and tokens', async () => {
    const cwd = folder(files);
    const pathsOf = async (...args: string[]) =>
      (await results(['retryAfter', ...args], cwd)).map(({ path }) => path);
    expect(await pathsOf('--kind', 'tests')).toEqual(['test/retry.test.ts']);
    expect(await pathsOf('-l', 'Markdown')).toEqual(['docs/retry.md']);
    expect(await pathsOf('-f', 'src', '-f', '*.md')).toEqual(['src/retry.ts', 'docs/retry.md']);
    expect(await pathsOf('-f', '!src', '-f', '!test')).toEqual(['docs/retry.md']);
    expect(await pathsOf('--max-tokens', '50', '--kind', 'source')).toEqual(['src/retry.ts']);
  });

  it('that is none says so and is no error', async () => {
    const cwd = await repository({ ...files, '.env': 'A=1\n' });
    expect(await search(['zebra'], { cwd })).toEqual({
      status: 0,
      stdout: '',
      stderr:
        'hint: nothing found in 4 files (left out: 1 secret): try other words, such as names in the code\n',
    });
    const { stderr } = await search(['retryAfter', '-f', 'nowhere'], { cwd });
    expect(stderr).toBe(
      'warning: nowhere matches no file that is searched\nhint: nothing was searched: none of 4 files (left out: 1 secret) fits the given paths\n',
    );
    const klingon = await search(['retryAfter', '--kind', 'tests', '-l', 'klingon'], { cwd });
    expect(klingon.stderr).toContain('fits the kind tests and the language klingon\n');
    expect(await search(['zebra'], { cwd: folder() })).toEqual({
      status: 0,
      stdout: '',
      stderr: 'hint: there is no file to search here\n',
    });
  });

  it('that is none because nothing fits in the tokens says that', async () => {
    const cwd = await repository({ 'a.ts': `export function zebra() {\n${'  count += 1;\n'.repeat(30)}}\n` });
    const found = await search(['zebra', '--max-tokens', '50', '--json'], { cwd });
    expect(JSON.parse(found.stdout)).toMatchObject({
      result: { results: [] },
      meta: { nothing: 'no block that was found fits in 50 tokens: allow more of them' },
    });
  });

  it('shows secrets as placeholders', async () => {
    const token = `ghp_${'A1b2C3d4E5f6G7h8I9j0'.repeat(2).slice(0, 36)}`;
    const cwd = await repository({ 'a.ts': `const zebra = '${token}';\n` });
    const found = await search(['zebra', '--show'], { cwd });
    expect(found.stdout).toMatch(/const zebra = '\u2039redacted:[a-z-]+:1\u203a';/);
    expect(found.stderr).toMatch(/warning: 1 secret is shown as a placeholder: a\.ts:1 /);
    const whole = await search(['zebra', '--show'], { cwd, env: { ORCH_REDACT: 'off' } });
    expect(whole.stdout).toContain(token);
  });
});

describe('a query', () => {
  it.each([
    ['', 'the query is empty'],
    [' \t ', 'the query is empty'],
    ['???', 'the query has no word to search for'],
    ['\u{1f44d}', 'the query has no word to search for'],
    ['how is the', 'the query has no word to search for'],
  ])('without a word is refused: %j', async (query, message) => {
    const { status, stderr } = await search([query], { cwd: folder() });
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: `error: ${message}\nhint: give identifiers, file names and words of the task\n`,
    });
  });

  it.each([
    ['retryAfter\0header'],
    ['\u{1f44d} retryAfter'],
    ['^retryAfter\\(.*\\)$ [a-z]+('],
    ['../../etc/passwd retryAfter'],
    [`retryAfter ${'word '.repeat(25_000)}`],
    ['"; DROP TABLE retryAfter'],
    ['__proto__ constructor retryAfter'],
  ])('may hold anything', async (query) => {
    const cwd = folder(files);
    const { stdout } = await search([query, '--paths', '-n', '1'], { cwd });
    expect(stdout).toBe('src/retry.ts\n');
  });

  it('in a script without spaces finds parts of its words', async () => {
    const cwd = folder({
      'a.ts': '// 重试次数\nconst n = 1;\n',
      'b.ts': '// 购物车\nconst m = 1;\n',
    });
    expect((await results(['重试'], cwd))[0]).toMatchObject({ path: 'a.ts' });
  });

  it.each([
    [['-f', '../other'], /outside of/],
    [['-f', '*a*b*c*d*'], /too complex/],
    [['-f', ''], /--file/],
    [['--kind', 'code'], /--kind/],
    [['-n', '0'], /--limit/],
    [['--max-tokens', '1'], /--max-tokens/],
    [['--engine', 'other'], /--engine/],
  ])('with %j is refused', async (args, why) => {
    const cwd = folder(files);
    const { status, stderr } = await search(['retryAfter', ...args], { cwd });
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(why) });
  });
});

describe("in a stranger's folder", () => {
  it('names and texts reach no terminal as they are', async () => {
    const cwd = await repository({
      'src/\u001b[31mzebra\n.ts': 'const zebra = 1; // \u001b]0;title\u0007\u202e\n',
    });
    const { stdout } = await search(['zebra', '--show'], { cwd });
    expect(stdout).toMatch(
      /^src\/\\u001b\[31mzebra\\n\.ts:1-1 {2}[^\n]*\n[^\n]*\\u001b\]0;title\\u0007\\u202e\n$/,
    );
    expect(await search(['zebra', '--paths'], { cwd })).toMatchObject({
      stdout: 'src/\\u001b[31mzebra\\n.ts\n',
    });
  });

  it('nothing outside is read, and nothing waits', async () => {
    const home = folder({ '.ssh/id_rsa': 'zebra', 'zebra.ts': 'zebra\n' });
    const cwd = await repository({ 'a.ts': 'const zebra = 1;\n' });
    symlinkSync('/etc/passwd', join(cwd, 'passwd.ts'));
    symlinkSync(join(home, '.ssh'), join(cwd, 'ssh'));
    symlinkSync(join(home, 'zebra.ts'), join(cwd, 'zebra.ts'));
    symlinkSync('/etc/passwd', join(cwd, '.orchignore'));
    execFileSync('mkfifo', [join(cwd, 'pipe.ts')]);
    symlinkSync('pipe.ts', join(cwd, 'to-pipe.ts'));
    const { stdout } = await search(['zebra', 'root', '--json'], { cwd });
    const { result, meta } = JSON.parse(stdout);
    expect(result.results).toMatchObject([{ path: 'a.ts' }]);
    expect(meta.skipped).toEqual({ outside: 4 });
    expect(meta.warnings).toEqual(['.orchignore is not used: it is not a regular file']);
  });

  it('no index is written into it, and its .env does not say where one is', async () => {
    const cwd = await repository({ ...files, '.env': 'ORCH_INDEX_DIR=./planted\n' });
    mkdirSync(join(cwd, 'planted'));
    const before = readdirSync(cwd).sort();
    const { status } = await search(['retryAfter'], { cwd, env: { ORCH_INDEX_DIR: join(cwd, 'own') } });
    expect({ status, names: readdirSync(cwd).sort() }).toEqual({ status: 0, names: before });
    const { stderr } = await search(['retryAfter'], { cwd });
    expect(stderr).toContain('ignored in .env: ORCH_INDEX_DIR');
    expect(readdirSync(join(cwd, 'planted'))).toEqual([]);
  });
});

describe('a tree that is large enough for a stored index', () => {
  const large = Object.fromEntries(
    Array.from({ length: 320 }, (_, at) => [`src/f${at}.ts`, `export const item${at} = ${at};\n`]),
  );

  it('is indexed by two processes at once', async () => {
    const cwd = await repository({ ...large, 'src/zebra.ts': 'export const zebra = 1;\n' });
    const env = { ORCH_INDEX_DIR: join(folder(), 'index') };
    const found = await Promise.all(
      [1, 2].map(() => builtOrch(['search', 'zebra', '--paths'], { cwd, env })),
    );
    for (const each of found) expect(each).toEqual({ status: 0, stdout: 'src/zebra.ts\n', stderr: '' });
    const [own] = readdirSync(env.ORCH_INDEX_DIR);
    expect(readdirSync(join(env.ORCH_INDEX_DIR, own!)).sort()).toEqual(['blocks', 'history']);
  });

  it('is searched in memory where nothing may be written', async () => {
    const cwd = await repository({ ...large, 'src/zebra.ts': 'export const zebra = 1;\n' });
    const closed = folder({ file: 'x' });
    const cases: [string, RegExp | undefined][] = [
      ['off', undefined],
      [join(closed, 'file'), /the index is not kept: .* cannot be written \(ENOTDIR\)/],
      ['/proc/orch', /the index is not kept/],
    ];
    for (const [place, warning] of cases) {
      const found = await search(['zebra', '--paths'], { cwd, env: { ORCH_INDEX_DIR: place } });
      expect(found).toMatchObject({ status: 0, stdout: 'src/zebra.ts\n' });
      expect(found.stderr).toEqual(warning === undefined ? '' : expect.stringMatching(warning));
    }
    expect(existsSync(join(cwd, 'off'))).toBe(false);
    const shared = join(closed, 'shared');
    mkdirSync(shared);
    chmodSync(shared, 0o777);
    const found = await search(['zebra'], { cwd, env: { ORCH_INDEX_DIR: shared } });
    expect(found.stderr).toMatch(/others can write to it/);
  });
});

it('a stash and a branch that is switched are followed', async () => {
  const cwd = await repository({ 'a.ts': 'const before = 1;\n' });
  await git(['switch', '-qc', 'other'], cwd);
  writeFileSync(join(cwd, 'a.ts'), 'const zebra = 1;\n');
  expect(await results(['zebra'], cwd)).toHaveLength(1);
  await git(['-c', 'user.name=t', '-c', 'user.email=t@localhost', 'stash', '-q'], cwd);
  expect(await results(['zebra'], cwd)).toEqual([]);
});
