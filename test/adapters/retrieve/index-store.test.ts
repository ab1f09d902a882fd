import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { indexStore } from '../../../src/adapters/retrieve/index-store.ts';
import { folder } from '../../helpers/orch.ts';

const bytes = Buffer.from('postings');
const foldersIn = (path: string) => readdirSync(path).filter((name) => /^[0-9a-f]{16}$/.test(name));

it('keeps an index per folder, for this user alone, and leaves no other file', () => {
  const cache = join(folder(), 'deep/index');
  const [one, other] = [folder(), folder()];
  const store = indexStore(cache, one);
  expect(store.load('blocks')).toBeUndefined();
  expect(store.save('blocks', bytes)).toBeUndefined();
  expect(Buffer.from(store.load('blocks')!)).toEqual(bytes);
  expect(indexStore(cache, other).load('blocks')).toBeUndefined();
  const own = join(cache, foldersIn(cache)[0]!);
  expect(readdirSync(own)).toEqual(['blocks']);
  expect(statSync(own).mode & 0o777).toBe(0o700);
  expect(statSync(join(own, 'blocks')).mode & 0o777).toBe(0o600);
});

it('is the same for a folder by another name', () => {
  const [cache, real] = [folder(), folder()];
  const link = join(folder(), 'link');
  symlinkSync(real, link);
  indexStore(cache, real).save('blocks', bytes);
  expect(indexStore(cache, link).load('blocks')).toBeDefined();
});

it('is never in the folder that it is an index of', () => {
  const base = folder();
  const store = indexStore(join(base, '.cache/index'), base);
  expect(store.save('blocks', bytes)).toBeUndefined();
  expect(readdirSync(base)).toEqual([]);
  const link = join(folder(), 'link');
  symlinkSync(base, link);
  indexStore(join(link, 'index'), base).save('blocks', bytes);
  expect(readdirSync(base)).toEqual([]);
});

it('does not read what others may have written, nor through links', () => {
  const [cache, base] = [folder(), folder()];
  chmodSync(cache, 0o700);
  const store = indexStore(cache, base);
  store.save('blocks', bytes);
  const own = join(cache, foldersIn(cache)[0]!);
  chmodSync(own, 0o777);
  expect(store.load('blocks')).toBeUndefined();
  expect(store.save('blocks', bytes)).toMatch(/others can write to it/);
  chmodSync(own, 0o700);
  chmodSync(join(own, 'blocks'), 0o666);
  expect(store.load('blocks')).toBeUndefined();
  // Replaced, not written through.
  const outside = join(folder({ kept: 'kept' }), 'kept');
  symlinkSync(outside, join(own, 'history'));
  expect(store.load('history')).toBeUndefined();
  expect(store.save('history', bytes)).toBeUndefined();
  expect(readFileSync(outside, 'utf8')).toBe('kept');
});

it('whose folder is planted as a link or a file keeps nothing and says why', () => {
  const [cache, base, elsewhere] = [folder(), folder(), folder()];
  indexStore(cache, base).save('blocks', bytes);
  const [name] = foldersIn(cache);
  const planted = folder();
  symlinkSync(elsewhere, join(planted, name!));
  expect(indexStore(planted, base).save('blocks', bytes)).toMatch(/another user's/);
  expect(readdirSync(elsewhere)).toEqual([]);
  const link = join(planted, 'link');
  symlinkSync(elsewhere, link);
  expect(indexStore(link, base).save('blocks', bytes)).toBe(`${link} is a link`);
  expect(readdirSync(elsewhere)).toEqual([]);
  const file = join(folder({ index: 'x' }), 'index');
  expect(indexStore(file, base).save('blocks', bytes)).toMatch(/cannot be written \(ENOTDIR\)/);
  expect(indexStore(file, base).load('blocks')).toBeUndefined();
  expect(indexStore('/proc/nowhere/index', base).save('blocks', bytes)).toMatch(/cannot be written/);
});

it('forgets what was not used for a month, and what killed processes have left', () => {
  const [cache, base] = [folder(), folder()];
  const days = (count: number) => new Date(Date.now() - count * 24 * 3_600_000);
  const age = (path: string, count: number) => utimesSync(path, days(count), days(count));
  for (const [name, old] of [
    ['0123456789abcdef', 31],
    ['fedcba9876543210', 29],
    ['notes', 99],
  ] as const) {
    mkdirSync(join(cache, name));
    writeFileSync(join(cache, name, 'blocks'), 'x');
    age(join(cache, name, 'blocks'), old);
    age(join(cache, name), old);
  }
  const store = indexStore(cache, base);
  store.save('blocks', bytes);
  const own = join(
    cache,
    foldersIn(cache).find(
      (name) =>
        readdirSync(join(cache, name))[0] === 'blocks' && statSync(join(cache, name, 'blocks')).size === 8,
    )!,
  );
  writeFileSync(join(own, 'blocks.1-a.tmp'), 'half');
  age(join(own, 'blocks.1-a.tmp'), 1);
  writeFileSync(join(own, 'blocks.2-b.tmp'), 'of a process at work');
  store.save('blocks', bytes);
  expect(readdirSync(own).sort()).toEqual(['blocks', 'blocks.2-b.tmp']);
  expect(readdirSync(cache)).toEqual(expect.arrayContaining(['fedcba9876543210', 'notes']));
  expect(readdirSync(cache)).not.toContain('0123456789abcdef');
});

it('that is read stays, however long ago it was written', () => {
  const [cache, base, other] = [folder(), folder(), folder()];
  const store = indexStore(cache, base);
  store.save('blocks', bytes);
  const path = join(cache, foldersIn(cache)[0]!, 'blocks');
  const old = new Date(Date.now() - 40 * 24 * 3_600_000);
  utimesSync(path, old, old);
  utimesSync(join(path, '..'), old, old);
  expect(store.load('blocks')).toBeDefined();
  indexStore(cache, other).save('blocks', bytes);
  expect(store.load('blocks')).toBeDefined();
});
