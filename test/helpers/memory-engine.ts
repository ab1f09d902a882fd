/** The built-in engine without its cache on disk. */
import { EmbeddedIndex } from '../../src/core/retrieve/index/embedded-index.ts';
import type { RetrievalEngine } from '../../src/engine/retrieval-ports.ts';

export interface MemoryEngine extends RetrievalEngine {
  /** How often it was brought up to date. */
  updates: number;
}

export function memoryEngine(): MemoryEngine {
  let index = EmbeddedIndex.empty();
  return {
    name: 'embedded',
    updates: 0,
    async update({ entries, read }) {
      this.updates++;
      const edit = index.edit();
      const there = new Set(entries.map(({ path }) => path));
      for (const path of [...index.paths()]) if (!there.has(path)) edit.remove(path);
      let updated = 0;
      for (const { path, stamp } of entries) {
        if (index.file(path)?.stamp === stamp) continue;
        const reading = read(path);
        if ('text' in reading || index.file(path) !== undefined) updated++;
        if ('skipped' in reading) edit.skip({ path, stamp, skipped: reading.skipped });
        else edit.put({ path, ...reading });
      }
      index = edit.done();
      return { ...index.counts, updated, rebuilt: false, skipped: index.skipped(), warnings: [] };
    },
    match: async (terms, options) => index.match(terms, options),
  };
}
