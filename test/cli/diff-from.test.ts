/** Answers that a model gave elsewhere, through `orch diff --from` and the real `git apply`. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { searchReplace, unified, v4a, wholeFile } from '../helpers/answers.ts';
import { orchInProcess as orch } from '../helpers/cli.ts';
import { orch as builtOrch, folder, git, repository } from '../helpers/orch.ts';
import { treeOf } from '../helpers/tree.ts';

const before = 'export function one() {\n  return 1;\n}\n\nexport function two() {\n  return 2;\n}\n';
const after = before.replace('return 2', 'return 22');
const dialects: [name: string, answer: string][] = [
  ['search/replace', searchReplace('a.ts', '  return 2;', '  return 22;')],
  ['V4A', v4a('*** Update File: a.ts', '@@ export function two() {', '-  return 2;', '+  return 22;')],
  [
    'a unified diff with wrong numbers',
    unified('a.ts', '@@ -90,3 +90,3 @@\n export function two() {\n-  return 2;\n+  return 22;\n }'),
  ],
  ['a whole file', wholeFile('a.ts', after)],
];

/** The files after `orch diff --from - | git apply` in a folder with the first ones. */
async function piped(
  files: Record<string, string>,
  answer: string | Buffer,
  { cwd, given = Object.keys(files) }: { cwd?: string; given?: string[] } = {},
): Promise<{ cwd: string; patch: string }> {
  const place = cwd ?? folder(files);
  const { status, stdout, stderr } = await orch(
    ['diff', '--from', '-', ...given.flatMap((name) => ['-f', name])],
    { cwd: place, stdin: answer },
  );
  expect({ status, stderr }).toMatchObject({ status: 0 });
  await git(['apply', '--whitespace=nowarn'], place, stdout);
  return { cwd: place, patch: stdout };
}

const read = (cwd: string, name: string) => readFileSync(join(cwd, name), 'utf8');

describe('an answer in', () => {
  it.each(dialects)('%s, from a pipe', async (_name, answer) => {
    const { cwd } = await piped({}, answer, { cwd: await repository({ 'a.ts': before }), given: ['a.ts'] });
    expect(read(cwd, 'a.ts')).toBe(after);
  });

  it.each(dialects)('%s, between prose, with CRLF, from a file', async (_name, answer) => {
    const chatty = `Sure! Here is what I changed:\n\n${answer}\nThis makes two() return 22. Let me know!\n`;
    const cwd = await repository({ 'a.ts': before });
    const from = join(folder({ 'answer.md': chatty.replaceAll('\n', '\r\n') }), 'answer.md');
    const { status, stdout } = await orch(['diff', '--from', from, '-f', 'a.ts'], { cwd });
    expect(status).toBe(0);
    await git(['apply'], cwd, stdout);
    expect(read(cwd, 'a.ts')).toBe(after);
  });
});

describe('a patch of', () => {
  it('several files, one of them new, one deleted, one renamed, one with another mode', async () => {
    const files = {
      'a.ts': before,
      'old.ts': 'gone\n',
      'from.ts': 'moved\nand kept\n',
      'run.sh': 'echo 1\n',
    };
    const answer = `${searchReplace('a.ts', '  return 2;', '  return 22;')}
\`\`\`diff
diff --git a/new/b.ts b/new/b.ts
new file mode 100755
--- /dev/null
+++ b/new/b.ts
@@ -0,0 +1 @@
+export {};
diff --git a/old.ts b/old.ts
deleted file mode 100644
--- a/old.ts
+++ /dev/null
@@ -1 +0,0 @@
-gone
diff --git a/from.ts b/to.ts
rename from from.ts
rename to to.ts
--- a/from.ts
+++ b/to.ts
@@ -1,2 +1,2 @@
-moved
+has moved
 and kept
diff --git a/run.sh b/run.sh
old mode 100644
new mode 100755
\`\`\`
`;
    const { cwd } = await piped(files, answer);
    expect(treeOf(cwd)).toEqual({
      'a.ts': `644 ${after}`,
      'new/': '755',
      'new/b.ts': '755 export {};\n',
      'run.sh': '755 echo 1\n',
      'to.ts': '644 has moved\nand kept\n',
    });
  });

  it.each([
    ['spaces', 'my file.ts'],
    ['other letters', 'größe/名前.ts'],
    ['quotes', 'a "b".ts'],
  ])('a file with %s in its name', async (_name, path) => {
    for (const answer of [
      searchReplace(path, '  return 2;', '  return 22;'),
      v4a(`*** Update File: ${path}`, '@@', '-  return 2;', '+  return 22;'),
    ]) {
      const { cwd } = await piped({ [path]: before }, answer);
      expect(read(cwd, path)).toBe(after);
    }
  });

  it.each<[string, string, string, string]>([
    ['without a final newline', 'a\nb', searchReplace('f', 'a', 'A'), 'A\nb'],
    ['whose unfinished last line is changed', 'a\nb', searchReplace('f', 'b', 'B'), 'B'],
    ['with CRLF', 'a\r\nb\r\n', searchReplace('f', 'b', 'B'), 'a\r\nB\r\n'],
    ['with mixed line ends', 'a\r\nb\nc\r\n', searchReplace('f', 'a', 'A'), 'A\r\nb\nc\r\n'],
    ['with a byte order mark', '\uFEFFa\nb\n', searchReplace('f', 'b', 'B'), '\uFEFFa\nB\n'],
    [
      'with a byte order mark before the change',
      '\uFEFFa\nb\n',
      searchReplace('f', 'a', 'A'),
      '\uFEFFA\nb\n',
    ],
    ['that is empty', '', wholeFile('f', 'now\nfull\n'), 'now\nfull\n'],
    ['that is emptied', 'a\n', '```diff\n--- a/f\n+++ b/f\n@@ -1 +0,0 @@\n-a\n```\n', ''],
    ['with a form feed and a lone CR', 'a\f\rb\nc\n', searchReplace('f', 'c', 'C'), 'a\f\rb\nC\n'],
  ])('a file %s', async (name, text, answer, expected) => {
    const { cwd } = await piped({ f: text }, answer);
    // The last line has no end: whether the new one gets one is the answer's to say.
    const result = read(cwd, 'f');
    if (name.includes('last line')) expect(['a\nB', 'a\nB\n']).toContain(result);
    else expect(result).toBe(expected);
  });

  it('a file outside of a repository', async () => {
    const { cwd } = await piped({}, dialects[0]![1], { cwd: folder({ 'a.ts': before }), given: ['a.ts'] });
    expect(read(cwd, 'a.ts')).toBe(after);
  });

  it('a file is checked although temporary files lie inside a repository', async () => {
    const cwd = await repository({ 'a.ts': before });
    mkdirSync(join(cwd, 'tmp'));
    vi.stubEnv('TMPDIR', join(cwd, 'tmp'));
    onTestFinished(() => void vi.unstubAllEnvs());
    const { status, stdout, stderr } = await orch(['diff', '--from', '-', '-f', 'a.ts'], {
      cwd,
      stdin: dialects[0]![1],
    });
    expect({ status, stderr }).toMatchObject({ status: 0 });
    await git(['apply'], cwd, stdout);
    expect(read(cwd, 'a.ts')).toBe(after);
  });

  it('a file is made and applied without git, and the result says who checked it', async () => {
    const cwd = folder({ 'a.ts': before });
    const options = { cwd, stdin: dialects[0]![1] };
    vi.stubEnv('PATH', folder());
    onTestFinished(() => void vi.unstubAllEnvs());
    const { status, stdout } = await orch(['diff', '--from', '-', '-f', 'a.ts', '--json'], options);
    expect(status).toBe(0);
    const { meta } = JSON.parse(stdout);
    expect(meta.patch.checked_by).toBe('none');
    expect(meta.warnings).toContainEqual(expect.stringContaining('git is not installed'));
    expect((await orch(['diff', '--from', '-', '-f', 'a.ts', '--apply'], options)).status).toBe(0);
    expect(read(cwd, 'a.ts')).toBe(after);
  });
});

describe('--check', () => {
  it('says yes in words and by its status, and stores nothing', async () => {
    const state = folder();
    const cwd = await repository({ 'a.ts': before });
    const tree = treeOf(cwd);
    const { status, stdout } = await orch(['diff', '--from', '-', '-f', 'a.ts', '--check'], {
      cwd,
      stdin: dialects[1]![1],
      env: { XDG_STATE_HOME: state },
    });
    expect({ status, stdout }).toMatchObject({ status: 0, stdout: expect.stringContaining('a.ts') });
    expect(treeOf(cwd)).toEqual(tree);
    // Where temporary files are noted, and nothing is.
    expect(treeOf(state)).toEqual({ 'orch/': '700', 'orch/temporaries/': '700' });
  });

  it('says no, and where it would have fitted', async () => {
    const cwd = await repository({ 'a.ts': before });
    const { status, stdout, stderr } = await orch(['diff', '--from', '-', '-f', 'a.ts', '--check'], {
      cwd,
      stdin: searchReplace('a.ts', '}', '};'),
    });
    expect({ status, stdout }).toEqual({ status: 5, stdout: '' });
    expect(stderr).toMatch(/a\.ts.*\b3\b.*\b7\b/s);
  });
});

describe('--strict', () => {
  // All of it is indented by two more than the file is.
  const loose = searchReplace(
    'a.ts',
    '  export function two() {\n    return 2;',
    '  export function two() {\n    return 22;',
  );
  it('refuses what is placed by less than its own lines, and takes it without', async () => {
    const cwd = await repository({ 'a.ts': before });
    const args = ['diff', '--from', '-', '-f', 'a.ts', '--json'];
    const free = await orch(args, { cwd, stdin: loose });
    expect(free.status).toBe(0);
    const { meta } = JSON.parse(free.stdout);
    expect(meta.warnings).toContainEqual(expect.stringContaining('--strict'));
    const strict = await orch([...args, '--strict'], { cwd, stdin: loose });
    expect(strict.status).toBe(5);
    expect(JSON.parse(strict.stdout)).toMatchObject({ error: { code: 'patch-unplaceable' } });
  });
});

const both = (first: string, second: string) =>
  searchReplace(first, '  return 2;', '  return 22;') + searchReplace(second, '  return 2;', '  return 22;');

describe('--apply is all or nothing', () => {
  async function refused(
    prepare: (cwd: string) => string | Promise<string>,
    expected: { status: number; stderr: RegExp },
    built?: { through?: string[]; env?: Record<string, string> },
  ): Promise<void> {
    const cwd = folder({ 'a.ts': before, 'b/c.ts': before });
    const answer = await prepare(cwd);
    const tree = treeOf(cwd);
    const args = ['diff', '--from', '-', '-f', 'a.ts', '-f', 'b/c.ts', '--apply'];
    const options = { cwd, stdin: answer };
    const { status, stdout, stderr } = await (built
      ? builtOrch(args, { ...options, ...built })
      : orch(args, options));
    expect({ status, stdout, stderr }).toEqual({
      status: expected.status,
      stdout: '',
      stderr: expect.stringMatching(expected.stderr),
    });
    expect(treeOf(cwd)).toEqual(tree);
  }

  const creating = (path: string) =>
    `${searchReplace('a.ts', '  return 2;', '  return 22;')}\n${v4a(`*** Add File: ${path}`, '+export {};')}`;

  it('with a folder where the second file is to be', () =>
    refused(
      (cwd) => {
        mkdirSync(join(cwd, 'd.ts'));
        return creating('d.ts');
      },
      { status: 5, stderr: /d\.ts/ },
    ));

  it('with a file where a folder of the second is to be', () =>
    refused(() => creating('a.ts/x.ts'), { status: 5, stderr: /a\.ts\/x\.ts/ }));

  // The limit is 2 or 4 KiB, as the shell counts: the second file is larger than that, the first is not.
  const full = ['/bin/bash', '-c', 'trap "" XFSZ; ulimit -f 4; exec "$0" "$@"'];
  const withLargeSecond = (cwd: string) => {
    writeFileSync(join(cwd, 'b/c.ts'), `${before}${'// filler\n'.repeat(2000)}`);
    return both('a.ts', 'b/c.ts');
  };

  it('with a disk that has no room for what the journal keeps', () =>
    refused(
      withLargeSecond,
      { status: 2, stderr: /cannot be backed up in .*EFBIG.*nothing was changed/s },
      // Without git there is no check that would need room before.
      { through: full, env: { PATH: folder() } },
    ));

  it('with a disk that has no room for the check', () =>
    refused(
      withLargeSecond,
      { status: 2, stderr: /the patch cannot be checked: .*EFBIG.*\nhint: .*TMPDIR/ },
      { through: full },
    ));

  it.each<[string, string, RegExp]>([
    ['a path that leads out', v4a('*** Add File: ../../etc/passwd', '+root'), /leads out/],
    ['an absolute path', v4a('*** Add File: /etc/orch-was-here', '+root'), /absolute/],
    ['the folder of git', v4a('*** Add File: .git/hooks/pre-commit', '+#!/bin/sh'), /\.git/],
    ['a file that was not given', searchReplace('other.ts', 'x', 'y'), /other\.ts/],
    [
      'a binary patch',
      'diff --git a/a.ts b/a.ts\nGIT binary patch\nliteral 3\nKcmZ?wbhE0000B1\n\nliteral 0\nHcmV?d00001\n',
      /binary/i,
    ],
    ['prose alone', 'I would rename the function, since its name is misleading.\n', /./],
    ['an empty answer', ' \n\n', /empty/],
    [
      'an answer that is cut in a block',
      searchReplace('a.ts', '  return 2;', '  return 22;').slice(0, -30),
      /./,
    ],
    ['an answer that is cut in a whole file', wholeFile('a.ts', after).slice(0, 60), /./],
    [
      'one good block and one without a place',
      searchReplace('a.ts', '  return 2;', '  return 22;') +
        searchReplace('b/c.ts', 'return 3;', 'return 4;'),
      /b\/c\.ts/,
    ],
    ['no change at all', searchReplace('a.ts', '  return 2;', '  return 2;'), /./],
  ])('with %s', (_name, answer, stderr) =>
    refused(
      (cwd) => {
        writeFileSync(join(cwd, 'other.ts'), 'x\n');
        return answer;
      },
      { status: 5, stderr },
    ),
  );

  it.each<[string, { status: number; stderr: RegExp }, Record<string, string> | undefined]>([
    ['git', { status: 5, stderr: /link\/x\.ts' is beyond a symbolic link/ }, undefined],
    ['orch without git', { status: 2, stderr: /link\/x\.ts is outside/ }, { PATH: '/nowhere' }],
  ])('with a new file below a link that leads out of the roots: %s', async (_name, expected, env) => {
    const outside = folder({ 'keep.txt': 'kept' });
    await refused(
      (cwd) => {
        symlinkSync(outside, join(cwd, 'link'));
        return creating('link/x.ts');
      },
      expected,
      env && { env },
    );
    expect(treeOf(outside)).toEqual({ 'keep.txt': '644 kept' });
  });
});

describe('--apply', () => {
  it('writes every kind of change, and modes', async () => {
    const cwd = await repository({ 'a.sh': before, 'gone.ts': 'x\n', 'from.ts': 'y\n' });
    chmodSync(join(cwd, 'a.sh'), 0o750);
    const answer = `${searchReplace('a.sh', '  return 2;', '  return 22;')}\n${v4a(
      '*** Delete File: gone.ts',
      '*** Update File: from.ts',
      '*** Move to: deep/er/to.ts',
      '@@',
      '-y',
      '+z',
      '*** Add File: new.ts',
      '+n',
    )}`;
    const { status, stderr } = await orch(
      ['diff', '--from', '-', '-f', 'a.sh', '-f', 'gone.ts', '-f', 'from.ts', '--apply'],
      { cwd, stdin: answer },
    );
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(existsSync(join(cwd, 'gone.ts')) || existsSync(join(cwd, 'from.ts'))).toBe(false);
    expect(read(cwd, 'a.sh')).toBe(after);
    expect(statSync(join(cwd, 'a.sh')).mode & 0o777).toBe(0o750);
    expect(read(cwd, 'deep/er/to.ts')).toBe('z\n');
    expect(read(cwd, 'new.ts')).toBe('n\n');
  });
});

describe('an answer that writes what others run or obey', () => {
  it('names the new file in a warning, and none that was sent', async () => {
    const cwd = folder({ Makefile: 'all:\n\ttrue\n' });
    const answer = `${searchReplace('Makefile', 'all:', 'all: a')}\n.vscode/tasks.json\n\`\`\`json\n{}\n\`\`\`\n`;
    const { status, stdout } = await orch(['diff', '--from', '-', '-f', 'Makefile', '--json'], {
      cwd,
      stdin: answer,
    });
    expect(status).toBe(0);
    const unasked = JSON.parse(stdout).meta.warnings.filter((line: string) =>
      /without being asked/.test(line),
    );
    expect(unasked).toEqual([expect.stringMatching(/: \.vscode\/tasks\.json \(VS Code\)$/)]);
  });

  it.each(['.orch/policies.json', '.env'])('may not create %s', async (path) => {
    const cwd = folder({ 'a.ts': before });
    const { status, stderr } = await orch(['diff', '--from', '-', '-f', 'a.ts'], {
      cwd,
      stdin: `${path}\n\`\`\`\nx\n\`\`\`\n`,
    });
    expect(status).toBe(2);
    expect(stderr).toContain(`the patch changes ${path}, which the request did not name`);
  });
});

describe('the file of the answer', () => {
  it('is replaced by the patch only with --force', async () => {
    const cwd = await repository({ 'a.ts': before, 'answer.md': wholeFile('a.ts', after) });
    const args = ['diff', '--from', 'answer.md', '-f', 'a.ts', '-o', './answer.md'];
    const { status, stderr } = await orch(args, { cwd });
    expect([status, stderr]).toEqual([2, expect.stringContaining('is an input of this call')]);
    expect(read(cwd, 'answer.md')).toBe(wholeFile('a.ts', after));
    expect((await orch([...args, '--force'], { cwd })).status).toBe(0);
    expect(read(cwd, 'answer.md')).toContain('diff --git');
  });
});

it('an answer after which a file would not parse is refused, with the place', async () => {
  const answer = searchReplace('a.ts', '  return 2;', '  if (true) {\n    return 22;');
  const { status, stdout, stderr } = await orch(['diff', '--from', '-', '-f', 'a.ts'], {
    cwd: folder({ 'a.ts': before }),
    stdin: answer,
  });
  expect({ status, stdout }).toEqual({ status: 5, stdout: '' });
  expect(stderr).toContain('the answer cannot be used: line 6 of a.ts does not parse: "{" is not closed');
});
