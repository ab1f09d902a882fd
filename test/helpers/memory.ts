/** Ports that keep what they are given in memory. Their contracts are those of the real ones: test/contracts. */
import type { UsageRecord } from '../../src/core/record/usage-record.ts';
import type { Ledger, ResultStore } from '../../src/engine/ports.ts';

export function memoryLedger(records: UsageRecord[] = []): Ledger {
  return {
    location: 'memory',
    append: async (rows) => void records.push(...rows),
    read: async () => ({ records: [...records], skipped: [], files: [] }),
  };
}

/** `saved` is every text, in its order. */
export function memoryResultStore(): ResultStore & { saved: string[] } {
  const saved: string[] = [];
  return {
    saved,
    save: (text) => ({ id: `id-${saved.push(text)}`, path: `/state/id-${saved.length}.txt` }),
    load: (id) => saved[Number(/^id-(\d+)$/.exec(id)?.[1]) - 1],
    ids: (beginning) => saved.map((_text, at) => `id-${at + 1}`).filter((id) => id.startsWith(beginning)),
    newest: () => (saved.length === 0 ? undefined : { id: `id-${saved.length}`, savedAt: saved.length }),
  };
}
