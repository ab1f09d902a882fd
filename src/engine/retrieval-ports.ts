/** The ports of retrieval. Implemented by the adapters. */
import type { retrievalEngines } from '../core/config/retrieval.ts';
import type { Memory } from '../core/memories/memories.ts';
import type { BlockMatch, Corpus, IndexUpdate, PastCommit, QueryTerms } from '../core/retrieve/types.ts';
import type { SecretScanner } from './ports.ts';

export interface CorpusSource {
  /**
   * Lists what there is now, uncommitted work included; reads no file. `exclude`: patterns of what is left out, as in
   * a `.gitignore`. `near`: paths or patterns of what is wanted; of several folders that may be searched, the one
   * around the first absolute path among them is. Throws `input-too-large` above the ceiling, with the folders that
   * hold most.
   */
  list(options: {
    exclude: readonly string[];
    near?: readonly string[] | undefined;
    signal: AbortSignal;
  }): Promise<Corpus>;
  /** Past commits and the files that they changed. Empty outside of a repository and where git gives no answer. */
  history(base: string, signal: AbortSignal): Promise<readonly PastCommit[]>;
}

export interface RetrievalEngine {
  /** Of what answered last: one that stands in for another has that one's name. */
  readonly name: EngineName;
  /**
   * Makes the index equal to the corpus: cuts what is new or has changed, forgets what is gone. `onProgress` is told
   * how many of the files to be read are done. Throws `retrieval-unavailable` where the engine cannot be used. To the
   * warnings of the result `match` may add: they are to be read after it.
   */
  update(
    corpus: Corpus,
    options: {
      signal: AbortSignal;
      onProgress?: ((done: number, total: number) => void) | undefined;
      /** What is said before it happens, such as what it costs. */
      onNotice?: ((text: string) => void) | undefined;
    },
  ): Promise<IndexUpdate>;
  /**
   * The blocks that match, the best first, ties by path and line, of the update for this corpus. Default: of the last
   * one. `accepts` rules files out. `most`: how many are needed; an engine may give more. `query`: in the user's words, for an engine that searches by
   * meaning as well.
   */
  match(
    terms: QueryTerms,
    options: {
      corpus?: Corpus | undefined;
      accepts?: ((path: string) => boolean) | undefined;
      most: number;
      query?: string | undefined;
      signal: AbortSignal;
    },
  ): Promise<readonly BlockMatch[]>;
}

export interface EmbeddingRequest {
  /** Model id of the API. */
  model: string;
  dimensions: number;
  /** At most 2,048 and 300,000 tokens together. */
  texts: readonly string[];
}

export interface EmbeddingResult {
  /** One per text, in order. */
  vectors: Float32Array[];
  /** As the server counted; undefined when it does not say. */
  inputTokens: number | undefined;
  servedModel: string | undefined;
}

/** One request. Every error is a `ProviderFailure`. */
export interface EmbeddingProvider {
  embed(
    request: EmbeddingRequest,
    options: { signal: AbortSignal; limitMs: number },
  ): Promise<EmbeddingResult>;
}

/** Texts as vectors. Every request is reserved against the budgets, and recorded. */
export interface Embedder {
  readonly model: string;
  readonly dimensions: number;
  /** What embedding this many tokens costs, in USD; undefined when the price is unknown. */
  cost(tokens: number): number | undefined;
  /**
   * Whether the budgets have room for this many tokens now: nothing is reserved. Throws `over-budget`,
   * `budget-unavailable`, and `no-eligible-model` for a model that is no longer there.
   */
  checkBudgets(tokens: number): Promise<void>;
  /**
   * One vector per text, in order. `onVectors` is told those of each request as soon as they are there, with the number
   * of the first one's text: they are paid for, whatever becomes of the rest. Throws `ProviderFailure`, and what
   * `checkBudgets` throws.
   */
  embed(
    texts: readonly string[],
    signal: AbortSignal,
    onVectors?: (vectors: readonly Float32Array[], first: number) => void,
  ): Promise<readonly Float32Array[]>;
}

export interface MemorySource {
  /** Never rejects but for the signal: what went wrong is a warning. */
  search(
    query: string,
    options: { limit: number; signal: AbortSignal },
  ): Promise<{ memories: readonly Memory[]; warnings: readonly string[] }>;
}

/** Which files patterns of paths let through. */
export interface FileFilter {
  accepts(path: string): boolean;
  /** The patterns that have matched nothing so far, as they were given. */
  idle(): string[];
}

/** More is the material of a question, not the question. In characters. */
export const longestQuery = 20_000;

/** What a passage takes beside its text when it is shown: in JSON, with a usual path. */
export const tokensAroundPassage = 40;

export type EngineName = (typeof retrievalEngines)[number];

/** What a search works with. */
export interface Retrieval {
  corpus: CorpusSource;
  /** Default: the one that is configured. Rejects with `usage` for one that is not set up. */
  engine(name?: EngineName): Promise<RetrievalEngine>;
  /** Undefined if none is set up. */
  memory: MemorySource | undefined;
  /** The one that is configured. */
  defaultEngine: EngineName;
  /** Whether a folder is the base of a corpus, under whatever name. */
  isBase(folder: string, base: string): boolean;
  /** Patterns as in `--file`, made for the base of the corpus. Rejects with `usage`. */
  filter(patterns: readonly string[], base: string): Promise<FileFilter>;
  /** Finds what must not be shown. Undefined: everything is shown as it is. */
  secrets: SecretScanner | undefined;
  /** Patterns of what is left out, beside what a folder itself leaves out. */
  exclude: readonly string[];
}
