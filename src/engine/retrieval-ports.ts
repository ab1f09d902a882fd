/** The ports of retrieval. Implemented by the adapters. */
import type { Memory } from '../core/retrieve/memories.ts';
import type { BlockMatch, Corpus, IndexUpdate, PastCommit, QueryTerms } from '../core/retrieve/types.ts';

export interface CorpusSource {
  /**
   * Lists what there is now, uncommitted work included; reads no file. `exclude`: patterns of what is left out, as in
   * a `.gitignore`. Throws `input-too-large` above the ceiling, with the folders that hold most.
   */
  list(options: { exclude: readonly string[]; signal: AbortSignal }): Promise<Corpus>;
  /** Past commits and the files that they changed. Empty outside of a repository and where git gives no answer. */
  history(base: string, signal: AbortSignal): Promise<readonly PastCommit[]>;
}

export interface RetrievalEngine {
  readonly name: 'embedded' | 'qdrant';
  /**
   * Makes the index equal to the corpus: cuts what is new or has changed, forgets what is gone. `onProgress` is told
   * how many of the files to be read are done. Throws `retrieval-unavailable` where the engine cannot be used.
   */
  update(
    corpus: Corpus,
    options: { signal: AbortSignal; onProgress?: ((done: number, total: number) => void) | undefined },
  ): Promise<IndexUpdate>;
  /**
   * The blocks of the last update that match, the best first, ties by path and line. `accepts` rules files out.
   * `most`: how many are needed; an engine may give more.
   */
  match(
    terms: QueryTerms,
    options: { accepts?: ((path: string) => boolean) | undefined; most: number; signal: AbortSignal },
  ): Promise<readonly BlockMatch[]>;
}

/** Texts as vectors. Every request is reserved against the budgets, and recorded. */
export interface Embedder {
  readonly model: string;
  readonly dimensions: number;
  /** What embedding this many tokens costs, in USD. */
  cost(tokens: number): number;
  /** One vector per text, in order. Throws `ProviderFailure`, and `over-budget` before anything is sent. */
  embed(texts: readonly string[], signal: AbortSignal): Promise<readonly Float32Array[]>;
}

export interface MemorySource {
  /** Never rejects but for the signal: what went wrong is a warning. */
  search(
    query: string,
    options: { limit: number; signal: AbortSignal },
  ): Promise<{ memories: readonly Memory[]; warnings: readonly string[] }>;
}
