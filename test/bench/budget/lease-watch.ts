/**
 * Looks at the reservations of a budget while others use it: one whose lease is over must not survive what another
 * process does after that.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { redisKeys } from '../../../src/adapters/budget/redis-script.ts';
import { decodeOperation } from '../../../src/core/budget/log-line.ts';
import { BudgetState } from '../../../src/core/budget/state.ts';
import type { Place } from './place.ts';

export interface LeaseReport {
  /** Reservations that were seen, and of how many the lease was over at some time. */
  seen: number;
  overdue: number;
  faults: string[];
}

export interface LeaseWatch {
  stop(): Promise<LeaseReport>;
}

const everyMs = 200;

export function watchLeases(place: Place): LeaseWatch {
  const watch = 'url' in place ? new RedisLeases(place.url) : new DiskLeases(place.folder, place.leaseMs);
  let looking: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking.then(() => watch.look()).catch((error: unknown) => watch.faults.add(String(error)));
  }, everyMs);
  return {
    async stop() {
      clearInterval(timer);
      await looking;
      await watch.look();
      watch.close();
      return { seen: watch.seen.size, overdue: watch.overdue.size, faults: [...watch.faults] };
    },
  };
}

/** Replays the log. */
class DiskLeases {
  readonly seen = new Set<string>();
  readonly overdue = new Set<string>();
  readonly faults = new Set<string>();
  readonly #folder: string;
  readonly #leaseMs: number;
  readonly #owners = new Map<string, string>();
  /** The processes that have left an overdue reservation as it is, each as `id by`. */
  readonly #left = new Set<string>();
  #number = 0;
  #read = 0;
  #state = new BudgetState();

  constructor(folder: string, leaseMs: number) {
    this.#folder = folder;
    this.#leaseMs = leaseMs;
  }

  async look(): Promise<void> {
    if (!existsSync(this.#folder)) return;
    const numbers = readdirSync(this.#folder)
      .map((name) => Number.parseInt(name, 10))
      .sort((one, other) => one - other);
    for (const number of numbers.filter((each) => each >= this.#number)) {
      if (number > this.#number) {
        this.#number = number;
        this.#read = 0;
        this.#state = new BudgetState();
      }
      this.#readOn(join(this.#folder, `${number}.log`));
    }
  }

  close(): void {
    // Nothing is held open.
  }

  #readOn(path: string): void {
    if (!existsSync(path)) return;
    const bytes = readFileSync(path);
    const end = bytes.lastIndexOf('\n') + 1;
    for (const line of bytes.toString('utf8', this.#read, end).split('\n')) {
      const found = decodeOperation(line);
      if (found) this.#follow(found);
    }
    this.#read = Math.max(this.#read, end);
  }

  #follow({ operation, by }: NonNullable<ReturnType<typeof decodeOperation>>): void {
    const { done } = this.#state.apply(operation);
    if (operation.op === 'expire' && done) this.overdue.add(operation.id);
    if (operation.op !== 'reserve' || this.#state.sealed) return;
    if (done) {
      this.seen.add(operation.id);
      this.#owners.set(operation.id, by);
    }
    const at = operation.until - this.#leaseMs;
    for (const id of this.#state.overdue(at)) {
      if (this.#owners.get(id) === by) continue;
      // Once for each process may be chance: who reserved it was stopped before its line was written, so that it was
      // overdue from the start, and others had read the log before that line. What they write next, they write knowing it.
      const left = `${id} ${by}`;
      if (this.#left.has(left)) this.faults.add(`${id} was overdue, and ${by} has reserved twice since`);
      this.#left.add(left);
    }
  }
}

/** Compares what is there with what was there before. */
class RedisLeases {
  readonly seen = new Set<string>();
  readonly overdue = new Set<string>();
  readonly faults = new Set<string>();
  readonly #client: Redis;
  /** Of an overdue reservation: until when it was, and how much had been settled when it was first seen to be. */
  #before = new Map<string, { until: string; settled: number }>();

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.#client = new Redis({ host: hostname, port: Number(port) });
  }

  async look(): Promise<void> {
    // Each settling adds to a sorted set, once; other operations may be those of who only looks.
    const [, calls] = (await this.#client.info('commandstats')).match(/cmdstat_zadd:calls=(\d+)/) ?? [];
    const settled = Number(calls ?? 0);
    const replies = await this.#client.multi().time().hgetall(redisKeys[1]!).exec();
    const [seconds, micros] = replies![0]![1] as [string, string];
    const now = Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
    const overdue = new Map<string, string>();
    for (const [id, text] of Object.entries(replies![1]![1] as Record<string, string>)) {
      const [phase, until] = text.split('|');
      if (until === undefined || phase === 'estimated') continue;
      this.seen.add(id);
      if (Number(until) <= now) overdue.set(id, until);
    }
    const before = this.#before;
    this.#before = new Map();
    for (const [id, until] of overdue) {
      this.overdue.add(id);
      const known = before.get(id);
      const first = known?.until === until ? known : { until, settled };
      this.#before.set(id, first);
      // The owner's own leaves it as it is, and one may have come before it was overdue.
      const since = settled - first.settled;
      if (since > 3) this.faults.add(`${id} was overdue while others have settled ${since} times`);
    }
  }

  close(): void {
    this.#client.disconnect();
  }
}
