import type { ResponseCreateParamsBase } from 'openai/resources/responses/responses';
import { describe, expect, it } from 'vitest';
import { classifyProviderError } from '../../../src/adapters/openai/error-policy.ts';
import { bodyOf, parameters, withoutParameter } from '../../../src/engine/attempts/parameters.ts';
import type { GenerateRequest } from '../../../src/engine/ports.ts';

/** Everything that can be sent. */
const full: Required<GenerateRequest> = {
  model: 'gpt-6.2-sol',
  instructions: 'Be brief.',
  input: 'files, then the question',
  maxOutputTokens: 256,
  temperature: 0.2,
  effort: 'low',
  verbosity: 'low',
  serviceTier: 'default',
  stream: true,
  withoutStore: false,
  cachedLength: 5,
  cacheKey: 'orch-1',
  instructionsFirst: true,
};

const fullBody: ResponseCreateParamsBase = {
  model: 'gpt-6.2-sol',
  input: [
    { role: 'developer', content: 'Be brief.' },
    {
      role: 'user',
      content: [
        { type: 'input_text', text: 'files', prompt_cache_breakpoint: { mode: 'explicit' } },
        { type: 'input_text', text: ', then the question' },
      ],
    },
  ],
  max_output_tokens: 256,
  stream: true,
  store: false,
  temperature: 0.2,
  reasoning: { effort: 'low' },
  text: { verbosity: 'low' },
  service_tier: 'default',
  prompt_cache_options: { mode: 'explicit' },
  prompt_cache_key: 'orch-1',
};

type TopLevel<Name extends string> = Name extends `${infer Key}.${string}` ? Key : Name;
type Unknown = Exclude<TopLevel<(typeof parameters)[number]['name']>, keyof ResponseCreateParamsBase>;
/** Does not compile if the package does not know a parameter. */
const known: [Unknown] extends [never] ? true : Unknown = true;

describe('the body of a request', () => {
  it('has everything by the names and in the shapes of the package', () => {
    expect(known).toBe(true);
    expect(bodyOf(full)).toEqual(fullBody);
  });

  it('leaves out what is undefined', () => {
    const { model, instructions, input, maxOutputTokens } = full;
    const body = bodyOf({
      model,
      instructions,
      input,
      maxOutputTokens,
      stream: false,
      temperature: undefined,
      effort: undefined,
      verbosity: undefined,
      serviceTier: undefined,
    });
    expect(body).toEqual({
      model,
      instructions,
      input,
      max_output_tokens: 256,
      stream: false,
      store: false,
    } satisfies ResponseCreateParamsBase);
  });

  it('turns caching off by an empty prefix, and leads with the instructions only where that is asked for', () => {
    const off = bodyOf({ ...full, cachedLength: 0, cacheKey: undefined, instructionsFirst: false });
    expect(off).toMatchObject({
      instructions: 'Be brief.',
      input: 'files, then the question',
      prompt_cache_options: { mode: 'explicit' },
    });
    expect(off).not.toHaveProperty('prompt_cache_key');
    const after = bodyOf({ ...full, instructionsFirst: false });
    expect(after).toMatchObject({ instructions: 'Be brief.', input: [{ role: 'user' }] });
  });
});

describe('each parameter that a request can do without', () => {
  const rows = parameters.flatMap((row) => {
    const names: readonly string[] = [row.name, ...('alsoNamed' in row ? row.alsoNamed : [])];
    return 'without' in row ? names.map((name) => [name, row.name] as const) : [];
  });

  it.each(rows)('is left out where a server refuses %s', (refused, name) => {
    for (const error of [
      { status: 400, param: refused, message: 'Unsupported.' },
      { status: 400, param: undefined, message: `Unsupported parameter: '${refused}'.` },
    ]) {
      const failure = classifyProviderError({ code: undefined, type: undefined, ...error });
      expect(failure).toMatchObject({
        failureClass: 'unsupported-parameter',
        details: { parameter: refused },
      });
    }
    const without = withoutParameter(full, refused);
    const { [name.split('.')[0]!]: left, ...rest } = bodyOf(without);
    expect(left).toBe(name === 'stream' ? false : undefined);
    if (name !== 'prompt_cache_options') expect(fullBody).toMatchObject(rest);
    expect(withoutParameter(without, refused)).toBe(without);
  });

  it('is not one that every request needs, nor one that is unknown', () => {
    for (const name of ['model', 'input', 'max_output_tokens', 'instructions', 'nothing', 'toString'])
      expect(withoutParameter(full, name)).toBe(full);
  });

  // As gateways and the service have worded it.
  it.each([
    {
      status: 400,
      code: 'invalid_parameter',
      param: 'input[0].content[0].prompt_cache_breakpoint',
      message: 'input[0].content[0].prompt_cache_breakpoint is not supported on this model',
    },
    { status: 400, message: 'prompt_cache_breakpoint is not supported on this model' },
    { status: undefined, message: 'prompt_cache_breakpoint is not supported on this model' },
    { status: 400, message: 'Unsupported parameter: prompt_cache_options' },
    {
      status: 422,
      message: "Additional properties are not allowed ('prompt_cache_options' was unexpected)",
    },
    { status: 400, message: 'json: unknown field "prompt_cache_options"' },
    { status: 400, message: 'Unrecognized request argument supplied: prompt_cache_options' },
    { status: 400, message: 'Validation: Unsupported parameter(s): prompt_cache_key' },
  ])('$message ($status)', (error) => {
    const failure = classifyProviderError({ code: undefined, type: undefined, param: undefined, ...error });
    expect(failure.failureClass).toBe('unsupported-parameter');
    expect(withoutParameter(full, failure.details.parameter!)).not.toBe(full);
  });

  it.each([
    { param: 'input[0].content[0].text', message: 'Too long.' },
    { param: undefined, message: 'your prompt_cache_key is fine, the input is not' },
    { param: undefined, message: "Unsupported parameter: 'max_output_tokens'; service_tier is taken" },
    { param: undefined, message: 'an unknown error occurred: stream closed', status: undefined },
  ])('is not found in $message', (error) => {
    const failure = classifyProviderError({ status: 400, code: undefined, type: undefined, ...error });
    expect(failure.failureClass).not.toBe('unsupported-parameter');
  });
});
