/** Requests to a Qdrant server. The API key goes to this server alone, and into no message. */
import { isHttpUrl } from '../../core/config/base-url.ts';
import { qdrantUrlFault } from '../../core/config/qdrant-url.ts';
import { OrchError } from '../../core/errors/orch-error.ts';
import { type Redact, redactor } from '../../core/errors/redact.ts';
import { retryAfterMs } from '../../core/errors/retry-after.ts';
import { asObject, asText, type Json } from '../../core/text/json.ts';
import { shortMessage } from '../../core/text/outside-text.ts';
import type { Clock } from '../../engine/ports.ts';
import { connectionWords, errorCode, foreignProtocol } from '../http/connection-errors.ts';
import { Connections } from '../http/connections.ts';
import type { Variables } from '../http/proxy.ts';
import type { HttpResponse } from '../http/response.ts';
import { send } from '../http/send.ts';

export interface QdrantServer {
  url: string;
  /** Of ORCH_QDRANT_API_KEY. */
  apiKey: string | undefined;
  /** Whether http may leave this machine. */
  allowInsecure: boolean;
  /** For the proxy. */
  variables: Variables;
  redact: Redact;
  clock: Clock;
}

export interface Call {
  method: 'GET' | 'PUT' | 'POST';
  /** Below the server's URL, without a slash at the start. */
  path: string;
  body?: unknown;
  signal: AbortSignal;
  limitMs: number;
}

interface TextAnswer extends Pick<HttpResponse, 'status' | 'headers'> {
  /** Undefined where it is longer than allowed. */
  text: string | undefined;
}

const connectMs = 2000;
const mostAnswerBytes = 16 * 1024 * 1024;
/** A server that wants more time than this is taken for one that is down. */
const longestWaitMs = 2000;
const defaultWaitMs = 300;
const longestShown = 300;

/** `status`: of the answer, if there was one. */
export function unavailable(
  message: string,
  hint: string,
  { status, cause }: { status?: number; cause?: unknown } = {},
): OrchError {
  const details = status === undefined ? {} : { details: { status } };
  return new OrchError('retrieval-unavailable', message, { hint, cause, ...details });
}

const urlHint = 'check ORCH_QDRANT_URL, or retrieval.qdrant.url in policies.json';

export class QdrantClient {
  readonly #server: QdrantServer;
  readonly #base: URL;
  readonly #connections: Connections;
  readonly #redact: Redact;
  /** For messages. */
  readonly name: string;

  /** Throws `retrieval-unavailable` for an address that nothing is sent to. */
  constructor(server: QdrantServer) {
    const fault = qdrantUrlFault(server.url, { allowInsecure: server.allowInsecure });
    if (fault !== undefined) {
      const where = isHttpUrl(server.url)
        ? `the address of Qdrant (${new URL(server.url).host})`
        : 'the address of Qdrant';
      throw unavailable(`${where}: ${fault.message}`, `${fault.hint}; ${urlHint}`);
    }
    this.#server = server;
    this.#base = new URL(server.url.replace(/\/*$/, '/'));
    this.#connections = new Connections(server.variables, connectMs);
    const redactKey = redactor([server.apiKey]);
    this.#redact = (text) => redactKey(server.redact(text));
    this.name = `Qdrant at ${this.#base.host}`;
  }

  /**
   * The JSON of a successful answer; undefined for 404. Throws `retrieval-unavailable` for everything else, and what
   * the signal is aborted with.
   */
  async call(call: Call): Promise<Json | undefined> {
    const limit = AbortSignal.timeout(call.limitMs);
    const ended = AbortSignal.any([call.signal, limit]);
    try {
      for (let isFirst = true; ; isFirst = false) {
        const answer = await this.#send(call, ended);
        const wait = isFirst ? this.#waitFor(answer) : undefined;
        if (wait === undefined) return this.#read(answer);
        await this.#server.clock.sleep(wait, ended);
        ended.throwIfAborted();
      }
    } catch (error) {
      call.signal.throwIfAborted();
      if (error instanceof OrchError) throw error;
      if (limit.aborted)
        throw this.#fault(
          `no answer within ${call.limitMs / 1000} s`,
          'check that the server is up and not overloaded',
        );
      throw this.#unreachable(error);
    }
  }

  #send({ method, path, body }: Call, signal: AbortSignal): Promise<TextAnswer> {
    const { apiKey } = this.#server;
    const headers = {
      accept: 'application/json',
      ...(apiKey === undefined ? {} : { 'api-key': apiKey }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    return this.#connections.use(signal, async () => {
      const response = await send(this.#connections, new URL(path, this.#base), {
        ...{ method, headers, signal },
        body: body === undefined ? null : JSON.stringify(body),
      });
      return {
        status: response.status,
        headers: response.headers,
        text: await response.body.text(mostAnswerBytes),
      };
    });
  }

  /** Undefined: the answer is final. */
  #waitFor({ status, headers, text }: TextAnswer): number | undefined {
    if (status !== 429 && status !== 503) return undefined;
    const asked = retryAfterMs((name) => headers.get(name), text ?? '', this.#server.clock.now());
    const wait = asked ?? defaultWaitMs;
    return wait <= longestWaitMs ? wait : undefined;
  }

  #read({ status, headers, text }: TextAnswer): Json | undefined {
    if (text === undefined) throw this.#fault('sent more than any answer can hold', urlHint);
    const body = parse(text);
    const known = body !== undefined && ('status' in body || 'version' in body);
    if (status >= 200 && status < 300 && known) return body;
    if (status === 404 && known) return undefined;
    const said = shortMessage(asText(asObject(body?.status)?.error) ?? '', longestShown);
    const words = said === '' ? '' : `: ${this.#clean(said)}`;
    if (status === 401 || status === 403)
      throw this.#fault(
        `refused ${this.#server.apiKey === undefined ? 'a request without a key' : 'the key'} (${status})${words}`,
        'check ORCH_QDRANT_API_KEY, and that the key may write',
        { status },
      );
    if (status >= 300 && status < 400)
      throw this.#fault(`redirects elsewhere (${status}), where nothing is sent`, urlHint);
    if (status === 429 || status >= 500)
      throw this.#fault(
        status === 429 ? `is asked too often (429)${words}` : `failed (${status})${words}`,
        'try again later',
      );
    if (known) throw this.#fault(`refused a request (${status})${words}`, urlHint);
    const page = /html/i.test(headers.get('content-type') ?? '') || /^\s*</.test(text);
    throw this.#fault(
      page ? `answered with a web page (${status})` : `did not answer as Qdrant does (${status})`,
      urlHint,
    );
  }

  #unreachable(error: unknown): OrchError {
    const code = errorCode(error);
    if (code === 'UND_ERR_INVALID_ARG')
      // Its words repeat the value.
      return this.#fault(
        'cannot be asked: the key holds a character that a header cannot',
        'check ORCH_QDRANT_API_KEY',
      );
    const protocol = foreignProtocol(code);
    const words =
      protocol === undefined
        ? (connectionWords(code) ?? shortMessage(error instanceof Error ? error.message : '', longestShown))
        : `it does not speak ${protocol}`;
    return this.#fault(
      `cannot be reached: ${this.#clean(words)}`,
      `check that the server is up; ${urlHint}`,
      {
        cause: error,
      },
    );
  }

  #fault(what: string, hint: string, details?: { status?: number; cause?: unknown }): OrchError {
    return unavailable(`${this.name} ${what}`, hint, details);
  }

  #clean(text: string): string {
    return this.#redact(text.replace(/[\s\p{Cc}]+/gu, ' ').trim());
  }
}

function parse(text: string): Json | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}
