/** Error bodies in the shapes of many servers, over real HTTP: each falls into its class. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FailureClass, ProviderFailure } from '../../../src/core/errors/provider-failure.ts';
import { askQuestion } from '../../helpers/question.ts';

interface Row {
  name: string;
  status: number;
  body: unknown;
  headers?: Record<string, string>;
}

let row: Row;
const server = createServer((request, response) => {
  request.resume();
  const text = typeof row.body === 'string' ? row.body : JSON.stringify(row.body);
  response.writeHead(row.status, { 'content-type': 'application/json', ...row.headers }).end(text);
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => void server.close());

async function failureOf(one: Row): Promise<ProviderFailure> {
  row = one;
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  return askQuestion(url).then(
    ({ text }) => {
      throw new Error(`answered ${text}`);
    },
    (failure: ProviderFailure) => failure,
  );
}

/** As the service itself words an error, and as most others do. */
const error = (message: unknown, rest: object = {}) => ({
  error: { message, type: 'invalid_request_error', param: null, code: null, ...rest },
});
const of = (name: string, status: number, body: unknown, headers?: Record<string, string>): Row => ({
  name,
  status,
  body,
  ...(headers ? { headers } : {}),
});

const rows: Partial<Record<FailureClass, Row[]>> = {
  'key-refused': [
    of('the service', 401, error('Incorrect API key provided: sk-no.', { code: 'invalid_api_key' })),
    of('xAI', 400, {
      code: 'Client specified an invalid argument',
      error: 'Incorrect API key provided: xa***no.',
    }),
    of('Gemini, in a list', 400, [
      {
        error: {
          code: 400,
          message: 'API key not valid. Please pass a valid API key.',
          status: 'INVALID_ARGUMENT',
        },
      },
    ]),
    of('Azure', 401, {
      error: { code: '401', message: 'Access denied: wrong subscription key or endpoint.' },
    }),
    of('LiteLLM', 401, error('Authentication Error, no such token', { type: 'auth_error', code: '401' })),
    of('llama.cpp', 401, { error: { code: 401, message: 'Invalid API Key', type: 'authentication_error' } }),
    of('one without words', 401, { detail: 'Unauthorized' }),
  ],
  'model-not-found': [
    of('the service', 404, error('The model `no` does not exist.', { code: 'model_not_found' })),
    of('a project without access', 403, error('Project `p` does not have access to model `no`')),
    of('xAI', 400, { code: 'invalid-argument', error: 'Model not found: no' }),
    of('xAI, as missing', 404, {
      code: 'Some requested entity was not found',
      error: 'The model no does not exist or your team has no access to it.',
    }),
    of('OpenRouter', 400, { error: { message: 'a/no is not a valid model ID', code: 400 }, user_id: 'u' }),
    of('OpenRouter, without a provider', 404, {
      error: { message: 'No endpoints found for a/no.', code: 404 },
    }),
    of('OpenRouter, without an allowed provider', 404, {
      error: { message: 'No allowed providers are available for the selected model.', code: 404 },
    }),
    of('Azure', 404, {
      error: { code: 'DeploymentNotFound', message: 'The API deployment does not exist.' },
    }),
    of('Azure, a model that cannot do this', 400, {
      error: {
        code: 'OperationNotSupported',
        message: 'The responses operation does not work with the specified model, no. Choose another.',
      },
    }),
    of('GitHub Models', 400, { error: { code: 'unknown_model', message: 'Unknown model: no', details: '' } }),
    of(
      'Copilot',
      400,
      error('The requested model is not supported.', { code: 'model_not_supported', param: 'model' }),
    ),
    of('DeepSeek', 400, error('Model Not Exist', { code: 'invalid_request_error' })),
    of(
      'DeepSeek, with the names',
      400,
      error('The supported API model names are a or b, but you passed no.'),
    ),
    of('Groq', 400, error('The model `no` has been decommissioned.', { code: 'model_decommissioned' })),
    of('Mistral', 400, {
      object: 'error',
      message: 'Invalid model: no',
      type: 'invalid_model',
      code: '1500',
    }),
    of(
      'Perplexity',
      400,
      error("Invalid model 'no'. See the documentation.", { type: 'invalid_model', code: 400 }),
    ),
    of('Together', 404, error('Unable to access model no.', { code: 'model_not_available' })),
    of('Gemini', 404, [
      { error: { code: 404, message: 'models/no is not found for API version v1', status: 'NOT_FOUND' } },
    ]),
    of(
      'LiteLLM',
      400,
      error("{'error': '/responses: Invalid model name passed in model=no. Call `/v1/models`.'}", {
        code: '400',
      }),
    ),
    of(
      'LiteLLM, nested',
      400,
      error({ error: '/responses: Invalid model name passed in model=no.' }, { code: '400' }),
    ),
    of('vLLM', 404, {
      error: { message: 'The model `no` does not exist.', type: 'NotFoundError', param: 'model', code: 404 },
    }),
    of('vLLM of old, flat', 404, {
      object: 'error',
      message: 'The model `no` does not exist.',
      type: 'NotFoundError',
      code: 404,
    }),
    of('vLLM behind a gateway, with 200', 200, {
      object: 'error',
      message: 'The model `no` does not exist.',
      type: 'NotFoundError',
      code: 404,
    }),
    of('Ollama', 404, {
      error: { message: "model 'no' not found", type: 'not_found_error', param: null, code: null },
    }),
    of('Ollama of old', 404, { error: 'model "no" not found, try pulling it first' }),
    of('LM Studio', 404, error('No models loaded.', { code: 'model_not_found', param: 'model' })),
    of('Bedrock', 400, { message: 'The provided model identifier is invalid.' }),
  ],
  'quota-exhausted': [
    of('the service', 429, error('You exceeded your current quota.', { code: 'insufficient_quota' })),
    of('DeepSeek', 402, error('Insufficient Balance', { type: 'unknown_error' })),
    of('OpenRouter', 402, { error: { message: 'This request requires more credits.', code: 402 } }),
    of(
      'LiteLLM',
      400,
      error('Budget has been exceeded! Current cost: 2, Max budget: 1', {
        type: 'budget_exceeded',
        code: '400',
      }),
    ),
    of('a subscription', 429, {
      error: { type: 'usage_limit_reached', message: 'The usage limit has been reached' },
    }),
  ],
  'rate-limited': [
    of('the service', 429, error('Rate limit reached.', { code: 'rate_limit_exceeded', type: 'requests' })),
    of('Azure', 429, {
      error: { code: 'RateLimitReached', message: 'Your requests have exceeded the rate limit.' },
    }),
    of('OpenRouter', 429, {
      error: { message: 'Provider returned error', code: 429, metadata: { raw: 'busy' } },
    }),
    of(
      'LiteLLM',
      429,
      error('No deployments available for selected model. Try again in 5 seconds.', {
        type: 'None',
        code: '429',
      }),
    ),
  ],
  'request-over-rate-limit': [
    of(
      'Groq',
      413,
      error('Request too large for model `a`: Limit 6000, Requested 7000', {
        type: 'tokens',
        code: 'rate_limit_exceeded',
      }),
    ),
  ],
  'context-length': [
    of(
      'the service',
      400,
      error('Your input exceeds the context window of this model.', { code: 'context_length_exceeded' }),
    ),
    of('vLLM', 400, {
      object: 'error',
      message: "This model's maximum context length is 8192 tokens.",
      type: 'BadRequestError',
      code: 400,
    }),
    of('llama.cpp', 400, {
      error: {
        code: 400,
        message: 'the request exceeds the available context size',
        type: 'exceed_context_size_error',
        n_ctx: 8192,
      },
    }),
    of('llama.cpp, by its type', 400, {
      error: { code: 400, message: 'try increasing it', type: 'exceed_context_size_error' },
    }),
    of('Bedrock', 400, { message: 'Input is too long for requested model.' }),
  ],
  'content-policy': [
    of('the service', 400, error('Invalid prompt: flagged.', { code: 'invalid_prompt' })),
    of('Azure', 400, {
      error: {
        code: 'content_filter',
        message: 'The response was filtered.',
        param: 'prompt',
        type: null,
        status: 400,
        innererror: {},
      },
    }),
  ],
  'unsupported-parameter': [
    of('the service', 400, error("Unsupported parameter: 'temperature'.", { param: 'temperature' })),
    of('a server with a schema', 422, {
      detail: [{ type: 'extra_forbidden', loc: ['body', 'store'], msg: 'Extra inputs are not permitted' }],
    }),
    of('Ollama', 400, {
      error: { message: '"llama3" does not support thinking', type: 'invalid_request_error' },
    }),
  ],
  'wrong-endpoint': [
    of('Azure', 404, { error: { code: '404', message: 'Resource not found' } }),
    of('llama.cpp', 404, { error: { code: 404, message: 'File Not Found', type: 'not_found_error' } }),
    of('FastAPI', 404, { detail: 'Not Found' }),
    of('a method that is not allowed', 405, { detail: 'Method Not Allowed' }),
    of('LM Studio, with 200', 200, { error: 'Unexpected endpoint or method. (POST /v1/responses)' }),
    of('one that has not built it', 501, error('not implemented', { type: 'not_supported_error' })),
  ],
  'server-error': [
    of('llama.cpp, loading', 503, {
      error: { code: 503, message: 'Loading model', type: 'unavailable_error' },
    }),
    of('Groq, without capacity', 498, error('Flex tier capacity exceeded', { code: 'capacity_exceeded' })),
    of('Anthropic’s overload', 529, {
      type: 'error',
      error: { type: 'overloaded_error', message: 'Overloaded' },
    }),
    of('nothing at all', 502, ''),
    of('an error with 200', 200, { error: { message: 'Upstream is down', type: 'server_error', code: 502 } }),
    of('an error with 200, in words', 200, { error: 'upstream connect error' }),
  ],
  'bad-request': [
    of('the service', 400, error("Invalid 'input[0]'.", { code: 'invalid_value', param: 'input[0]' })),
    of('DeepSeek', 400, error('Failed to deserialize the JSON body', { code: 'invalid_request_error' })),
    of('a model that is only mentioned', 400, error('The model needs an image of 512 pixels')),
    of('llama.cpp', 400, {
      error: {
        code: 400,
        message: "Field 'temperature': type must be number",
        type: 'invalid_request_error',
      },
    }),
  ],
};

describe.each(Object.entries(rows))('%s', (failureClass, list) => {
  it.each(list.map((one) => [one.name, one] as const))('%s', async (_, one) => {
    const failure = await failureOf(one);
    expect(failure.failureClass, failure.message).toBe(failureClass);
    expect(`${failure.message} ${failure.details.hint}`).not.toMatch(/answered undefined|\[object/);
  });
});
