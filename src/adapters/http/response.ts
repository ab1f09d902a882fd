/** An answer as undici gives it, in the shape that the openai package expects of fetch, with a body of plain bytes. */
import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Dispatcher } from 'undici';

export interface HttpResponse {
  ok: boolean;
  status: number;
  /** By lower-case name. */
  headers: ReadonlyMap<string, string>;
  body: HttpBody;
}

export function toHttpResponse({ statusCode, headers, body }: Dispatcher.ResponseData): HttpResponse {
  const byName = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) byName.set(name, typeof value === 'string' ? value : value.join(', '));
  }
  return {
    ok: statusCode >= 200 && statusCode < 300,
    status: statusCode,
    headers: byName,
    body: new HttpBody(decompressed(body, byName.get('content-encoding'))),
  };
}

const decompressors = new Map([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

/** No encoding is asked for; some servers compress all the same. */
function decompressed(body: Readable, encoding: string | undefined): Readable {
  const create = decompressors.get(encoding?.trim().toLowerCase() ?? '');
  return create ? pipeline(body, create(), () => {}) : body;
}

/** To be read, or cancelled, by one reader. */
export class HttpBody {
  readonly #stream: Readable;
  readonly #chunks: AsyncIterator<Uint8Array>;

  constructor(stream: Readable) {
    // Errors are thrown by `read`; without a reader nobody needs them.
    this.#stream = stream.on('error', () => {});
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  /** Undefined at the end. Throws what the connection throws, or that the body was cancelled. */
  async read(): Promise<Uint8Array | undefined> {
    const { value, done } = await this.#chunks.next();
    return done ? undefined : value;
  }

  /** The whole; undefined, and the connection closed, where it is longer than `mostBytes`. */
  async text(mostBytes: number): Promise<string | undefined> {
    const pieces: Uint8Array[] = [];
    let size = 0;
    for (let piece = await this.read(); piece; piece = await this.read()) {
      size += piece.length;
      if (size > mostBytes) {
        this.cancel();
        return undefined;
      }
      pieces.push(piece);
    }
    return Buffer.concat(pieces).toString('utf8');
  }

  /** Closes the connection unless the body was read to its end. */
  cancel(): void {
    this.#stream.destroy();
  }
}
