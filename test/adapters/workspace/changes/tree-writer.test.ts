import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { treeWriter } from '../../../../src/adapters/workspace/changes/tree-writer.ts';
import { treeAccess } from '../../../../src/adapters/workspace/write/tree-access.ts';
import { OrchError } from '../../../../src/core/errors/orch-error.ts';
import type { FileChange } from '../../../../src/core/patch/types.ts';
import { treeOf, unlocked } from '../../../helpers/tree.ts';

let base: string;
let state: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'orch-writer-'));
  state = mkdtempSync(join(tmpdir(), 'orch-state-'));
});
afterEach(() => {
  for (const path of [base, state]) rmSync(path, { recursive: true, force: true });
});

const posix = process.platform !== 'win32';
function put(path: string, content: string, mode?: number): void {
  mkdirSync(dirname(join(base, path)), { recursive: true });
  writeFileSync(join(base, path), content);
  if (mode !== undefined) chmodSync(join(base, path), mode);
}
const text = (path: string) => readFileSync(join(base, path), 'utf8');
const modeOf = (path: string) => statSync(join(base, path)).mode & 0o777;
const tree = () => treeOf(base);

const modify = (path: string, before: string, after: string): FileChange => ({
  kind: 'modify',
  path,
  before,
  after,
});
const create = (path: string, after: string): FileChange => ({ kind: 'create', path, before: '', after });
const remove = (path: string, before: string): FileChange => ({ kind: 'delete', path, before, after: '' });
const rename = (oldPath: string, path: string, before: string, after = before): FileChange => ({
  kind: 'rename',
  path,
  oldPath,
  before,
  after,
});
const writer = (access = treeAccess) =>
  treeWriter({ folder: join(state, 'journal'), cwd: base, base: () => base, lock: unlocked, access });
const apply = (...changes: FileChange[]) => writer().apply(base, changes);
async function refusal(...changes: FileChange[]): Promise<OrchError> {
  const before = tree();
  const error: unknown = await apply(...changes).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(OrchError);
  expect(tree()).toEqual(before);
  return error as OrchError;
}

it('a process that was stopped for so long that another took its change back writes no more of it', async () => {
  for (const path of ['a.ts', 'b.ts', 'c.ts']) put(path, 'old\n');
  const stopped: typeof treeAccess = (...given) => {
    const tree = treeAccess(...given);
    return {
      ...tree,
      replace(path, ...rest) {
        tree.replace(path, ...rest);
        if (path !== 'a.ts') return;
        put('a.ts', 'old\n');
        rmSync(join(state, 'journal'), { recursive: true });
      },
    };
  };
  const changes = ['a.ts', 'b.ts', 'c.ts'].map((path) => modify(path, 'old\n', 'new\n'));
  await expect(writer(stopped).apply(base, changes)).rejects.toMatchObject({
    code: 'write-failed',
    message: expect.stringMatching(/took its change back; nothing was changed/),
  });
  expect(['a.ts', 'b.ts', 'c.ts'].map(text)).toEqual(['old\n', 'old\n', 'old\n']);
});

describe('a change', () => {
  it('modifies, creates, deletes and renames, folders included, and leaves nothing beside', async () => {
    put('a.ts', 'old');
    put('b.ts', 'gone');
    put('c.ts', 'moved');
    await apply(
      modify('a.ts', 'old', 'new'),
      create('deep/er/d.ts', 'fresh'),
      remove('b.ts', 'gone'),
      rename('c.ts', 'x/e.ts', 'moved', 'and changed'),
    );
    expect(Object.keys(tree())).toEqual(['a.ts', 'deep/', 'deep/er/', 'deep/er/d.ts', 'x/', 'x/e.ts']);
    expect([text('a.ts'), text('deep/er/d.ts'), text('x/e.ts')]).toEqual(['new', 'fresh', 'and changed']);
  });

  it('writes every byte as it is given', async () => {
    put('a.txt', '\uFEFFone\r\ntwo\r\n');
    await apply(modify('a.txt', '\uFEFFone\r\ntwo\r\n', '\uFEFFone\r\n2 ç 漢\r\n'));
    expect(readFileSync(join(base, 'a.txt'))).toEqual(Buffer.from('\uFEFFone\r\n2 ç 漢\r\n'));
  });

  it.runIf(posix).each([0o600, 0o644, 0o664, 0o666, 0o755, 0o777])(
    'keeps mode %o, whatever the umask',
    async (mode) => {
      put('a.sh', 'old', mode);
      await apply(modify('a.sh', 'old', 'new'));
      expect([text('a.sh'), modeOf('a.sh')]).toEqual(['new', mode]);
    },
  );

  it.runIf(posix)('sets the executable bit that a change names, and takes it away', async () => {
    put('a.sh', 'a', 0o644);
    put('b.sh', 'b', 0o755);
    await apply(
      { ...modify('a.sh', 'a', 'a2'), mode: '100755' },
      { ...modify('b.sh', 'b', 'b2'), mode: '100644' },
      { ...create('c.sh', 'c'), mode: '100755' },
      create('d.sh', 'd'),
    );
    expect(['a.sh', 'b.sh', 'c.sh', 'd.sh'].map(modeOf)).toEqual([0o755, 0o644, 0o755, 0o644]);
  });
});

describe('nothing is changed', () => {
  it('when a file is not as it was read', async () => {
    put('a.ts', 'first');
    put('b.ts', 'edited meanwhile');
    const error = await refusal(modify('a.ts', 'first', 'x'), modify('b.ts', 'as read', 'y'));
    expect([error.code, error.message]).toEqual([
      'file-changed',
      'b.ts has changed since it was read; nothing was changed',
    ]);
  });

  it('when a file is too large by now', async () => {
    put('a.ts', 'old\n');
    const size = 256 * 1024 * 1024 + 1;
    truncateSync(join(base, 'a.ts'), size);
    // Its size is compared alone.
    await expect(apply(modify('a.ts', 'old\n', 'new\n'))).rejects.toMatchObject({
      code: 'file-unreadable',
      message: 'a.ts is larger than 256 MB; nothing was changed',
      hint: expect.stringContaining('git apply'),
    });
    expect(statSync(join(base, 'a.ts')).size).toBe(size);
    expect(readdirSync(base)).toEqual(['a.ts']);
  });

  it('when only line ends differ', async () => {
    put('a.ts', 'one\r\n');
    expect((await refusal(modify('a.ts', 'one\n', 'two\n'))).code).toBe('file-changed');
  });

  it.each([
    ['to modify', modify('gone.ts', 'x', 'y')],
    ['to delete', remove('gone.ts', 'x')],
    ['to rename', rename('gone.ts', 'new.ts', 'x')],
  ])('when a file %s was deleted', async (_, change) => {
    expect((await refusal(change)).message).toContain('gone.ts was deleted');
  });

  it.runIf(posix)('when the base has become a link since it was looked up', async () => {
    const aside = `${base}-aside`;
    put('a.ts', 'old');
    const swapping = treeWriter({
      folder: join(state, 'journal'),
      cwd: base,
      base: () => base,
      lock: async (_base, action) => {
        renameSync(base, aside);
        symlinkSync(aside, base);
        return action();
      },
    });
    try {
      await expect(swapping.apply(base, [modify('a.ts', 'old', 'new')])).rejects.toMatchObject({
        code: 'file-changed',
      });
      expect(readFileSync(join(aside, 'a.ts'), 'utf8')).toBe('old');
    } finally {
      rmSync(base);
      renameSync(aside, base);
    }
  });

  it('when a folder has taken the place of a file', async () => {
    mkdirSync(join(base, 'a.ts'));
    expect((await refusal(modify('a.ts', 'x', 'y'))).code).toBe('file-changed');
  });

  it.each([
    ['a new file', create('there.ts', 'new')],
    ['the target of a rename', rename('a.ts', 'there.ts', 'x')],
  ])('when %s already exists', async (_, change) => {
    put('a.ts', 'x');
    put('there.ts', 'precious');
    expect((await refusal(change)).message).toContain('there.ts already exists');
  });

  it.runIf(posix)('when a link that leads nowhere stands where a file is created', async () => {
    symlinkSync('nowhere', join(base, 'there.ts'));
    expect((await refusal(create('there.ts', 'new'))).message).toContain('there.ts already exists');
  });

  it('when the second of three fails: the parent of its target is a file', async () => {
    put('a.ts', 'first', 0o664);
    put('parent', 'a file');
    put('c.ts', 'third');
    const error = await refusal(
      modify('a.ts', 'first', 'changed'),
      create('parent/b.ts', 'x'),
      remove('c.ts', 'third'),
    );
    expect([error.code, error.exitStatus]).toEqual(['write-failed', 2]);
    expect(error.message).toContain('nothing was changed');
  });

  it('when the last fails after files were created in new folders, deleted and renamed', async () => {
    put('a.ts', 'first');
    put('b.ts', 'second', 0o755);
    put('parent', 'a file');
    await refusal(
      create('new/deep/x.ts', 'x'),
      remove('a.ts', 'first'),
      rename('b.ts', 'other/b.ts', 'second', 'edited'),
      create('parent/y.ts', 'y'),
    );
  });

  it.runIf(posix).each([
    ['modified', modify('link.ts', 'old', 'new')],
    ['deleted', remove('link.ts', 'old')],
    ['renamed', rename('link.ts', 'new.ts', 'old')],
    ['modified in a linked folder', modify('linked/a.ts', 'old', 'new')],
    ['created in a linked folder', create('linked/b.ts', 'new')],
    ['created below a linked folder', create('linked/deep/b.ts', 'new')],
  ])('when a link would be %s', async (_, change) => {
    put('real/a.ts', 'old');
    put('first.ts', 'old');
    symlinkSync('real/a.ts', join(base, 'link.ts'));
    symlinkSync('real', join(base, 'linked'));
    const error = await refusal(modify('first.ts', 'old', 'new'), change);
    expect([error.code, error.message]).toEqual([
      'file-forbidden',
      expect.stringMatching(/^\S*link(ed|\.ts) is a link to real.*; nothing was changed$/),
    ]);
  });

  it('when a file is in .git, in whatever spelling', async () => {
    for (const path of ['.git/hooks/pre-commit', '.GIT/config', 'git~1/config', 'a/.git./config']) {
      expect((await refusal(create(path, 'x'))).code).toBe('file-forbidden');
    }
  });

  it('when a name is longer than names can be', async () => {
    put('a.ts', 'old');
    const error = await refusal(modify('a.ts', 'old', 'new'), create(`deep/${'n'.repeat(300)}`, 'x'));
    expect([error.code, error.hint]).toEqual([
      'write-failed',
      'use a shorter name: most file systems allow 255 bytes',
    ]);
  });

  it.runIf(posix)(
    'when a link takes the place of a folder while the second of three is written',
    async () => {
      for (const name of ['a', 'b', 'c']) put(`${name}/x.ts`, 'old');
      mkdirSync(join(base, '.git/hooks'), { recursive: true });
      let writes = 0;
      const access: typeof treeAccess = (...args) => {
        const tree = treeAccess(...args);
        return {
          ...tree,
          replace(...file) {
            if (++writes === 2) {
              renameSync(join(base, 'b'), join(base, 'aside'));
              symlinkSync('.git/hooks', join(base, 'b'));
            }
            tree.replace(...file);
          },
        };
      };
      const changes = ['a', 'b', 'c'].map((name) => modify(`${name}/x.ts`, 'old', 'new'));
      await expect(writer(access).apply(base, changes)).rejects.toMatchObject({
        code: 'file-forbidden',
        message: expect.stringContaining('nothing was changed'),
      });
      expect(readdirSync(join(base, '.git/hooks'))).toEqual([]);
      expect(['a', 'aside', 'c'].map((name) => text(`${name}/x.ts`))).toEqual(['old', 'old', 'old']);
    },
  );
});
