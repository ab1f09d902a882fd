/** Random requests and configurations for property tests of the router and of the engine that walks it. */
import fc from 'fast-check';
import type { Config } from '../../src/core/config/config.ts';
import { complexities, preferences } from '../../src/core/config/policy.ts';
import type { ModelCard } from '../../src/core/models/model-card.ts';
import { tiers } from '../../src/core/models/tiers.ts';
import type { RequestFeatures } from '../../src/core/router/features.ts';
import { reasoningEfforts, taskKinds } from '../../src/core/tasks/tasks.ts';
import { givenConfig } from './config.ts';

const base = givenConfig();
const { catalog } = base;
const cards = Object.keys(catalog.models);
const aliasNames = ['codex', 'mini', 'chat', 'full', 'extra', 'other'];

const day = fc
  .integer({ min: Date.UTC(2026, 0, 1) / 86_400_000, max: Date.UTC(2027, 11, 31) / 86_400_000 })
  .map((days) => new Date(days * 86_400_000).toISOString().slice(0, 10));

const effort = fc.constantFrom(...reasoningEfforts);
const name = fc.constantFrom(...aliasNames, ...aliasNames, ...cards);
const spec = fc.oneof(name, fc.record({ alias: name, effort }));
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const seldom = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

/** Cards of the package with other life spans, successors (circles too) and windows. */
const models = fc
  .tuple(
    ...cards.map(() =>
      fc.record({
        shutdown: seldom(day),
        successor: optional(fc.constantFrom(...cards)),
        maxInputTokens: fc.constantFrom(3000, 20_000, 272_000),
      }),
    ),
  )
  .map(
    (changes): Record<string, ModelCard> =>
      Object.fromEntries(cards.map((card, at) => [card, { ...catalog.models[card]!, ...changes[at]! }])),
  );

export const configurations: fc.Arbitrary<Config> = fc
  .record({
    models,
    aliases: fc.tuple(...aliasNames.map(() => fc.constantFrom(...cards))),
    routing: fc.tuple(...taskKinds.map(() => fc.array(spec, { minLength: 1, maxLength: 6 }))),
    caps: fc.dictionary(
      fc.constantFrom(...aliasNames),
      fc.record({ max_input: fc.integer({ min: 100, max: 30_000 }) }),
    ),
    perCallUsd: optional(fc.double({ min: 0.001, max: 1, noNaN: true })),
    languages: fc.dictionary(
      fc.constantFrom('c', 'rust', 'typescript'),
      fc.constantFrom(...aliasNames, null),
    ),
    safetyCritical: fc.array(name, { minLength: 1, maxLength: 3 }),
    allowed: fc.record({ allow: seldom(fc.subarray(aliasNames)), deny: seldom(fc.subarray(aliasNames)) }),
  })
  .map(({ models: own, aliases, routing, caps, perCallUsd, languages, safetyCritical, allowed }) => {
    return {
      ...base,
      catalog: { ...base.catalog, models: own },
      aliases: Object.fromEntries(aliasNames.map((alias, at) => [alias, aliases[at]!])),
      routing: Object.fromEntries(taskKinds.map((task, at) => [task, routing[at]!])) as Config['routing'],
      policies: {
        ...base.policies,
        caps,
        languages,
        safetyCritical,
        models: { allow: allowed.allow ?? [], deny: allowed.deny ?? [] },
        budgets: { ...base.policies.budgets, perCallUsd },
      },
    };
  });

export const requests: fc.Arbitrary<RequestFeatures> = fc
  .record({
    task: fc.constantFrom(...taskKinds),
    unknownTask: fc.constant(undefined),
    shape: fc.constantFrom('code' as const, 'patch' as const, 'text' as const),
    approxTokens: fc.oneof(fc.nat(2000), fc.nat(40_000), fc.nat(400_000)),
    more: fc.nat(20_000),
    language: optional(fc.constantFrom('c', 'rust', 'typescript', 'cobol')),
    safetyCritical: seldom(fc.constant(true)).map((critical) => critical ?? false),
    forceModel: seldom(fc.oneof(name, fc.constant('unheard-of'))),
    effort: seldom(effort),
    tier: seldom(fc.constantFrom(...tiers)),
    prefer: seldom(fc.constantFrom(...preferences)),
    complexity: seldom(fc.constantFrom(...complexities)),
    maxOutputTokens: seldom(fc.integer({ min: 16, max: 200_000 })),
    maxCostUsd: seldom(fc.double({ min: 0.001, max: 2, noNaN: true })),
  })
  .map(({ more, ...features }) => ({ ...features, mostTokens: features.approxTokens + more }));

export const days = day;
export const deadModels = fc.subarray([...cards, 'unheard-of'], { maxLength: 4 });
