/** What a search works with, put together. */
import { OrchError } from '../../core/errors/orch-error.ts';
import type { SecretScanner } from '../../engine/ports.ts';
import type { EngineName, Retrieval, RetrievalEngine } from '../../engine/retrieval-ports.ts';
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
  engines: Readonly<Partial<Record<EngineName, () => Promise<RetrievalEngine>>>>;
  secrets: SecretScanner | undefined;
  exclude: readonly string[];
}

export function openRetrieval(options: RetrievalOptions): Retrieval {
  const { indexFolder, engines, secrets, exclude, cwd } = options;
  const storeFor = (base: string): IndexStore =>
    indexFolder === undefined ? noStore : indexStore(indexFolder, base);
  const embedded = embeddedEngine(storeFor);
  return {
    corpus: workingTreeCorpus({ ...options, storeFor }),
    async engine(name = 'embedded') {
      if (name === 'embedded') return embedded;
      const make = engines[name];
      if (make === undefined) throw new OrchError('usage', `the engine ${name} is not set up`);
      return make();
    },
    memory: undefined,
    filter: (patterns, base) => fileFilter(patterns, { base, cwd: realPath(cwd) }),
    secrets,
    exclude,
  };
}
