import { describeRetrievalEngine } from '../../contracts/retrieval-engine.ts';
import { memoryEngine } from '../../helpers/memory-engine.ts';
import { startQdrant } from '../../helpers/qdrant-server.ts';
import { engineOn } from './qdrant-fixture.ts';

describeRetrievalEngine('in memory', async () => ({ engine: memoryEngine(), close: async () => {} }));

describeRetrievalEngine('Qdrant', async () => {
  const server = await startQdrant();
  const { engine } = engineOn(server.url, { required: true });
  return { engine, close: () => server.close() };
});

const real = process.env.ORCH_TEST_QDRANT_URL;
if (real)
  describeRetrievalEngine('a real Qdrant', async () => {
    const apiKey = process.env.ORCH_TEST_QDRANT_API_KEY;
    const collection = `orch_test_${crypto.randomUUID()}`;
    const { engine } = engineOn(real, {
      required: true,
      collection,
      server: { apiKey, allowInsecure: true },
    });
    const headers: Record<string, string> = apiKey === undefined ? {} : { 'api-key': apiKey };
    return {
      engine,
      close: async () =>
        void (await fetch(new URL(`collections/${collection}`, real), { method: 'DELETE', headers })),
    };
  });
