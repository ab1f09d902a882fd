import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { classifyProviderError } from '../../src/adapters/openai/error-policy.ts';
import type { FailureClass } from '../../src/core/errors/provider-failure.ts';
import { ask, askPlain, catalog, type Json, model, rehearse, today } from './bench.ts';

const input = 'Why?';
const cases: {
  name: string;
  body: Record<string, unknown> | string;
  status?: number;
  code: string | null;
  param: string | null;
  says: RegExp;
  /** What the error policy makes of it. */
  means: FailureClass;
}[] = [
  {
    name: 'temperature on a model that never takes it',
    body: { model: 'gpt-6.1-sol', input, temperature: 0.2 },
    code: null,
    param: 'temperature',
    says: /^Unsupported parameter: 'temperature' is not supported with this model\.$/,
    means: 'unsupported-parameter',
  },
  {
    name: 'top_p on a model that never takes it',
    body: { model: 'gpt-5-mini', input, top_p: 0.5 },
    code: null,
    param: 'top_p',
    says: /^Unsupported parameter: 'top_p'/,
    means: 'unsupported-parameter',
  },
  {
    name: 'temperature beside an effort',
    body: { model, input, temperature: 0.2, reasoning: { effort: 'low' } },
    code: null,
    param: 'temperature',
    says: /^Unsupported parameter/,
    means: 'unsupported-parameter',
  },
  {
    name: 'an effort that the model does not take',
    body: { model: 'gpt-5.3-codex', input, reasoning: { effort: 'minimal' } },
    code: 'unsupported_value',
    param: 'reasoning.effort',
    says: /'minimal' is not supported with the 'gpt-5\.3-codex' model.*'low', 'medium', 'high', and 'xhigh'\./,
    means: 'unsupported-parameter',
  },
  {
    name: 'an effort that no model takes',
    body: { model, input, reasoning: { effort: 'huge' } },
    code: 'invalid_value',
    param: 'reasoning.effort',
    says: /^Invalid value: 'huge'/,
    means: 'unsupported-parameter',
  },
  {
    name: 'verbosity on a model without',
    body: { model: 'mute', input, text: { verbosity: 'low' } },
    code: 'unsupported_value',
    param: 'text.verbosity',
    says: /^Unsupported value: 'low'/,
    means: 'unsupported-parameter',
  },
  {
    name: 'effort on a model that does not reason',
    body: { model: 'mute', input, reasoning: { effort: 'low' } },
    code: 'unsupported_parameter',
    param: 'reasoning.effort',
    says: /^Unsupported parameter: 'reasoning\.effort'/,
    means: 'unsupported-parameter',
  },
  {
    name: 'a cap below the least',
    body: { model, input, max_output_tokens: 15 },
    code: 'integer_below_min_value',
    param: 'max_output_tokens',
    says: /Expected a value >= 16, but got 15 instead\.$/,
    means: 'bad-request',
  },
  {
    name: 'a cap beyond the model',
    body: { model, input, max_output_tokens: 128_001 },
    code: 'integer_above_max_value',
    param: 'max_output_tokens',
    says: /Expected a value <= 128000, but got 128001 instead\.$/,
    means: 'bad-request',
  },
  {
    name: 'temperature out of range',
    body: { model, input, temperature: 2.5 },
    code: 'decimal_above_max_value',
    param: 'temperature',
    says: /Expected a value <= 2/,
    means: 'unsupported-parameter',
  },
  {
    name: 'input beyond the window',
    body: { model: 'mute', input: 'word '.repeat(1000) },
    code: 'context_length_exceeded',
    param: 'input',
    says: /context window/,
    means: 'context-length',
  },
  {
    name: 'a string beyond what is taken',
    body: { model, input: ' '.repeat(10_485_761) },
    code: 'string_above_max_length',
    param: 'input',
    says: /maximum length 10485760, but got a string with length 10485761/,
    means: 'bad-request',
  },
  {
    name: 'an unknown parameter',
    body: { model, input, seed: 7 },
    code: 'unknown_parameter',
    param: 'seed',
    says: /^Unknown parameter: 'seed'\.$/,
    means: 'bad-request',
  },
  {
    name: 'an unknown parameter inside another',
    body: { model, input, text: { style: 'x' } },
    code: 'unknown_parameter',
    param: 'text.style',
    says: /^Unknown parameter: 'text\.style'\.$/,
    means: 'bad-request',
  },
  {
    name: 'a wrong type',
    body: { model, input, stream: 'yes' },
    code: 'invalid_type',
    param: 'stream',
    says: /^Invalid type for 'stream': expected a boolean, but got a string instead\.$/,
    means: 'unsupported-parameter',
  },
  {
    name: 'no model',
    body: { input },
    code: 'missing_required_parameter',
    param: 'model',
    says: /'model'/,
    means: 'bad-request',
  },
  {
    name: 'no input',
    body: { model },
    code: 'missing_required_parameter',
    param: 'input',
    says: /'input'/,
    means: 'bad-request',
  },
  {
    name: 'broken JSON',
    body: '{"model": ',
    code: null,
    param: null,
    says: /could not parse the JSON body/,
    means: 'bad-request',
  },
  {
    name: 'JSON that is no object',
    body: '[1]',
    code: null,
    param: null,
    says: /could not parse the JSON body/,
    means: 'bad-request',
  },
  {
    name: 'an unknown model',
    body: { model: 'gpt-0', input },
    status: 404,
    code: 'model_not_found',
    param: null,
    says: /`gpt-0` does not exist/,
    means: 'model-not-found',
  },
  {
    name: 'a model whose day has come',
    body: { model: 'gpt-5-codex', input },
    status: 404,
    code: 'model_not_found',
    param: null,
    says: /`gpt-5-codex` does not exist/,
    means: 'model-not-found',
  },
];

/** A small model that neither reasons nor takes verbosity. */
const mute = {
  contextTokens: 1200,
  maxOutputTokens: 200,
  usdPerMillionTokens: { input: 1, output: 1 },
  efforts: [],
  temperature: 'always' as const,
  verbosity: false,
};
const options = { catalog: { ...catalog, models: { ...catalog.models, mute } } };

describe('what the service refuses', () => {
  it.each(cases)('$name', async ({ body, status = 400, code, param, says, means }) => {
    const server = await rehearse(options);
    const response = await ask(server, body);
    expect(response.status).toBe(status);
    const { error } = (await response.json()) as Json;
    expect(error).toEqual({ message: expect.any(String), type: 'invalid_request_error', param, code });
    expect(error.message).toMatch(says);
    const failure = classifyProviderError({
      ...error,
      status,
      code: code ?? undefined,
      param: param ?? undefined,
    });
    expect(failure.failureClass).toBe(means);
  });

  it('tells the same to a request that wants a stream', async () => {
    const server = await rehearse();
    const response = await ask(server, { model: 'gpt-0', input, stream: true });
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toBe('application/json');
  });

  it('reaches the openai package as its own errors', async () => {
    const server = await rehearse();
    const client = new OpenAI({ baseURL: server.url, apiKey: 'sk-test', maxRetries: 0 });
    await expect(client.responses.create({ model: 'gpt-0', input })).rejects.toMatchObject({
      status: 404,
      code: 'model_not_found',
      requestID: 'req_rehearsal_0',
    });
    await expect(
      client.responses.create({ model: 'gpt-6.1-sol', input, temperature: 0, stream: true }),
    ).rejects.toMatchObject({ status: 400, code: null, param: 'temperature' });
  });

  it.each([
    ['GET', '/responses'],
    ['POST', '/chat/completions'],
    ['GET', '/'],
  ])('404 without a code: %s %s', async (method, path) => {
    const server = await rehearse();
    const response = await fetch(`${server.url}${path}`, { method });
    expect(response.status).toBe(404);
    const { error } = (await response.json()) as Json;
    expect(error.code).toBeNull();
    const failure = classifyProviderError({ ...error, code: undefined, param: undefined, status: 404 });
    expect(failure.failureClass).toBe('wrong-endpoint');
  });
});

describe('what the service takes', () => {
  it.each([
    ['temperature with effort none', { model, temperature: 0.2, reasoning: { effort: 'none' } }],
    ['temperature where none is the default', { model, temperature: 0.2, top_p: 1 }],
    ['temperature on a model that does not reason', { model: 'mute', temperature: 0.7 }],
    ['verbosity', { model, text: { verbosity: 'low' } }],
    ['null for what is left out', { model, temperature: null, reasoning: null, max_output_tokens: null }],
    ['messages', { model, input: [{ role: 'user', content: [{ type: 'input_text', text: 'Why?' }] }] }],
    [
      'one-shot work',
      { model, store: false, prompt_cache_key: 'k', service_tier: 'flex', metadata: { a: 'b' } },
    ],
  ])('%s', async (_, body) => {
    const server = await rehearse(options);
    expect(await askPlain(server, { input, ...body })).toMatchObject({ status: 'completed' });
  });

  it('asks a model by the API id of its card until its day comes', async () => {
    const body = { model: 'gpt-5-chat-latest', input };
    expect(await askPlain(await rehearse({ today: () => '2026-07-22' }), body)).toMatchObject({
      status: 'completed',
      model: 'gpt-5-chat-latest',
    });
    expect((await ask(await rehearse({ today: () => '2026-07-23' }), body)).status).toBe(404);
    expect(today > '2026-07-23').toBe(true);
  });
});
