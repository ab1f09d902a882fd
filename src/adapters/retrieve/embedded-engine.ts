/** The engine that needs nothing: an index in this process, kept in the user's cache between processes. */
import { EmbeddedIndex } from '../../core/retrieve/index/embedded-index.ts';
import type { Corpus, IndexUpdate } from '../../core/retrieve/types.ts';
import type { RetrievalEngine } from '../../engine/retrieval-ports.ts';
import type { IndexStore } from './index-store.ts';

/** A smaller tree is indexed in less time than it takes to tell. */
const leastStored = 300;
/** What has changed is written once it is so much; until then, it is read again by each process. */
const mostUnstored = 20;
/** The rest of the process has a turn after so many milliseconds. */
const turnMs = 40;

interface Held {
  base: string;
  index: EmbeddedIndex;
  /** Files that the stored index does not have as they are. */
  unstored: number;
}

export function embeddedEngine(storeFor: (base: string) => IndexStore): RetrievalEngine {
  let held: Held | undefined;
  /** Another search may be in another folder meanwhile. */
  const indexes = new WeakMap<Corpus, EmbeddedIndex>();
  let last: Promise<unknown> = Promise.resolve();

  const load = (base: string, store: IndexStore): Held & { rebuilt: boolean } => {
    if (held?.base === base) return { ...held, rebuilt: false };
    const bytes = store.load('blocks');
    const index = bytes && EmbeddedIndex.decode(bytes);
    return {
      base,
      index: index ?? EmbeddedIndex.empty(),
      unstored: 0,
      rebuilt: bytes !== undefined && index === undefined,
    };
  };

  const update: RetrievalEngine['update'] = async (corpus, { signal, onProgress }) => {
    const store = storeFor(corpus.base);
    const { rebuilt, ...known } = load(corpus.base, store);
    const { index, updated, looked } = await updatedIndex(known.index, corpus, { signal, onProgress });
    const now: Held = { base: corpus.base, index, unstored: known.unstored + looked };
    const warnings: string[] = [];
    if (corpus.entries.length >= leastStored && now.unstored > mostUnstored) {
      const fault = store.save('blocks', index.encode());
      // Once per process: what cannot be kept now will not be in a moment.
      now.unstored = fault === undefined ? 0 : Number.NEGATIVE_INFINITY;
      if (fault !== undefined) warnings.push(`the index is not kept: ${fault}`);
    }
    held = now;
    indexes.set(corpus, index);
    // What is done is kept: whoever searches next goes on from there.
    signal.throwIfAborted();
    return { ...index.counts, updated, rebuilt, skipped: index.skipped(), warnings } satisfies IndexUpdate;
  };

  return {
    name: 'embedded',
    // One after the other: each begins with what the one before has made.
    update(...given) {
      const next = last.then(
        () => update(...given),
        () => update(...given),
      );
      last = next;
      return next;
    },
    async match(terms, { corpus, accepts, most }) {
      const index = (corpus && indexes.get(corpus)) ?? held?.index;
      return index?.match(terms, { accepts, most }) ?? [];
    },
  };
}

interface Updated {
  index: EmbeddedIndex;
  /** Files that were cut anew or forgotten. */
  updated: number;
  /** Files that were looked at, and those that were forgotten. */
  looked: number;
}

async function updatedIndex(
  index: EmbeddedIndex,
  corpus: Corpus,
  { signal, onProgress }: Parameters<RetrievalEngine['update']>[1],
): Promise<Updated> {
  const there = new Set(corpus.entries.map(({ path }) => path));
  const gone = [...index.paths()].filter((path) => !there.has(path));
  const toRead = corpus.entries.filter(({ path, stamp }) => index.file(path)?.stamp !== stamp);
  if (gone.length === 0 && toRead.length === 0) return { index, updated: 0, looked: 0 };
  const edit = index.edit();
  for (const path of gone) edit.remove(path);
  let updated = gone.length;
  let turnEnds = performance.now() + turnMs;
  for (const [done, { path }] of toRead.entries()) {
    const known = index.file(path);
    const read = corpus.read(path);
    if ('text' in read) {
      edit.put({ path, ...read });
      if (known?.hash !== read.hash) updated++;
    } else {
      // Without a stamp, the file is looked at again next time.
      edit.skip({ path, skipped: read.skipped, stamp: read.stamp ?? '' });
      if (known !== undefined && known.skipped !== read.skipped) updated++;
    }
    if (performance.now() < turnEnds) continue;
    onProgress?.(done + 1, toRead.length);
    await new Promise(setImmediate);
    if (signal.aborted) return { index: edit.done(), updated, looked: gone.length + done + 1 };
    turnEnds = performance.now() + turnMs;
  }
  return { index: edit.done(), updated, looked: gone.length + toRead.length };
}
