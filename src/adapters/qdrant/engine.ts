/**
 * Searches in a collection of a Qdrant server. The built-in engine answers where the server cannot be used, and for the
 * files that are not in the collection yet: what is found is right either way.
 */
import { createHash } from 'node:crypto';
import { OrchError } from '../../core/errors/orch-error.ts';
import { bestFirst } from '../../core/retrieve/best-first.ts';
import { tokeniserVersion } from '../../core/retrieve/tokens.ts';
import type { BlockMatch, Corpus, IndexUpdate, QueryTerms } from '../../core/retrieve/types.ts';
import type { SecretScanner } from '../../engine/ports.ts';
import type { Embedder, RetrievalEngine } from '../../engine/retrieval-ports.ts';
import { realPath } from '../system/paths.ts';
import { QdrantClient, type QdrantServer } from './client.ts';
import { type Dense, type Hit, QdrantCollection } from './collection.ts';
import { LocalFiles, type WantedFile } from './local-files.ts';
import { queryVector } from './sparse-vector.ts';
import type { Store } from './store.ts';
import { Upload } from './upload.ts';
import { vectorCache } from './vectors.ts';

export interface QdrantOptions {
  server: QdrantServer;
  /** The name of a collection that is shared. Undefined: the folder has its own. */
  collection: string | undefined;
  /** The built-in engine. */
  local: RetrievalEngine;
  /** Whether an error is wanted where the server cannot be used, instead of the built-in engine's answer. */
  required: boolean;
  /** Undefined: nothing is searched by meaning. `warn`: for what is to be said with the result. */
  embedder: ((warn: (warning: string) => void) => Embedder) | undefined;
  /** The most that embedding may cost at a time, in USD. */
  ceilingUsd?: number | undefined;
  /** Finds what must not be sent. Undefined: everything is sent as it is. */
  secrets?: SecretScanner | undefined;
  /** For a folder that is searched. */
  store: (base: string) => Store;
  /** How long the server may take for an answer. Default 5000. */
  answerMs?: number | undefined;
  /** How long files are added to the collection before the search goes on without the rest. Default 5000. */
  uploadMs?: number | undefined;
}

/** Where a server is that was started as its documentation says. */
export const localQdrant = 'http://127.0.0.1:6333';

/** More than this are not asked for, however many of them are ruled out. */
const mostHits = 10_000;
const leastHits = 100;
/**
 * How far the average length of a block may be from the one that points were made with. A shared collection serves
 * several branches or repositories, which would replace each other's points for ever.
 */
const mostDrift = 0.1;
const mostDriftShared = 0.5;

type MatchOptions = Parameters<RetrievalEngine['match']>[1];
type UpdateOptions = Parameters<RetrievalEngine['update']>[1];

export function qdrantEngine(options: QdrantOptions): RetrievalEngine {
  return new Engine(options);
}

class Engine implements RetrievalEngine {
  readonly #options: QdrantOptions;
  readonly #embedder: Embedder | undefined;
  readonly #dense: Dense | undefined;
  readonly #answerMs: number;
  #session: Session | undefined;
  #state: State | undefined;

  constructor(options: QdrantOptions) {
    const embedder = options.embedder?.((warning) => this.#state?.warnings.push(warning));
    this.#options = options;
    this.#embedder = embedder;
    this.#dense = embedder && { model: embedder.model, dimensions: embedder.dimensions };
    this.#answerMs = options.answerMs ?? 5000;
  }

  get name(): 'embedded' | 'qdrant' {
    return this.#state?.standIn ? 'embedded' : 'qdrant';
  }

  async update(corpus: Corpus, options: UpdateOptions): Promise<IndexUpdate> {
    const state: State = { corpus, files: new Map(), pending: new Set(), warnings: [], standIn: false };
    this.#state = state;
    try {
      const session = this.#open(corpus);
      const update = await this.#bringUpToDate(session, state, options);
      if (state.pending.size > 0) await this.#options.local.update(corpus, options);
      return { ...update, warnings: state.warnings };
    } catch (error) {
      return this.#standIn(error, state, options);
    }
  }

  async match(terms: QueryTerms, options: MatchOptions): Promise<readonly BlockMatch[]> {
    const { local } = this.#options;
    const state = this.#state;
    if (state === undefined || this.#session === undefined || state.standIn)
      return local.match(terms, options);
    const { accepts = () => true } = options;
    let found: BlockMatch[];
    try {
      found = await this.#search(this.#session, state, terms, options);
    } catch (error) {
      await this.#standIn(error, state, options);
      return local.match(terms, options);
    }
    if (state.pending.size === 0) return found;
    const rest = await local.match(terms, {
      ...options,
      accepts: (path) => state.pending.has(path) && accepts(path),
    });
    return [...found, ...rest].sort(bestFirst);
  }

  /** What it keeps of a folder is kept for as long as that is searched. Throws `retrieval-unavailable`. */
  #open({ base }: Corpus): Session {
    if (this.#session?.base === base) return this.#session;
    const { server, collection, store: storeFor, ceilingUsd, secrets } = this.#options;
    const embedder = this.#embedder;
    const client = new QdrantClient(server);
    const store = storeFor(base);
    const opened = new QdrantCollection(client, collection ?? ownName(base, this.#dense), this.#dense);
    this.#session = {
      base,
      collection: opened,
      files: new LocalFiles(store, this.#dense),
      upload: new Upload(opened, embedder && vectorCache(embedder, store), { embedder, ceilingUsd, secrets }),
    };
    return this.#session;
  }

  async #bringUpToDate(
    { collection, files, upload }: Session,
    state: State,
    { signal, onProgress, onNotice }: UpdateOptions,
  ): Promise<IndexUpdate> {
    const { clock } = this.#options.server;
    const patience = { signal, limitMs: this.#answerMs };
    await collection.open(patience);
    const there = await collection.files(patience);
    const plan = await files.plan(state.corpus, there, { signal, onProgress, mostDrift: this.#mostDrift });
    state.files = plan.wanted;
    state.pending = new Set(plan.missing.map(({ path }) => path));
    // Somebody else may need what this folder does not.
    const superfluous = this.#options.collection === undefined ? plan.strangers : plan.replaced;
    const until = this.#options.required
      ? Number.POSITIVE_INFINITY
      : clock.monotonic() + (this.#options.uploadMs ?? 5000);
    try {
      await collection.remove(superfluous, patience);
      await upload.run(state.corpus, plan.missing, {
        signal,
        limitMs: this.#answerMs,
        goesOn: () => clock.monotonic() < until,
        onDone: ({ path }) => {
          state.pending.delete(path);
          onProgress?.(plan.missing.length - state.pending.size, plan.missing.length);
        },
        warn: (warning) => state.warnings.push(warning),
        say: onNotice,
      });
    } catch (error) {
      signal.throwIfAborted();
      if (!isUnavailable(error) || (this.#options.required && error.details?.status !== 403)) throw error;
      state.warnings.push(error.message);
    } finally {
      files.save();
    }
    if (state.pending.size > 0)
      state.warnings.push(
        `${state.pending.size} of ${plan.files} files are not in ${collection.name} yet: the built-in index stands in for them`,
      );
    const { files: count, blocks, updated, skipped } = plan;
    return { files: count, blocks, updated, rebuilt: false, skipped, warnings: [] };
  }

  get #mostDrift(): number {
    return this.#options.collection === undefined ? mostDrift : mostDriftShared;
  }

  async #search(
    session: Session,
    state: State,
    terms: QueryTerms,
    { accepts = () => true, most, query, signal }: MatchOptions,
  ): Promise<BlockMatch[]> {
    const patience = { signal, limitMs: this.#answerMs };
    const sparse = queryVector(terms);
    const isWanted = ({ path, file, hash }: Hit) => {
      const wanted = state.pending.has(path) ? undefined : state.files.get(path);
      return wanted?.hash === hash && file.startsWith(`${wanted.stem}.`) && accepts(path);
    };
    /** As many as are needed, although some are ruled out only here. */
    const enough = async (ask: (limit: number) => Promise<Hit[]>) => {
      for (let limit = Math.max(leastHits, 2 * most); ; limit = Math.min(8 * limit, mostHits)) {
        const hits = await ask(Math.min(limit, mostHits));
        const wanted = hits.filter(isWanted);
        if (wanted.length >= most || hits.length < limit || limit >= mostHits) return wanted;
      }
    };
    const byTerms = await enough((limit) => session.collection.search(sparse, limit, patience));
    const meaning = await this.#meaningOf(query, state, signal);
    if (meaning === undefined) return byTerms.map(toMatch).sort(bestFirst);
    const fused = await enough((limit) => session.collection.searchFused(sparse, meaning, limit, patience));
    return rescored(fused, byTerms).map(toMatch);
  }

  async #meaningOf(
    query: string | undefined,
    state: State,
    signal: AbortSignal,
  ): Promise<Float32Array | undefined> {
    const embedder = this.#embedder;
    if (embedder === undefined || query === undefined) return undefined;
    try {
      return (await embedder.embed([query], signal))[0];
    } catch (error) {
      signal.throwIfAborted();
      state.warnings.push(`searched by terms alone: ${(error as Error).message}`);
      return undefined;
    }
  }

  /** Lets the built-in engine answer. Throws what it cannot stand in for. */
  async #standIn(error: unknown, state: State, options: UpdateOptions): Promise<IndexUpdate> {
    options.signal.throwIfAborted();
    if (!isUnavailable(error) || this.#options.required) throw error;
    const update = await this.#options.local.update(state.corpus, options);
    // Several questions may have failed at once.
    if (state.standIn) return update;
    state.standIn = true;
    state.warnings.push(`${error.message}: the built-in index answered (${error.hint})`, ...update.warnings);
    return { ...update, warnings: state.warnings };
  }
}

interface Session {
  base: string;
  collection: QdrantCollection;
  files: LocalFiles;
  upload: Upload;
}

interface State {
  corpus: Corpus;
  /** By path. */
  files: ReadonlyMap<string, WantedFile>;
  /** Paths that the collection does not have. */
  pending: Set<string>;
  warnings: string[];
  standIn: boolean;
}

function ownName(base: string, dense: Dense | undefined): string {
  const root = createHash('sha256').update(realPath(base)).digest('hex').slice(0, 16);
  const model = dense ? `${dense.model}-${dense.dimensions}`.replace(/[^\w.-]/g, '-') : 'bm25';
  return `orch_${root}_${tokeniserVersion}_${model}`;
}

function isUnavailable(error: unknown): error is OrchError {
  return error instanceof OrchError && error.code === 'retrieval-unavailable';
}

function toMatch({ path, start, end, score, hash }: Hit): BlockMatch {
  return { path, start, end, score, hash };
}

/**
 * The order of the fusion with the scores of the ranking by terms. Those of the fusion are made of ranks: they say
 * nothing about how much better one block is than the next.
 */
function rescored(fused: readonly Hit[], byTerms: readonly Hit[]): Hit[] {
  if (byTerms.length === 0) return [...fused];
  const least = byTerms.at(-1)!.score;
  return fused.map((hit, at) => ({
    ...hit,
    score: byTerms[at]?.score ?? (least * byTerms.length) / (at + 1),
  }));
}
