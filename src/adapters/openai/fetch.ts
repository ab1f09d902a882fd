/**
 * The fetch that the openai package is given. It follows no redirect, since that would send code and key to a
 * host that nobody named, and it reads no more of an error than an error can need.
 */
import { ProviderFailure } from '../../core/errors/provider-failure.ts';
import { asObject, asText } from '../../core/text/json.ts';
import { type HttpBody, type HttpResponse, sendHttp } from './http.ts';

const mostErrorBytes = 64 * 1024;
/** The status says what to do: its words are not waited for longer than this. */
const errorBodyMs = 1000;

export async function carefulFetch(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
  const response = await sendHttp(new URL(input as string | URL), {
    method: init.method ?? 'GET',
    // The package gives its own; a copy of them is not free.
    headers: Object.fromEntries(init.headers instanceof Headers ? init.headers : new Headers(init.headers)),
    body: (init.body ?? undefined) as string | undefined,
    signal: init.signal ?? new AbortController().signal,
  });
  // The package hands it over as it is: `httpResponse` takes it back.
  if (response.ok) return response as unknown as Response;
  const { status, statusText } = response;
  const headers = new Headers([...response.headers]);
  // The package may be told by a header to try again; that is the engine's business.
  headers.delete('x-should-retry');
  const text = wrapError(await readBeginning(response.body));
  // No other could be given to the package.
  if (status < 200 || status > 599)
    throw new ProviderFailure(
      'server-error',
      `the server answered with status ${status}, which HTTP has not`,
    );
  const bodiless = status === 304;
  return new Response(bodiless ? null : text, { status, statusText, headers });
}

/** What a request that went well was answered with. */
export function httpResponse(response: Response): HttpResponse {
  return response as unknown as HttpResponse;
}

async function readBeginning(body: HttpBody): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  // A read that is under way ends as if the body did.
  const timer = setTimeout(() => body.cancel(), errorBodyMs);
  try {
    while (size < mostErrorBytes) {
      const piece = await body.read();
      if (!piece) return text + decoder.decode();
      size += piece.length;
      text += decoder.decode(piece, { stream: true });
    }
  } catch (error) {
    // The status says more than how its body ended, unless the attempt was ended.
    if (error instanceof Error && error.name === 'AbortError') throw error;
  } finally {
    clearTimeout(timer);
  }
  body.cancel();
  return text;
}

/** Compatible servers give errors in other wrappings, of which the package would see nothing. */
function wrapError(text: string): string {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return text;
  }
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
