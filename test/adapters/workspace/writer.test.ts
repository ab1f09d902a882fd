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
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { workspaceWriter } from '../../../src/adapters/workspace/writer.ts';

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
