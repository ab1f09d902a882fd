import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  createReadStream,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { untracked } from '../../../src/adapters/workspace/temporaries.ts';
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
      const temporaries = {
        ...untracked,
        note() {
          if (++writes === 2) {
            renameSync(join(base, 'b'), join(base, 'aside'));
            symlinkSync('.git/hooks', join(base, 'b'));
          }
          return () => {};
        },
      };
      const changes = ['a', 'b', 'c'].map((name) => modify(`${name}/x.ts`, 'old', 'new'));
      await expect(workspaceWriter(base, { temporaries }).applyChanges(base, changes)).rejects.toMatchObject({
        code: 'file-changed',
        message: expect.stringContaining('nothing was changed'),
      });
      expect(readdirSync(join(base, '.git/hooks'))).toEqual([]);
      expect(['a', 'aside', 'c'].map((name) => text(`${name}/x.ts`))).toEqual(['old', 'old', 'old']);
    },
  );
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

  it.runIf(posix)('writes through links that stay inside, also one to nothing, and they stay', async () => {
    put('real/a.md', 'old', 0o640);
    symlinkSync('real/a.md', join(base, 'a.md'));
    symlinkSync('real/new/b.md', join(base, 'b.md'));
    const writer = workspaceWriter(base);
    for (const path of ['a.md', 'b.md']) {
      writer.assertWritable(path);
      await writer.writeResult(path, 'new');
    }
    expect(tree()).toMatchObject({
      'a.md': expect.stringMatching(/-> real\/a.md$/),
      'b.md': expect.stringMatching(/-> real\/new\/b.md$/),
      'real/a.md': '640 new',
      'real/new/b.md': '644 new',
    });
  });

  it.runIf(posix)(
    'refuses links that lead out and what is in .git, beforehand and at the write',
    async () => {
      mkdirSync(join(base, 'repo/.git'), { recursive: true });
      put('precious', 'theirs');
      symlinkSync('../precious', join(base, 'repo/a.md'));
      symlinkSync('..', join(base, 'repo/up'));
      const before = tree();
      const writer = workspaceWriter(join(base, 'repo'));
      for (const path of ['a.md', 'up/new.md', '.git/config', '.GIT/config']) {
        const refused = { code: 'file-forbidden', hint: expect.stringContaining('use ') };
        expect(() => writer.assertWritable(path)).toThrow(
          expect.objectContaining({ ...refused, message: expect.stringContaining('nothing was sent') }),
        );
        await expect(writer.writeResult(path, 'mine')).rejects.toMatchObject(refused);
      }
      expect(tree()).toEqual(before);
    },
  );

  it.each([`${'n'.repeat(300)}.md`, `${'n'.repeat(300)}/a.md`])(
    'says that a name is too long: %.5s…',
    async (path) => {
      const failed = { code: 'write-failed', hint: 'use a shorter name: most file systems allow 255 bytes' };
      expect(() => workspaceWriter(base).assertWritable(path)).toThrow(expect.objectContaining(failed));
      await expect(workspaceWriter(base).writeResult(path, 'text')).rejects.toMatchObject(failed);
    },
  );

  it.runIf(posix)('gives up on a pipe that nobody reads, and at once when interrupted', async () => {
    execFileSync('mkfifo', [join(base, 'pipe')]);
    workspaceWriter(base).assertWritable('pipe');
    symlinkSync('nowhere', join(base, 'link'));
    for (const path of ['pipe', 'link', '/dev/null', '/dev/stdout']) {
      expect(() => workspaceWriter(base).assertWritable(path, { asFile: true }), path).toThrow(
        expect.objectContaining({ code: 'write-failed' }),
      );
    }
    await expect(
      workspaceWriter(base, { readerWaitMs: 0 }).writeResult('pipe', 'text'),
    ).rejects.toMatchObject({
      code: 'write-failed',
      hint: 'nothing reads from the pipe: start its reader first',
    });
    const writing = workspaceWriter(base).writeResult('pipe', 'text', AbortSignal.abort());
    await expect(writing).rejects.toMatchObject({ code: 'interrupted' });
  });

  it.runIf(posix)('waits for the reader of a pipe to come, and for a slow one', async () => {
    execFileSync('mkfifo', [join(base, 'pipe')]);
    const content = 'line\n'.repeat(100_000);
    const writing = workspaceWriter(base).writeResult('pipe', content);
    // More than a pipe holds, so the writer has to wait in between.
    const pieces: string[] = [];
    for await (const piece of createReadStream(join(base, 'pipe'), { encoding: 'utf8' })) {
      await turn();
      pieces.push(piece);
    }
    await writing;
    expect(pieces.join('') === content).toBe(true);
  });

  it.runIf(process.platform === 'linux')('writes on to a file that is already open', async () => {
    put('out', '');
    const open = openSync(join(base, 'out'), 'a');
    try {
      writeSync(open, 'before ');
      await workspaceWriter(base).writeResult(`/dev/fd/${open}`, 'text');
      writeSync(open, ' after');
    } finally {
      closeSync(open);
    }
    expect(text('out')).toBe('before text after');
    expect(() => workspaceWriter(base).assertWritable('/dev/fd/999')).toThrow(
      expect.objectContaining({ code: 'write-failed' }),
    );
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
