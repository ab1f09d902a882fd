/** Turns texts into vectors, by the openai package. */
import { ProviderFailure } from '../../core/errors/provider-failure.ts';
import { asCount, asList, asName, asObject, type Json } from '../../core/text/json.ts';
import type { EmbeddingProvider, EmbeddingRequest, EmbeddingResult } from '../../engine/retrieval-ports.ts';
import { openAiClient, redactSecrets } from './client.ts';
import { failureFrom } from './failure.ts';
import { httpResponse } from './fetch.ts';
import type { OpenAiProviderOptions } from './provider.ts';

/** More than the most vectors of one request, with the most digits. */
const mostBytes = 128 * 1024 * 1024;
const hint = 'check OPENAI_BASE_URL: it ends in /v1 and points at a server that has /embeddings';

export function openAiEmbeddings({
  redact: redactKey,
  ...settings
}: OpenAiProviderOptions): EmbeddingProvider {
  const { client, connections } = openAiClient(settings);
  const redact = redactSecrets(redactKey, process.env, settings.baseUrl);
  const url = new URL(client.baseURL);
  const { host } = url;
  return {
    async embed(request, { signal, limitMs }) {
      const limit = AbortSignal.timeout(limitMs);
      const ended = AbortSignal.any([signal, limit]);
      let begun = false;
      const ask = async () => {
        const { model, dimensions, texts: input } = request;
        const body = { model, input, dimensions, encoding_format: 'base64' };
        const response = httpResponse(await client.post('/embeddings', { body, signal: ended }).asResponse());
        begun = true;
        return readVectors(parse(await response.body.text(mostBytes)), request);
      };
      try {
        const result = await connections.use(ended, ask);
        const { servedModel } = result;
        return { ...result, servedModel: servedModel && redact(servedModel) };
      } catch (error) {
        if (signal.aborted) throw new ProviderFailure('cancelled', 'cancelled');
        if (limit.aborted)
          throw new ProviderFailure('attempt-timeout', `no vectors from ${host} within ${limitMs / 1000} s`, {
            hint: 'check the network, the proxy and OPENAI_BASE_URL',
          });
        const { apiKey } = settings;
        const proxy = connections.proxyTo(url);
        throw withHint(failureFrom(error, { redact, apiKey, now: Date.now(), host, proxy, begun }));
      }
    },
  };
}

function parse(text: string | undefined): Json {
  try {
    const body = text === undefined ? undefined : asObject(JSON.parse(text));
    if (body) return body;
  } catch {
    // The parser's message would quote the answer.
  }
  throw new ProviderFailure('malformed-answer', 'the provider did not answer with vectors', { hint });
}

function readVectors(body: Json, { texts, dimensions }: EmbeddingRequest): EmbeddingResult {
  const vectors = new Array<Float32Array | undefined>(texts.length).fill(undefined);
  for (const [at, entry] of asList(body.data).entries()) {
    const { index, embedding } = asObject(entry) ?? {};
    vectors[asCount(index) ?? at] = readVector(embedding);
  }
  if (vectors.length !== texts.length || vectors.some((vector) => vector?.length !== dimensions))
    throw new ProviderFailure(
      'malformed-answer',
      `the provider did not answer with ${texts.length} vectors of ${dimensions} dimensions`,
      {
        hint: 'check retrieval.embeddings in policies.json: not every model takes every number of dimensions',
      },
    );
  return {
    vectors: vectors as Float32Array[],
    inputTokens: asCount(asObject(body.usage)?.prompt_tokens),
    servedModel: asName(body.model),
  };
}

/** Little-endian floats in base64, or a list of numbers from servers that know no other form. */
function readVector(embedding: unknown): Float32Array | undefined {
  const bytes = typeof embedding === 'string' ? Buffer.from(embedding, 'base64') : undefined;
  const numbers = bytes
    ? Array.from({ length: Math.floor(bytes.length / 4) }, (_, at) => bytes.readFloatLE(4 * at))
    : asList(embedding);
  return numbers.every(Number.isFinite) ? Float32Array.from(numbers as number[]) : undefined;
}

/** The hint of the error policy is about the path of another request. */
function withHint(failure: ProviderFailure): ProviderFailure {
  if (failure.failureClass !== 'wrong-endpoint') return failure;
  return new ProviderFailure(failure.failureClass, failure.message, { ...failure.details, hint });
}
