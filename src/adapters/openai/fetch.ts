/**
 * The fetch that the openai package is given. It follows no redirect, since that would send key and code to a host that the user did not name, and it reads no
 * more of an error than is needed.
 */
import { ProviderFailure } from '../../core/errors/provider-failure.ts';
import { asObject, asText } from '../../core/text/json.ts';
import type { Connections } from '../http/connections.ts';
import type { HttpBody, HttpResponse } from '../http/response.ts';
import { send } from '../http/send.ts';

const mostErrorBytes = 64 * 1024;
/** The status alone decides what to do: its message is not waited for any longer. */
const errorBodyMs = 1000;

/** The package hands a successful response over as it is: `httpResponse` takes it back. */
export function packageFetch(connections: Connections): typeof fetch {
  return ((url: string, init: RequestInit) => answer(connections, url, init)) as unknown as typeof fetch;
}

/** What a successful request was answered with. */
export function httpResponse(response: Response): HttpResponse {
  return response as unknown as HttpResponse;
}

async function answer(
  connections: Connections,
  url: string,
  { method = 'GET', headers, body, signal }: RequestInit,
): Promise<HttpResponse | Response> {
  const response = await send(connections, new URL(url), {
    method: method as 'GET' | 'POST',
    headers: Object.fromEntries(headers instanceof Headers ? headers : new Headers(headers)),
    body: (body ?? null) as string | null,
    signal,
  });
  if (response.ok) return response;
  const { status } = response;
  const text = wrapError(await readBeginning(response.body, signal));
  // No `Response` can hold such a status.
  if (status < 200 || status > 599)
    throw new ProviderFailure('server-error', `the server answered with the invalid HTTP status ${status}`);
  return new Response(status === 304 ? null : text, { status, headers: [...response.headers] });
}

async function readBeginning(body: HttpBody, signal: AbortSignal | null | undefined): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  const timer = setTimeout(() => body.cancel(), errorBodyMs);
  try {
    while (size < mostErrorBytes) {
      const piece = await body.read();
      if (!piece) return text + decoder.decode();
      size += piece.length;
      text += decoder.decode(piece, { stream: true });
    }
  } catch (error) {
    // The status says more than how its body ended, unless the attempt was aborted.
    if (signal?.aborted) throw error;
  } finally {
    clearTimeout(timer);
  }
  body.cancel();
  return text;
}

/** Compatible servers wrap errors in other ways, of which the package would see nothing. */
function wrapError(text: string): string {
  try {
    return wrapped(JSON.parse(text), text);
  } catch {
    // Not JSON, or nested too deeply to be written again.
    return text;
  }
}

function wrapped(body: unknown, text: string): string {
  const object = asObject(Array.isArray(body) ? body[0] : body);
  if (!object || asObject(object.error)) return object ? JSON.stringify(object) : text;
  const message =
    asText(object.error) ??
    asText(object.message) ??
    asText(object.detail) ??
    asText(object.title) ??
    JSON.stringify(object.detail ?? object);
  return JSON.stringify({
    error: { message, code: object.code ?? null, type: object.type ?? null, param: object.param ?? null },
  });
}
