/** What every store of results does. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileResultStore } from '../../src/adapters/system/result-store.ts';
import type { ResultStore } from '../../src/engine/ports.ts';
import { memoryResultStore } from '../helpers/memory.ts';
import { folder } from '../helpers/orch.ts';

describe.each<[name: string, make: () => ResultStore]>([
  ['files', () => fileResultStore(join(folder(), 'results'))],
  ['memory', memoryResultStore],
])('the store of results: %s', (_name, make) => {
  it('gives back each text by its id, byte for byte', () => {
    const store = make();
    const texts = ['a patch\n', 'a patch\n', '', 'ünï\r\ncode\u0000\uFEFF'];
    const saved = texts.map((text) => store.save(text));
    expect(saved.map(({ id }) => store.load(id))).toEqual(texts);
    expect(new Set(saved.map(({ id }) => id)).size).toBe(texts.length);
    expect(new Set(saved.map(({ path }) => path)).size).toBe(texts.length);
  });

  it('names the ids that begin so', () => {
    const store = make();
    expect(store.ids('')).toEqual([]);
    const ids = ['one', 'two'].map((text) => store.save(text).id);
    expect(store.ids('').sort()).toEqual([...ids].sort());
    expect(store.ids(ids[0]!)).toEqual([ids[0]]);
    expect(store.ids(`${ids[0]}.`)).toEqual([]);
    expect(store.ids('..')).toEqual([]);
  });

  it.each(['', '.', '../secret', '0', crypto.randomUUID(), 'id-1\0', 'constructor'])(
    'knows nothing of an id that it has not given: %j',
    (id) => {
      const store = make();
      store.save('a patch');
      expect(store.load(id)).toBeUndefined();
    },
  );
});
