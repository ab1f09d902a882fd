import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ProcessIdentity, thisProcess } from '../../../src/adapters/system/process-identity.ts';
import { treeLock } from '../../../src/adapters/workspace/tree-lock.ts';
import { writeJournal } from '../../../src/adapters/workspace/write-journal.ts';
import { workspaceWriter } from '../../../src/adapters/workspace/writer.ts';

const posix = process.platform !== 'win32';
const old = Buffer.from([0xff, 0x00, 0x0a, 0xc3]);
const ours = 'made by a model\n';

function folder(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'orch-journal-')));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function bench({ cwd = folder(), state = folder() } = {}) {
  const lock = treeLock(join(state, 'locks'));
  const writer = workspaceWriter(cwd);
  const store = join(state, 'journal');
  const journal = writeJournal({ folder: store, cwd, lock, writer });
  const at = (name: string) => join(cwd, name);
  return {
    cwd,
    state,
    store,
    journal,
    at,
    bytes: (name = 'a.js') => readFileSync(at(name)),
    entries: () => readdirSync(store),
    /** As a process leaves it that is killed while the result lies in the file. */
    async killed(name = 'a.js', holder: ProcessIdentity = dead()) {
      await journal.begin(name, ours);
      await writer.writeResult(name, ours);
      for (const file of readdirSync(store)) {
        const entry = JSON.parse(readFileSync(join(store, file), 'utf8'));
        writeFileSync(join(store, file), JSON.stringify({ ...entry, holder }));
      }
    },
  };
}

const dead = (): ProcessIdentity => ({
  ...thisProcess(),
  pid: spawnSync(process.execPath, ['--version']).pid,
});

describe('what a killed process has replaced', () => {
  it('is put back, byte for byte, and said', async () => {
    const { killed, journal, at, bytes, entries } = bench();
    writeFileSync(at('a.js'), old);
    await killed();
    expect(bytes().toString()).toBe(ours);
    expect(await journal.recover('a.js')).toEqual([
      'a.js was restored to its content before a run that was killed',
    ]);
    expect(bytes()).toEqual(old);
    expect(entries()).toEqual([]);
    expect(await journal.recover('a.js')).toEqual([]);
  });

  it('is removed where there was nothing', async () => {
    const { killed, journal, at, entries } = bench();
    await killed();
    expect(await journal.recover('a.js')).toEqual([
      'a.js was removed: it was left behind by a run that was killed',
    ]);
    expect(existsSync(at('a.js'))).toBe(false);
    expect(entries()).toEqual([]);
  });

  it.each([
    ['changed', 'by the user'],
    ['deleted', undefined],
  ])('stays as it is when it was %s meanwhile, and the saved bytes are named', async (_how, now) => {
    const { killed, journal, at, store, entries } = bench();
    writeFileSync(at('a.js'), old);
    await killed();
    if (now === undefined) rmSync(at('a.js'));
    else writeFileSync(at('a.js'), now);
    const [said, ...more] = await journal.recover('a.js');
    expect(more).toEqual([]);
    expect(existsSync(at('a.js')) ? readFileSync(at('a.js'), 'utf8') : undefined).toBe(now);
    const [saved] = entries();
    expect(said).toContain(join(store, saved!));
    expect(readFileSync(join(store, saved!))).toEqual(old);
    expect(await journal.recover('a.js')).toEqual([]);
    expect(entries()).toEqual([saved]);
  });

  it('of a file that was new is left to the user who has changed it', async () => {
    const { killed, journal, at, bytes, entries } = bench();
    await killed();
    writeFileSync(at('a.js'), 'by the user');
    expect(await journal.recover('a.js')).toEqual([]);
    expect(bytes().toString()).toBe('by the user');
    expect(entries()).toEqual([]);
  });

  it('is as it was when the kill came before the swap', async () => {
    const { killed, journal, at, bytes, entries } = bench();
    writeFileSync(at('a.js'), old);
    await killed();
    writeFileSync(at('a.js'), old);
    expect(await journal.recover('a.js')).toEqual([]);
    expect(bytes()).toEqual(old);
    expect(entries()).toEqual([]);
  });

  it('is as it was when the kill tore the entry', async () => {
    const { killed, journal, at, store, entries } = bench();
    await killed();
    const [file] = entries();
    writeFileSync(join(store, file!), '{"holder": {"pid"');
    expect(await journal.recover('a.js')).toEqual([]);
    expect(existsSync(at('a.js'))).toBe(true);
    expect(entries()).toEqual([]);
  });

  it.runIf(posix).each(['./b/../a.js', 'link.js', 'link/a.js'])('is found as %s', async (name) => {
    const { cwd, killed, journal, at, bytes } = bench();
    mkdirSync(at('b'));
    symlinkSync('a.js', at('link.js'));
    symlinkSync(cwd, at('link'));
    writeFileSync(at('a.js'), old);
    await killed(name);
    expect(await journal.recover('a.js')).toHaveLength(1);
    expect(bytes()).toEqual(old);
    await killed('a.js');
    expect(await journal.recover(name)).toHaveLength(1);
    expect(bytes()).toEqual(old);
  });

  it('is found through a link to its folder where there was nothing', async () => {
    const { cwd, killed, journal, at } = bench();
    symlinkSync(cwd, at('link'), 'dir');
    await killed('link/new/a.js');
    rmSync(at('new'), { recursive: true });
    expect(await journal.recover('new/a.js')).toEqual([]);
    await killed('new/a.js');
    expect(await journal.recover('link/new/a.js')).toHaveLength(1);
    expect(existsSync(at('new/a.js'))).toBe(false);
  });

  it('in one project is nothing to another', async () => {
    const one = bench();
    const other = bench({ state: one.state });
    for (const { at } of [one, other]) writeFileSync(at('a.js'), old);
    await one.killed();
    expect(await other.journal.recover('a.js')).toEqual([]);
    expect(one.bytes().toString()).toBe(ours);
  });

  it.runIf(posix)('keeps its mode, and is saved for the user alone', async () => {
    const { killed, journal, at, store, entries } = bench();
    writeFileSync(at('a.js'), old);
    chmodSync(at('a.js'), 0o750);
    await killed();
    const [file] = entries();
    expect([statSync(store).mode & 0o777, statSync(join(store, file!)).mode & 0o777]).toEqual([0o700, 0o600]);
    await journal.recover('a.js');
    expect(statSync(at('a.js')).mode & 0o777).toBe(0o750);
  });
});

describe('what a process holds that may be running', () => {
  it.each<[string, () => ProcessIdentity]>([
    ['this one', thisProcess],
    ['one on another machine', () => ({ ...dead(), host: `not-${hostname()}` })],
    ['one of which only the number is known', () => ({ ...thisProcess(), started: undefined })],
  ])('is left alone: %s', async (_name, holder) => {
    const { killed, journal, at, bytes, entries } = bench();
    writeFileSync(at('a.js'), old);
    await killed('a.js', holder());
    const inUse = { code: 'write-failed', message: expect.stringContaining('another orch process') };
    await expect(journal.recover('a.js')).rejects.toMatchObject(inUse);
    await expect(journal.begin('a.js', 'other')).rejects.toMatchObject(inUse);
    expect(bytes().toString()).toBe(ours);
    expect(entries()).toHaveLength(1);
  });

  it.each<[string, () => ProcessIdentity]>([
    ['on another machine', () => ({ ...dead(), host: `not-${hostname()}` })],
    ['of which only the number is known', () => ({ ...thisProcess(), started: undefined })],
  ])('is put back after a day: one %s', async (_name, holder) => {
    const { killed, journal, at, bytes, store, entries } = bench();
    writeFileSync(at('a.js'), old);
    await killed('a.js', holder());
    const dayBefore = Date.now() / 1000 - 25 * 3600;
    utimesSync(join(store, entries()[0]!), dayBefore, dayBefore);
    await journal.recover('a.js');
    expect(bytes()).toEqual(old);
  });

  it.runIf(process.platform === 'linux')('is put back where another process has the number now', async () => {
    const { killed, journal, at, bytes } = bench();
    writeFileSync(at('a.js'), old);
    await killed('a.js', { ...thisProcess(), started: '1' });
    await journal.recover('a.js');
    expect(bytes()).toEqual(old);
  });

  it.runIf(process.platform === 'linux')('is put back where only a zombie has the number', async () => {
    const { killed, journal, at, bytes } = bench();
    writeFileSync(at('a.js'), old);
    // The shell becomes a program that never waits for its child.
    const parent = spawn('sh', ['-c', 'sh -c "echo \\$\\$; read line" & exec sleep 600'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    onTestFinished(() => void parent.kill('SIGKILL'));
    const [line] = await once(parent.stdout, 'data');
    const pid = Number(line);
    const stat = () => readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]!.split(' ');
    const started = stat()[19];
    while (stat()[0] !== 'Z') await new Promise(setImmediate);
    await killed('a.js', { pid, host: hostname(), started });
    await journal.recover('a.js');
    expect(bytes()).toEqual(old);
  });
});

describe('where nothing can be saved', () => {
  it('an old file is not replaced, and that is told beforehand', async () => {
    const { journal, state, at } = bench();
    writeFileSync(join(state, 'journal'), 'a file in the way');
    writeFileSync(at('a.js'), old);
    const error = { code: 'write-failed', message: expect.stringContaining('nothing was changed') };
    expect(() => journal.assertWritable('a.js')).toThrow(expect.objectContaining(error));
    await expect(journal.begin('a.js', ours)).rejects.toMatchObject(error);
  });

  it('a new file may be tried all the same', async () => {
    const { journal, state } = bench();
    writeFileSync(join(state, 'journal'), 'a file in the way');
    journal.assertWritable('a.js');
    const { before, forget } = await journal.begin('a.js', ours);
    forget();
    expect(before).toBeUndefined();
    expect(readFileSync(join(state, 'journal'), 'utf8')).toBe('a file in the way');
  });
});
