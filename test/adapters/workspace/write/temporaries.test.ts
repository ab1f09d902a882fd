import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { lookName } from '../../../../src/adapters/system/earlier-look.ts';
import { type ProcessIdentity, thisProcess } from '../../../../src/adapters/system/process-identity.ts';
import { notedTemporaries, scratchFolder } from '../../../../src/adapters/workspace/write/temporaries.ts';

const hours = 3_600_000;
/** Of a process that has been and gone. */
const deadPid = spawnSync(process.execPath, ['-e', '0']).pid;
const id = '01234567-89ab-4cde-8f01-23456789abcd';

let folder: string;
let noted: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'orch-temporaries-'));
  noted = join(folder, 'notes');
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

/** What a process has left: a file of this name, and its note. */
function leave(name: string, { holder = {}, ageMs = 0, note }: Partial<Leaving> = {}): string {
  const path = join(folder, name);
  mkdirSync(noted, { recursive: true });
  writeFileSync(path, 'half of it');
  const file = join(noted, `${crypto.randomUUID()}.json`);
  writeFileSync(
    file,
    note ?? JSON.stringify({ path, holder: { ...thisProcess(), pid: deadPid, ...holder } }),
  );
  setAge(file, ageMs);
  return path;
}

interface Leaving {
  holder: Partial<ProcessIdentity>;
  ageMs: number;
  note: string;
}

function setAge(file: string, ageMs: number): void {
  const at = (Date.now() - ageMs) / 1000;
  utimesSync(file, at, at);
}

/** The notes were looked at so long ago. */
function lookedAt(ageMs: number): void {
  mkdirSync(noted, { recursive: true });
  writeFileSync(join(noted, lookName), '');
  setAge(join(noted, lookName), ageMs);
}

const isLinux = process.platform === 'linux';
const elsewhere = { boot: 'another', host: 'elsewhere' };

const sweep = () => notedTemporaries(noted).sweep();
const notes = () => readdirSync(noted).filter((name) => name !== lookName);

describe('a noted path', () => {
  it('leaves no note once it is gone', () => {
    const forget = notedTemporaries(noted).note(join(folder, 'x'));
    expect(notes()).toHaveLength(1);
    forget();
    expect(notes()).toEqual([]);
  });

  it('is worked with all the same where no note can be written', () => {
    writeFileSync(join(folder, 'file'), '');
    const forget = notedTemporaries(join(folder, 'file', 'notes')).note(join(folder, 'x'));
    expect(forget).not.toThrow();
  });

  it('of a scratch folder is forgotten with it', () => {
    const { path, remove } = scratchFolder(notedTemporaries(noted));
    expect(existsSync(path)).toBe(true);
    remove();
    expect(existsSync(path)).toBe(false);
    expect(notes()).toEqual([]);
  });
});

describe('sweep', () => {
  it.each([`.cart.ts.orch-${id}`, `usage.csv.${id}.tmp`, `orch-check-${id}`])(
    'removes %s of a process that was killed, and its note',
    async (name) => {
      const path = leave(name);
      await sweep();
      expect(existsSync(path)).toBe(false);
      expect(notes()).toEqual([]);
    },
  );

  it('removes a folder with what is in it', async () => {
    const path = join(folder, `orch-check-${id}`);
    mkdirSync(join(path, 'src'), { recursive: true });
    writeFileSync(join(path, 'src', 'a.ts'), '');
    leave('other', { note: JSON.stringify({ path, holder: { ...thisProcess(), pid: deadPid } }) });
    await sweep();
    expect(existsSync(path)).toBe(false);
  });

  it.each<[string, Partial<Leaving>]>([
    [
      'belongs to a process that lives',
      { holder: { pid: process.pid }, ageMs: isLinux ? 9 * 24 * hours : 0 },
    ],
    ['was made on another machine', { holder: elsewhere }],
    ['was made in another container', { holder: { namespace: 'pid:[1]', host: 'a container' } }],
  ])('leaves alone what %s', async (_name, leaving) => {
    lookedAt(25 * hours);
    const path = leave(`.a.orch-${id}`, leaving);
    await sweep();
    expect(existsSync(path)).toBe(true);
    expect(notes()).toHaveLength(1);
  });

  it.runIf(isLinux)('removes what is of a process whose number another has now', async () => {
    const path = leave(`.a.orch-${id}`, { holder: { pid: process.pid, started: '1' } });
    await sweep();
    expect(existsSync(path)).toBe(false);
  });

  it('removes what is of another machine if it was a day old at a look a day ago', async () => {
    const path = leave(`.a.orch-${id}`, { holder: elsewhere, ageMs: 51 * hours });
    await sweep();
    lookedAt(25 * hours);
    await sweep();
    expect(existsSync(path)).toBe(false);
    expect(notes()).toEqual([]);
  });

  it.each([-8 * 24 * hours, 8 * 24 * hours])('is not misled by a clock that jumps by %i ms', async (jump) => {
    lookedAt(hours + jump);
    const path = leave(`.a.orch-${id}`, { holder: elsewhere, ageMs: jump });
    await sweep();
    await sweep();
    expect(existsSync(path)).toBe(true);
  });

  it.each(['cart.ts', 'orch-check-mine', `orch-check-${id}.ts`, `.orch-${id}`])(
    'never removes %s, whatever a note says',
    async (name) => {
      const path = leave(name);
      await sweep();
      expect(existsSync(path)).toBe(true);
      expect(notes()).toEqual([]);
    },
  );

  it('drops a note that was torn', async () => {
    lookedAt(25 * hours);
    const path = leave(`.a.orch-${id}`, { note: '{"path": "/tmp', ageMs: 51 * hours });
    await sweep();
    expect(notes()).toEqual([]);
    expect(existsSync(path)).toBe(true);
  });

  it.each(['', '{"path": "/tmp'])('drops a torn note of a dead process at once: "%s"', async (torn) => {
    mkdirSync(noted);
    const living = `${process.pid}-${id}.json`;
    for (const name of [`${deadPid}-${id}.json`, living]) writeFileSync(join(noted, name), torn);
    await sweep();
    expect(notes()).toEqual([living]);
  });

  it('finds nothing where nothing was ever noted', async () => {
    await expect(sweep()).resolves.toBeUndefined();
    expect(existsSync(noted)).toBe(false);
  });
});

it('a scratch folder that cannot be removed fails nothing and stays noted', () => {
  const before = process.env.TMPDIR;
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary);
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) process.env[name] = temporary;
  onTestFinished(() => {
    for (const name of ['TMPDIR', 'TEMP', 'TMP']) delete process.env[name];
    if (before !== undefined) process.env.TMPDIR = before;
  });
  const { remove } = scratchFolder(notedTemporaries(noted));
  renameSync(temporary, `${temporary}-moved`);
  writeFileSync(temporary, 'no folder any more');
  remove();
  expect(readdirSync(noted)).toHaveLength(1);
});
