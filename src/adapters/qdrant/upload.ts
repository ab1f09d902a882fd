/** Adds files to a collection: their points, and the vectors of their blocks where it has some. */
import { tokenUpperBound } from '../../core/input/tokens.ts';
import { linesOf } from '../../core/retrieve/corpus-rules.ts';
import type { IndexedBlock } from '../../core/retrieve/index/terms-of-file.ts';
import type { Corpus } from '../../core/retrieve/types.ts';
import { formatUsd } from '../../core/text/format.ts';
import type { Embedder } from '../../engine/retrieval-ports.ts';
import type { Patience, QdrantCollection } from './collection.ts';
import { blocksAsNoted, type MissingFile } from './local-files.ts';
import { pointsOf } from './points.ts';
import type { VectorCache } from './vectors.ts';

export interface EmbeddingPrice {
  model: string;
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

interface Money {
  embedder: Embedder | undefined;
  /** The most that embedding may cost at a time, in USD. */
  ceilingUsd?: number | undefined;
}

const pointsAtOnce = 256;
/** Of the blocks whose vectors are asked for together. */
const blocksAtOnce = 512;

export class Upload {
  readonly #collection: QdrantCollection;
  readonly #cache: VectorCache | undefined;
  readonly #money: Money;

  constructor(collection: QdrantCollection, cache: VectorCache | undefined, money: Money) {
    this.#collection = collection;
    this.#cache = cache;
    this.#money = money;
  }

  price(corpus: Corpus, files: readonly MissingFile[]): EmbeddingPrice {
    const { embedder } = this.#money;
    if (!embedder || !this.#cache) return { model: '', blocks: 0, tokens: 0, usd: 0 };
    let blocks = 0;
    let tokens = 0;
    for (const file of files) {
      const texts = this.#cache.missing(textsOf(file, blocksAsNoted(corpus, file)));
      blocks += texts.length;
      tokens += texts.reduce((sum, text) => sum + tokenUpperBound(text), 0);
    }
    return { model: embedder.model, blocks, tokens, usd: embedder.cost(tokens) };
  }

  /** Throws `retrieval-unavailable`. That vectors cannot be had is a warning: the files stay missing. */
  async run(corpus: Corpus, files: readonly MissingFile[], options: UploadOptions): Promise<void> {
    if (this.#cache && files.length > 0 && !this.#isAffordable(corpus, files, options)) return;
    try {
      for (const group of groupsOf(files)) {
        if (!options.goesOn()) return;
        if (!(await this.#add(corpus, group, options))) return;
      }
    } finally {
      this.#cache?.save();
    }
  }

  #isAffordable(corpus: Corpus, files: readonly MissingFile[], { warn, say }: UploadOptions): boolean {
    const { ceilingUsd } = this.#money;
    const price = this.price(corpus, files);
    if (price.blocks === 0) return true;
    if (ceilingUsd === undefined || (price.usd !== undefined && price.usd <= ceilingUsd)) {
      const cost = price.usd === undefined ? 'has no known price' : `costs at most ${formatUsd(price.usd)}`;
      say?.(`embedding ${price.blocks} blocks with ${price.model} ${cost}`);
      return true;
    }
    const cost = price.usd === undefined ? 'have no known price' : `may cost ${formatUsd(price.usd)}`;
    warn(
      `nothing was embedded: ${price.blocks} blocks with ${price.model} ${cost}, and the ceiling of a call is ${formatUsd(ceilingUsd)}`,
    );
    return false;
  }

  /** False if nothing more can be added. */
  async #add(corpus: Corpus, files: readonly MissingFile[], options: UploadOptions): Promise<boolean> {
    // One that was changed meanwhile stays missing.
    const cut = files.flatMap((file) => {
      const reading = blocksAsNoted(corpus, file);
      return reading ? [{ file, blocks: reading.blocks, texts: textsOf(file, reading) }] : [];
    });
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

/** What is embedded of a file: each block under the file's name. */
function textsOf(
  { path }: { path: string },
  reading: { text: string; blocks: readonly IndexedBlock[] } | undefined,
): string[] {
  if (reading === undefined) return [];
  const lines = linesOf(reading.text);
  return reading.blocks.map(({ start, end }) => `${path}\n${lines.slice(start - 1, end).join('\n')}`);
}
