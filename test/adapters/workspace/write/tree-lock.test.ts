import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { thisProcess } from '../../../../src/adapters/system/process-identity.ts';
import { treeWriter } from '../../../../src/adapters/workspace/changes/tree-writer.ts';
import {
  sweepLocks,
  type TreeLockOptions,
  treeLock,
} from '../../../../src/adapters/workspace/write/tree-lock.ts';
import type { FileChange } from '../../../../src/core/patch/types.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'orch-lock-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A tree with a file, a writer for it, and the lock as somebody has taken it. */
async function held(by: string, options: TreeLockOptions = {}) {
  const [base, locks] = [folder(), folder()];
  const lock = treeLock(locks, options);
  const [name] = await lock(base, () => readdirSync(locks));
  const path = join(locks, name!);
  writeFileSync(path, by);
  const file = join(base, 'a.ts');
  writeFileSync(file, 'old');
  const change: FileChange = { kind: 'modify', path: 'a.ts', before: 'old', after: 'new' };
  const writer = treeWriter({ folder: folder(), cwd: base, base: () => base, lock });
  const apply = () => writer.apply(base, [change]);
  return { apply, path, file, locks, text: () => readFileSync(file, 'utf8') };
}

const living = JSON.stringify(thisProcess());
const dead = () => JSON.stringify({ ...thisProcess(), pid: spawnSync(process.execPath, ['--version']).pid });
const reused = JSON.stringify({ ...thisProcess(), started: '1' });
const rebooted = JSON.stringify({ ...thisProcess(), boot: 'an earlier one' });
const elsewhere = JSON.stringify({ ...thisProcess(), boot: 'another', host: 'elsewhere' });
const contained = JSON.stringify({ ...thisProcess(), namespace: 'pid:[1]', host: 'a container' });
const isLinux = process.platform === 'linux';

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

it.each([
  ['that is gone', dead],
  ...(isLinux
    ? [
        ['whose number another process has now', () => reused] as const,
        ['from before a reboot', () => rebooted] as const,
      ]
    : []),
] as const)('of a process %s is taken over', async (_name, by) => {
  const { apply, locks, text } = await held(by());
  await apply();
  expect([text(), readdirSync(locks)]).toEqual(['new', []]);
});

const days = 24 * 3600;
it('of a living process is never taken, however old it looks, and not waited for without end', async () => {
  const by = living;
  for (const apart of [-8 * days, -120, 8 * days]) {
    const { apply, path, locks, text } = await held(by, { maxWaitMs: 0, unseenWaitMs: 0 });
    const then = Date.now() / 1000 + apart;
    utimesSync(path, then, then);
    sweepLocks(locks);
    await expect(apply()).rejects.toMatchObject({
      code: 'write-failed',
      message: expect.stringContaining(path),
    });
    expect([text(), readFileSync(path, 'utf8')]).toEqual(['old', by]);
    expect(readdirSync(locks)).toHaveLength(1);
  }
});

const unseen = [
  ['of another machine', elsewhere],
  ['of a container', contained],
] as const;

it.each(unseen)('%s is taken over if it did not change during the wait', async (_name, by) => {
  const { apply, path, locks, text } = await held(by, { unseenWaitMs: 0 });
  utimesSync(path, 1, 1);
  sweepLocks(locks);
  expect(readFileSync(path, 'utf8')).toBe(by);
  await apply();
  expect([text(), readdirSync(locks)]).toEqual(['new', []]);
});

it.each(unseen)('%s is not taken over while its holder shows that it lives', async (_name, by) => {
  const { apply, path, text } = await held(by, { maxWaitMs: 0, unseenWaitMs: 100 });
  const beating = setInterval(() => appendFileSync(path, '\n'), 1);
  onTestFinished(() => clearInterval(beating));
  await expect(apply()).rejects.toMatchObject({
    code: 'write-failed',
    message: expect.stringContaining(path),
  });
  expect([text(), readFileSync(path, 'utf8').trimEnd()]).toEqual(['old', by]);
});

it('changes while it is held, and is still let go', async () => {
  const locks = folder();
  await treeLock(locks, { beatMs: 1 })(folder(), async () => {
    const path = join(locks, readdirSync(locks)[0]!);
    await vi.waitFor(() => expect(readFileSync(path, 'utf8')).toMatch(/}\n\n/));
  });
  expect(readdirSync(locks)).toEqual([]);
});

it.each(['', '1 elsewhere somebody'])('that names nobody is taken over after the wait: "%s"', async (by) => {
  const { apply, locks, text } = await held(by, { unseenWaitMs: 0 });
  sweepLocks(locks);
  expect(readdirSync(locks)).toHaveLength(1);
  await apply();
  expect([text(), readdirSync(locks)]).toEqual(['new', []]);
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

it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
  'work that is done stays done if the lock cannot be removed',
  async () => {
    const locks = folder();
    const done = await treeLock(locks)(folder(), () => {
      chmodSync(locks, 0o500);
      return 'done';
    });
    chmodSync(locks, 0o700);
    expect(done).toBe('done');
    expect(readdirSync(locks)).toHaveLength(1);
  },
);
