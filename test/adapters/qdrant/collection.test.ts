import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { QdrantClient } from '../../../src/adapters/qdrant/client.ts';
import { QdrantCollection } from '../../../src/adapters/qdrant/collection.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { find } from '../../contracts/retrieval-engine.ts';
import { corpusOf } from '../../helpers/corpus.ts';
import { type QdrantDouble, startQdrant } from '../../helpers/qdrant-server.ts';
import { engineOn } from './qdrant-fixture.ts';

const signal = new AbortController().signal;
const files = {
  'a.ts': 'export function decideRetry() {\n  return "the text of the block";\n}\n',
  'b.ts': 'export function parseUser() {\n  return "the name of the user";\n}\n',
  'c.ts': 'export const limitOfTries = 3;\n// this many, and none of them twice\n',
};
const corpus = corpusOf(files);

let server: QdrantDouble;
beforeEach(async () => {
  server = await startQdrant();
});
afterEach(() => server.close());

function only(): { name: string; points: Map<string, { payload: Record<string, unknown> }> } {
  const [[name, { points }] = ['', { points: new Map() }], ...others] = server.collections;
  expect(others).toEqual([]);
  return { name, points };
}
const upserts = () =>
  server.exchanges.filter(({ method, path }) => method === 'PUT' && path.endsWith('/points'));
const uploaded = () =>
  upserts().flatMap(({ body }) => (body as { points: { payload: { path: string } }[] }).points);
async function searched(engine: ReturnType<typeof engineOn>['engine'], now: typeof corpus, query: string) {
  const { warnings } = await engine.update(now, { signal });
  return { warnings, found: (await find(engine, query)).map(({ path }) => path), by: engine.name };
}

describe('a collection', () => {
  it('is named after the folder, and holds no text', async () => {
    const { engine } = engineOn(server.url);
    await engine.update(corpus, { signal });
    expect(only().name).toMatch(/^orch_[0-9a-f]{16}_\d+_bm25$/);
    expect(JSON.stringify(server.exchanges)).not.toContain('the text of the block');
    expect([...only().points.values()].map(({ payload }) => payload)).toContainEqual({
      file: expect.stringMatching(/^[0-9a-f]{24}(\.\d+){3}$/),
      path: 'a.ts',
      start: 1,
      end: 3,
      hash: expect.any(String),
      kind: 'source',
      language: 'typescript',
      symbol: 'decideRetry',
    });
    const other = engineOn(server.url);
    await other.engine.update(corpusOf(files, '/elsewhere'), { signal });
    expect(server.collections.size).toBe(2);
  });

  it('is brought up to date by what has changed alone', async () => {
    const { engine } = engineOn(server.url);
    await engine.update(corpus, { signal });
    server.exchanges.length = 0;
    await engine.update(
      corpusOf({
        ...files,
        'b.ts': 'export function parseOwner() {\n  return "the name of the owner";\n}\n',
      }),
      { signal },
    );
    expect(uploaded().map(({ payload }) => payload.path)).toEqual(['b.ts']);
    expect(only().points.size).toBe(3);
    server.exchanges.length = 0;
    await engine.update(corpusOf({ 'a.ts': files['a.ts'] }), { signal });
    expect(only().points.size).toBe(1);
    expect(uploaded()).toEqual([]);
  });

  it('is not filled again by a process that has kept nothing', async () => {
    await engineOn(server.url).engine.update(corpus, { signal });
    server.exchanges.length = 0;
    expect(await searched(engineOn(server.url).engine, corpus, 'decide a retry')).toEqual({
      warnings: [],
      found: ['a.ts'],
      by: 'qdrant',
    });
    expect(upserts()).toEqual([]);
  });

  it('does without what is kept here where that is damaged', async () => {
    const { engine, store } = engineOn(server.url);
    await engine.update(corpus, { signal });
    for (const text of [
      '',
      '{"made": 1',
      '[]',
      '{"made":"1 ","files":[null]}',
      JSON.stringify({ made: '1 ', files: [['a.ts', { stamp: corpus.entries[0]!.stamp, hash: 2 }]] }),
    ]) {
      store.kept.set('qdrant', Buffer.from(text));
      const again = engineOn(server.url, { store: () => store });
      expect((await searched(again.engine, corpus, 'decide a retry')).found).toEqual(['a.ts']);
    }
  });

  it('that somebody deletes between two searches is made anew', async () => {
    const { engine } = engineOn(server.url);
    await engine.update(corpus, { signal });
    server.collections.clear();
    expect(await searched(engine, corpus, 'decide a retry')).toEqual({
      warnings: [],
      found: ['a.ts'],
      by: 'qdrant',
    });
    expect(only().points.size).toBe(3);
  });

  it('that somebody deletes in the middle of one is done without', async () => {
    const { engine } = engineOn(server.url);
    const { warnings } = await engine.update(corpus, { signal });
    server.collections.clear();
    expect((await find(engine, 'decide a retry')).map(({ path }) => path)).toEqual(['a.ts']);
    expect(warnings).toEqual([expect.stringMatching(/was deleted meanwhile: the built-in index answered/)]);
  });

  it('of which somebody deletes a part is filled again', async () => {
    const { engine } = engineOn(server.url);
    const withLong = corpusOf({ ...files, 'long.ts': `const word = ${'x'.repeat(80)};\n`.repeat(40) });
    await engine.update(withLong, { signal });
    const whole = only().points.size;
    const [[id] = [], ...others] = [...only().points].filter(([, { payload }]) => payload.path === 'long.ts');
    expect(others.length).toBeGreaterThan(0);
    only().points.delete(id!);
    server.exchanges.length = 0;
    await engine.update(withLong, { signal });
    expect(only().points.size).toBe(whole);
    expect(new Set(uploaded().map(({ payload }) => payload.path))).toEqual(new Set(['long.ts']));
  });

  it('is asked to remove at most 1,000 versions of files at a time', async () => {
    const client = new QdrantClient({
      ...{ url: server.url, apiKey: undefined, allowInsecure: false, variables: {} },
      ...{ redact: (text) => text, clock: systemClock },
    });
    const collection = new QdrantCollection(client, 'many', undefined);
    const patience = { signal, limitMs: 60_000 };
    await collection.open(patience);
    server.exchanges.length = 0;
    await collection.remove(
      Array.from({ length: 1001 }, (_, at) => `f${at}`),
      patience,
    );
    const asked = server.exchanges.map(
      ({ body }) => (body as { filter: { must: { match: { any: string[] } }[] } }).filter.must[0]!.match.any,
    );
    expect(asked.map(({ length }) => length)).toEqual([1000, 1]);
  });

  it('that was left without its index gets it', async () => {
    const { engine } = engineOn(server.url);
    await engine.update(corpus, { signal });
    [...server.collections.values()][0]!.indexed.clear();
    expect((await searched(engine, corpus, 'decide a retry')).by).toBe('qdrant');
  });

  it('is made by one of two processes that begin at once', async () => {
    const [one, other] = [engineOn(server.url), engineOn(server.url)];
    const both = await Promise.all(
      [one, other].map(({ engine }) => searched(engine, corpus, 'decide a retry')),
    );
    expect(both).toEqual(Array(2).fill({ warnings: [], found: ['a.ts'], by: 'qdrant' }));
    expect(only().points.size).toBe(3);
  });

  it('is made with another average length only when that has drifted by a tenth', async () => {
    const { engine } = engineOn(server.url);
    const long = (at: number, words: number) => [
      `f${at}.ts`,
      `${Array.from({ length: words }, (_, n) => `w${n}`).join(' ')}\n`,
    ];
    const of = (...lengths: number[]) =>
      corpusOf(Object.fromEntries(lengths.map((words, at) => long(at, words))));
    const averages = () =>
      new Set([...only().points.values()].map(({ payload }) => String(payload.file).split('.').at(-1)));
    await engine.update(of(20, 20, 20, 20), { signal });
    expect(averages()).toEqual(new Set(['300']));
    server.exchanges.length = 0;
    await engine.update(of(20, 20, 20, 25), { signal });
    expect(uploaded()).toHaveLength(1);
    expect(averages()).toEqual(new Set(['300']));
    await engine.update(of(20, 20, 20, 60), { signal });
    expect(averages()).not.toContain('300');
    expect(averages().size).toBe(1);
    expect(only().points.size).toBe(4);
  });
});

describe('a collection that is shared', () => {
  const collection = 'team';
  const branch = corpusOf({
    ...files,
    'a.ts': 'export function otherRetry() { return "another text of it"; }\n',
    'd.ts': 'const onBranch = 1;\n',
  });

  it('holds the versions of several branches, and gives each its own', async () => {
    const [one, other] = [engineOn(server.url, { collection }), engineOn(server.url, { collection })];
    await one.engine.update(corpus, { signal });
    await other.engine.update(branch, { signal });
    expect(only().points.size).toBe(5);
    server.exchanges.length = 0;
    expect((await searched(one.engine, corpus, 'retry')).found).toEqual(['a.ts']);
    expect((await find(one.engine, 'other retry'))[0]).toMatchObject({ path: 'a.ts', end: 3 });
    expect(await find(one.engine, 'on branch')).toEqual([]);
    expect((await find(other.engine, 'decide retry'))[0]).toMatchObject({ path: 'a.ts', end: 1 });
    expect(upserts()).toEqual([]);
  });

  it('loses the versions that were replaced here, and no others', async () => {
    const [one, other] = [engineOn(server.url, { collection }), engineOn(server.url, { collection })];
    await one.engine.update(corpus, { signal });
    await other.engine.update(branch, { signal });
    await one.engine.update(corpusOf({ ...files, 'a.ts': 'export const newest = 1;\n' }), { signal });
    expect(only().points.size).toBe(5);
    expect((await searched(other.engine, branch, 'other retry')).found[0]).toBe('a.ts');
  });

  it('may be read with a key that may not write: the built-in index stands in for what it does not have', async () => {
    server.apiKey = 'the-key-that-may-write';
    server.readOnlyKey = 'the-key-that-may-read';
    await engineOn(server.url, { collection, server: { apiKey: server.apiKey } }).engine.update(corpus, {
      signal,
    });
    const reading = { collection, required: true, server: { apiKey: server.readOnlyKey } };
    const { engine, local } = engineOn(server.url, reading);
    expect((await searched(engine, corpus, 'decide a retry')).warnings).toEqual([]);
    expect(local.updates).toBe(0);
    const { warnings, found, by } = await searched(engine, branch, 'retry branch');
    expect(warnings).toEqual([
      expect.stringMatching(/refused the key \(403\)/),
      '2 of 4 files are not in team yet: the built-in index stands in for them',
    ]);
    expect(found.sort()).toEqual(['a.ts', 'd.ts']);
    expect(by).toBe('qdrant');
  });

  it('whose points say something else than the files here is not believed', async () => {
    const { engine } = engineOn(server.url, { collection });
    await engine.update(corpus, { signal });
    for (const { payload } of only().points.values())
      if (payload.path === 'a.ts') payload.hash = 'of another text';
    expect(await find(engine, 'decide a retry')).toEqual([]);
  });
});
