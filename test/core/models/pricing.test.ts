import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitParameters } from '../../../src/core/models/parameters.ts';
import { type CostRange, costOf, costRange } from '../../../src/core/models/pricing.ts';
import { type Usage, unknownUsage } from '../../../src/core/models/usage.ts';
import { givenConfig, modelCard } from '../../helpers/config.ts';

const { catalog } = givenConfig();
const { billing } = catalog;
const of = (model: string) => ({ card: catalog.models[model], billing });
const usage = (fields: Partial<Usage>): Usage => ({ ...unknownUsage, ...fields });

describe('costOf', () => {
  // Worked out by hand: (fresh x in + cached x cached + written x write + output x out) / 1,000,000.
  it.each([
    ['plain input and output', 'gpt-5', { inputTokens: 10_000, outputTokens: 2000 }, 0.0325],
    ['cached input', 'gpt-5', { inputTokens: 10_000, cachedInputTokens: 8000, outputTokens: 2000 }, 0.0235],
    [
      'a cache write, free before 5.6',
      'gpt-5-mini',
      { inputTokens: 10_000, cacheWriteTokens: 10_000, outputTokens: 1000 },
      0.0045,
    ],
    [
      'a cache write that costs',
      'gpt-6.1-sol',
      { inputTokens: 10_000, cachedInputTokens: 4000, cacheWriteTokens: 5000, outputTokens: 1000 },
      0.0249,
    ],
    [
      'reasoning as a part of the output',
      'gpt-5',
      { inputTokens: 0, outputTokens: 5000, reasoningTokens: 4000 },
      0.05,
    ],
    [
      'the very edge of the ordinary context',
      'gpt-6.1-sol',
      { inputTokens: 272_000, outputTokens: 1000 },
      0.554,
    ],
    [
      'one token more: all of it twice, the output by half more',
      'gpt-6.1-sol',
      { inputTokens: 272_001, outputTokens: 1000 },
      1.103004,
    ],
    [
      'long context, cached and written input doubled too',
      'gpt-6.1-terra',
      { inputTokens: 300_000, cachedInputTokens: 200_000, cacheWriteTokens: 50_000, outputTokens: 2000 },
      0.26,
    ],
    ['no long context before 5.4', 'gpt-5', { inputTokens: 300_000, outputTokens: 0 }, 0.375],
    ['nothing at all', 'gpt-5', { inputTokens: 0, outputTokens: 0 }, 0],
  ])('%s', (_, model, fields, usd) => {
    expect(costOf(usage(fields), of(model))).toBeCloseTo(usd, 10);
  });

  it.each([
    [undefined, 0.0325],
    ['default', 0.0325],
    ['standard', 0.0325],
    ['batch', 0.01625],
    ['flex', 0.01625],
    ['priority', 0.065],
    ['fast', 0.065],
    ['auto', 0.0325],
  ])('bills by the tier that the answer names: %s', (tier, usd) => {
    expect(
      costOf(usage({ inputTokens: 10_000, outputTokens: 2000 }), of('gpt-5'), { serviceTier: tier }),
    ).toBeCloseTo(usd, 10);
  });

  it.each(['ultrafast', 'scale', 'turbo', 'constructor', ''])(
    'does not know the price of a tier that the catalogue does not name: %j',
    (tier) => {
      expect(
        costOf(usage({ inputTokens: 10_000, outputTokens: 2000 }), of('gpt-5'), { serviceTier: tier }),
      ).toBeUndefined();
    },
  );

  it.each([
    ['gpt-6.2-sol', '2026-11-27', 3],
    ['gpt-6.1-sol', '2027-02-28', 3],
    ['gpt-6.2-sol', '2027-03-01', 6],
    ['gpt-6.1-sol', undefined, 6],
    ['gpt-6.2-astra', '2026-11-27', 6],
  ])('bills ultrafast on %s on %s at %d times the price', (model, day, factor) => {
    const tokens = usage({ inputTokens: 10_000, outputTokens: 2000 });
    expect(costOf(tokens, of(model), { serviceTier: 'ultrafast', day })).toBeCloseTo(
      costOf(tokens, of(model))! * factor,
      10,
    );
  });

  it('does not bill less where the last factor of a tier has ended', () => {
    const card = modelCard({ tiers: { promotion: [{ factor: 0.1, until: '2026-12-31' }] } });
    const tokens = usage({ inputTokens: 10_000, outputTokens: 2000 });
    expect(costOf(tokens, { card, billing }, { serviceTier: 'promotion', day: '2026-12-31' })).toBe(0.003);
    expect(
      costOf(tokens, { card, billing }, { serviceTier: 'promotion', day: '2027-01-01' }),
    ).toBeUndefined();
  });

  it.each([
    ['gpt-6-luna', { inputTokens: 3, outputTokens: 0 }, 3e-7],
    ['gpt-5-nano', { inputTokens: 1, cachedInputTokens: 1, outputTokens: 0 }, 5e-9],
    ['gpt-6.1-sol', { inputTokens: 14, cachedInputTokens: 7, outputTokens: 33 }, 0.0003447],
    ['gpt-5-mini', { inputTokens: 1111, outputTokens: 777 }, 0.00183175],
  ])('is a decimal without dust, however small: %s', (model, fields, usd) => {
    expect(costOf(usage(fields), of(model))).toBe(usd);
  });

  it('does not know the price of a model whose card does not tell it', () => {
    const { usdPerMillionTokens: _, ...card } = modelCard();
    expect(costOf(usage({ inputTokens: 1, outputTokens: 1 }), { card, billing })).toBeUndefined();
    expect(
      costRange({ approxInput: 1, mostInput: 1, visibleOutput: 1, mostOutput: 1 }, { card, billing }),
    ).toBeUndefined();
  });

  it('does not know the price of a model without a card, nor of tokens that were not counted', () => {
    expect(costOf(usage({ inputTokens: 1, outputTokens: 1 }), of('gpt-9'))).toBeUndefined();
    expect(costOf(usage({ inputTokens: 1 }), of('gpt-5'))).toBeUndefined();
    expect(costOf(usage({ outputTokens: 1 }), of('gpt-5'))).toBeUndefined();
    expect(costOf(unknownUsage, of('gpt-5'))).toBeUndefined();
  });

  it('never bills a negative number where a server counts cached tokens beside the input', () => {
    const beside = { inputTokens: 100, cachedInputTokens: 5000, cacheWriteTokens: 5000, outputTokens: 0 };
    expect(costOf(usage(beside), of('gpt-5'))).toBeCloseTo((100 * 0.125) / 1e6, 12);
  });

  it('never bills a token twice that a server counts as read from the cache and as written to it', () => {
    const twice = { inputTokens: 1000, cachedInputTokens: 600, cacheWriteTokens: 800, outputTokens: 0 };
    const apart = { ...twice, cacheWriteTokens: 400 };
    expect(costOf(usage(twice), of('gpt-6.1-sol'))).toBe(costOf(usage(apart), of('gpt-6.1-sol')));
  });

  it('bills cached and written tokens as input where the card has no price for them', () => {
    const card = modelCard({ usdPerMillionTokens: { input: 3, output: 5 } });
    const cost = costOf(
      usage({ inputTokens: 900, cachedInputTokens: 300, cacheWriteTokens: 300, outputTokens: 0 }),
      { card, billing },
    );
    expect(cost).toBeCloseTo(0.0027, 12);
  });
});

describe('costRange', () => {
  it('reserves the bound of the input, as if all were written to the cache, and the whole output', () => {
    const range = costRange(
      { approxInput: 4000, mostInput: 10_000, visibleOutput: 2048, mostOutput: 10_240 },
      of('gpt-6.1-sol'),
    )!;
    expect(range.highUsd).toBeCloseTo((10_000 * 2.5 + 10_240 * 10) / 1e6, 12);
    expect(range.lowUsd).toBeCloseTo((4000 * 2 + 1000 * 10) / 1e6, 12);
  });

  it.each([
    ['is a quarter of the input', { approxInput: 4000 }, 1000],
    ['is a few words even without any input', { approxInput: 0 }, 16],
    ['is no more than the room for it', { approxInput: 400_000 }, 2048],
  ])('at its low end the answer %s', (_, given, output) => {
    const tokens = { mostInput: 1_000_000, visibleOutput: 2048, mostOutput: 10_240, ...given };
    expect(costRange(tokens, of('gpt-5'))!.lowUsd).toBeCloseTo(
      (given.approxInput * 1.25 + output * 10) / 1e6,
      12,
    );
  });

  it.each([
    ['none', 512],
    ['minimal', 512 + 256],
    ['low', 512 + 1024],
    ['medium', 512 + 2048],
    ['high', 512 + 4096],
    ['xhigh', 512 + 8192],
    ['max', 512 + 16_384],
  ] as const)('expects of effort %s a quarter of the room for answer and reasoning', (effort, output) => {
    const card = modelCard({ efforts: [effort] });
    const { parameters } = fitParameters({ max_output_tokens: 2048 }, card, effort);
    const range = (approxInput: number) =>
      costRange(
        {
          ...{ approxInput, mostInput: 100_000 },
          visibleOutput: parameters.visibleOutputTokens,
          mostOutput: parameters.maxOutputTokens,
        },
        { card, billing },
      )!;
    // $1 per million tokens of input, $10 of output.
    expect(range(1).expectedUsd).toBeCloseTo((1 + output * 10) / 1e6, 12);
    // A long input has a longer answer: a quarter of it.
    expect(range(4000).expectedUsd).toBeCloseTo((4000 + (output - 512 + 1000) * 10) / 1e6, 12);
  });

  it('has no low end above its high one where white space makes the estimate larger than the bound', () => {
    const tokens = { approxInput: 40_000, mostInput: 1000, visibleOutput: 16, mostOutput: 16 };
    const { lowUsd, highUsd } = costRange(tokens, of('gpt-5'))!;
    expect(lowUsd).toBe(highUsd);
  });

  it('has no price for a model without a card', () => {
    expect(
      costRange({ approxInput: 1, mostInput: 1, visibleOutput: 1, mostOutput: 1 }, of('gpt-9')),
    ).toBeUndefined();
  });

  it('is never exceeded by an answer within its limits, and its low end is never above its high end', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(catalog.models)),
        fc.nat(400_000),
        fc.nat(400_000),
        fc.nat(128_000),
        fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true })),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (model, approxInput, more, mostOutput, [cached, written], inputShare, outputShare) => {
          const mostInput = approxInput + more;
          const range = costRange(
            { approxInput, mostInput, visibleOutput: mostOutput, mostOutput },
            of(model),
          ) as CostRange;
          const inputTokens = Math.floor(mostInput * inputShare);
          const cachedInputTokens = Math.floor(inputTokens * cached);
          const actual = costOf(
            usage({
              inputTokens,
              cachedInputTokens,
              cacheWriteTokens: Math.floor((inputTokens - cachedInputTokens) * written),
              outputTokens: Math.floor(mostOutput * outputShare),
            }),
            of(model),
          )!;
          expect(actual).toBeLessThanOrEqual(range.highUsd + 1e-12);
          expect(range.lowUsd).toBeLessThanOrEqual(range.highUsd);
        },
      ),
      { numRuns: 500 },
    );
  });
});
