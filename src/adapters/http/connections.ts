/** The connections of one provider: over the proxies of the environment, and none left behind by an aborted call. */
import { setMaxListeners } from 'node:events';
import { Agent, type Dispatcher, EnvHttpProxyAgent, type Pool } from 'undici';
import { isThisMachine } from '../../core/config/base-url.ts';
import { untilAborted } from '../system/until-aborted.ts';
import { type HttpProxy, ProxyPool, proxyFrom, type Variables } from './proxy.ts';
import { leaveParserUnoptimised } from './unoptimised-parser.ts';

/** Shorter than servers keep an idle connection, so that no request goes to one that the server is closing. */
const idleConnectionMs = 4000;

leaveParserUnoptimised();

export class Connections {
  readonly #variables: Variables;
  readonly #connectMs: number;
  #open: { direct: Dispatcher; proxied?: Dispatcher; end: AbortController } | undefined;
  #calls = 0;
  /** By `host:port`. */
  readonly #tunnels = new Map<string, HttpProxy>();

  /** `connectMs` tells a host that drops packets from one that is slow to answer; it includes the TLS handshake. */
  constructor(variables: Variables, connectMs = 10_000) {
    this.#variables = variables;
    this.#connectMs = connectMs;
  }

  /** Throws a `ProviderFailure` where a proxy variable is faulty. */
  dispatcherFor(url: URL): Dispatcher {
    this.#open ??= this.#opened();
    if (isThisMachine(url.hostname)) return this.#open.direct;
    this.#open.proxied ??= this.#proxied(this.#open.end.signal);
    return this.#open.proxied;
  }

  /** The proxy through which this server was last reached. */
  proxyTo(url: URL): HttpProxy | undefined {
    return this.#tunnels.get(`${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`);
  }

  /**
   * Runs one call, and ends it with the signal whatever the network layer does about that. If no other call is
   * running then, every socket is closed, connected or not.
   */
  async use<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    this.#calls++;
    try {
      return await untilAborted(signal, work());
    } finally {
      this.#calls--;
      if (signal.aborted && this.#calls === 0) this.#close();
    }
  }

  #close(): void {
    const { direct, proxied, end } = this.#open ?? {};
    this.#open = undefined;
    // First, or a request that still waits for its connection would open another.
    for (const dispatcher of [direct, proxied]) dispatcher?.destroy().catch(() => {});
    end?.abort();
  }

  #opened() {
    const end = new AbortController();
    // Each socket listens to it.
    setMaxListeners(0, end.signal);
    return { direct: new Agent(this.#options(end.signal)), end };
  }

  #proxied(signal: AbortSignal): Dispatcher {
    const proxies = [proxyFrom('HTTP_PROXY', this.#variables), proxyFrom('HTTPS_PROXY', this.#variables)];
    const [http, https] = proxies;
    const options = this.#options(signal);
    return new EnvHttpProxyAgent({
      ...options,
      httpProxy: http?.url.href ?? '',
      httpsProxy: https?.url.href ?? '',
      noProxy: this.#variables.no_proxy ?? this.#variables.NO_PROXY ?? '',
      proxyTls: options.connect,
      requestTls: options.connect,
      clientFactory: (origin, poolOptions) => {
        const proxy = proxies.find((each) => each?.url.href === origin.href)!;
        return new ProxyPool(proxy, poolOptions as Pool.Options, (host) => this.#tunnels.set(host, proxy));
      },
    });
  }

  #options(signal: AbortSignal) {
    return {
      // The watchdog keeps the time: a model may be silent for longer than any limit of the network layer.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: idleConnectionMs,
      keepAliveMaxTimeout: idleConnectionMs,
      connect: { timeout: this.#connectMs, signal },
    };
  }
}
