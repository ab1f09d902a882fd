import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expandGlob, globStart } from '../../../../src/adapters/workspace/find/glob.ts';
import { folder } from '../../../helpers/orch.ts';

const never = () => new AbortController().signal;

function tree(folders: number, files: number): string {
  const top = folder();
  for (let at = 0; at < folders; at++) {
    mkdirSync(join(top, `${at}`));
    for (let file = 0; file < files; file++) writeFileSync(join(top, `${at}`, `${file}.txt`), '');
  }
  return top;
}

describe('a search', () => {
  it('ends once it has looked at too many files, and says how to go on', async () => {
    const top = tree(10, 10);
    expect(await expandGlob('**/*', top, never(), { ms: 60_000, entries: 110 })).toHaveLength(100);
    await expect(expandGlob('**/*', top, never(), { ms: 60_000, entries: 50 })).rejects.toMatchObject({
      code: 'input-too-large',
      message: '**/*: more than 50 files to look through; the search was stopped',
      hint: expect.stringContaining('name the folder in the glob'),
    });
    // What the pattern rules out is not entered, so it does not count.
    expect(await expandGlob('1/*', top, never(), { ms: 60_000, entries: 10 })).toHaveLength(10);
  });

  it('ends after its time', async () => {
    await expect(expandGlob('**/*', tree(1, 1), never(), { ms: 0, entries: 9 })).rejects.toMatchObject({
      message: '**/*: not finished after 0 s; the search was stopped',
    });
  });

  it('ends with the call', async () => {
    const abort = new AbortController();
    const search = expandGlob('**/*', tree(1, 1), abort.signal);
    abort.abort(new Error('cancelled'));
    await expect(search).rejects.toThrow('cancelled');
    await expect(expandGlob('**/*', tree(1, 1), abort.signal)).rejects.toThrow('cancelled');
  });
});

it("enters neither git's own folders nor packages, however they are spelt", async () => {
  const left = ['.git/a', '.GIT/b', 'git~1/c', 'node_modules/d/e', 'sub/NODE_MODULES/f', 'sub/.git'];
  const kept = ['.gitignore', 'sub/.env', 'sub/node_modules2/g'];
  const top = folder(Object.fromEntries([...left, ...kept].map((name) => [name, ''])));
  const found = await expandGlob('**/*', top, never());
  expect(found).toEqual(kept.map((name) => join(top, name)));
});

it.each([
  ['*.ts', '/w'],
  ['src/a/*.ts', '/w/src/a'],
  ['/x/**/*.ts', '/x'],
  ['/*', '/'],
  ['../y/{a,b}', '/y'],
  ['src/{a,b}/c.ts', '/w/src'],
])('%s starts in %s', (pattern, start) => {
  expect(globStart(pattern, '/w')).toBe(start);
});
