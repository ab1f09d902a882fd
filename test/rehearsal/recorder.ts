/** Keeps what the server was asked, and lets tests wait for it instead of sleeping. */
import type { Json } from '../../src/core/text/json.ts';
import type { ScenarioKind } from './scenario.ts';

export interface RecordedRequest {
  /** 0-based, among all requests of the server. */
  index: number;
  method: string;
  /** Path and query. */
  path: string;
  /** In lower case; the values of authorization and cookie headers are left out. */
  headers: Record<string, string>;
  /** The parsed JSON; undefined when there is none or it is not an object. */
  body: Json | undefined;
  /** The model that the body names. */
  model: string | undefined;
  /** Milliseconds since 1970, by the server's clock. */
  at: number;
  /** The HTTP status that was sent, known when the exchange is over; undefined when none was. */
  status: number | undefined;
  /** What answered; undefined where a check of the service or another route did. */
  scenario: ScenarioKind | undefined;
  /** Whether the client went away before the answer was out. */
  aborted: boolean;
  /** Whether the exchange is over, in whatever way. */
  done: boolean;
}

/** Older requests are forgotten. */
const mostRequests = 1000;

interface Waiter {
  ready: () => RecordedRequest | undefined;
  resolve: (record: RecordedRequest) => void;
  reject: (reason: Error) => void;
}

export class Recorder {
  /** The last 1,000, oldest first. */
  readonly requests: RecordedRequest[] = [];
  private total = 0;
  private doneTotal = 0;
  private lastDone: RecordedRequest | undefined;
  private abortedTotal = 0;
  private readonly aborted: RecordedRequest[] = [];
  private readonly listeners = new Set<(record: RecordedRequest) => void>();
  private readonly waiters = new Set<Waiter>();
  private closed = false;

  add(record: Omit<RecordedRequest, 'index' | 'aborted' | 'done'>): RecordedRequest {
    const full = { ...record, index: this.total++, aborted: false, done: false };
    push(this.requests, full);
    for (const listener of this.listeners) listener(full);
    this.wake();
    return full;
  }

  finish(record: RecordedRequest, aborted: boolean): void {
    record.done = true;
    record.aborted = aborted;
    this.doneTotal++;
    this.lastDone = record;
    if (aborted) {
      this.abortedTotal++;
      push(this.aborted, record);
    }
    this.wake();
  }

  onRequest(listener: (record: RecordedRequest) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  waitForRequest(count: number): Promise<RecordedRequest> {
    return this.wait(() =>
      this.total >= count ? this.requests.find(({ index }) => index === count - 1) : undefined,
    );
  }

  waitForAbort(count: number): Promise<RecordedRequest> {
    return this.wait(() => this.aborted[count - 1 - (this.abortedTotal - this.aborted.length)]);
  }

  /** Gives the record that was finished last. */
  waitForDone(count: number): Promise<RecordedRequest> {
    return this.wait(() => (this.doneTotal >= count ? this.lastDone : undefined));
  }

  close(): void {
    this.closed = true;
    for (const waiter of this.waiters) waiter.reject(closedError());
    this.waiters.clear();
  }

  private wait(ready: Waiter['ready']): Promise<RecordedRequest> {
    const now = ready();
    if (now) return Promise.resolve(now);
    if (this.closed) return Promise.reject(closedError());
    return new Promise((resolve, reject) => this.waiters.add({ ready, resolve, reject }));
  }

  private wake(): void {
    for (const waiter of this.waiters) {
      const record = waiter.ready();
      if (!record) continue;
      this.waiters.delete(waiter);
      waiter.resolve(record);
    }
  }
}

function push(list: RecordedRequest[], record: RecordedRequest): void {
  list.push(record);
  if (list.length > mostRequests) list.shift();
}

function closedError(): Error {
  return new Error('the server was closed');
}
