import { describe, expect, it } from 'vitest';
import { pathLabel, pathOnLine } from '../../../../src/core/patch/dialects/path-label.ts';
import { isProblem, resolvePath } from '../../../../src/core/patch/dialects/resolve-path.ts';

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
    expect(pathLabel(line, { files })).toEqual({ path, plain: true });
  });

  it.each(['Then src/app.ts:', 'Replace `total` in `src/app.ts` with:', 'And in **src/app.ts**:'])(
    'is a sentence: %j',
    (line) => {
      expect(pathLabel(line, { files })).toEqual({ path: 'src/app.ts', plain: false });
    },
  );
});
