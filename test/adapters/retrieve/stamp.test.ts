import { Stats } from 'node:fs';
import { expect, it } from 'vitest';
import { stampOf, stampWhenRead, unsure } from '../../../src/adapters/retrieve/stamp.ts';

it.each([
  ['long ago', 5000.5, 5000.5, 9000, true],
  ['just before', 8960.5, 8960.5, 9000, false],
  // As on FAT, whose times are two seconds apart.
  ['just before by a clock of whole seconds', 8000, 8000, 9000, false],
  ['by a move just before', 5000.5, 8960.5, 9000, false],
])('the stamp of what was changed %s', (_, mtimeMs, ctimeMs, readAtMs, isSure) => {
  const stats = Object.assign(Object.create(Stats.prototype), { size: 1, ino: 2, mtimeMs, ctimeMs });
  expect(stampWhenRead(stats, readAtMs)).toBe(isSure ? stampOf(stats) : unsure);
});
