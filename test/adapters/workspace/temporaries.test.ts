import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { notedTemporaries, scratchFolder } from '../../../src/adapters/workspace/temporaries.ts';

const minutes = 60_000;
const hours = 60 * minutes;
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
function leave(
  name: string,
  { pid = deadPid, ageMs = 5 * minutes, host = hostname(), note }: Partial<Leaving> = {},
): string {
  const path = join(folder, name);
  mkdirSync(noted, { recursive: true });
  writeFileSync(path, 'half of it');
  const file = join(noted, `${pid}-${crypto.randomUUID()}.json`);
  writeFileSync(file, note ?? JSON.stringify({ path, host }));
  const at = (Date.now() - ageMs) / 1000;
  utimesSync(file, at, at);
  return path;
}

interface Leaving {
  pid: number;
  ageMs: number;
  host: string;
  note: string;
}

const sweep = () => notedTemporaries(noted).sweep();
const notes = () => readdirSync(noted);

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
    leave('other', { note: JSON.stringify({ path, host: hostname() }) });
    await sweep();
    expect(existsSync(path)).toBe(false);
  });

  it.each<[string, Partial<Leaving>]>([
    ['is young', { ageMs: 10_000 }],
    ['belongs to a process that lives', { pid: process.pid }],
    ['was made on another machine', { host: 'elsewhere' }],
  ])('leaves alone what %s', async (_name, leaving) => {
    const path = leave(`.a.orch-${id}`, leaving);
    await sweep();
    expect(existsSync(path)).toBe(true);
    expect(notes()).toHaveLength(1);
  });

  it.each<[string, Partial<Leaving>]>([
    ['whose number another process has now', { pid: process.pid }],
    ['of another machine', { host: 'elsewhere' }],
  ])('removes what is a day old, even %s', async (_name, leaving) => {
    const path = leave(`.a.orch-${id}`, { ...leaving, ageMs: 25 * hours });
    await sweep();
    expect(existsSync(path)).toBe(false);
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
    const path = leave(`.a.orch-${id}`, { note: '{"path": "/tmp' });
    await sweep();
    expect(notes()).toEqual([]);
    expect(existsSync(path)).toBe(true);
  });

  it('finds nothing where nothing was ever noted', async () => {
    await expect(sweep()).resolves.toBeUndefined();
    expect(existsSync(noted)).toBe(false);
  });
});
