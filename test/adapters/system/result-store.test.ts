import { existsSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { fileResultStore, keptDays } from '../../../src/adapters/system/result-store.ts';
import { folder } from '../../helpers/orch.ts';

const hourMs = 3_600_000;

it('old results are looked for once an hour', () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const place = folder();
  const leaveOld = (name: string) => {
    const path = join(place, name);
    writeFileSync(path, 'old');
    const then = new Date(Date.now() - (keptDays * 24 + 1) * hourMs);
    utimesSync(path, then, then);
    return path;
  };
  const store = fileResultStore(place);
  const first = leaveOld('first.txt');
  const { path: kept } = store.save('a');
  expect(existsSync(first)).toBe(false);

  const second = leaveOld('second.txt');
  vi.setSystemTime(Date.now() + hourMs - 1);
  store.save('b');
  expect(existsSync(second)).toBe(true);

  vi.setSystemTime(Date.now() + 1);
  store.save('c');
  expect(existsSync(second)).toBe(false);
  expect(existsSync(kept)).toBe(true);

  const third = leaveOld('third.txt');
  vi.setSystemTime(Date.now() - 2 * hourMs);
  utimesSync(third, 0, 0);
  store.save('d');
  expect(existsSync(third)).toBe(false);
});
