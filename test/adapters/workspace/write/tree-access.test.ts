import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { untracked } from '../../../../src/adapters/workspace/write/temporaries.ts';
import { treeAccess } from '../../../../src/adapters/workspace/write/tree-access.ts';

const mode = { bits: 0o644, exact: false };
const linux = process.platform === 'linux';
let scratch: string;
let base: string;
let outside: string;
beforeEach(() => {
  scratch = realpathSync(mkdtempSync(join(tmpdir(), 'orch-access-')));
  base = join(scratch, 'base');
  outside = join(scratch, 'outside');
  for (const folder of [join(base, '.git', 'hooks'), join(base, 'src'), outside]) {
    mkdirSync(folder, { recursive: true });
  }
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

const forbidden = expect.objectContaining({ code: 'file-forbidden' });
const here = (path: string) => join(base, path);
const openHandles = () => readdirSync('/proc/self/fd').length;

describe.runIf(process.platform !== 'win32').each([
  ['handles of folders', linux],
  ['names', false],
])('by %s', (_, handles) => {
  const tree = (path = base) => treeAccess(path, { handles });

  it('creates, reads, replaces and removes files and folders', () => {
    const access = tree();
    expect(access.makeFolders('src/a/b')).toEqual(['src/a', 'src/a/b']);
    expect(access.makeFolders('src/a/b')).toEqual([]);
    expect(access.makeFolders('.')).toEqual([]);
    expect(access.read('src/a/b/x.ts')).toBeUndefined();
    access.replace('src/a/b/x.ts', 'one', { bits: 0o755, exact: true });
    expect(access.read('src/a/b/x.ts')).toEqual({ bytes: Buffer.from('one'), mode: 0o755 });
    access.replace('src/a/b/x.ts', Buffer.from('two'), { bits: 0o600, exact: true });
    expect([readFileSync(here('src/a/b/x.ts'), 'utf8'), statSync(here('src/a/b/x.ts')).mode & 0o777]).toEqual(
      ['two', 0o600],
    );
    expect(readdirSync(here('src/a/b'))).toEqual(['x.ts']);
    access.remove('src/a/b/x.ts');
    access.removeFolder('src/a/b');
    expect(readdirSync(here('src/a'))).toEqual([]);
  });

  it('tells what is at a path', () => {
    writeFileSync(here('src/x.ts'), '');
    symlinkSync('nowhere', here('src/link'));
    const access = tree();
    expect(
      ['src', 'src/x.ts', 'src/link', 'src/none', 'src/x.ts/below'].map((path) => access.kind(path)),
    ).toEqual(['folder', 'file', 'link', undefined, undefined]);
  });

  it('works in a base that is reached through a link and in folders that cannot be listed', () => {
    symlinkSync('base', join(scratch, 'alias'));
    chmodSync(here('src'), 0o300);
    try {
      tree(join(scratch, 'alias')).replace('src/x.ts', 'text', mode);
      expect(readFileSync(here('src/x.ts'), 'utf8')).toBe('text');
    } finally {
      chmodSync(here('src'), 0o700);
    }
  });

  it('works only in the base itself where a path without links is expected', () => {
    symlinkSync('base', join(scratch, 'alias'));
    expect(() => treeAccess(join(scratch, 'alias'), { handles, real: true })).toThrow(
      expect.objectContaining({ code: 'file-changed' }),
    );
    expect(treeAccess(base, { handles, real: true }).kind('src')).toBe('folder');
  });

  it.each([
    ['to the outside', '../outside'],
    ['into .git', '.git/hooks'],
    ['within the base', 'src'],
    ['to nowhere', 'nowhere'],
  ])('follows no link of a folder %s', (__, target) => {
    symlinkSync(target, here('link'));
    writeFileSync(join(outside, 'x'), 'theirs');
    const access = tree();
    expect(() => access.kind('link/x')).toThrow(forbidden);
    expect(() => access.read('link/x')).toThrow(forbidden);
    expect(() => access.replace('link/x', 'mine', mode)).toThrow(forbidden);
    expect(() => access.replace('link/deep/x', 'mine', mode)).toThrow(forbidden);
    expect(() => access.remove('link/x')).toThrow(forbidden);
    expect(() => access.makeFolders('link/deep/er')).toThrow(forbidden);
    expect(() => access.removeFolder('link/x')).toThrow(forbidden);
    expect(readFileSync(join(outside, 'x'), 'utf8')).toBe('theirs');
    expect(readdirSync(outside)).toEqual(['x']);
    expect([...readdirSync(here('.git/hooks')), ...readdirSync(here('src'))]).toEqual([]);
  });

  it('neither reads nor replaces a link, and says where it leads', () => {
    writeFileSync(join(outside, 'x'), 'theirs');
    symlinkSync('../outside/x', here('link'));
    expect(() => tree().read('link')).toThrow('link is a link to ../outside/x, which is not followed');
    expect(() => tree().replace('link', 'mine', mode)).toThrow(forbidden);
    expect([readlinkSync(here('link')), readFileSync(join(outside, 'x'), 'utf8')]).toEqual([
      '../outside/x',
      'theirs',
    ]);
  });

  it.each(['.git/config', '.GIT/config', 'src/git~1/x', '.git./x', '../outside/x', '/tmp/x', 'src/../../x'])(
    'refuses the path %s',
    (path) => {
      const access = tree();
      for (const use of [access.kind, access.read, access.remove, access.makeFolders, access.removeFolder]) {
        expect(() => use(path)).toThrow(forbidden);
      }
      expect(() => access.replace(path, 'x', mode)).toThrow(forbidden);
    },
  );

  it('refuses a base in .git, also one that is reached through a link', () => {
    symlinkSync('.git/hooks', here('hooks'));
    for (const path of ['.git', '.git/hooks', 'hooks']) expect(() => tree(here(path))).toThrow(forbidden);
  });

  it('does not wait for a pipe and does not take a folder for a file', () => {
    expect(() => tree().read('src')).toThrow(expect.objectContaining({ code: 'EISDIR' }));
    expect(() => tree().replace('src', 'x', mode)).toThrow(expect.objectContaining({ code: 'EISDIR' }));
    expect(readdirSync(here(''))).toEqual(['.git', 'src']);
  });

  it('does not read a file that is too large to be in a working tree', () => {
    writeFileSync(here('huge'), '');
    truncateSync(here('huge'), 256 * 1024 * 1024 + 1);
    expect(() => tree().read('huge')).toThrow(
      expect.objectContaining({ code: 'file-unreadable', message: 'huge is larger than 256 MB' }),
    );
    truncateSync(here('huge'), 1);
    expect(tree().read('huge')?.bytes).toHaveLength(1);
  });

  it('takes away the folders it made when the next one cannot be made', () => {
    expect(() => tree().makeFolders(`new/${'n'.repeat(300)}`)).toThrow(
      expect.objectContaining({ code: 'ENAMETOOLONG' }),
    );
    expect(existsSync(here('new'))).toBe(false);
  });

  it('replaces a file whose name is as long as names can be', () => {
    for (const name of ['n'.repeat(255), '漢'.repeat(85)]) {
      tree().replace(`src/${name}`, 'text', mode);
      expect(readFileSync(here(`src/${name}`), 'utf8')).toBe('text');
    }
  });

  it.each([
    ['to the outside', '../outside'],
    ['into .git', '.git/hooks'],
  ])('writes nothing when a link %s takes the place of the folder before the write', (__, target) => {
    mkdirSync(here('src/deep'));
    writeFileSync(here('src/deep/x.ts'), 'old');
    const temporaries = {
      ...untracked,
      note() {
        renameSync(here('src'), here('aside'));
        symlinkSync(target, here('src'));
        mkdirSync(here(`${target}/deep`));
        return () => {};
      },
    };
    expect(() => treeAccess(base, { handles, temporaries }).replace('src/deep/x.ts', 'new', mode)).toThrow(
      expect.objectContaining({ code: handles ? 'file-changed' : 'file-forbidden' }),
    );
    expect(readdirSync(here('aside/deep'))).toEqual(['x.ts']);
    expect(readFileSync(here('aside/deep/x.ts'), 'utf8')).toBe('old');
    expect(readdirSync(here(`${target}/deep`))).toEqual([]);
  });

  it.runIf(linux)('closes every handle, whatever fails', () => {
    const access = tree();
    symlinkSync('../outside', here('link'));
    const before = openHandles();
    access.replace('src/x.ts', 'text', mode);
    access.read('src/x.ts');
    for (const path of ['link/x', 'src/none/x', 'src/x.ts/x', 'src', '.git/x', 'n'.repeat(300)]) {
      expect(() => access.replace(path, 'x', mode)).toThrow();
      expect(() => access.remove(`${path}/y`)).toThrow();
    }
    expect(() => access.read('link')).toThrow(forbidden);
    expect(() => access.read('src')).toThrow();
    expect(openHandles()).toBe(before);
  });
});
