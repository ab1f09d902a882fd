/** One collection of a Qdrant server: what is asked of it, and how its answers are read. */

import { asCount, asList, asObject, asText, type Json } from '../../core/text/json.ts';
import { type QdrantClient, unavailable } from './client.ts';
import type { SparseVector } from './sparse-vector.ts';

export interface Dense {
  /** Names the vectors: those of two models are never compared. */
  model: string;
  dimensions: number;
}

export interface Point {
  id: string;
  sparse: SparseVector;
  dense: Float32Array | undefined;
  payload: Payload;
}

/** What the server knows of a block; its text is not part of it. */
export interface Payload {
  /** The version of the file from which the block was cut, see points.ts. */
  file: string;
  path: string;
  start: number;
  end: number;
  /** Of the file. */
  hash: string;
  kind: string;
  language?: string | undefined;
}

export interface Hit extends Pick<Payload, 'file' | 'path' | 'start' | 'end' | 'hash'> {
  score: number;
}

export interface Patience {
  signal: AbortSignal;
  limitMs: number;
}

/** Counting points by file; of weights in the fusion of two rankings. */
const leastVersion = [1, 12] as const;
const leastVersionForDense = [1, 17] as const;
/** With it the one place counts as usual in the literature on reciprocal rank fusion; Qdrant's default is 2. */
const fusionK = 61;
/** Of the ranking by terms and the one by meaning. */
const fusionWeights = [1, 0.5];
const mostFiles = 100_000;
const deletedAtOnce = 1000;
/** A server may claim any, and sums of larger ones are no numbers. */
const mostScore = 1e12;

export class QdrantCollection {
  readonly #client: QdrantClient;
  readonly #dense: Dense | undefined;
  readonly #path: string;
  readonly name: string;
  #knowsVersion = false;

  constructor(client: QdrantClient, name: string, dense: Dense | undefined) {
    this.#client = client;
    this.#dense = dense;
    this.name = name;
    this.#path = `collections/${encodeURIComponent(name)}`;
  }

  /** Creates the collection if there is none. Throws `retrieval-unavailable` if it was made with other parameters. */
  async open(patience: Patience): Promise<void> {
    const [, found] = await Promise.all([this.#checkVersion(patience), this.#get(this.#path, patience)]);
    const info = found ?? (await this.#create(patience));
    const fault = this.#otherMake(asObject(info?.result));
    if (fault !== undefined)
      throw unavailable(
        `the collection ${this.name} of ${this.#client.name} ${fault}`,
        'name another one in retrieval.qdrant.collection of policies.json, or delete it',
      );
    // It was killed, perhaps, between the two requests.
    if (asObject(asObject(asObject(info?.result)?.payload_schema)?.file) === undefined)
      await this.#indexFiles(patience);
  }

  /** How many points there are of each version of a file. */
  async files(patience: Patience): Promise<Map<string, number>> {
    const answer = await this.#send(
      'POST',
      `${this.#path}/facet`,
      { key: 'file', limit: mostFiles, exact: true },
      patience,
    );
    const counts = new Map<string, number>();
    for (const hit of asList(asObject(answer.result)?.hits)) {
      const { value, count } = asObject(hit) ?? {};
      if (typeof value === 'string') counts.set(value, asCount(count) ?? 0);
    }
    return counts;
  }

  /** Done when it resolves: what is asked next sees the points. */
  async upsert(points: readonly Point[], patience: Patience): Promise<void> {
    const body = {
      points: points.map(({ id, sparse, dense, payload }) => ({
        id,
        vector: { bm25: sparse, ...(dense && this.#dense && { [this.#dense.model]: [...dense] }) },
        payload,
      })),
    };
    await this.#send('PUT', `${this.#path}/points?wait=true`, body, patience);
  }

  /** Removes all points of these versions of files. */
  async remove(files: readonly string[], patience: Patience): Promise<void> {
    for (let from = 0; from < files.length; from += deletedAtOnce) {
      const any = files.slice(from, from + deletedAtOnce);
      const filter = { must: [{ key: 'file', match: { any } }] };
      await this.#send('POST', `${this.#path}/points/delete?wait=true`, { filter }, patience);
    }
  }

  /** The points that have most in common with the query's terms, the best first. */
  async search(sparse: SparseVector, limit: number, patience: Patience): Promise<Hit[]> {
    return this.#query({ query: sparse, using: 'bm25', limit, with_payload: true }, patience);
  }

  /** The same, ranked by meaning as well; scores are those of the fusion. */
  async searchFused(
    sparse: SparseVector,
    dense: Float32Array,
    limit: number,
    patience: Patience,
  ): Promise<Hit[]> {
    const prefetch = [
      { query: sparse, using: 'bm25', limit },
      { query: [...dense], using: this.#dense!.model, limit },
    ];
    const query = { rrf: { k: fusionK, weights: fusionWeights } };
    return this.#query({ prefetch, query, limit, with_payload: true }, patience);
  }

  async #query(body: Json, patience: Patience): Promise<Hit[]> {
    const answer = await this.#send('POST', `${this.#path}/points/query`, body, patience);
    return asList(asObject(answer.result)?.points).flatMap((point) => {
      const hit = readHit(asObject(point));
      return hit ? [hit] : [];
    });
  }

  async #checkVersion(patience: Patience): Promise<void> {
    if (this.#knowsVersion) return;
    const version = asText((await this.#get('', patience))?.version) ?? 'an unknown version';
    const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10) || 0);
    const [leastMajor, leastMinor] = this.#dense ? leastVersionForDense : leastVersion;
    if (major < leastMajor || (major === leastMajor && minor < leastMinor))
      throw unavailable(
        `${this.#client.name} is ${/^[\w.-]{1,40}$/.test(version) ? version : 'of an unknown version'}`,
        `update it to ${leastMajor}.${leastMinor} or later`,
      );
    this.#knowsVersion = true;
  }

  async #create(patience: Patience): Promise<Json | undefined> {
    try {
      await this.#send('PUT', this.#path, this.#parameters(), patience);
    } catch (error) {
      // Another process may have been faster.
      const info = await this.#get(this.#path, patience);
      if (info === undefined) throw error;
      return info;
    }
    return this.#get(this.#path, patience);
  }

  #parameters(): Json {
    const { model, dimensions } = this.#dense ?? {};
    return {
      ...(model === undefined
        ? {}
        : { vectors: { [model]: { size: dimensions, distance: 'Cosine', on_disk: true } } }),
      sparse_vectors: { bm25: { modifier: 'idf' } },
      on_disk_payload: true,
    };
  }

  async #indexFiles(patience: Patience): Promise<void> {
    const index = { field_name: 'file', field_schema: 'keyword' };
    await this.#send('PUT', `${this.#path}/index?wait=true`, index, patience);
  }

  #otherMake(info: Json | undefined): string | undefined {
    const parameters = asObject(asObject(info?.config)?.params);
    const bm25 = asObject(asObject(parameters?.sparse_vectors)?.bm25);
    if (asText(bm25?.modifier)?.toLowerCase() !== 'idf') return 'was not made by orch';
    if (!this.#dense) return undefined;
    const { model, dimensions } = this.#dense;
    const vectors = asObject(asObject(parameters?.vectors)?.[model]);
    if (vectors?.size === dimensions && vectors.distance === 'Cosine') return undefined;
    return `has no vectors of ${model} with ${dimensions} dimensions`;
  }

  #get(path: string, { signal, limitMs }: Patience): Promise<Json | undefined> {
    return this.#client.call({ method: 'GET', path, signal, limitMs });
  }

  async #send(
    method: 'PUT' | 'POST',
    path: string,
    body: Json,
    { signal, limitMs }: Patience,
  ): Promise<Json> {
    const answer = await this.#client.call({ method, path, body, signal, limitMs });
    if (answer !== undefined) return answer;
    throw unavailable(
      `the collection ${this.name} of ${this.#client.name} was deleted meanwhile`,
      'search again, which creates it anew',
    );
  }
}

function readHit({ score, payload }: Json = {}): Hit | undefined {
  const { file, path, start, end, hash } = asObject(payload) ?? {};
  const texts = [file, path, hash].every((text) => typeof text === 'string');
  const numbers = isScore(score) && [start, end].every((line) => Number.isSafeInteger(line));
  if (!texts || !numbers) return undefined;
  return { score, file, path, start, end, hash } as Hit;
}

/** A search finds only what has something in common with the query. */
function isScore(value: unknown): boolean {
  return typeof value === 'number' && value > 0 && value < mostScore;
}
