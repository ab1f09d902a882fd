/** The index in the process, and what is kept of it between processes. */
import { describe, expect, it } from 'vitest';
import { embeddedEngine } from '../../../src/adapters/retrieve/embedded-engine.ts';
import type { IndexStore } from '../../../src/adapters/retrieve/index-store.ts';
import { queryTerms } from '../../../src/core/retrieve/tokens.ts';
import type { Corpus } from '../../../src/core/retrieve/types.ts';
import { describeRetrievalEngine } from '../../contracts/retrieval-engine.ts';

const { signal } = new AbortController();

/** Texts by path; the stamp of each is its text, unless `stamp` gives another. */
function corpusOf(
  texts: Record<string, string>,
  { read = [], stamp = (text) => text }: { read?: string[]; stamp?: (text: string) => string } = {},
): Corpus {
  return {
    base: '/base',
    entries: Object.entries(texts)
      .sort()
      .map(([path, text]) => ({ path, stamp: stamp(text) })),
    skipped: {},
    warnings: [],
    read(path) {
      read.push(path);
      const text = texts[path]!;
      return text === 'BINARY'
        ? { skipped: 'binary', stamp: stamp(text) }
        : { text, hash: `h${text}`, stamp: stamp(text) };
    },
  };
}

/** One term each. */
const word = (at: number) => `qu${[...String(at)].map((digit) => 'abcdefghij'[Number(digit)]).join('')}`;

const many = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`f${at}.ts`, `const ${word(at)} = ${at};\n`]));

function memoryStore(fault?: string) {
  const kept = new Map<string, Uint8Array>();
  let saves = 0;
  const store: IndexStore = {
    load: (name) => kept.get(name),
    save(name, bytes) {
      saves++;
      if (fault === undefined) kept.set(name, bytes);
      return fault;
    },
  };
  return { store, kept, saves: () => saves };
}

async function pathsFor(engine: ReturnType<typeof embeddedEngine>, query: string): Promise<string[]> {
  const matches = await engine.match(queryTerms(query)!, { most: 100, signal });
  return matches.map(({ path }) => path);
}

describeRetrievalEngine('embedded', async () => ({
  engine: embeddedEngine(() => memoryStore().store),
  close: async () => {},
}));

it('is asked about the corpus of a search, whatever another one has updated meanwhile', async () => {
  const engine = embeddedEngine(() => memoryStore().store);
  const [one, other] = [corpusOf({ 'a.ts': 'alpha' }), { ...corpusOf({ 'b.ts': 'alpha' }), base: '/other' }];
  await engine.update(one, { signal });
  await engine.update(other, { signal });
  for (const [corpus, path] of [
    [one, 'a.ts'],
    [other, 'b.ts'],
    [undefined, 'b.ts'],
  ] as const)
    expect(await engine.match(queryTerms('alpha')!, { corpus, most: 9, signal })).toMatchObject([{ path }]);
});

describe('an update', () => {
  it('reads what is new or changed, and forgets what is gone', async () => {
    const { store } = memoryStore();
    const engine = embeddedEngine(() => store);
    const read: string[] = [];
    const update = (texts: Record<string, string>) => engine.update(corpusOf(texts, { read }), { signal });
    expect(await update({ 'a.ts': 'alpha', 'b.ts': 'beta', 'c.ts': 'BINARY' })).toMatchObject({
      files: 2,
      updated: 2,
      skipped: { binary: 1 },
    });
    expect(read.splice(0)).toEqual(['a.ts', 'b.ts', 'c.ts']);
    expect(await update({ 'a.ts': 'alpha', 'b.ts': 'gamma', 'c.ts': 'BINARY' })).toMatchObject({
      updated: 1,
    });
    expect(read.splice(0)).toEqual(['b.ts']);
    expect(await pathsFor(engine, 'beta')).toEqual([]);
    expect(await pathsFor(engine, 'gamma')).toEqual(['b.ts']);
    expect(await update({ 'b.ts': 'gamma' })).toMatchObject({ files: 1, updated: 2, skipped: {} });
    expect(await pathsFor(engine, 'alpha')).toEqual([]);
    expect(read).toEqual([]);
  });

  it('reads again what it was not sure of, and cuts nothing anew where the text is the same', async () => {
    const { store } = memoryStore();
    const engine = embeddedEngine(() => store);
    const read: string[] = [];
    const unsure = {
      ...corpusOf({ 'a.ts': 'alpha' }, { read }),
      entries: [{ path: 'a.ts', stamp: 'other' }],
    };
    await engine.update(unsure, { signal });
    expect(await engine.update(unsure, { signal })).toMatchObject({ updated: 0 });
    expect(read).toEqual(['a.ts', 'a.ts']);
  });

  it('runs one after the other, also after one that was cancelled', async () => {
    const { store } = memoryStore();
    const engine = embeddedEngine(() => store);
    const cancelled = AbortSignal.abort();
    const slow = { ...corpusOf(many(3)), read: (path: string) => spin(path) };
    const first = engine.update(slow, { signal: cancelled });
    const second = engine.update(corpusOf({ 'a.ts': 'alpha' }), { signal });
    await expect(first).rejects.toThrow();
    expect(await second).toMatchObject({ files: 1 });
  });
});

/** Takes longer than a turn. */
function spin(path: string) {
  const end = performance.now() + 60;
  while (performance.now() < end);
  return { text: path, hash: path, stamp: path };
}

describe('the stored index', () => {
  it('serves the next process, which reads only what changed since', async () => {
    const { store, saves } = memoryStore();
    const texts = many(300);
    await embeddedEngine(() => store).update(corpusOf(texts), { signal });
    expect(saves()).toBe(1);
    const read: string[] = [];
    const engine = embeddedEngine(() => store);
    const changed = { ...texts, 'f7.ts': 'const zebra = 1;\n' };
    expect(await engine.update(corpusOf(changed, { read }), { signal })).toMatchObject({
      files: 300,
      updated: 1,
      rebuilt: false,
    });
    expect(read).toEqual(['f7.ts']);
    expect(await pathsFor(engine, 'zebra')).toEqual(['f7.ts']);
    expect(await pathsFor(engine, word(7))).toEqual([]);
    expect(saves()).toBe(1);
  });

  it('has what was done by an update that was stopped', async () => {
    const { store } = memoryStore();
    const read: string[] = [];
    const stop = new AbortController();
    const slow = corpusOf(many(400), { read });
    const reading = {
      ...slow,
      read(path: string) {
        if (read.length === 99) spin(path);
        return slow.read(path);
      },
    };
    const update = embeddedEngine(() => store).update(reading, {
      signal: stop.signal,
      onProgress: (done) => {
        if (done > 50) stop.abort();
      },
    });
    await expect(update).rejects.toThrow();
    const done = read.splice(0).length;
    expect(done).toBeGreaterThan(50);
    expect(done).toBeLessThan(400);
    const engine = embeddedEngine(() => store);
    expect(await engine.update(slow, { signal })).toMatchObject({ files: 400, updated: 400 - done });
    expect(read).toHaveLength(400 - done);
    expect(await pathsFor(engine, word(0))).toEqual(['f0.ts']);
  });

  it('is written anew once much has changed', async () => {
    const { store, saves } = memoryStore();
    const texts = many(300);
    const engine = embeddedEngine(() => store);
    await engine.update(corpusOf(texts), { signal });
    for (let at = 0; at < 21; at++) {
      texts[`f${at}.ts`] = `changed ${at}`;
      await engine.update(corpusOf(texts), { signal });
    }
    expect(saves()).toBe(2);
  });

  it('is not needed for a small tree', async () => {
    const { store, saves } = memoryStore();
    await embeddedEngine(() => store).update(corpusOf(many(299)), { signal });
    expect(saves()).toBe(0);
  });

  it.each<[string, (bytes: Uint8Array) => Uint8Array]>([
    ['truncated', (bytes) => bytes.slice(0, bytes.length / 2)],
    ['empty', () => new Uint8Array()],
    ['of another program', () => Buffer.from('SQLite format 3\0'.repeat(100))],
    [
      'with a bit that has flipped',
      (bytes) => bytes.map((byte, at) => (at === bytes.length - 99 ? byte ^ 1 : byte)),
    ],
  ])('that is %s is made anew', async (_, damage) => {
    const { store, kept, saves } = memoryStore();
    await embeddedEngine(() => store).update(corpusOf(many(300)), { signal });
    kept.set('blocks', damage(kept.get('blocks')!));
    const engine = embeddedEngine(() => store);
    expect(await engine.update(corpusOf(many(300)), { signal })).toMatchObject({
      files: 300,
      rebuilt: true,
      warnings: [],
    });
    expect(await pathsFor(engine, word(299))).toEqual(['f299.ts']);
    expect(saves()).toBe(2);
  });

  it('that cannot be written is kept in memory, which is said once', async () => {
    const { store, saves } = memoryStore('/x cannot be written (EROFS)');
    const engine = embeddedEngine(() => store);
    const texts = many(300);
    expect(await engine.update(corpusOf(texts), { signal })).toMatchObject({
      warnings: ['the index is not kept: /x cannot be written (EROFS)'],
    });
    for (let at = 0; at < 30; at++) texts[`f${at}.ts`] = `zebra${word(at)}`;
    expect(await engine.update(corpusOf(texts), { signal })).toMatchObject({ updated: 30, warnings: [] });
    expect(await pathsFor(engine, `zebra${word(29)}`)).toEqual(['f29.ts']);
    expect(saves()).toBe(1);
  });
});
