import { existsSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { fileResultStore } from '../../../src/adapters/system/result-store.ts';
import { keptDays } from '../../../src/core/config/kept-days.ts';
import { folder } from '../../helpers/orch.ts';

const dayMs = 24 * 3_600_000;

/** A store whose clock is the test's, with a stored result of which the file has the age that it should. */
function storeAt() {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const place = folder();
  const save = () => {
    // Another command: nothing is remembered in the process.
    const { path } = fileResultStore(place).save('text');
    const now = new Date();
    utimesSync(path, now, now);
    return path;
  };
  const pass = (days: number) => vi.setSystemTime(Date.now() + days * dayMs);
  return { place, save, pass };
}

it('results are kept for their days, and then removed', () => {
  const { save, pass } = storeAt();
  const first = save();
  for (let day = 0; day < keptDays; day++) {
    pass(1.01);
    save();
    expect(existsSync(first)).toBe(true);
  }
  pass(1.01);
  const last = save();
  expect(existsSync(first)).toBe(false);
  expect(existsSync(last)).toBe(true);
});

it.each([8, 400])('a clock that jumps by %i days, and back, removes nothing', (days) => {
  const { save, pass } = storeAt();
  const waiting = [save()];
  pass(0.5);
  waiting.push(save());
  pass(days);
  waiting.push(save(), save());
  pass(0.5);
  waiting.push(save());
  pass(-days);
  waiting.push(save());
  pass(0.5);
  waiting.push(save());
  expect(waiting.filter((path) => !existsSync(path))).toEqual([]);
});

it('a clock that was behind removes nothing when it is put right', () => {
  const { save, pass } = storeAt();
  pass(-8);
  const waiting = [save()];
  pass(8);
  waiting.push(save());
  expect(waiting.filter((path) => !existsSync(path))).toEqual([]);
});

it('a file that cannot be removed does not stop a result from being stored', () => {
  const { place, save, pass } = storeAt();
  save();
  pass(1.01);
  writeFileSync(join(place, 'other.txt'), '');
  utimesSync(join(place, 'other.txt'), 0, 0);
  expect(existsSync(save())).toBe(true);
  expect(existsSync(join(place, 'other.txt'))).toBe(false);
});

it.runIf(process.platform !== 'win32')('what is no file is not read', () => {
  const place = folder();
  const id = crypto.randomUUID();
  symlinkSync('/dev/null', join(place, `${id}.txt`));
  expect(() => fileResultStore(place).load(id)).toThrow('is not a regular file');
});
