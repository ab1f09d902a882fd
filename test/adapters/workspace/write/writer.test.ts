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
import { workspaceWriter } from '../../../../src/adapters/workspace/write/writer.ts';

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
    ['a folder', 'folder', 'use the path of a file, not of a folder'],
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
