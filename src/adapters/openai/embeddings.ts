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

/** Nothing is guessed: what does not say clearly which vector belongs to which text is no answer. */
function readVectors(body: Json, { model, texts, dimensions }: EmbeddingRequest): EmbeddingResult {
  const servedModel = asName(body.model);
  if (servedModel !== undefined && !servedModel.toLowerCase().includes(model.toLowerCase()))
    throw new ProviderFailure('malformed-answer', `the vectors are of ${servedModel}, not of ${model}`, {
      hint: 'vectors of two models are never mixed: set retrieval.embeddings.model in policies.json to the one that the server has',
    });
  const data = asList(body.data);
  const vectors = new Array<Float32Array | undefined>(texts.length).fill(undefined);
  for (const [at, entry] of data.entries()) {
    const { index = at, embedding } = asObject(entry) ?? {};
    if (Number.isInteger(index) && vectors[index as number] === undefined && (index as number) < texts.length)
      vectors[index as number] = readVector(embedding);
  }
  if (data.length !== texts.length || vectors.some((vector) => vector?.length !== dimensions))
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
    servedModel,
  };
}

/** Little-endian floats in base64, or a list of numbers from servers that know no other form. */
function readVector(embedding: unknown): Float32Array | undefined {
  const bytes = typeof embedding === 'string' ? Buffer.from(embedding, 'base64') : undefined;
  if (bytes && bytes.length % 4 !== 0) return undefined;
  const numbers = bytes
    ? Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readFloatLE(4 * at))
    : asList(embedding);
  if (!numbers.every((number) => typeof number === 'number')) return undefined;
  const vector = Float32Array.from(numbers);
  // One that is too large for 32 bits is none either.
  return vector.every(Number.isFinite) ? vector : undefined;
}

/** The hint of the error policy is about the path of another request. */
function withHint(failure: ProviderFailure): ProviderFailure {
  if (failure.failureClass !== 'wrong-endpoint') return failure;
  return new ProviderFailure(failure.failureClass, failure.message, { ...failure.details, hint });
}
