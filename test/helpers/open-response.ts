import { Connections } from '../../src/adapters/http/connections.ts';
import type { HttpResponse } from '../../src/adapters/http/response.ts';
import { httpResponse, packageFetch } from '../../src/adapters/openai/fetch.ts';

/** A request as the openai package sends one, over connections that are given or its own. */
export async function openResponse(
  url: URL | string,
  { signal = new AbortController().signal, connections = new Connections({}) } = {},
): Promise<HttpResponse> {
  return httpResponse(await packageFetch(connections)(String(url), { method: 'POST', body: '{}', signal }));
}
