/**
 * A request over node's own HTTP client. It costs half of what fetch costs, whose streams and copies nobody here
 * needs, and it has no time limits of its own: fetch gives up on an answer that begins after five minutes.
 */
import http from 'node:http';
import https from 'node:https';
import type { Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';

/** Shorter than servers keep an idle connection, so that none is used that the server is closing. */
const idleConnectionMs = 4000;
/** A host that drops what is sent to it is told from one that thinks. With TLS its greeting counts as well. */
const connectMs = 10_000;
const keepAlive = {
  keepAlive: true,
  timeout: idleConnectionMs,
  // What Node from 24 on does for its own agents.
  ...(process.env.NODE_USE_ENV_PROXY === '1' ? { proxyEnv: process.env } : {}),
};
const agents = { 'http:': new http.Agent(keepAlive), 'https:': new https.Agent(keepAlive) };

export interface HttpRequest {
  method: string;
  headers: Record<string, string>;
  body: string | undefined;
  signal: AbortSignal;
}

/** The part of fetch's response that is needed of one. */
export interface HttpResponse {
  ok: boolean;
  status: number;
  statusText: string;
  headers: HttpHeaders;
  body: HttpBody;
}

/** By lower-case name. */
export type HttpHeaders = Map<string, string>;

/** Resolves with the headers. The signal ends the request, and later the body, down to the socket. */
export function sendHttp(url: URL, { method, headers, body, signal }: HttpRequest): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const secure = url.protocol === 'https:';
    const agent = agents[secure ? 'https:' : 'http:'];
    const request = (secure ? https : http).request(url, { method, headers, agent });
    const abort = () => request.destroy(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    const release = () => signal.removeEventListener('abort', abort);
    request.on('error', (error) => {
      release();
      reject(error);
    });
    request.on('close', () => {
      release();
      // A switch of protocols, for one, is no response and no error.
      reject(new Error('connection closed'));
    });
    request.on('socket', (socket) => {
      const { secureConnecting } = socket as { secureConnecting?: boolean };
      if (!socket.connecting && !secureConnecting) return;
      const timer = setTimeout(() => request.destroy(new ConnectTimeout('no connection in time')), connectMs);
      for (const event of [secure ? 'secureConnect' : 'connect', 'close'])
        socket.once(event, () => clearTimeout(timer));
    });
    request.on('response', (message) => {
      try {
        resolve(responseOf(message));
      } catch (error) {
        // Whatever a server says in its headers ends its request, not the process.
        request.destroy();
        reject(error as Error);
      }
    });
    request.end(body);
  });
}

class ConnectTimeout extends Error {
  readonly code = 'ETIMEDOUT';
}

function responseOf(message: http.IncomingMessage): HttpResponse {
  const headers: HttpHeaders = new Map();
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers.set(name, typeof value === 'string' ? value : value.join(', '));
  }
  const status = message.statusCode ?? 0;
  const body = new HttpBody(message, unpacked(message, headers.get('content-encoding')));
  return {
    ok: status >= 200 && status < 300,
    status,
    statusText: message.statusMessage ?? '',
    headers,
    body,
  };
}

const unpackers = new Map<string, () => Transform>([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

/** None is asked for; some servers pack all the same. */
function unpacked(message: http.IncomingMessage, encoding: string | undefined): Readable {
  const unpack = unpackers.get(encoding?.trim().toLowerCase() ?? '');
  if (!unpack) return message;
  const stream = unpack();
  message.on('error', (error) => stream.destroy(error));
  return message.pipe(stream);
}

/** Bytes as they come. To be read, or cancelled, by one reader. */
export class HttpBody {
  readonly #message: http.IncomingMessage;
  readonly #stream: Readable;
  #chunks: Uint8Array[] = [];
  #ended = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(message: http.IncomingMessage, stream: Readable) {
    this.#message = message;
    this.#stream = stream;
    stream.on('error', (error) => this.#fail(error));
    stream.on('end', () => {
      this.#ended = true;
      this.#wake?.();
    });
    stream.on('close', () => this.#fail(new Error('connection closed')));
  }

  /** Undefined at the end. Throws what the connection throws. */
  async read(): Promise<Uint8Array | undefined> {
    if (this.#stream.listenerCount('data') === 0) {
      this.#stream.on('data', (chunk: Uint8Array) => {
        this.#chunks.push(chunk);
        this.#wake?.();
      });
    }
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk) return chunk;
      if (this.#ended) return undefined;
      if (this.#failure) throw this.#failure;
      await new Promise<void>((wake) => (this.#wake = wake));
    }
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

  /** What is still to come does not keep the process. A connection that is used again does. */
  unref(): void {
    // After its end the connection may be another request's.
    if (!this.#message.complete) this.#message.socket?.unref();
  }

  /** Closes the connection unless the body was read to its end. What is still read then is its end. */
  cancel(): void {
    this.#ended = true;
    this.#chunks = [];
    this.#message.destroy();
    this.#wake?.();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#wake?.();
  }
}
