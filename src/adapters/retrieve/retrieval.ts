/** What a search works with, put together. */
import { OrchError } from '../../core/errors/orch-error.ts';
import type { SecretScanner } from '../../engine/ports.ts';
import type { EngineName, MemorySource, Retrieval, RetrievalEngine } from '../../engine/retrieval-ports.ts';
import { realPath } from '../system/paths.ts';
import type { RootsOptions } from '../workspace/find/roots.ts';
import { workingTreeCorpus } from './corpus.ts';
import { embeddedEngine } from './embedded-engine.ts';
import { type IndexStore, indexStore, noStore } from './index-store.ts';
import { fileFilter } from './path-filter.ts';

export interface RetrievalOptions extends RootsOptions {
  /** Where indexes are kept. Undefined: in memory alone. */
  indexFolder: string | undefined;
  /** Beside the embedded one. */
  engines: Readonly<Partial<Record<EngineName, (parts: EngineParts) => Promise<RetrievalEngine>>>>;
  /** Default `embedded`. */
  defaultEngine?: EngineName | undefined;
  secrets: SecretScanner | undefined;
  exclude: readonly string[];
  memory?: MemorySource | undefined;
}

/** What an engine may build upon. */
export interface EngineParts {
  embedded: RetrievalEngine;
  storeFor: (base: string) => IndexStore;
  /** It was asked for by name: another one's answer is not wanted. */
  required: boolean;
}

export function openRetrieval(options: RetrievalOptions): Retrieval {
  const { indexFolder, engines, defaultEngine = 'embedded', secrets, exclude, cwd } = options;
  const storeFor = (base: string): IndexStore =>
    indexFolder === undefined ? noStore : indexStore(indexFolder, base);
  const embedded = embeddedEngine(storeFor);
  const made = new Map<string, Promise<RetrievalEngine>>();
  return {
    corpus: workingTreeCorpus({ ...options, storeFor }),
    async engine(asked) {
      const name = asked ?? defaultEngine;
      if (name === 'embedded') return embedded;
      const make = engines[name];
      if (make === undefined) throw new OrchError('usage', `the engine ${name} is not set up`);
      const required = asked !== undefined;
      const key = `${name} ${required}`;
      const engine = made.get(key) ?? make({ embedded, storeFor, required });
      made.set(key, engine);
      return engine;
    },
    memory: options.memory,
    defaultEngine,
    isBase: (folder, base) => realPath(folder) === base,
    filter: (patterns, base) => fileFilter(patterns, { base, cwd: realPath(cwd) }),
    secrets,
    exclude,
  };
}
