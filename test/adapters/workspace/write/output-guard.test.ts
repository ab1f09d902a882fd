import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { outputGuard } from '../../../../src/adapters/workspace/write/output-guard.ts';

let top: string;
let cwd: string;
beforeEach(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), 'orch-guard-')));
  cwd = join(top, 'repo');
  mkdirSync(cwd);
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

const { signal } = new AbortController();
const guard = () => outputGuard({ cwd, folder: join(top, 'notes'), roots: () => [cwd] });
const permit = (path: string, { paths = [] as string[], force = false } = {}) =>
  guard().permit(path, { inputs: { base: cwd, paths }, force, signal });
const put = (path: string, text: string) => writeFileSync(join(cwd, path), text);
const refused = (message: string) => ({
  code: 'usage',
  message: expect.stringContaining(message),
  hint: expect.stringContaining('--force'),
});

function commit(): void {
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@x', ...args], { cwd, stdio: 'ignore' });
  git('init');
  git('add', '.');
  git('commit', '-m', 'x');
}

describe('a file that --output may replace', () => {
  it('is one that does not exist, is empty, or is as committed', async () => {
    put('a.md', 'text\n');
    commit();
    put('empty.md', '');
    for (const path of ['new.md', 'deep/new.md', 'empty.md', 'a.md']) (await permit(path)).recheck('result');
  });

  it('is a pipe or a device', async () => {
    execFileSync('mkfifo', [join(cwd, 'pipe')]);
    for (const path of ['pipe', '/dev/null', '/dev/stdout']) (await permit(path)).recheck('result');
  });

  it('is what orch itself wrote, as long as nobody edits it', async () => {
    put('a.md', 'first');
    await guard().note('a.md', 'first');
    // Killed before it could write the second: the first is still known.
    await guard().note('a.md', 'second');
    await permit('a.md');
    put('a.md', 'second');
    await permit('a.md');
    put('a.md', 'second, edited');
    await expect(permit('a.md')).rejects.toMatchObject(refused('a.md is not in a repository'));
    put('b.md', 'second');
    await expect(permit('b.md')).rejects.toMatchObject(refused('b.md is not in a repository'));
  });

  it('is any with --force', async () => {
    put('a.md', 'my work');
    const permitted = await permit('a.md', { paths: ['a.md'], force: true });
    permitted.recheck('result');
    expect(permitted.isInput).toBe(true);
  });
});

describe('a file that --output may not replace', () => {
  it('has changes that are not committed, or was never committed', async () => {
    put('changed.md', 'old');
    put('staged.md', 'old');
    put('.gitignore', 'ignored.md');
    commit();
    for (const path of ['changed.md', 'staged.md', 'untracked.md', 'ignored.md']) put(path, 'my work');
    execFileSync('git', ['add', 'staged.md'], { cwd });
    symlinkSync('changed.md', join(cwd, 'link.md'));
    for (const path of ['changed.md', 'staged.md', 'untracked.md', 'ignored.md', 'link.md']) {
      await expect(permit(path), path).rejects.toMatchObject(refused(`${path} `));
    }
  });

  it('is an input, however it is spelt, even as committed or as orch wrote it', async () => {
    put('a.md', 'text');
    commit();
    await guard().note('a.md', 'text');
    symlinkSync('a.md', join(cwd, 'link.md'));
    for (const [path, input] of [
      ['a.md', 'a.md'],
      ['./x/../a.md', 'a.md'],
      ['link.md', 'a.md'],
      ['a.md', join(cwd, 'link.md')],
    ] as const) {
      await expect(permit(path, { paths: ['other.md', input] }), path).rejects.toMatchObject(
        refused('is an input of this call'),
      );
    }
  });

  it('is standard input: orch docs <a.md -o a.md', async () => {
    put('a.md', 'text');
    await guard().note('a.md', 'text');
    const stdin = openSync(join(cwd, 'a.md'), 'r');
    try {
      const { permit: ask } = outputGuard({ cwd, folder: join(top, 'notes'), roots: () => [cwd], stdin });
      const inputs = { base: cwd, paths: [] };
      await expect(ask('a.md', { inputs, force: false, signal })).rejects.toMatchObject(
        refused('is an input of this call'),
      );
      expect(await ask('b.md', { inputs, force: false, signal })).toMatchObject({ isInput: false });
    } finally {
      closeSync(stdin);
    }
  });

  it('was changed, or appeared, during the call', async () => {
    put('a.md', 'text');
    commit();
    const [existing, missing] = [await permit('a.md'), await permit('new.md')];
    for (const path of ['a.md', 'new.md']) put(path, 'my work');
    for (const { recheck } of [existing, missing]) {
      expect(() => recheck('result')).toThrow(expect.objectContaining({ code: 'file-changed' }));
    }
    put('a.md', 'result');
    existing.recheck('result');
  });
});

it('what was written half a year ago is forgotten', async () => {
  await guard().note('a.md', 'text');
  await guard().note('b.md', 'text');
  const notes = readdirSync(join(top, 'notes')).map((name) => join(top, 'notes', name));
  const day = 24 * 3600;
  for (const [at, days] of [181, 179].entries()) {
    const then = Date.now() / 1000 - days * day;
    utimesSync(notes[at]!, then, then);
  }
  await guard().note('c.md', 'text');
  const left = readdirSync(join(top, 'notes')).map((name) => join(top, 'notes', name));
  expect([left.includes(notes[0]!), left.includes(notes[1]!), left.length]).toEqual([false, true, 2]);
});
