import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openAiEmbeddings } from '../../../src/adapters/openai/embeddings.ts';
import { OrchError } from '../../../src/core/errors/orch-error.ts';
import { tokenUpperBound } from '../../../src/core/input/tokens.ts';
import type { SecretScanner } from '../../../src/engine/ports.ts';
import type { Embedder } from '../../../src/engine/retrieval-ports.ts';
import { find } from '../../contracts/retrieval-engine.ts';
import { corpusOf } from '../../helpers/corpus.ts';
import { type EmbeddingServer, refuse, startEmbeddings } from '../../helpers/embedding-server.ts';
import { type QdrantDouble, startQdrant } from '../../helpers/qdrant-server.ts';
import { engineOn, memoryStore } from './qdrant-fixture.ts';

const signal = new AbortController().signal;
const files = {
  'a.ts': 'export function decideRetry() {\n  return "after a failure";\n}\n',
  'b.ts': 'export function parseOwner() {\n  return "the name of someone";\n}\n',
  'c.ts': 'export const zebra = "a striped horse";\n// which nobody mentions elsewhere\n',
};
const corpus = corpusOf(files);

let server: QdrantDouble;
let provider: EmbeddingServer;
beforeEach(async () => {
  server = await startQdrant();
  provider = await startEmbeddings();
});
afterEach(() => server.close());

function embedderOf(model = 'embed-small', dimensions = 64): Embedder {
  const settings = { apiKey: 'sk-test', baseUrl: provider.url, organization: undefined, project: undefined };
  const source = openAiEmbeddings({ ...settings, redact: (text) => text });
  return {
    ...{ model, dimensions },
    cost: (tokens) => tokens / 1000,
    checkBudgets: async () => {},
    embed: async (texts, stopped, onVectors) => {
      const request = { model, dimensions, texts };
      const { vectors } = await source.embed(request, { signal: stopped, limitMs: 5000 });
      onVectors?.(vectors, 0);
      return vectors;
    },
  };
}
const embedded = () => provider.requests.flatMap(({ input }) => input);

describe('a search by meaning', () => {
  it('ranks what the words of the query mean, with the scores of the terms', async () => {
    const { engine } = engineOn(server.url, { required: true, embedder: () => embedderOf() });
    await engine.update(corpus, { signal });
    expect([...server.collections]).toMatchObject([
      [
        expect.stringMatching(/^orch_[0-9a-f]{16}_\d+_embed-small-64$/),
        { parameters: { vectors: { 'embed-small': { size: 64, distance: 'Cosine', on_disk: true } } } },
      ],
    ]);
    const terms = new Map([['retry', 1]]);
    const byTerms = await engine.match(terms, { most: 10, signal });
    expect(byTerms.map(({ path }) => path)).toEqual(['a.ts']);
    const found = await engine.match(terms, { most: 10, query: 'zebra striped horse', signal });
    expect(found.map(({ path }) => path).sort()).toEqual(['a.ts', 'b.ts', 'c.ts']);
    expect(found.findIndex(({ path }) => path === 'c.ts')).toBeLessThan(2);
    expect(found[0]!.score).toBe(byTerms[0]!.score);
    expect(found.map(({ score }) => score)).toEqual(
      found.map(({ score }) => score).sort((one, other) => other - one),
    );
    const accepts = (path: string) => path !== 'a.ts';
    expect((await engine.match(terms, { most: 10, query: 'zebra', accepts, signal }))[0]).toMatchObject({
      path: 'c.ts',
    });
  });

  it('pays for no block twice', async () => {
    const store = memoryStore();
    const open = () =>
      engineOn(server.url, { required: true, embedder: () => embedderOf(), store: () => store }).engine;
    await open().update(corpus, { signal });
    expect(embedded()).toHaveLength(3);
    expect(embedded()[0]).toBe(`a.ts\n${files['a.ts'].trimEnd()}`);
    server.collections.clear();
    await open().update(corpusOf({ ...files, 'b.ts': files['b.ts'].replace('someone', 'another') }), {
      signal,
    });
    expect(embedded()).toHaveLength(4);
    expect([...server.collections.values()][0]!.points.size).toBe(3);
  });

  it('mixes no vectors of two models, or of two sizes', async () => {
    const store = memoryStore();
    for (const made of [embedderOf(), embedderOf('embed-large'), embedderOf('embed-small', 32)])
      await engineOn(server.url, { required: true, embedder: () => made, store: () => store }).engine.update(
        corpus,
        { signal },
      );
    expect(embedded()).toHaveLength(9);
    expect(server.collections.size).toBe(3);
    const shared = { collection: 'team', required: true };
    await engineOn(server.url, { ...shared, embedder: () => embedderOf() }).engine.update(corpus, { signal });
    await expect(
      engineOn(server.url, { ...shared, embedder: () => embedderOf('embed-small', 32) }).engine.update(
        corpus,
        { signal },
      ),
    ).rejects.toThrow(/has no vectors of embed-small with 32 dimensions/);
  });

  it('does without kept vectors that are damaged', async () => {
    const store = memoryStore();
    const open = () =>
      engineOn(server.url, { required: true, embedder: () => embedderOf(), store: () => store }).engine;
    await open().update(corpus, { signal });
    const whole = store.kept.get('vectors')!;
    for (const bytes of [
      whole.slice(0, -1),
      new Uint8Array(),
      Buffer.from('{"model":"embed-small"'),
      whole.slice(5),
    ]) {
      store.kept.set('vectors', bytes);
      server.collections.clear();
      expect((await open().update(corpus, { signal })).warnings).toEqual([]);
      expect([...server.collections.values()][0]!.points.size).toBe(3);
    }
  });

  it('says what it costs before it sends anything', async () => {
    const said: unknown[] = [];
    const store = memoryStore();
    const { engine } = engineOn(server.url, {
      required: true,
      embedder: () => embedderOf(),
      store: () => store,
    });
    const onNotice = (text: string) => said.push([text, provider.requests.length]);
    await engine.update(corpus, { signal, onNotice });
    const texts = Object.entries(files).map(([path, text]) => `${path}\n${text.trimEnd()}`);
    const tokens = texts.reduce((sum, text) => sum + tokenUpperBound(text), 0);
    const cost = `$${(tokens / 1000).toFixed(3)}`;
    expect(said).toEqual([[`embedding 3 blocks with embed-small costs at most ${cost}`, 0]]);
    // What is paid for costs nothing more.
    server.collections.clear();
    await engine.update(corpus, { signal, onNotice });
    expect(said).toHaveLength(1);
  });

  it('embeds nothing above the ceiling of a call: the built-in index stands in', async () => {
    const { engine } = engineOn(server.url, { embedder: () => embedderOf(), ceilingUsd: 0.01 });
    const { warnings } = await engine.update(corpus, { signal });
    expect(warnings).toEqual([
      expect.stringMatching(
        /^nothing was embedded: 3 blocks with embed-small may cost \$0\.\d+, and the ceiling of a call is \$0\.010$/,
      ),
      expect.stringMatching(/^3 of 3 files are not in /),
    ]);
    expect(provider.requests).toEqual([]);
    expect((await find(engine, 'decide a retry'))[0]).toMatchObject({ path: 'a.ts' });
  });

  it('asks the budgets before it sends anything, about all that is to be embedded', async () => {
    const asked: number[] = [];
    const checkBudgets = async (tokens: number) => {
      asked.push(tokens);
      throw new OrchError('over-budget', 'no budget allows it', { hint: 'raise budgets.dailyUsd' });
    };
    const { engine } = engineOn(server.url, { embedder: () => ({ ...embedderOf(), checkBudgets }) });
    const { warnings } = await engine.update(corpus, { signal });
    expect(warnings[0]).toBe(
      'nothing was embedded of 3 blocks with embed-small: no budget allows it (raise budgets.dailyUsd)',
    );
    expect(asked).toEqual([expect.any(Number)]);
    expect(provider.requests).toEqual([]);
    expect((await find(engine, 'decide a retry'))[0]).toMatchObject({ path: 'a.ts' });
  });

  it('stores nothing of an answer that is none, which the built-in index stands in for', async () => {
    const store = memoryStore();
    const { engine } = engineOn(server.url, { embedder: () => embedderOf(), store: () => store });
    provider.fault = (_, response) => {
      const data = [0, 0, 2].map((index) => ({ index, embedding: Array(64).fill(1) }));
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ data }));
      return true;
    };
    const { warnings } = await engine.update(corpus, { signal });
    expect(warnings[0]).toMatch(/^no more blocks were embedded: the provider did not answer with 3 vectors/);
    expect(store.kept.has('vectors')).toBe(false);
    expect([...server.collections.values()][0]!.points.size).toBe(0);
    expect((await find(engine, 'decide a retry'))[0]).toMatchObject({ path: 'a.ts' });
  });

  it('says that vectors which were paid for cannot be kept', async () => {
    const store = { load: () => undefined, save: () => 'the disk is full' };
    const { engine } = engineOn(server.url, { embedder: () => embedderOf(), store: () => store });
    expect((await engine.update(corpus, { signal })).warnings).toEqual([
      'the vectors are not kept, and will be paid for again: the disk is full',
    ]);
  });

  it('embeds nothing at an unknown price where calls have a ceiling', async () => {
    const embedder = () => ({ ...embedderOf(), cost: () => undefined });
    const { engine } = engineOn(server.url, { embedder, ceilingUsd: 1000 });
    const { warnings } = await engine.update(corpus, { signal });
    expect(warnings[0]).toMatch(/^nothing was embedded: 3 blocks with embed-small have no known price, /);
    expect(provider.requests).toEqual([]);
  });

  it('does not take what is kept of the files without vectors for what it needs', async () => {
    const store = memoryStore();
    const shared = { required: true, store: () => store };
    await engineOn(server.url, shared).engine.update(corpus, { signal });
    const embedder = () => embedderOf();
    await engineOn(server.url, { ...shared, embedder }).engine.update(corpus, { signal });
    const embeddedSoFar = embedded().length;
    // One that has kept nothing finds all of it there.
    await engineOn(server.url, { required: true, embedder }).engine.update(corpus, { signal });
    expect(embedded()).toHaveLength(embeddedSoFar);
  });

  it('goes on without vectors that cannot be had', async () => {
    provider.fault = (_, response) => refuse(response, 500, { message: 'down' });
    const { engine } = engineOn(server.url, { embedder: () => embedderOf() });
    const failed = await engine.update(corpus, { signal });
    expect(failed.warnings).toEqual([
      expect.stringMatching(/^no more blocks were embedded: 500: down/),
      expect.stringMatching(/^3 of 3 files are not in /),
    ]);
    expect((await find(engine, 'decide a retry'))[0]).toMatchObject({ path: 'a.ts' });
    provider.fault = undefined;
    const update = await engine.update(corpus, { signal });
    expect(update.warnings).toEqual([]);
    provider.fault = (_, response) => refuse(response, 500, { message: 'down' });
    const found = await engine.match(new Map([['retry', 1]]), { most: 10, query: 'retry', signal });
    expect(found.map(({ path }) => path)).toEqual(['a.ts']);
    expect(update.warnings).toEqual([expect.stringMatching(/^searched by terms alone: 500: down/)]);
  });

  it('sends no part of a key that lies in several blocks', async () => {
    const line = (at: number) => `${String(at).padStart(3, '0')}${'k'.repeat(60)}`;
    const key = Array.from({ length: 50 }, (_, at) => line(at)).join('\n');
    const withKey = corpusOf({ 'a.ts': `const start = 1;\nBEGIN\n${key}\nEND\nconst end = 1;\n` });
    const secrets: SecretScanner = {
      find: async (text) =>
        [...text.matchAll(/BEGIN[\s\S]*END/g)].map(({ index, 0: found }) => ({
          ...{ kind: 'key', start: index, end: index + found.length },
        })),
    };
    const { engine } = engineOn(server.url, { required: true, embedder: () => embedderOf(), secrets });
    await engine.update(withKey, { signal });
    expect(embedded().length).toBeGreaterThan(2);
    expect(embedded().join('\n')).not.toContain('kkk');
    expect(embedded().join('\n')).toContain('const end = 1;');
  });

  it('needs a server that weighs two rankings', async () => {
    server.version = '1.16.3';
    const { warnings } = await engineOn(server.url, { embedder: () => embedderOf() }).engine.update(corpus, {
      signal,
    });
    expect(warnings).toEqual([expect.stringMatching(/is 1\.16\.3.*update it to 1\.17 or later/)]);
  });
});
