/**
 * A stand-in for a Qdrant server on 127.0.0.1: as much of 1.19 as a search needs, by its OpenAPI file. A request that
 * it would not take is refused here, too. `npm run bench:qdrant` checks what passes through it against that file.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';

export interface Exchange {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: unknown;
  status: number;
  answer: unknown;
}

export interface Fault {
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  /** Nothing is answered, or half of it. */
  kind?: 'hang' | 'cut';
}

export interface QdrantDouble {
  url: string;
  version: string;
  /** Every request needs it where it is set; the other one may only read. */
  apiKey: string | undefined;
  readOnlyKey: string | undefined;
  /** Decides about each request; undefined lets it through. */
  fault: ((request: { method: string; path: string; count: number }) => Fault | undefined) | undefined;
  exchanges: Exchange[];
  collections: Map<string, Collection>;
  close(): Promise<void>;
}

const sparseVector = z
  .strictObject({
    indices: z
      .array(
        z
          .int()
          .min(0)
          .max(2 ** 32 - 1),
      )
      .refine((all) => new Set(all).size === all.length, 'must be unique'),
    values: z.array(z.number()),
  })
  .refine(({ indices, values }) => indices.length === values.length, 'must be as many');
type Sparse = z.infer<typeof sparseVector>;
const denseVector = z.array(z.number()).min(1);
const uuid = z.uuid();
const keyword = z.strictObject({
  key: z.string(),
  match: z.union([z.strictObject({ value: z.string() }), z.strictObject({ any: z.array(z.string()) })]),
});
const filter = z.strictObject({ must: z.array(keyword) });
const requests = {
  create: z.strictObject({
    vectors: z
      .record(
        z.string(),
        z.strictObject({
          size: z.int().min(1),
          distance: z.enum(['Cosine', 'Dot', 'Euclid', 'Manhattan']),
          on_disk: z.boolean().optional(),
        }),
      )
      .optional(),
    sparse_vectors: z
      .record(z.string(), z.strictObject({ modifier: z.enum(['none', 'idf']).optional() }))
      .optional(),
    on_disk_payload: z.boolean().optional(),
  }),
  index: z.strictObject({ field_name: z.string(), field_schema: z.literal('keyword') }),
  upsert: z.strictObject({
    points: z
      .array(
        z.strictObject({
          id: uuid,
          vector: z.record(z.string(), z.union([sparseVector, denseVector])),
          payload: z.record(z.string(), z.union([z.string(), z.number()])),
        }),
      )
      .min(1),
  }),
  delete: z.strictObject({ filter }),
  facet: z.strictObject({ key: z.string(), limit: z.int().min(1).optional(), exact: z.boolean().optional() }),
  query: z.strictObject({
    query: z.union([
      sparseVector,
      denseVector,
      z.strictObject({
        rrf: z.strictObject({ k: z.int().min(1).optional(), weights: z.array(z.number()).optional() }),
      }),
    ]),
    prefetch: z
      .array(
        z.strictObject({
          query: z.union([sparseVector, denseVector]),
          using: z.string(),
          limit: z.int().min(1),
        }),
      )
      .optional(),
    using: z.string().optional(),
    limit: z.int().min(1).optional(),
    with_payload: z.boolean().optional(),
  }),
};

type Point = z.infer<typeof requests.upsert>['points'][number];
interface Collection {
  parameters: z.infer<typeof requests.create>;
  indexed: Set<string>;
  points: Map<string, Point>;
}
interface Scored {
  point: Point;
  score: number;
}

class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export async function startQdrant(): Promise<QdrantDouble> {
  const double: QdrantDouble = {
    url: '',
    version: '1.19.0',
    apiKey: undefined,
    readOnlyKey: undefined,
    fault: undefined,
    exchanges: [],
    collections: new Map(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  const server = createServer((request, response) => {
    handle(double, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  double.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return double;
}

async function handle(
  double: QdrantDouble,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = 'GET', url = '/', headers } = request;
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  const { pathname: path } = new URL(url, double.url);
  const body = text === '' ? undefined : JSON.parse(text);
  const exchange: Exchange = { method, path, headers, body, status: 200, answer: undefined };
  double.exchanges.push(exchange);
  const fault = double.fault?.({ method, path, count: double.exchanges.length });
  if (fault?.kind === 'hang') return;
  if (fault) {
    const { status = 200, headers: own = {}, body: sent = '' } = fault;
    response.writeHead(status, { 'content-type': 'application/json', ...own });
    response.write(fault.kind === 'cut' ? '{"result": {"poi' : sent);
    if (fault.kind === 'cut') setImmediate(() => response.destroy());
    else response.end();
    return;
  }
  try {
    exchange.answer = answer(double, method, path, body, headers['api-key']);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    exchange.status = error.status;
    exchange.answer = { status: { error: error.message }, time: 0.001 };
  }
  response.writeHead(exchange.status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(exchange.answer));
}

function answer(double: QdrantDouble, method: string, path: string, body: unknown, key: unknown): unknown {
  const { apiKey, readOnlyKey, collections } = double;
  const reads = method === 'GET' || /\/(query|facet)$/.test(path);
  if (apiKey !== undefined && key !== apiKey) {
    if (key !== readOnlyKey)
      throw new Refusal(401, 'Must provide an API key or an Authorization bearer token');
    if (!reads) throw new Refusal(403, 'Forbidden: Global manage access is required');
  }
  if (path === '/') return { title: 'qdrant - vector search engine', version: double.version, commit: null };
  const [, name = '', rest = ''] = /^\/collections\/([^/]+)(?:\/(.*))?$/.exec(path) ?? [];
  const collection = collections.get(name);
  const call = `${method} ${rest}`;
  if (call === 'PUT ') {
    if (collection) throw new Refusal(409, `Wrong input: Collection \`${name}\` already exists!`);
    const parameters = parse(requests.create, body);
    collections.set(name, { parameters, indexed: new Set(), points: new Map() });
    return ok(true);
  }
  if (!collection) throw new Refusal(404, `Not found: Collection \`${name}\` doesn't exist!`);
  switch (call) {
    case 'GET ':
      return ok(info(collection));
    case 'PUT index':
      collection.indexed.add(parse(requests.index, body).field_name);
      return ok(updated);
    case 'PUT points':
      for (const point of parse(requests.upsert, body).points)
        collection.points.set(point.id, checked(point, collection));
      return ok(updated);
    case 'POST points/delete': {
      const { must } = parse(requests.delete, body).filter;
      for (const [id, { payload }] of collection.points)
        if (must.every(({ key: field, match }) => wanted(match).includes(String(payload[field]))))
          collection.points.delete(id);
      return ok(updated);
    }
    case 'POST facet':
      return ok({ hits: facet(collection, parse(requests.facet, body)) });
    case 'POST points/query': {
      const parsed = parse(requests.query, body);
      const points = query(collection, parsed).map(({ point, score }) => ({
        id: point.id,
        version: 0,
        score,
        ...(parsed.with_payload ? { payload: point.payload } : {}),
      }));
      return ok({ points });
    }
    default:
      throw new Refusal(404, 'Not found');
  }
}

const updated = { operation_id: 0, status: 'completed' };

function ok(result: unknown): unknown {
  return { result, status: 'ok', time: 0.001 };
}

function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const { data, error } = schema.safeParse(body);
  if (error) throw new Refusal(400, `Format error in JSON body: ${z.prettifyError(error)}`);
  return data as T;
}

function info({ parameters, indexed, points }: Collection): unknown {
  return {
    status: 'green',
    optimizer_status: 'ok',
    points_count: points.size,
    segments_count: 1,
    config: {
      params: { ...parameters, shard_number: 1 },
      hnsw_config: { m: 16, ef_construct: 100, full_scan_threshold: 10_000 },
      optimizer_config: {
        deleted_threshold: 0.2,
        vacuum_min_vector_number: 1000,
        default_segment_number: 0,
        flush_interval_sec: 5,
      },
    },
    payload_schema: Object.fromEntries(
      [...indexed].map((name) => [name, { data_type: 'keyword', points: points.size }]),
    ),
  };
}

function checked(point: Point, { parameters }: Collection): Point {
  for (const [name, vector] of Object.entries(point.vector)) {
    const size = parameters.vectors?.[name]?.size;
    if (Array.isArray(vector) ? size === undefined : parameters.sparse_vectors?.[name] === undefined)
      throw new Refusal(400, `Wrong input: Not existing vector name error: ${name}`);
    if (Array.isArray(vector) && vector.length !== size)
      throw new Refusal(
        400,
        `Wrong input: Vector dimension error: expected dim: ${size}, got ${vector.length}`,
      );
  }
  return point;
}

function wanted(match: z.infer<typeof keyword>['match']): string[] {
  return 'any' in match ? match.any : [match.value];
}

function facet({ points, indexed }: Collection, { key, limit = 10 }: z.infer<typeof requests.facet>) {
  if (!indexed.has(key)) throw new Refusal(400, `Bad request: No appropriate index for faceting: \`${key}\``);
  const counts = new Map<string, number>();
  for (const { payload } of points.values()) {
    const value = String(payload[key]);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((one, other) => other.count - one.count || (one.value < other.value ? -1 : 1))
    .slice(0, limit);
}

function query(
  collection: Collection,
  { query: by, prefetch, using = '', limit = 10 }: z.infer<typeof requests.query>,
): Scored[] {
  if (Array.isArray(by) || 'indices' in by) return nearest(collection, by, using, limit);
  if (!prefetch) throw new Refusal(400, 'Bad request: fusion without prefetches');
  const { k = 2, weights = prefetch.map(() => 1) } = by.rrf;
  if (weights.length !== prefetch.length)
    throw new Refusal(400, 'Bad request: as many weights as prefetches');
  const fused = new Map<Point, number>();
  for (const [at, { query: vector, using: name, limit: most }] of prefetch.entries())
    for (const [rank, { point }] of nearest(collection, vector, name, most).entries())
      fused.set(point, (fused.get(point) ?? 0) + 1 / ((rank + 1) / weights[at]! + k - 1));
  return best(
    [...fused].map(([point, score]) => ({ point, score })),
    limit,
  );
}

function nearest(
  { points, parameters }: Collection,
  by: Sparse | number[],
  name: string,
  limit: number,
): Scored[] {
  const has = [...points.values()].filter(({ vector }) => vector[name] !== undefined);
  if (Array.isArray(by)) {
    const score = (point: Point) => cosine(by, point.vector[name] as number[]);
    return best(
      has.map((point) => ({ point, score: score(point) })),
      limit,
    );
  }
  const vectors = has.map((point) => ({ point, values: valuesOf(point.vector[name] as Sparse) }));
  const isIdf = parameters.sparse_vectors?.[name]?.modifier === 'idf';
  const weights = by.indices.map((index, at) => {
    const having = vectors.filter(({ values }) => values.has(index)).length;
    const idf = isIdf ? Math.log((vectors.length - having + 0.5) / (having + 0.5) + 1) : 1;
    return [index, by.values[at]! * idf] as const;
  });
  const scored = vectors.flatMap(({ point, values }) => {
    if (!by.indices.some((index) => values.has(index))) return [];
    return [
      { point, score: weights.reduce((sum, [index, weight]) => sum + weight * (values.get(index) ?? 0), 0) },
    ];
  });
  return best(scored, limit);
}

const valueMaps = new WeakMap<Sparse, Map<number, number>>();

function valuesOf(vector: Sparse): Map<number, number> {
  const { indices, values } = vector;
  const map = valueMaps.get(vector) ?? new Map(indices.map((index, at) => [index, values[at]!]));
  valueMaps.set(vector, map);
  return map;
}

/** Equal scores in no order that could be relied on. */
function best(scored: Scored[], limit: number): Scored[] {
  return scored
    .map((each) => ({ ...each, score: Math.fround(each.score) }))
    .sort((one, other) => other.score - one.score || (one.point.id < other.point.id ? -1 : 1))
    .slice(0, limit);
}

function cosine(one: readonly number[], other: readonly number[]): number {
  const dot = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, at) => sum + value * b[at]!, 0);
  return dot(one, other) / (Math.sqrt(dot(one, one) * dot(other, other)) || 1);
}
