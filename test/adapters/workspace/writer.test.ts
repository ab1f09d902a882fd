import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { workspaceWriter } from '../../../src/adapters/workspace/writer.ts';
import { OrchError } from '../../../src/core/errors/orch-error.ts';
import type { FileChange } from '../../../src/core/patch/types.ts';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'orch-writer-'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const posix = process.platform !== 'win32';
function put(path: string, content: string, mode?: number): void {
  mkdirSync(dirname(join(base, path)), { recursive: true });
  writeFileSync(join(base, path), content);
  if (mode !== undefined) chmodSync(join(base, path), mode);
}
const text = (path: string) => readFileSync(join(base, path), 'utf8');
const modeOf = (path: string) => statSync(join(base, path)).mode & 0o777;
/** Every file, folder and link below the base with content and mode: what "as it was" means. */
function tree(): Record<string, string> {
  const entries: Record<string, string> = {};
  for (const name of readdirSync(base, { recursive: true, encoding: 'utf8' }).sort()) {
    const whole = join(base, name);
    const stats = lstatSync(whole);
    const what = stats.isSymbolicLink()
      ? `-> ${readlinkSync(whole)}`
      : stats.isFile()
        ? readFileSync(whole, 'utf8')
        : '/';
    entries[name] = `${(stats.mode & 0o777).toString(8)} ${what}`;
  }
  return entries;
}

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
const apply = (...changes: FileChange[]) => workspaceWriter(base).applyChanges(base, changes);
async function refusal(...changes: FileChange[]): Promise<OrchError> {
  const before = tree();
  const error: unknown = await apply(...changes).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(OrchError);
  expect(tree()).toEqual(before);
  return error as OrchError;
}

describe('applyChanges', () => {
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
    expect(Object.keys(tree())).toEqual(['a.ts', 'deep', 'deep/er', 'deep/er/d.ts', 'x', 'x/e.ts']);
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

  it.runIf(posix)('writes through a link, which stays one', async () => {
    put('real/a.ts', 'old');
    symlinkSync('real/a.ts', join(base, 'link.ts'));
    await apply(modify('link.ts', 'old', 'new'));
    expect(readlinkSync(join(base, 'link.ts'))).toBe('real/a.ts');
    expect(text('real/a.ts')).toBe('new');
    expect(readdirSync(join(base, 'real'))).toEqual(['a.ts']);
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

  it.runIf(posix)('when the last fails after a link was deleted or written through', async () => {
    put('real.ts', 'old');
    put('parent', 'a file');
    symlinkSync('real.ts', join(base, 'one.ts'));
    symlinkSync('real.ts', join(base, 'two.ts'));
    await refusal(remove('one.ts', 'old'), modify('two.ts', 'old', 'new'), create('parent/y.ts', 'y'));
  });
});

describe('writeResult', () => {
  it('creates the file and its folders, from the working directory', async () => {
    await workspaceWriter(base).writeResult('out/deep/a.md', 'text');
    expect(text('out/deep/a.md')).toBe('text');
  });

  it.runIf(posix)('replaces a file and keeps its mode', async () => {
    put('a.md', 'old', 0o660);
    await workspaceWriter(base).writeResult(join(base, 'a.md'), 'new');
    expect([text('a.md'), modeOf('a.md'), readdirSync(base)]).toEqual(['new', 0o660, ['a.md']]);
  });

  it.each([
    ['a folder', 'folder', 'use the path of a file, not of a directory'],
    ['below a file', 'file/a.md', 'fix the path: part of it is a file, not a folder'],
  ])('fails on %s and leaves the tree alone', async (_, path, hint) => {
    mkdirSync(join(base, 'folder'));
    put('file', 'x');
    const before = tree();
    const error: unknown = await workspaceWriter(base)
      .writeResult(path, 'text')
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'write-failed', hint });
    expect(() => workspaceWriter(base).assertWritable(path)).toThrow(
      expect.objectContaining({ code: 'write-failed', hint }),
    );
    expect(tree()).toEqual(before);
  });

  it.skipIf(!posix || process.getuid?.() === 0)('is told beforehand of a folder that is read-only', () => {
    mkdirSync(join(base, 'folder'), { mode: 0o555 });
    for (const path of ['folder/a.md', 'folder/new/a.md']) {
      expect(() => workspaceWriter(base).assertWritable(path)).toThrow(
        expect.objectContaining({
          code: 'write-failed',
          hint: 'check the permissions of the file and its folder',
        }),
      );
    }
  });

  it('is told beforehand of nothing where it would write, and writes nothing then', () => {
    put('a.md', 'old');
    const before = tree();
    for (const path of ['a.md', 'new.md', 'new/deep/a.md']) workspaceWriter(base).assertWritable(path);
    if (posix) workspaceWriter(base).assertWritable('/dev/null');
    expect(tree()).toEqual(before);
  });

  it.runIf(posix)('writes into a pipe or a device instead of replacing it', async () => {
    const pipe = join(base, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const reader = openSync(pipe, 'r+');
    try {
      await workspaceWriter(base).writeResult('pipe', 'text');
      expect(lstatSync(pipe).isFIFO()).toBe(true);
      const buffer = Buffer.alloc(10);
      expect(buffer.toString('utf8', 0, readSync(reader, buffer))).toBe('text');
      expect(existsSync(pipe)).toBe(true);
    } finally {
      closeSync(reader);
    }
  });
});
