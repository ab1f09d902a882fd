import { describe, expect, it } from 'vitest';
import { isJsonFor, jsonIn } from '../../../src/core/answer/valid-json.ts';

const plain = '{"a": "https://b"}';
const withComments = '{\n  // why\n  "a": 1, /* b */\n}\n';
const broken = '{"a": "https://b",, "c": 1} // d';

describe('comments and a last comma', () => {
  it.each([
    ...['tsconfig.json', 'packages/a/tsconfig.build.json', 'tsconfig-base.json', 'jsconfig.json'],
    ...['.vscode/settings.json', 'a/.vscode/tasks.json', '.devcontainer/devcontainer.json', 'biome.jsonc'],
  ])('may stand in %s, whatever it held', (path) => {
    expect(isJsonFor(withComments, { path, given: [] })).toBe(true);
    expect(isJsonFor(withComments, { path, given: [plain] })).toBe(true);
    expect(isJsonFor(broken, { path, given: [withComments] })).toBe(false);
  });

  it.each(['package.json', 'src/data.json', 'settings.json', 'my-tsconfig.json', 'tsconfig.json/a.json'])(
    'may stand in %s only if they stood there',
    (path) => {
      expect(isJsonFor(plain, { path, given: [] })).toBe(true);
      expect(isJsonFor(withComments, { path, given: [] })).toBe(false);
      expect(isJsonFor(withComments, { path, given: [plain] })).toBe(false);
      expect(isJsonFor(withComments, { path, given: [withComments] })).toBe(true);
      expect(isJsonFor(broken, { path, given: [withComments] })).toBe(false);
    },
  );

  it('may stand where nothing is known of the file, unless the files that were given have none', () => {
    const path = undefined;
    expect(isJsonFor(withComments, { path, given: [] })).toBe(true);
    expect(isJsonFor(withComments, { path, given: ['const a = 1; // one\n'] })).toBe(true);
    expect(isJsonFor(withComments, { path, given: [withComments, plain] })).toBe(false);
    expect(isJsonFor(broken, { path, given: [] })).toBe(false);
  });
});

it('a byte order mark does not count, and null is a value', () => {
  expect(jsonIn('\uFEFFnull')).toBeNull();
  expect(jsonIn('')).toBeUndefined();
});
