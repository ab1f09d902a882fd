import { describe, expect, it } from 'vitest';
import {
  apiId,
  catalogSchema,
  dateOnly,
  findCard,
  inputWindow,
  modelCardSchema,
} from '../../../src/core/models/model-card.ts';
import { givenConfig, modelCard } from '../../helpers/config.ts';

const { catalog } = givenConfig();

describe('the catalogue of the package', () => {
  // The table of the provider, as collected on 2026-11-22: a slip of the pen here costs money.
  it.each([
    ['gpt-5-codex', 272_000, 128_000, 1.25, 0.125, undefined, 10, '2026-07-23', 'gpt-6.2-sol'],
    ['gpt-5-chat', 111_616, 16_384, 1.25, 0.125, undefined, 10, '2026-07-23', 'gpt-6-luna'],
    ['gpt-5-mini', 272_000, 128_000, 0.25, 0.025, undefined, 2, '2026-12-11', 'gpt-6.1-terra'],
    ['gpt-5', 272_000, 128_000, 1.25, 0.125, undefined, 10, '2026-12-11', 'gpt-6.1-sol'],
    ['gpt-5-nano', 272_000, 128_000, 0.05, 0.005, undefined, 0.4, '2026-12-11', 'gpt-6-luna'],
    ['gpt-5.1', 272_000, 128_000, 1.25, 0.125, undefined, 10, '2027-04-01', 'gpt-6.1-sol'],
    ['gpt-5.3-codex', 272_000, 128_000, 1.75, 0.175, undefined, 14, '2027-04-01', 'gpt-6.1-sol'],
    ['gpt-5.4-mini', 272_000, 128_000, 0.75, 0.075, undefined, 4.5, undefined, undefined],
    ['gpt-6-luna', 922_000, 128_000, 0.1, 0.01, 0.125, 0.5, undefined, undefined],
    ['gpt-6.1-terra', 922_000, 128_000, 1, 0.05, 1.25, 5, undefined, undefined],
    ['gpt-6.1-sol', 922_000, 128_000, 2, 0.1, 2.5, 10, undefined, undefined],
    ['gpt-6.2-sol', 922_000, 128_000, 2, 0.1, 2.5, 10, undefined, undefined],
    ['gpt-6.2-astra', 922_000, 128_000, 8, 0.4, 10, 40, undefined, undefined],
  ] as const)('%s', (name, window, output, input, cached, write, out, shutdown, successor) => {
    const card = catalog.models[name]!;
    expect(inputWindow(card)).toBe(window);
    expect(card.maxOutputTokens).toBe(output);
    expect(card.usdPerMillionTokens).toEqual({
      input,
      cachedInput: cached,
      output: out,
      ...(write === undefined ? {} : { cacheWrite: write }),
    });
    expect([card.shutdown, card.successor]).toEqual([shutdown, successor]);
  });

  // The second table, of which often only a part is known, and the prices of the families that end in 2027.
  it.each([
    ['gpt-6-sol', [2, 0.2, 2.5, 10], undefined, undefined],
    ['gpt-6-astra', [10, 1, 12.5, 50], undefined, undefined],
    ['gpt-5.6-sol', [5, 0.5, 6.25, 30], undefined, undefined],
    ['gpt-5.6-terra', [2, 0.2, 2.5, 12], undefined, undefined],
    ['gpt-5.6-luna', [0.2, 0.02, 0.25, 1.2], undefined, undefined],
    ['gpt-5.5', [5, 0.5, undefined, 30], undefined, undefined],
    ['gpt-5.4', [2.5, 0.25, undefined, 15], undefined, undefined],
    ['gpt-5.2', [1.75, 0.175, undefined, 14], undefined, undefined],
    ['gpt-5.4-nano', [0.2, 0.02, undefined, 1.25], '2027-04-01', undefined],
    ['gpt-5-pro', [15, undefined, undefined, 120], '2026-12-11', undefined],
    ['gpt-5.5-pro', [30, undefined, undefined, 180], undefined, undefined],
    ['gpt-4o', [2.5, 1.25, undefined, 10], '2027-01-14', 'gpt-6-luna'],
    ['gpt-4o-mini', [0.15, 0.075, undefined, 0.6], '2027-01-14', 'gpt-6-luna'],
    ['gpt-4.1', [2, 0.5, undefined, 8], '2027-01-14', 'gpt-6-luna'],
    ['gpt-4.1-mini', [0.4, 0.1, undefined, 1.6], '2027-01-14', 'gpt-6-luna'],
    ['gpt-4.1-nano', [0.1, 0.025, undefined, 0.4], '2027-01-14', 'gpt-6-luna'],
    ['o3', [2, 0.5, undefined, 8], '2026-12-11', undefined],
  ] as const)('%s, in part', (name, price, shutdown, successor) => {
    const { usdPerMillionTokens: rates, ...card } = catalog.models[name]!;
    expect(rates && [rates.input, rates.cachedInput, rates.cacheWrite, rates.output]).toEqual(price);
    expect([card.shutdown, card.successor]).toEqual([shutdown, successor]);
  });

  it('knows who can be told what to cache, and who reads the instructions last', () => {
    const named = (key: 'cacheBreakpoints' | 'instructionsAfterInput') =>
      Object.keys(catalog.models).filter((name) => catalog.models[name]![key]);
    const since56 = Object.keys(catalog.models).filter((name) => /^gpt-(5\.6|6)/.test(name));
    expect(named('cacheBreakpoints')).toEqual(since56);
    expect(named('instructionsAfterInput')).toEqual(['gpt-6.2-sol', 'gpt-6.2-astra']);
  });

  it('knows who takes temperature and which efforts', () => {
    const { models } = catalog;
    expect(models['gpt-5-chat']).toMatchObject({ temperature: 'always', efforts: [] });
    expect(models['gpt-5-codex']).toMatchObject({
      temperature: 'never',
      verbosity: false,
      efforts: ['low', 'medium', 'high'],
    });
    expect(models['gpt-5']).toMatchObject({
      temperature: 'never',
      efforts: ['minimal', 'low', 'medium', 'high'],
    });
    expect(models['gpt-6-luna']).toMatchObject({ temperature: 'effort-none' });
    expect(models['gpt-6.1-sol']!.efforts).toEqual(['low', 'medium', 'high', 'xhigh', 'max']);
  });

  it('leads every successor to a model that is known, and never in a circle', () => {
    for (const start of Object.keys(catalog.models)) {
      const seen = new Set<string>();
      for (let name: string | undefined = start; name !== undefined; name = catalog.models[name]?.successor) {
        expect(findCard(catalog, name), name).toBeDefined();
        expect(seen.has(name), `${start} leads back to ${name}`).toBe(false);
        seen.add(name);
      }
    }
  });
});

describe('findCard and apiId', () => {
  it('knows a model by both its names', () => {
    expect(findCard(catalog, 'gpt-5-chat')?.name).toBe('gpt-5-chat');
    expect(findCard(catalog, 'gpt-5-chat-latest')?.name).toBe('gpt-5-chat');
    expect(findCard(catalog, 'gpt-5.6')?.name).toBe('gpt-5.6-sol');
    expect(apiId('gpt-5-chat', catalog.models['gpt-5-chat'])).toBe('gpt-5-chat-latest');
    expect(apiId('gpt-5', catalog.models['gpt-5'])).toBe('gpt-5');
    expect(apiId('unheard-of', undefined)).toBe('unheard-of');
  });

  it.each(['toString', 'constructor', '__proto__', ''])('does not find %j', (id) => {
    expect(findCard(catalog, id)).toBeUndefined();
  });
});

describe('inputWindow', () => {
  it('is the context less the output where the card does not say', () => {
    const { maxInputTokens: _, ...card } = modelCard({ contextTokens: 128_000, maxOutputTokens: 16_384 });
    expect(inputWindow(card)).toBe(111_616);
    expect(inputWindow({ ...card, contextTokens: 10, maxOutputTokens: 20 })).toBe(1);
    expect(inputWindow({ contextTokens: 1000 })).toBe(1000);
    expect(inputWindow({ maxOutputTokens: 1000 })).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('the schema', () => {
  it.each(['2026-12-11', '2028-02-29'])('takes the day %s', (day) => {
    expect(dateOnly().safeParse(day).success).toBe(true);
  });
  it.each(['2026-02-30', '2027-02-29', '2026-13-01', '2026-00-10', '11.12.2026', '2026-12-11T00:00:00Z', ''])(
    'refuses %j, which is no day',
    (day) => {
      expect(dateOnly().safeParse(day).success).toBe(false);
    },
  );

  it.each([
    ['a negative price', { usdPerMillionTokens: { input: -1, output: 1 } }],
    ['a window of half a token', { contextTokens: 0.5 }],
    ['an effort that does not exist', { efforts: ['hardest'] }],
    ['a key that is misspelt', { succesor: 'x' }],
  ])('refuses %s', (_, fields) => {
    expect(modelCardSchema().safeParse({ ...modelCard(), ...fields }).success).toBe(false);
    expect(catalogSchema().safeParse({ models: { a: fields } }).success).toBe(false);
  });
});
