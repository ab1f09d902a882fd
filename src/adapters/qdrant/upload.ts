/** Adds files to a collection: their points, and the vectors of their blocks where it has some. */
import { setImmediate } from 'node:timers/promises';
import { OrchError } from '../../core/errors/orch-error.ts';
import { tokenUpperBound } from '../../core/input/tokens.ts';
import { linesOf } from '../../core/retrieve/corpus-rules.ts';
import type { IndexedBlock } from '../../core/retrieve/index/terms-of-file.ts';
import type { Corpus } from '../../core/retrieve/types.ts';
import { Redactions } from '../../core/secrets/redactions.ts';
import { formatUsd } from '../../core/text/format.ts';
import type { SecretScanner } from '../../engine/ports.ts';
import type { Embedder } from '../../engine/retrieval-ports.ts';
import type { Patience, QdrantCollection } from './collection.ts';
import { blocksAsNoted, type MissingFile } from './local-files.ts';
import { pointsOf } from './points.ts';
import type { VectorCache } from './vectors.ts';

interface EmbeddingPrice {
  blocks: number;
  /** At most. */
  tokens: number;
  /** Undefined when the price is unknown. */
  usd: number | undefined;
}

export interface UploadOptions extends Patience {
  /** Asked before each request. */
  goesOn: () => boolean;
  onDone: (file: MissingFile) => void;
  warn: (warning: string) => void;
  /** Told what embedding will cost, before anything is sent. */
  say?: ((text: string) => void) | undefined;
}

interface Embedding {
  embedder: Embedder | undefined;
  /** Finds what must not be sent. Undefined: files are sent as they are. */
  secrets?: SecretScanner | undefined;
  /** The most that embedding may cost at a time, in USD. */
  ceilingUsd?: number | undefined;
}

const pointsAtOnce = 256;
/** Of the blocks whose vectors are asked for together. */
const blocksAtOnce = 512;

export class Upload {
  readonly #collection: QdrantCollection;
  readonly #cache: VectorCache | undefined;
  readonly #embedding: Embedding;
  /** By hash of the file: without its secrets; undefined for one that has none. */
  readonly #clean = new Map<string, string | undefined>();

  constructor(collection: QdrantCollection, cache: VectorCache | undefined, embedding: Embedding) {
    this.#collection = collection;
    this.#cache = cache;
    this.#embedding = embedding;
  }

  async #price(
    { embedder, cache }: { embedder: Embedder; cache: VectorCache },
    corpus: Corpus,
    files: readonly MissingFile[],
    signal: AbortSignal,
  ): Promise<EmbeddingPrice> {
    let blocks = 0;
    let tokens = 0;
    for (const file of files) {
      await setImmediate();
      signal.throwIfAborted();
      const texts = cache.missing(await this.#textsOf(file, blocksAsNoted(corpus, file)));
      blocks += texts.length;
      tokens += texts.reduce((sum, text) => sum + tokenUpperBound(text), 0);
    }
    return { blocks, tokens, usd: embedder.cost(tokens) };
  }

  /** Throws `retrieval-unavailable`. That vectors cannot be had is a warning: the files stay missing. */
  async run(corpus: Corpus, files: readonly MissingFile[], options: UploadOptions): Promise<void> {
    if (files.length > 0 && !(await this.#isAffordable(corpus, files, options))) return;
    try {
      for (const group of groupsOf(files)) {
        if (!options.goesOn()) return;
        if (!(await this.#add(corpus, group, options))) return;
      }
    } finally {
      const fault = this.#cache?.save();
      if (fault !== undefined) options.warn(`the vectors are not kept, and will be paid for again: ${fault}`);
    }
  }

  /** Of all that is to be embedded together, before anything is sent: a part of it would be of little use. */
  async #isAffordable(
    corpus: Corpus,
    files: readonly MissingFile[],
    { signal, warn, say }: UploadOptions,
  ): Promise<boolean> {
    const { embedder, ceilingUsd } = this.#embedding;
    const cache = this.#cache;
    if (embedder === undefined || cache === undefined) return true;
    const { blocks, tokens, usd } = await this.#price({ embedder, cache }, corpus, files, signal);
    if (blocks === 0) return true;
    const what = `${blocks} blocks with ${embedder.model}`;
    if (ceilingUsd !== undefined && !(usd !== undefined && usd <= ceilingUsd)) {
      const cost = usd === undefined ? 'have no known price' : `may cost ${formatUsd(usd)}`;
      warn(`nothing was embedded: ${what} ${cost}, and the ceiling of a call is ${formatUsd(ceilingUsd)}`);
      return false;
    }
    try {
      await embedder.checkBudgets(tokens);
    } catch (error) {
      const hint = error instanceof OrchError && error.hint !== undefined ? ` (${error.hint})` : '';
      warn(`nothing was embedded of ${what}: ${(error as Error).message}${hint}`);
      return false;
    }
    say?.(
      `embedding ${what} ${usd === undefined ? 'has no known price' : `costs at most ${formatUsd(usd)}`}`,
    );
    return true;
  }

  /** False if nothing more can be added. */
  async #add(corpus: Corpus, files: readonly MissingFile[], options: UploadOptions): Promise<boolean> {
    // One that was changed meanwhile stays missing.
    const cut: { file: MissingFile; blocks: readonly IndexedBlock[]; texts: string[] }[] = [];
    for (const file of files) {
      const reading = blocksAsNoted(corpus, file);
      if (reading === undefined) continue;
      const texts = this.#cache === undefined ? [] : await this.#textsOf(file, reading);
      cut.push({ file, blocks: reading.blocks, texts });
    }
    let vectors: Float32Array[] | undefined;
    try {
      vectors = await this.#cache?.vectors(
        cut.flatMap(({ texts }) => texts),
        options.signal,
      );
    } catch (error) {
      options.signal.throwIfAborted();
      options.warn(`no more blocks were embedded: ${(error as Error).message}`);
      return false;
    }
    let at = 0;
    const points = cut.flatMap(({ file, blocks }) => {
      const own = vectors?.slice(at, at + blocks.length);
      at += blocks.length;
      return pointsOf(file, file.version, blocks, own);
    });
    for (let from = 0; from < points.length; from += pointsAtOnce) {
      if (from > 0 && !options.goesOn()) return false;
      await this.#collection.upsert(points.slice(from, from + pointsAtOnce), options);
    }
    for (const { file } of cut) options.onDone(file);
    return true;
  }

  /** What is embedded of a file: each block under the file's name. */
  async #textsOf(
    { path, hash }: MissingFile,
    reading: { text: string; blocks: readonly IndexedBlock[] } | undefined,
  ): Promise<string[]> {
    if (reading === undefined) return [];
    if (!this.#clean.has(hash)) this.#clean.set(hash, await this.#withoutSecrets(reading.text));
    const lines = linesOf(this.#clean.get(hash) ?? reading.text);
    return reading.blocks.map(({ start, end }) => `${path}\n${lines.slice(start - 1, end).join('\n')}`);
  }

  /** In the whole file: a part of a key, as a block may hold it, does not look like one. */
  async #withoutSecrets(text: string): Promise<string | undefined> {
    const spans = (await this.#embedding.secrets?.find(text)) ?? [];
    return spans.length === 0 ? undefined : new Redactions([text]).redact(text, spans).text;
  }
}

function* groupsOf(files: readonly MissingFile[]): Generator<MissingFile[]> {
  let group: MissingFile[] = [];
  let blocks = 0;
  for (const file of files) {
    group.push(file);
    blocks += file.version.blocks;
    if (blocks < blocksAtOnce) continue;
    yield group;
    group = [];
    blocks = 0;
  }
  if (group.length > 0) yield group;
}
