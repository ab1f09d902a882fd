/** A Qdrant engine on a server of its own. */

import { type QdrantOptions, qdrantEngine } from '../../../src/adapters/qdrant/engine.ts';
import type { Store } from '../../../src/adapters/qdrant/store.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { memoryEngine } from '../../helpers/memory-engine.ts';

type Over = Partial<Omit<QdrantOptions, 'server'>> & { server?: Partial<QdrantOptions['server']> };

export function memoryStore(): Store & { kept: Map<string, Uint8Array> } {
  const kept = new Map<string, Uint8Array>();
  return {
    kept,
    load: (name) => kept.get(name),
    save(name, bytes) {
      kept.set(name, bytes);
      return undefined;
    },
  };
}

/** What one process has of a search. */
export function engineOn(url: string, { server, ...over }: Over = {}) {
  const local = memoryEngine();
  const store = memoryStore();
  const engine = qdrantEngine({
    server: {
      url,
      apiKey: undefined,
      allowInsecure: false,
      variables: {},
      redact: (text) => text,
      clock: systemClock,
      ...server,
    },
    collection: undefined,
    local,
    required: false,
    embedder: undefined,
    store: () => store,
    ...over,
  });
  return { engine, local, store };
}
