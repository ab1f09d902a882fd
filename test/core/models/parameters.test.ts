import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clampEffort, fitParameters } from '../../../src/core/models/parameters.ts';
import { reasoningEfforts } from '../../../src/core/tasks/tasks.ts';
import { givenConfig, modelCard } from '../../helpers/config.ts';

const { catalog } = givenConfig();
const card = (name: string) => catalog.models[name];

describe('clampEffort', () => {
  it.each([
    ['medium', ['low', 'medium', 'high'], 'medium'],
    ['none', ['minimal', 'low', 'medium'], 'minimal'],
    ['none', ['low', 'high'], 'low'],
    ['max', ['low', 'medium', 'high'], 'high'],
    ['minimal', ['none', 'low'], 'none'],
    ['minimal', ['low', 'none'], 'none'],
    ['high', [], undefined],
  ] as const)('%s of %j is %s', (wanted, supported, effort) => {
    expect(clampEffort(wanted, supported)).toBe(effort);
  });

  it('is always one that the model lists, and the wanted one where it is listed', () => {
    const efforts = fc.subarray([...reasoningEfforts], { minLength: 1 });
    fc.assert(
      fc.property(fc.constantFrom(...reasoningEfforts), efforts, (wanted, supported) => {
        const effort = clampEffort(wanted, supported);
        expect(supported).toContain(effort);
        if (supported.includes(wanted)) expect(effort).toBe(wanted);
      }),
    );
  });
});

describe('fitParameters', () => {
  it.each([
    ['gpt-5-codex', 'low', 2048 + 4096],
    ['gpt-5-codex', 'medium', 2048 + 8192],
    ['gpt-5-codex', 'high', 2048 + 16_384],
    ['gpt-5-mini', 'minimal', 2048 + 1024],
    ['gpt-6-luna', 'none', 2048],
    ['gpt-6-luna', 'xhigh', 2048 + 32_768],
    ['gpt-6-luna', 'max', 2048 + 65_536],
    ['gpt-5-chat', 'high', 2048],
  ] as const)('%s with effort %s is sent room for the reasoning on top', (model, effort, tokens) => {
    const { parameters } = fitParameters({ max_output_tokens: 2048 }, card(model), effort);
    expect(parameters.maxOutputTokens).toBe(tokens);
    expect(parameters.visibleOutputTokens).toBe(2048);
  });

  it("is the caller's rather than the policy's, with the same room for reasoning on top", () => {
    const fitted = fitParameters({ max_output_tokens: 2048 }, card('gpt-5-mini'), 'minimal', 9000);
    expect(fitted.parameters).toMatchObject({ visibleOutputTokens: 9000, maxOutputTokens: 9000 + 1024 });
    expect(fitted.notes).toEqual([]);
    const unknown = fitParameters({ max_output_tokens: 2048 }, undefined, 'low', 9000).parameters;
    expect(unknown).toMatchObject({ visibleOutputTokens: 9000, maxOutputTokens: 9000 + 4096 });
    const most = fitParameters({}, card('gpt-5-chat'), undefined, 20_000);
    expect(most.parameters).toMatchObject({ visibleOutputTokens: 16_384, maxOutputTokens: 16_384 });
    expect(most.notes).toEqual(["output limited to 16 384 tokens, reasoning included: the model's most"]);
  });

  it('sends to a model whose card tells nothing of it only the effort that was asked for', () => {
    const policy = { temperature: 0.2, reasoning_effort: 'low' as const };
    const { parameters, notes } = fitParameters(policy, {}, undefined);
    expect(parameters).toMatchObject({
      effort: undefined,
      temperature: undefined,
      maxOutputTokens: 2048 + 8192,
    });
    expect(notes).toEqual(['temperature not sent: whether the model supports it is unknown']);
    expect(fitParameters(policy, {}, 'high').parameters).toMatchObject({
      effort: 'high',
      maxOutputTokens: 2048 + 16_384,
    });
  });

  it('stays within what the card allows and above what the provider refuses', () => {
    const small = modelCard({ maxOutputTokens: 4096 });
    expect(fitParameters({ max_output_tokens: 2048 }, small, 'high').parameters.maxOutputTokens).toBe(4096);
    expect(fitParameters({ max_output_tokens: 9000 }, small, 'high').parameters.visibleOutputTokens).toBe(
      4096,
    );
    expect(
      fitParameters({ max_output_tokens: 1 }, card('gpt-5-chat'), undefined).parameters.maxOutputTokens,
    ).toBe(16);
  });

  it.each([
    ['gpt-5-chat', undefined, 0.2],
    ['gpt-5', 'minimal', undefined],
    ['gpt-6-luna', 'none', 0.2],
    ['gpt-6-luna', 'low', undefined],
    ['gpt-6.1-sol', 'low', undefined],
  ] as const)('sends temperature to %s with effort %s: %s', (model, effort, temperature) => {
    const fitted = fitParameters({ temperature: 0.2 }, card(model), effort);
    expect(fitted.parameters.temperature).toBe(temperature);
    expect(fitted.notes.some((note) => note.startsWith('temperature not sent'))).toBe(
      temperature === undefined,
    );
  });

  it('sends verbosity only where it is taken', () => {
    expect(fitParameters({ verbosity: 'low' }, card('gpt-5'), undefined).parameters.verbosity).toBe('low');
    expect(
      fitParameters({ verbosity: 'low' }, card('gpt-5-codex'), undefined).parameters.verbosity,
    ).toBeUndefined();
  });

  it('takes the effort that was asked for, then the policy, then medium', () => {
    const effort = (policy: 'low' | undefined, asked: 'high' | undefined) =>
      fitParameters({ reasoning_effort: policy }, card('gpt-5'), asked).parameters.effort;
    expect([effort('low', 'high'), effort('low', undefined), effort(undefined, undefined)]).toEqual([
      'high',
      'low',
      'medium',
    ]);
  });

  it('says when the effort that was asked for is not the one that is sent, not when a policy is fitted', () => {
    expect(fitParameters({}, card('gpt-5-codex'), 'max').notes).toEqual([
      'effort max changed to high: the model supports low, medium, high',
    ]);
    expect(fitParameters({}, card('gpt-5-chat'), 'low').notes).toEqual([
      'effort low not sent: not a reasoning model',
    ]);
    expect(fitParameters({ reasoning_effort: 'none' }, card('gpt-5-codex'), undefined).notes).toEqual([]);
  });

  it('leaves room for reasoning with a model that it does not know, and sends only what was asked for', () => {
    expect(
      fitParameters({ temperature: 0.2, verbosity: 'low', reasoning_effort: 'low' }, undefined, undefined)
        .parameters,
    ).toEqual({
      maxOutputTokens: 2048 + 8192,
      visibleOutputTokens: 2048,
      temperature: undefined,
      effort: undefined,
      verbosity: undefined,
    });
    expect(fitParameters({}, undefined, 'high').parameters).toMatchObject({
      effort: 'high',
      maxOutputTokens: 2048 + 16_384,
    });
  });
});
