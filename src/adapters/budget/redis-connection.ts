/** One connection to a Redis or Valkey server, opened anew when it was lost. */
import { isIP } from 'node:net';
import { Redis } from 'ioredis';

const connectMs = 2000;
const answerMs = 2000;

const hashes = new Map<string, string>();

export class RedisConnection {
  /** Without user name and password. */
  readonly name: string;
  readonly #url: URL;
  #opening: Promise<Redis> | undefined;
  /** Whether the server has had the script, and whether it refuses to run it by its hash. */
  #isKnown = false;
  #isRefused = false;

  constructor(url: string) {
    this.#url = new URL(url);
    this.name = `${this.#url.protocol}//${this.#url.host}${this.#url.pathname}`;
  }

  /** Rejects within a few seconds, and nothing is sent twice: whether the script has run is then unknown. */
  async run(script: string, keys: readonly string[], values: readonly string[]): Promise<unknown> {
    const opening = this.#opening ?? this.#connect();
    this.#opening = opening;
    try {
      const client = await opening;
      return await within(answerMs, this.#evaluate(client, script, [keys.length, ...keys, ...values]));
    } catch (error) {
      // An error that the server answers with leaves the connection as it is.
      if (!isReply(error)) this.#forget(opening);
      throw error;
    }
  }

  /** By its hash where the server knows it: it need not be sent, and hashed, with every operation. */
  async #evaluate(client: Redis, script: string, rest: readonly (string | number)[]): Promise<unknown> {
    const [count, ...words] = rest as [number, ...string[]];
    if (this.#isKnown)
      try {
        return await client.evalsha(hashOf(script), count, ...words);
      } catch (error) {
        // It has not run then.
        if (!/^(NOSCRIPT|NOPERM)/.test((error as Error).message)) throw error;
        this.#isRefused = error instanceof Error && error.message.startsWith('NOPERM');
        this.#isKnown = false;
      }
    const answer = await client.eval(script, count, ...words);
    this.#isKnown = !this.#isRefused;
    return answer;
  }

  close(): void {
    if (this.#opening) this.#forget(this.#opening);
  }

  #forget(opening: Promise<Redis>): void {
    if (this.#opening === opening) this.#opening = undefined;
    void opening.then(
      (client) => client.disconnect(),
      () => undefined,
    );
  }

  async #connect(): Promise<Redis> {
    const { protocol, hostname, port, username, password, pathname } = this.#url;
    const host = hostname.replace(/^\[|\]$/g, '');
    const client = new Redis({
      host,
      port: Number(port || 6379),
      username: decodeURIComponent(username) || undefined,
      password: decodeURIComponent(password) || undefined,
      db: Number(pathname.slice(1) || 0),
      // A certificate is checked for an address as well, but only a name may be announced.
      ...(protocol === 'rediss:' ? { tls: isIP(host) ? {} : { servername: host } } : {}),
      protocol: 2,
      connectTimeout: connectMs,
      lazyConnect: true,
      disableClientInfo: true,
      // Waits for a server that loads its data, and needs one more right.
      enableReadyCheck: false,
      // A lost connection is opened anew by the next operation, and none is repeated without being asked for.
      retryStrategy: null,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
    });
    let fault: Error | undefined;
    client.on('error', (error: Error) => {
      fault = error;
    });
    try {
      await within(connectMs, client.connect());
      // Such as a database that does not exist: the first one would be used instead.
      if (fault) throw fault;
      const opening = this.#opening;
      client.once('end', () => opening && this.#forget(opening));
      return client;
    } catch (error) {
      client.disconnect();
      // What `connect` rejects with is often only that the connection is closed.
      throw fault ?? error;
    }
  }
}

function hashOf(script: string): string {
  const known = hashes.get(script);
  if (known !== undefined) return known;
  const hash = process.getBuiltinModule('node:crypto').createHash('sha1').update(script).digest('hex');
  hashes.set(script, hash);
  return hash;
}

function isReply(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError';
}

async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds / 1000} s`)), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
