import { describe, expect, it } from 'vitest';
import { openAiEmbeddings } from '../../../src/adapters/openai/embeddings.ts';
import { vectorCache } from '../../../src/adapters/qdrant/vectors.ts';
import { embedder } from '../../../src/engine/embed/embedder.ts';
import { engineFixture, key } from '../../engine/engine-fixture.ts';
import { refuse, startEmbeddings } from '../../helpers/embedding-server.ts';
import { memoryStore } from './qdrant-fixture.ts';

const { signal } = new AbortController();
const dimensions = 8;

async function fixture() {
  const provider = await startEmbeddings();
  const { context, records } = await engineFixture();
  const settings = { apiKey: key, baseUrl: provider.url, organization: undefined, project: undefined };
  const made = embedder({
    ...{ model: 'text-embedding-3-small', dimensions, context, warn: () => {} },
    provider: async () => openAiEmbeddings({ ...settings, redact: (text) => text }),
  });
  const store = memoryStore();
  return { provider, records, store, open: () => vectorCache(made, store) };
}

describe('the vectors that are kept', () => {
  it('are those of each request, also when a later one fails', async () => {
    const { provider, records, store, open } = await fixture();
    const texts = Array.from({ length: 4100 }, (_, at) => `text ${at}`);
    provider.fault = (number, response) => number === 2 && refuse(response, 401, { message: 'no' });
    const first = open();
    await expect(first.vectors(texts, signal)).rejects.toThrow('no');
    expect(provider.requests.splice(0)).toHaveLength(3);
    // A process that was killed has written most of them.
    expect(store.kept.get('vectors')!.length).toBeGreaterThan(2048 * dimensions);
    first.save();
    provider.fault = undefined;
    expect(await open().vectors(texts, signal)).toHaveLength(4100);
    expect(provider.requests.map(({ input }) => input)).toEqual([texts.slice(4096)]);
    expect(records.map(({ error }) => error)).toEqual([undefined, undefined, 'key-refused', undefined]);
  });

  it('are asked for again where they are damaged, and only those', async () => {
    const { provider, store, open } = await fixture();
    const texts = ['alpha one', 'beta two', 'gamma three'];
    const cache = open();
    const vectors = await cache.vectors(texts, signal);
    cache.save();
    const whole = store.kept.get('vectors')!;
    const damaged: [Uint8Array, string[]][] = [
      [whole.map((byte, at) => (at === whole.length - 10 ? byte ^ 1 : byte)), ['gamma three']],
      [whole.slice(0, -1), ['gamma three']],
      [Buffer.concat([whole.slice(0, -100), whole.slice(-99)]), texts],
      [Buffer.from('{"format":2}\n'), texts],
      [new Uint8Array(), texts],
    ];
    for (const [bytes, asked] of damaged) {
      store.kept.set('vectors', bytes);
      provider.requests.length = 0;
      expect(await open().vectors(texts, signal)).toEqual(vectors);
      expect(provider.requests.flatMap(({ input }) => input)).toEqual(asked);
    }
  });
});
