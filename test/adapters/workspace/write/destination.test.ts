import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { csvLedger } from '../../../../src/adapters/ledger/csv-ledger.ts';
import { jsonLog } from '../../../../src/adapters/ledger/json-log.ts';
import { destinationOf, openDestination } from '../../../../src/adapters/workspace/write/destination.ts';
import { usageRecord } from '../../../helpers/usage-record.ts';

let top: string;
beforeEach(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), 'orch-destination-')));
  for (const folder of ['repo/.git/hooks', 'repo/src', 'repo/inner/.git', 'outside', 'root', 'home']) {
    mkdirSync(join(top, folder), { recursive: true });
  }
  writeFileSync(join(top, 'outside/file'), 'theirs');
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

const link = (path: string, target: string) => symlinkSync(target, join(top, path));
const lead = (path: string) =>
  destinationOf(join(top, path), [join(top, 'repo'), join(top, 'root')]).path.replace(`${top}/`, '');
const refusal = (path: string) => {
  try {
    return lead(path);
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe.runIf(process.platform !== 'win32')('destinationOf', () => {
  it('leaves a path without links alone, whether or not it exists', () => {
    for (const path of ['repo/src/a.md', 'repo/new/deep/a.md', 'outside/file', 'none/a'])
      expect(lead(path)).toBe(path);
    expect(lead('repo/./src/../src//a.md')).toBe('repo/src/a.md');
  });

  it.each([
    ['repo/link', '../outside/file'],
    ['repo/link', '../outside/new'],
    ['repo/link', '../root/x'],
    ['repo/link', '/dev/stdout'],
    ['repo/link', '/proc/self/cwd/x'],
    ['repo/inner/link', '../src/a.md'],
    ['root/link', '../outside/file'],
    ['root/link', '../repo/src/a.md'],
  ])('refuses %s, which leads to %s', (path, target) => {
    link(path, target);
    expect(() => lead(path)).toThrow(
      expect.objectContaining({
        code: 'file-forbidden',
        message: expect.stringContaining(`${path} is a link that leads there`),
      }),
    );
  });

  it('refuses a folder on the way and a chain that lead out', () => {
    link('repo/logs', '../outside');
    link('repo/first', 'second');
    link('repo/second', '../outside/file');
    link('outside/back', '../repo/logs/new');
    for (const path of ['repo/logs/new', 'repo/logs/deep/new', 'repo/first', 'outside/back'])
      expect(refusal(path), path).toBe('file-forbidden');
  });

  it('refuses the folder that .git names instead', () => {
    mkdirSync(join(top, 'apart/data/hooks'), { recursive: true });
    writeFileSync(join(top, 'apart/.git'), 'gitdir: data\n');
    writeFileSync(join(top, 'apart/data/HEAD'), 'ref: refs/heads/main\n');
    for (const name of ['objects', 'refs']) mkdirSync(join(top, 'apart/data', name));
    for (const path of ['apart/data/hooks/post-checkout', 'apart/data/new/x'])
      expect(refusal(path)).toBe('file-forbidden');
    expect(lead('apart/src/a.md')).toBe('apart/src/a.md');
  });

  it('refuses what is in a .git, through a link or not', () => {
    link('repo/hook', '.git/hooks/post-checkout');
    link('repo/git', '.git');
    link('outside/hook', '../repo/.git/hooks/post-checkout');
    for (const path of [
      'repo/hook',
      'repo/git/config',
      'outside/hook',
      'repo/.git/config',
      'repo/.GIT/x',
      'repo/git~1/x',
    ]) {
      expect(refusal(path), path).toBe('file-forbidden');
    }
  });

  it('follows links that stay inside, also those to nothing', () => {
    link('repo/link', 'src/a.md');
    link('repo/src/up', '..');
    link('repo/absolute', join(top, 'repo/src'));
    link('root/link', 'deep/er');
    expect(['repo/link', 'repo/src/up/x', 'repo/absolute/x', 'root/link/x'].map(lead)).toEqual([
      'repo/src/a.md',
      'repo/x',
      'repo/src/x',
      'root/deep/er/x',
    ]);
  });

  it('follows links of the user elsewhere, into the repository and out of a home under version control', () => {
    link('outside/state', '../root');
    link('outside/into', '../repo/src');
    expect(['outside/state/x', 'outside/into/x'].map(lead)).toEqual(['root/x', 'repo/src/x']);
    const home = process.env.HOME;
    try {
      process.env.HOME = join(top, 'home');
      mkdirSync(join(top, 'home/.git'));
      link('home/state', '../outside');
      expect(destinationOf(join(top, 'home/state/x'), [join(top, 'home')]).path).toBe(join(top, 'outside/x'));
    } finally {
      process.env.HOME = home;
    }
  });

  it('stops at a loop of links', () => {
    link('repo/a', 'b');
    link('repo/b', 'a');
    expect(() => lead('repo/a')).toThrow(
      expect.objectContaining({ code: 'write-failed', hint: expect.stringContaining('repo/a') }),
    );
  });

  it.runIf(process.platform === 'linux')('knows the files that the process holds open', () => {
    expect(
      ['/dev/stdout', '/dev/fd/7', '/proc/self/fd/12'].map((path) => destinationOf(path, []).descriptor),
    ).toEqual([1, 7, 12]);
    expect(destinationOf('/proc/1/fd/1', []).descriptor).toBeUndefined();
    expect(destinationOf('/dev/null', [])).toEqual({ path: '/dev/null', descriptor: undefined });
  });
});

const linux = process.platform === 'linux';
describe.runIf(process.platform !== 'win32').each([
  ['handles of folders', linux],
  ['names', false],
])('by %s, a folder that becomes a link to the outside', (_, handles) => {
  const moved = expect.objectContaining({ code: 'file-changed' });
  const file = () => join(top, 'repo/logs/file');
  const textOf = (path: string) => (existsSync(join(top, path)) ? readFileSync(join(top, path), 'utf8') : '');
  beforeEach(() => mkdirSync(join(top, 'repo/logs')));
  const swap = () => {
    renameSync(join(top, 'repo/logs'), join(top, 'repo/aside'));
    link('repo/logs', '../outside');
  };
  /** The moment at which only `verify`, or the handle, can notice it. */
  const open: typeof openDestination = (destination, options) => {
    const opened = openDestination(destination, { ...options, handles });
    swap();
    return opened;
  };

  const openFiles = () =>
    readdirSync('/proc/self/fd').map((descriptor) => {
      try {
        return readlinkSync(`/proc/self/fd/${descriptor}`);
      } catch {
        // The one that lists them.
        return '';
      }
    });

  it('is not opened after it', () => {
    const destination = destinationOf(file(), [join(top, 'repo')]);
    swap();
    expect(() => openDestination(destination, { handles })).toThrow(moved);
  });

  it('gets no line of the log', () => {
    const log = jsonLog({ clean: (text) => text, level: 'info', file: file(), open, write: () => {} });
    log.call({ task: 'docs' });
    expect([textOf('outside/file'), textOf('repo/aside/file')]).toEqual([
      'theirs',
      handles ? '{"event":"call","task":"docs"}\n' : '',
    ]);
  });

  it('gets no row of the ledger, which closes its file', async () => {
    const ledger = csvLedger({ path: file(), open });
    const appending = ledger.append([usageRecord({ run_id: 'r-1' })]);
    if (handles) await appending;
    else
      await expect(appending).rejects.toMatchObject({
        code: 'record-failed',
        message: expect.stringContaining('is a link to ../outside'),
      });
    expect([textOf('outside/file'), textOf('repo/aside/file').includes('r-1')]).toEqual(['theirs', handles]);
    await ledger.close();
    if (linux) expect(openFiles()).not.toContainEqual(expect.stringContaining(top));
  });
});
