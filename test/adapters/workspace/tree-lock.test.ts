import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { sweepLocks, treeLock } from '../../../src/adapters/workspace/tree-lock.ts';
import { workspaceWriter } from '../../../src/adapters/workspace/writer.ts';
import type { FileChange } from '../../../src/core/patch/types.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'orch-lock-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A tree with a file, a writer for it, and the lock as somebody has taken it. */
async function held(by: string, options = {}) {
  const [base, locks] = [folder(), folder()];
  const lock = treeLock(locks, options);
  const [name] = await lock(base, () => readdirSync(locks));
  const path = join(locks, name!);
  writeFileSync(path, by);
  const file = join(base, 'a.ts');
  writeFileSync(file, 'old');
  const change: FileChange = { kind: 'modify', path: 'a.ts', before: 'old', after: 'new' };
  const apply = () => workspaceWriter(base, { lock }).applyChanges(base, [change]);
  return { apply, path, file, locks, text: () => readFileSync(file, 'utf8') };
}

const living = `${process.pid} ${hostname()} somebody`;
const dead = () => `${spawnSync(process.execPath, ['--version']).pid} ${hostname()} somebody`;

it('a second writer waits for the first, and looks at the files only then', async () => {
  const { apply, path, file, locks, text } = await held(living);
  const second = apply().catch((error: unknown) => error);
  expect(text()).toBe('old');
  writeFileSync(file, 'by the first');
  rmSync(path);
  expect(await second).toMatchObject({ code: 'file-changed' });
  expect(text()).toBe('by the first');
  expect(readdirSync(locks)).toEqual([]);
});

it('is let go after the work', async () => {
  const { apply, path, locks, text } = await held(living);
  const done = apply();
  rmSync(path);
  await done;
  expect([text(), readdirSync(locks)]).toEqual(['new', []]);
});

it('of a process that is gone is taken over', async () => {
  const { apply, locks, text } = await held(dead());
  await apply();
  expect([text(), readdirSync(locks)]).toEqual(['new', []]);
});

it.each(['', '1 elsewhere somebody', living])(
  'that is old is taken over, whoever holds it: "%s"',
  async (by) => {
    const { apply, path, locks, text } = await held(by);
    const anHourAgo = Date.now() / 1000 - 3600;
    utimesSync(path, anHourAgo, anHourAgo);
    await apply();
    expect([text(), readdirSync(locks)]).toEqual(['new', []]);
  },
);

it.each(['', '1 elsewhere somebody', living])('is not waited for without end: "%s"', async (by) => {
  const { apply, path, text } = await held(by, { maxWaitMs: 0 });
  await expect(apply()).rejects.toMatchObject({
    code: 'write-failed',
    message: expect.stringContaining(path),
  });
  expect([text(), readFileSync(path, 'utf8')]).toEqual(['old', by]);
});

it('that cannot be made does not stop the work', async () => {
  const base = folder();
  writeFileSync(join(base, 'file'), '');
  expect(await treeLock(join(base, 'file', 'locks'))(base, () => 'done')).toBe('done');
});

it('of a process that was killed is swept away, of a living one it stays', async () => {
  const left = await held(dead());
  sweepLocks(left.locks);
  expect(readdirSync(left.locks)).toEqual([]);
  const kept = await held(living);
  sweepLocks(kept.locks);
  expect(readFileSync(kept.path, 'utf8')).toBe(living);
  sweepLocks(join(kept.locks, 'missing'));
});
