import { describe, expect, it } from 'vitest';
import { pathLabel, pathOnLine } from '../../../../src/core/patch/dialects/path-label.ts';
import { isProblem, resolvePath } from '../../../../src/core/patch/dialects/resolve-path.ts';
import { patchFromAnswer } from '../../../../src/core/patch/patch-from-answer.ts';

const files = ['src/deep/query.ts', 'src/app.ts', 'lib/app.ts', 'b/real.ts', 'README.md'].map((path) => ({
  path,
  text: '',
}));
const resolve = (written: string, exists?: (path: string) => boolean) => {
  const resolved = resolvePath(written, { files, ...(exists ? { exists } : {}) });
  return isProblem(resolved) ? resolved.code : `${resolved.path}${resolved.sent ? '' : ' (new)'}`;
};

describe('resolvePath', () => {
  it.each([
    ['src/app.ts', 'src/app.ts'],
    ['a/src/app.ts', 'src/app.ts'],
    ['./src/app.ts', 'src/app.ts'],
    ['b/real.ts', 'b/real.ts'],
    ['b/b/real.ts', 'b/real.ts'],
    ['`src/app.ts`', 'src/app.ts'],
    ['"src/app.ts"', 'src/app.ts'],
    ['src\\app.ts', 'src/app.ts'],
    ['src/app.ts\t2026-01-01 00:00:00', 'src/app.ts'],
    ['/home/me/project/src/app.ts', 'src/app.ts'],
    ['C:/work/src/deep/query.ts', 'src/deep/query.ts'],
    ['query.ts', 'src/deep/query.ts'],
    ['deep/query.ts', 'src/deep/query.ts'],
    ['project/src/app.ts', 'src/app.ts'],
    ['src/new.ts', 'src/new.ts (new)'],
    ['b/new.ts', 'new.ts (new)'],
  ])('%s is %s', (written, path) => {
    expect(resolve(written)).toBe(path);
  });

  it.each([
    ['app.ts', 'two files have the name'],
    ['../outside.ts', 'leaves the repository'],
    ['src/../../outside.ts', 'leaves the repository'],
    ['/etc/passwd', 'absolute'],
    ['~/.profile', 'the home of someone'],
    ['.git/config', 'git itself'],
    ['git~1/config', 'git itself, by its short name'],
    [`src/${'漢'.repeat(86)}`, 'a name of more than 255 bytes'],
    ['sub/.GIT/hooks/pre-commit', 'git itself on a file system without case'],
    ['src/app.ts/inner.ts', 'inside a file'],
    ['', 'nothing'],
    ['src//', 'a folder'],
    ['bad\u0000name', 'a control character'],
  ])('%j is refused: %s', (written) => {
    expect(resolve(written)).toBe('unknown-path');
  });

  it('refuses a file that exists and was not sent, also by its prefixed name', () => {
    const exists = (path: string) => path === 'src/secret.ts';
    expect(resolve('src/secret.ts', exists)).toBe('unknown-path');
    expect(resolve('a/src/secret.ts', exists)).toBe('unknown-path');
  });
});

describe('an answer', () => {
  const before = 'one\ntwo\nthree\nfour\n';
  const edit = '@@ -1,2 +1,2 @@\n one\n-two\n+2\n';
  const v4a = (...lines: string[]) => ['*** Begin Patch', ...lines, '*** End Patch', ''].join('\n');
  const whole = (label: string, text = 'something else\n') => `${label}\n\`\`\`\n${text}\`\`\`\n`;
  const changed = (answer: string, sent: string[], others: string[]) => {
    const { changes, problems } = patchFromAnswer(
      answer,
      sent.map((path) => ({ path, text: before })),
      { exists: (path) => others.includes(path) || sent.includes(path) },
    );
    return problems.length > 0
      ? problems.map(({ code }) => code)
      : changes.map(({ kind, path }) => `${kind} ${path}`);
  };
  const gone = ['unknown-path'];

  it.each([
    ['a deletion', v4a('*** Delete File: pkg/src/s.txt'), ['src/s.txt'], ['pkg/src/s.txt']],
    ['a deletion of what does not exist', v4a('*** Delete File: pkg/src/s.txt'), ['src/s.txt'], []],
    ['a deletion by name', v4a('*** Delete File: s.txt'), ['src/s.txt'], []],
    ['a deletion above', v4a('*** Delete File: ../other/src/s.txt'), ['src/s.txt'], []],
    ['a deletion elsewhere', v4a('*** Delete File: /etc/src/s.txt'), ['src/s.txt'], []],
    [
      'a move by name',
      v4a('*** Update File: s.txt', '*** Move to: t.txt', '@@', '-one', '+1'),
      ['src/s.txt'],
      [],
    ],
    [
      'an edit of another file',
      `--- a/pkg/src/s.txt\n+++ b/pkg/src/s.txt\n${edit}`,
      ['src/s.txt'],
      ['pkg/src/s.txt'],
    ],
    ['an edit above', `--- a/../src/s.txt\n+++ b/../src/s.txt\n${edit}`, ['src/s.txt'], []],
    [
      'a deletion in a diff',
      '--- a/pkg/src/s.txt\n+++ /dev/null\n@@ -1,4 +0,0 @@\n-one\n-two\n-three\n-four\n',
      ['src/s.txt'],
      ['pkg/src/s.txt'],
    ],
    [
      'a text for another file',
      whole('pkg/src/s.txt', before.replace('two', '2')),
      ['src/s.txt'],
      ['pkg/src/s.txt'],
    ],
    ['a text that is not similar', whole('pkg/src/s.txt'), ['src/s.txt'], []],
    ['a text for an absolute path', whole('/etc/src/s.txt', before.replace('two', '2')), ['src/s.txt'], []],
    ['a prefix that is a folder', `--- a/s.txt\n+++ b/s.txt\n${edit}`, ['b/s.txt'], ['s.txt']],
    ['one name of another file', `--- pkg/s.txt\n+++ src/s.txt\n${edit}`, ['src/s.txt'], ['pkg/s.txt']],
    ['a prefix that may be a folder', v4a('*** Delete File: a/s.txt'), ['s.txt'], ['a/s.txt']],
  ])('is not for a file that it does not name: %s', (_, answer, sent, others) => {
    expect(changed(answer, sent, others)).toEqual(gone);
  });

  it.each([
    ['a deletion', v4a('*** Delete File: src/s.txt'), ['src/s.txt'], ['delete src/s.txt']],
    ['a deletion with a prefix', v4a('*** Delete File: a/src/s.txt'), ['src/s.txt'], ['delete src/s.txt']],
    [
      'an edit by name',
      v4a('*** Update File: s.txt', '@@', '-one', '+1'),
      ['src/s.txt'],
      ['modify src/s.txt'],
    ],
    [
      'an edit by absolute path',
      `--- /w/src/s.txt\n+++ /w/src/s.txt\n${edit}`,
      ['src/s.txt'],
      ['modify src/s.txt'],
    ],
    [
      'a similar text by name',
      whole('s.txt', before.replace('two', '2')),
      ['src/s.txt'],
      ['modify src/s.txt'],
    ],
    ['a new file of the same name', whole('s.txt (new file)'), ['src/s.txt'], ['create s.txt']],
    ['a new file below', whole('pkg/src/s.txt (new file)'), ['src/s.txt'], ['create pkg/src/s.txt']],
    ['an added file', v4a('*** Add File: s.txt', '+1'), ['src/s.txt'], ['create s.txt']],
    ['two prefixes', `--- a/s.txt\n+++ b/s.txt\n${edit}`, ['b/s.txt', 's.txt'], ['modify s.txt']],
    ["git's mnemonic prefixes", `--- i/s.txt\n+++ w/s.txt\n${edit}`, ['w/s.txt', 's.txt'], ['modify s.txt']],
    ['a folder on both sides', `--- b/s.txt\n+++ b/s.txt\n${edit}`, ['b/s.txt', 's.txt'], ['modify b/s.txt']],
  ])('is for the file that it names: %s', (_, answer, sent, expected) => {
    expect(changed(answer, sent, [])).toEqual(expected);
  });
});

describe('pathOnLine', () => {
  it.each([
    ['src/app.ts', 'src/app.ts'],
    ['### `src/app.ts`', 'src/app.ts'],
    ['**File: src/app.ts**', 'src/app.ts'],
    ['2. src/app.ts:', 'src/app.ts'],
    ['Here is the change to `src/app.ts`, as asked:', 'src/app.ts'],
    ['Both `src/app.ts` and `lib/app.ts` change:', undefined],
    ['Nothing here names a file.', undefined],
    ['https://example.org/a.ts', undefined],
  ])('%j names %s', (line, path) => {
    expect(pathOnLine(line, { files })).toBe(path);
  });
});

describe('a label', () => {
  it.each([
    ['### 2. src/app.ts', 'src/app.ts'],
    ['### src/app.ts (updated)', 'src/app.ts'],
    ['### `src/new.ts` (new)', 'src/new.ts'],
    ['File 2: src/app.ts', 'src/app.ts'],
    ['New file `new.ts`:', 'new.ts'],
    ['New file **new.ts**', 'new.ts'],
    ['Create a new file `src/new.ts`:', 'src/new.ts'],
  ])('is plain: %j', (line, path) => {
    expect(pathLabel(line, { files })).toMatchObject({ path, plain: true });
  });

  it.each(['Then src/app.ts:', 'Replace `total` in `src/app.ts` with:', 'And in **src/app.ts**:'])(
    'is a sentence: %j',
    (line) => {
      expect(pathLabel(line, { files })).toMatchObject({ path: 'src/app.ts', plain: false });
    },
  );
});
