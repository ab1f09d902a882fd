/**
 * The proxies that HTTPS_PROXY and HTTP_PROXY name, in either case. What fails on the way to an open tunnel is
 * reported as the proxy's failure, with its address but never its password.
 */
import { type Dispatcher, Pool } from 'undici';
import { ProviderFailure } from '../../core/errors/provider-failure.ts';
import {
  connectionWords,
  errorCode,
  foreignProtocol,
  isCertificateError,
  isTimeout,
} from './connection-errors.ts';

export type Variables = Readonly<Record<string, string | undefined>>;

export interface HttpProxy {
  /** The variable that names it. */
  variable: string;
  url: URL;
}

/** A proxy that cannot reach the server says so in less. */
const tunnelMs = 30_000;
const variableNames = ['HTTP_PROXY', 'HTTPS_PROXY'] as const;

/** Throws a `ProviderFailure` where the variable's value is not a proxy. */
export function proxyFrom(name: (typeof variableNames)[number], variables: Variables): HttpProxy | undefined {
  // As in curl, the lower-case name goes first.
  const variable = variables[name.toLowerCase()] === undefined ? name : name.toLowerCase();
  const value = variables[variable]?.trim() ?? '';
  if (value === '') return undefined;
  const url = readUrl(value);
  if (url) return { variable, url };
  throw new ProviderFailure('wrong-endpoint', `${variable} is not the URL of an HTTP proxy`, {
    code: 'invalid-environment',
    hint: `set ${variable} to a URL like http://proxy.example:3128, or unset it`,
  });
}

function readUrl(value: string): URL | undefined {
  try {
    const url = new URL(value.includes('://') ? value : `http://${value}`);
    decodeURIComponent(url.username + url.password);
    // A proxy has no path; curl ignores one, too.
    url.pathname = '/';
    url.search = '';
    url.hash = '';
    return ['http:', 'https:'].includes(url.protocol) ? url : undefined;
  } catch {
    return undefined;
  }
}

export function describeProxy({ variable, url }: HttpProxy): string {
  return `the proxy ${url.protocol}//${url.host} (${variable})`;
}

/** More than any number of parallel calls opens. A proxy that spoils every tunnel is asked for a new one without end. */
const mostTunnelsPerSecond = 200;

/** Connections to a proxy, for the tunnels through it. */
export class ProxyPool extends Pool {
  readonly #proxy: HttpProxy;
  readonly #onTunnel: (host: string) => void;
  #recent: number[] = [];

  constructor(proxy: HttpProxy, options: Pool.Options, onTunnel: (host: string) => void) {
    super(proxy.url, { ...options, headersTimeout: tunnelMs });
    this.#proxy = proxy;
    this.#onTunnel = onTunnel;
  }

  override connect(options: Omit<Dispatcher.ConnectOptions, 'origin'>): Promise<Dispatcher.ConnectData>;
  override connect(options: unknown, callback: unknown): void;
  override async connect(
    options: Omit<Dispatcher.ConnectOptions, 'origin'>,
  ): Promise<Dispatcher.ConnectData> {
    this.#countTunnel(options.path);
    let tunnel: Dispatcher.ConnectData;
    try {
      tunnel = await super.connect(options);
    } catch (error) {
      throw unreachable(this.#proxy, error);
    }
    if (tunnel.statusCode === 200) {
      this.#onTunnel(options.path);
      return tunnel;
    }
    tunnel.socket.on('error', () => {}).destroy();
    throw refused(this.#proxy, tunnel.statusCode, options.path);
  }

  #countTunnel(host: string): void {
    const now = performance.now();
    this.#recent = [...this.#recent.filter((at) => now - at < 1000), now];
    if (this.#recent.length <= mostTunnelsPerSecond) return;
    const where = describeProxy(this.#proxy);
    throw new ProviderFailure('wrong-endpoint', `${where} spoils every connection to ${host}`, {
      code: 'offline',
      hint: `check ${this.#proxy.variable}; hosts in NO_PROXY are reached without it`,
    });
  }
}

function unreachable(proxy: HttpProxy, error: unknown): ProviderFailure {
  const code = errorCode(error);
  const { variable } = proxy;
  const where = describeProxy(proxy);
  if (isCertificateError(code)) {
    return new ProviderFailure('wrong-endpoint', `cannot reach ${where}: ${connectionWords(code)}`, {
      code: 'offline',
      hint: `trust the proxy's certificate, or correct ${variable}`,
    });
  }
  const protocol = foreignProtocol(code);
  if (protocol !== undefined) {
    return new ProviderFailure('wrong-endpoint', `${where} does not speak ${protocol} (${code})`, {
      code: 'offline',
      hint: `check ${variable}: http:// or https://, and its port`,
    });
  }
  // Not "timed out": the openai package drops the cause of an error with these words.
  if (isTimeout(code)) {
    return new ProviderFailure('first-event-timeout', `no answer in time from ${where}`, {
      hint: `check the network and ${variable}`,
    });
  }
  return new ProviderFailure(
    'connection',
    `cannot reach ${where}: ${connectionWords(code) ?? 'connection failed'}`,
    { hint: `check the network and ${variable}; hosts in NO_PROXY are reached without it` },
  );
}

function refused(proxy: HttpProxy, status: number, host: string): ProviderFailure {
  const { variable, url } = proxy;
  const message = `${describeProxy(proxy)} refused the connection to ${host} with status ${status}`;
  if (status === 407) {
    const hint =
      url.password === ''
        ? `put the user name and password into ${variable}, before the host: USER:PASSWORD@${url.host}`
        : `check the user name and password in ${variable}`;
    return new ProviderFailure('wrong-endpoint', message, { code: 'offline', status, hint });
  }
  if (status === 408 || status === 429 || status >= 500) {
    return new ProviderFailure('connection', message, {
      status,
      hint: `check OPENAI_BASE_URL and the proxy; add the host to NO_PROXY to reach it without ${variable}`,
    });
  }
  return new ProviderFailure('wrong-endpoint', message, {
    code: 'offline',
    status,
    hint: `allow ${host} in the proxy, or add the host to NO_PROXY to reach it without ${variable}`,
  });
}
