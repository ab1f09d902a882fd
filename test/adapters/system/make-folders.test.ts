import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { makeFolders } from '../../../src/adapters/system/make-folders.ts';

const folder = mkdtempSync(join(tmpdir(), 'orch-make-folders-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('makes a folder and those above it, and leaves one that is there', () => {
  const path = join(folder, 'a/b/c');
  makeFolders(path, 0o700);
  makeFolders(path, 0o755);
  expect(statSync(path).isDirectory()).toBe(true);
  if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o700);
});

it('says so for a file in its place or above it', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => makeFolders(join(folder, 'file'))).toThrow(/EEXIST/);
  expect(() => makeFolders(join(folder, 'file/below/it'))).toThrow(/ENOTDIR|ENOENT/);
});

it.runIf(existsSync('/proc/self'))('gives up where no folder can be made', () => {
  expect(() => makeFolders('/proc/none/below')).toThrow(/ENOENT|EACCES/);
});
