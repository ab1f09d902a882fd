/**
 * A Responses server inside the process: real HTTP on the loopback, real streaming, no key and no spend. It
 * refuses what the real service refuses and answers everything else with something that fits the task, or with
 * what a script says. Answers depend on the request alone.
 */
import { setMaxListeners } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Catalog } from '../core/models/model-card.ts';
import { type Desk, exchange } from './desk.ts';
import { type RecordedRequest, Recorder } from './recorder.ts';
import type { Scripted } from './script.ts';

export interface RehearsalOptions {
  catalog: Catalog;
  /** The UTC day, YYYY-MM-DD: a model whose card names an earlier shutdown, or this day, is gone. */
  today: () => string;
  /** Default: every request is answered with what fits its task. */
  answer?: Scripted;
  /** Models that are gone whatever their card says: catalogue names or API ids. Default none. */
  retired?: readonly string[];
  /** The only key that is taken. Default: any. */
  key?: string;
  /**
   * Plays a compatible server of another make: takes any key or none, any model and any parameter, and gives
   * neither token details nor a service tier. Default false.
   */
  compatible?: boolean;
  /** Milliseconds since 1970. Default the system's clock. */
  now?: () => number;
  /** Resolves after the time or when the signal aborts. Default a timer that does not keep the process alive. */
  sleep?: (milliseconds: number, signal: AbortSignal) => Promise<unknown>;
}

export interface RehearsalServer {
  /** Base URL, ending in /v1. */
  readonly url: string;
  /** The last 1,000 requests, oldest first; each entry is completed while its exchange goes on. */
  readonly requests: readonly RecordedRequest[];
  /** Called when a request has been read. Gives a function that ends the calls. */
  onRequest(listener: (record: RecordedRequest) => void): () => void;
  /** The `count`-th request (1-based) as soon as it has been read. Rejects when the server closes before. */
  waitForRequest(count?: number): Promise<RecordedRequest>;
  /** The `count`-th request (1-based) whose client went away before the answer was out. */
  waitForAbort(count?: number): Promise<RecordedRequest>;
  /** Resolves when `count` exchanges are over, with the one that ended last. */
  waitForDone(count?: number): Promise<RecordedRequest>;
  /** Plays another script from now on; undefined: the default answers. */
  play(answer: Scripted | undefined): void;
  /** Ends open sockets at once. May be called more than once. */
  close(): Promise<void>;
}

/** Listens on 127.0.0.1 at a free port. Rejects when the loopback cannot be listened on. */
export async function startRehearsalServer(options: RehearsalOptions): Promise<RehearsalServer> {
  const now = options.now ?? Date.now;
  const recorder = new Recorder();
  const closing = new AbortController();
  // Every open exchange listens to it.
  setMaxListeners(0, closing.signal);
  const desk: Desk = {
    options,
    now,
    startedAt: now(),
    recorder,
    closing: closing.signal,
    answer: options.answer,
    perModel: new Map(),
    responses: 0,
  };
  const server = createServer((request, response) => {
    void exchange(desk, request, response).catch(() => response.destroy());
  });
  // A client may keep a connection as long as it likes: a close that crosses a request would look like a fault.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  server.headersTimeout = 0;
  server.on('connection', (socket) => socket.unref());
  const port = await listen(server);
  let closed: Promise<void> | undefined;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests: recorder.requests,
    onRequest: (listener) => recorder.onRequest(listener),
    waitForRequest: (count = 1) => recorder.waitForRequest(count),
    waitForAbort: (count = 1) => recorder.waitForAbort(count),
    waitForDone: (count = 1) => recorder.waitForDone(count),
    play: (answer) => {
      desk.answer = answer;
    },
    close: () => {
      closed ??= new Promise((resolve) => {
        closing.abort();
        recorder.close();
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return closed;
    },
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      server.unref();
      resolve((server.address() as AddressInfo).port);
    });
  });
}
