import { describe, expect, it } from 'vitest';
import { classifyProviderError, type ProviderError } from '../../../src/adapters/openai/error-policy.ts';
import {
  type FailureClass,
  ProviderFailure,
  type Recovery,
} from '../../../src/core/errors/provider-failure.ts';

const error = (fields: Partial<ProviderError>): ProviderError => ({
  status: undefined,
  code: undefined,
  type: undefined,
  param: undefined,
  message: '',
  ...fields,
});

/** One row per case of the error policy: what arrives, its class, what is done. */
const rows: [string, Partial<ProviderError>, FailureClass, Recovery][] = [
  [
    'a wrong key',
    { status: 401, code: 'invalid_api_key', message: 'Incorrect API key provided' },
    'key-refused',
    'stop',
  ],
  ['401 of any kind', { status: 401, message: 'model does not exist for you' }, 'key-refused', 'stop'],
  ['a country', { status: 403, code: 'unsupported_country_region_territory' }, 'region-refused', 'stop'],
  [
    'a country in words',
    { status: 403, message: 'Country, region, or territory not supported' },
    'region-refused',
    'stop',
  ],
  ['403 without more', { status: 403, message: 'Forbidden' }, 'key-refused', 'stop'],
  ['no quota', { status: 429, code: 'insufficient_quota' }, 'quota-exhausted', 'stop'],
  [
    'no quota, by type',
    { status: 429, type: 'insufficient_quota', message: 'You exceeded your current quota' },
    'quota-exhausted',
    'stop',
  ],
  ['no credit', { status: 429, code: 'credit_balance_exhausted' }, 'quota-exhausted', 'stop'],
  ['a spend limit', { status: 429, code: 'project_spend_limit_exceeded' }, 'quota-exhausted', 'stop'],
  [
    'another spend limit',
    { status: 429, code: 'organization_spend_limit_exceeded' },
    'quota-exhausted',
    'stop',
  ],
  ['a usage limit', { status: 429, code: 'organization_usage_limit_exceeded' }, 'quota-exhausted', 'stop'],
  ['payment required', { status: 402, message: 'Insufficient credits' }, 'quota-exhausted', 'stop'],
  [
    'no quota, in words',
    { status: 429, message: 'You exceeded your current quota, please check your plan and billing details.' },
    'quota-exhausted',
    'stop',
  ],
  ['a hard limit', { status: 400, code: 'billing_hard_limit_reached' }, 'quota-exhausted', 'stop'],
  ['a dead model', { status: 404, code: 'model_not_found' }, 'model-not-found', 'next-model'],
  ['a model without access', { status: 403, code: 'model_not_found' }, 'model-not-found', 'next-model'],
  [
    'a model without access, in words',
    { status: 403, message: 'Project `p` does not have access to model `gpt-5`' },
    'model-not-found',
    'next-model',
  ],
  [
    'a dead model, without a code',
    { status: 404, message: 'The model `gpt-5-codex` does not exist' },
    'model-not-found',
    'next-model',
  ],
  [
    'a local model that is not pulled',
    { status: 404, message: 'model "gpt-5" not found, try pulling it first' },
    'model-not-found',
    'next-model',
  ],
  ...[
    'Model not found: grok-0',
    'acme/nothing is not a valid model ID',
    'Model Not Exist',
    'The supported API model names are chat-1 or chat-2, but you passed chat-9.',
  ].map((message): [string, Partial<ProviderError>, FailureClass, Recovery] => [
    `an unknown model as a bad request: ${message}`,
    { status: 400, code: 'invalid_request_error', message },
    'model-not-found',
    'next-model',
  ]),
  [
    'a deployment that is not there',
    {
      status: 404,
      code: 'DeploymentNotFound',
      message: 'The API deployment for this resource does not exist.',
    },
    'model-not-found',
    'next-model',
  ],
  [
    'a wrong key as a bad request',
    {
      status: 400,
      code: 'Client specified an invalid argument',
      message: 'Incorrect API key provided: xa***ey.',
    },
    'key-refused',
    'stop',
  ],
  [
    'a parameter that a model no longer takes',
    { status: 400, message: "Unsupported parameter: 'temperature'. The model was not found to support it." },
    'unsupported-parameter',
    'fix-parameter',
  ],
  [
    'a bad request that speaks of a model',
    { status: 400, message: 'this model no longer takes images; the file was not read' },
    'bad-request',
    'stop',
  ],
  ['a dead model in a stream', { code: 'model_not_found' }, 'model-not-found', 'next-model'],
  ['404 without a code', { status: 404, message: '404 page not found' }, 'wrong-endpoint', 'stop'],
  ['404 in HTML', { status: 404, message: '<html><h1>Not Found</h1></html>' }, 'wrong-endpoint', 'stop'],
  ['405', { status: 405, message: 'Method Not Allowed' }, 'wrong-endpoint', 'stop'],
  ['410', { status: 410, message: 'Gone' }, 'wrong-endpoint', 'stop'],
  [
    'a model that is gone',
    { status: 410, message: 'The model has been deprecated' },
    'model-not-found',
    'next-model',
  ],
  ['a redirect', { status: 302, message: 'Found' }, 'wrong-endpoint', 'stop'],
  [
    'temperature',
    { status: 400, param: 'temperature', message: "Unsupported parameter: 'temperature'" },
    'unsupported-parameter',
    'fix-parameter',
  ],
  ['top_p', { status: 400, param: 'top_p' }, 'unsupported-parameter', 'fix-parameter'],
  [
    'an effort',
    { status: 400, param: 'reasoning.effort', code: 'unsupported_value' },
    'unsupported-parameter',
    'fix-parameter',
  ],
  ['verbosity', { status: 400, param: 'text.verbosity' }, 'unsupported-parameter', 'fix-parameter'],
  ['a tier', { status: 400, param: 'service_tier' }, 'unsupported-parameter', 'fix-parameter'],
  [
    'streaming',
    { status: 400, param: 'stream', code: 'unsupported_value' },
    'unsupported-parameter',
    'fix-parameter',
  ],
  [
    'a parameter in words only',
    { status: 422, message: "Unsupported parameter: 'temperature' is not supported with this model." },
    'unsupported-parameter',
    'fix-parameter',
  ],
  [
    'a context that is too long',
    { status: 400, code: 'context_length_exceeded' },
    'context-length',
    'larger-window',
  ],
  ['the same in a stream', { code: 'context_length_exceeded' }, 'context-length', 'larger-window'],
  [
    'the same in words',
    { status: 400, message: 'Your input exceeds the context window of this model' },
    'context-length',
    'larger-window',
  ],
  [
    'the same in the words of vLLM',
    { status: 400, message: 'The prompt is longer than the maximum model length of 4096' },
    'context-length',
    'larger-window',
  ],
  [
    'the same in the words of llama.cpp',
    { status: 400, message: 'the request exceeds the available context size, try increasing it' },
    'context-length',
    'larger-window',
  ],
  ['an invalid prompt', { status: 400, code: 'invalid_prompt' }, 'content-policy', 'stop'],
  ['an invalid prompt in a stream', { code: 'invalid_prompt' }, 'content-policy', 'stop'],
  ['a cyber policy', { status: 400, code: 'cyber_policy' }, 'content-policy', 'stop'],
  [
    'a content policy in words',
    { status: 400, message: 'rejected by our safety system' },
    'content-policy',
    'stop',
  ],
  [
    'a content policy as the type',
    { status: 400, type: 'content_policy_violation', message: 'no dragons' },
    'content-policy',
    'stop',
  ],
  ['another 400', { status: 400, param: 'input', message: 'Invalid type' }, 'bad-request', 'stop'],
  ['422', { status: 422, message: 'Unprocessable' }, 'bad-request', 'stop'],
  ['413', { status: 413, message: 'Payload too large' }, 'bad-request', 'stop'],
  [
    'a request over the rate limit',
    {
      status: 429,
      code: 'rate_limit_exceeded',
      message: 'Request too large for gpt-5 on tokens per min (TPM): Limit 30000, Requested 45000.',
    },
    'request-over-rate-limit',
    'next-model',
  ],
  [
    'a rate limit',
    { status: 429, code: 'rate_limit_exceeded', message: 'Rate limit reached. Please try again in 2s.' },
    'rate-limited',
    'retry',
  ],
  ['a rate limit in a stream', { code: 'rate_limit_exceeded' }, 'rate-limited', 'retry'],
  ['429 without more', { status: 429 }, 'rate-limited', 'retry'],
  ['500', { status: 500, code: 'server_error' }, 'server-error', 'retry'],
  ['502', { status: 502, message: '<html>Bad Gateway</html>' }, 'server-error', 'retry'],
  ['503', { status: 503, message: 'overloaded' }, 'server-error', 'retry'],
  ['504', { status: 504 }, 'server-error', 'retry'],
  ['529', { status: 529 }, 'server-error', 'retry'],
  ['too early', { status: 425 }, 'server-error', 'retry'],
  ['a conflict', { status: 409 }, 'server-error', 'retry'],
  ['an error in a stream', { code: 'server_error', message: 'An error occurred' }, 'server-error', 'retry'],
  ['an error in a stream without a word', {}, 'server-error', 'retry'],
];

describe('classifyProviderError', () => {
  it.each(rows)('%s', (_, fields, failureClass, cure) => {
    const failure = classifyProviderError(error(fields));
    expect(failure).toBeInstanceOf(ProviderFailure);
    expect([failure.failureClass, failure.recovery]).toEqual([failureClass, cure]);
    expect(failure.details.status).toBe(fields.status);
  });

  it('names the parameter that was refused, by param or by words, and no other', () => {
    const parameter = (fields: Partial<ProviderError>) =>
      classifyProviderError(error(fields)).details.parameter;
    expect(parameter({ status: 400, param: 'reasoning.effort' })).toBe('reasoning.effort');
    expect(parameter({ status: 400, message: 'Unknown parameter: "text.verbosity".' })).toBe(
      'text.verbosity',
    );
    expect(parameter({ status: 400, message: 'Unrecognized request argument supplied: reasoning' })).toBe(
      'reasoning',
    );
    const bySchema =
      '[{"type":"extra_forbidden","loc":["body","store"],"msg":"Extra inputs are not permitted"}]';
    expect(parameter({ status: 422, message: bySchema })).toBe('store');
    expect(parameter({ status: 400, message: "Unknown parameter: 'instructions'." })).toBeUndefined();
    expect(parameter({ status: 500, param: 'temperature' })).toBeUndefined();
  });

  it('takes a quota that comes back after a wait for a rate', () => {
    const message = 'You exceeded your current quota, please check your plan and billing details.';
    const failure = classifyProviderError(error({ status: 429, message }), { retryAfterMs: 3000 });
    expect(failure.failureClass).toBe('rate-limited');
  });

  it('reports in one line of bearable length with status and code', () => {
    const message = (fields: Partial<ProviderError>) => classifyProviderError(error(fields)).message;
    expect(message({ status: 429, code: 'rate_limit_exceeded', message: 'too\n  fast ' })).toBe(
      '429 rate_limit_exceeded: too fast',
    );
    expect(message({ status: 502, message: '502 Bad Gateway' })).toBe('502 Bad Gateway');
    expect(message({ status: 503 })).toBe('503: no message');
    expect(message({ message: 'x'.repeat(2000) })).toHaveLength(500);
  });

  it('keeps what was known of the attempt, and says what helps', () => {
    const failure = classifyProviderError(error({ status: 429, code: 'insufficient_quota' }), {
      retryAfterMs: 5,
      responseId: 'r',
    });
    expect(failure.details).toMatchObject({
      retryAfterMs: 5,
      responseId: 'r',
      providerCode: 'insufficient_quota',
    });
    expect(failure.details.hint).toContain('money');
    expect(classifyProviderError(error({ status: 404 })).details.hint).toContain('404 to /responses');
  });
});
