import { describe, expect, it } from 'vitest';
import {
  describeHop,
  resolveModel,
  shutdownNoticeDays,
  shutdownWarning,
} from '../../../src/core/models/life-cycle.ts';
import type { Catalog, ModelCard } from '../../../src/core/models/model-card.ts';
import { modelCard } from '../../helpers/config.ts';

function catalogOf(cards: Record<string, Partial<ModelCard>>): Catalog {
  return {
    version: 'test',
    billing: {
      longContext: { aboveInputTokens: 272_000, inputFactor: 2, outputFactor: 1.5 },
      tiers: {},
      tierNames: {},
      completionWindows: {},
    },
    models: Object.fromEntries(Object.entries(cards).map(([name, card]) => [name, modelCard(card)])),
  };
}
const resolve = (
  cards: Record<string, Partial<ModelCard>>,
  id: string,
  { today = '2026-06-01', notFound = [] }: { today?: string; notFound?: string[] } = {},
) => resolveModel(id, { catalog: catalogOf(cards), today, notFound: new Set(notFound) });

describe('resolveModel', () => {
  const one = { old: { shutdown: '2026-07-23', successor: 'new' }, new: {} };

  it.each([
    ['2026-07-22', 'old', 0],
    ['2026-07-23', 'new', 1],
    ['2026-07-24', 'new', 1],
    ['2027-01-01', 'new', 1],
  ])('on %s, around a shutdown on 2026-07-23: %s', (today, model, hops) => {
    const resolved = resolve(one, 'old', { today });
    expect(resolved.model).toBe(model);
    expect(resolved.hops).toHaveLength(hops);
    expect(resolved.dead).toBeUndefined();
  });

  it('says which model went, when, and who takes its place', () => {
    const { hops } = resolve(one, 'old', { today: '2026-08-01' });
    expect(hops).toEqual([{ from: 'old', to: 'new', why: 'retired', on: '2026-07-23' }]);
    expect(describeHop(hops[0]!)).toBe('old retired 2026-07-23, new takes its place');
  });

  it('follows a chain of the dead to the first that lives, mixing both causes', () => {
    const chain = {
      a: { shutdown: '2026-01-01', successor: 'b' },
      b: { successor: 'c' },
      c: { shutdown: '2026-02-01', successor: 'd' },
      d: { successor: 'e' },
      e: {},
    };
    const resolved = resolve(chain, 'a', { notFound: ['b'] });
    expect(resolved.model).toBe('d');
    expect(resolved.hops.map(({ from, to, why }) => `${from}>${to} ${why}`)).toEqual([
      'a>b retired',
      'b>c not-found',
      'c>d retired',
    ]);
    expect(describeHop(resolved.hops[1]!)).toBe('the provider does not know b, c takes its place');
  });

  it('does not leave a living model because a later one is dead', () => {
    expect(resolve({ a: { successor: 'b' }, b: { shutdown: '2020-01-01' } }, 'a').model).toBe('a');
  });

  it.each([
    ['itself', { a: { shutdown: '2026-01-01', successor: 'a' } }],
    [
      'a cycle',
      { a: { shutdown: '2026-01-01', successor: 'b' }, b: { shutdown: '2026-01-02', successor: 'a' } },
    ],
    ['nobody', { a: { shutdown: '2026-01-01' } }],
    ['a model without a card', { a: { shutdown: '2026-01-01', successor: 'ghost' } }],
  ])('ends at a dead model whose successor is %s', (_, cards) => {
    const resolved = resolve(cards, 'a');
    expect(resolved.dead).toMatch(/^[ab] retired 2026-01-0[12] and has no available successor$/);
  });

  it('ends at a model that the provider does not know, by that cause though it is past its date as well', () => {
    const cards = { a: { shutdown: '2026-01-01', successor: 'b' }, b: { shutdown: '2026-01-01' } };
    expect(resolve(cards, 'a', { notFound: ['b'] })).toMatchObject({
      model: 'b',
      dead: 'the provider does not know b and has no available successor',
    });
  });

  it('leaves a cycle at the member that lives', () => {
    const cycle = { a: { shutdown: '2026-01-01', successor: 'b' }, b: { successor: 'a' } };
    const resolved = resolve(cycle, 'a');
    expect(resolved.model).toBe('b');
    expect(resolved.dead).toBeUndefined();
  });

  it('finds a card and a successor by the id of the API too', () => {
    const cards = {
      chat: { api: 'chat-latest', shutdown: '2026-01-01', successor: 'next-api' },
      next: { api: 'next-api' },
    };
    expect(resolve(cards, 'chat-latest')).toMatchObject({
      model: 'next',
      hops: [{ from: 'chat', to: 'next', why: 'retired', on: '2026-01-01' }],
    });
  });

  it('passes on an id without a card, until the provider does not know it either', () => {
    expect(resolve({}, 'gpt-9')).toEqual({ model: 'gpt-9', card: undefined, hops: [] });
    expect(resolve({}, 'gpt-9', { notFound: ['gpt-9'] }).dead).toBe('the provider does not know gpt-9');
    expect(resolve({}, 'constructor')).toMatchObject({ model: 'constructor', card: undefined });
  });
});

describe('notice of a shutdown', () => {
  const cards = { a: { shutdown: '2026-12-11', successor: 'b' }, b: {} };

  it.each([
    ['2026-10-11', undefined],
    ['2026-10-12', 60],
    ['2026-11-22', 19],
    ['2026-12-10', 1],
  ])('on %s: in %s days', (today, days) => {
    expect(shutdownNoticeDays).toBe(60);
    expect(resolve(cards, 'a', { today }).shutdownInDays).toBe(days);
  });

  it('names the day, the days that are left and the successor', () => {
    expect(shutdownWarning(resolve(cards, 'a', { today: '2026-11-22' }))).toBe(
      'a shuts down on 2026-12-11, in 19 days; b will replace it',
    );
    expect(shutdownWarning(resolve({ a: { shutdown: '2026-06-20' } }, 'a'))).toBe(
      'a shuts down on 2026-06-20, in 19 days',
    );
    expect(shutdownWarning(resolve(cards, 'a', { today: '2026-09-01' }))).toBeUndefined();
  });

  it('looks at the model that a hop led to', () => {
    const chain = { a: { shutdown: '2026-01-01', successor: 'b' }, b: { shutdown: '2026-06-11' } };
    expect(resolve(chain, 'a')).toMatchObject({ model: 'b', shutdownInDays: 10 });
  });
});
