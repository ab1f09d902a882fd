import catalog from '../../conf/catalog.json' with { type: 'json' };
import models from '../../conf/models.json' with { type: 'json' };
import policies from '../../conf/policies.json' with { type: 'json' };
import { buildConfig, type Config } from '../../src/core/config/config.ts';
import type { ModelCard } from '../../src/core/models/model-card.ts';
import type { RouteDecision } from '../../src/core/router/decision.ts';
import type { RequestFeatures } from '../../src/core/router/features.ts';
import { route } from '../../src/core/router/route.ts';

/** That the files of the package are sound is checked once per worker. */
let packaged: Config | undefined;

/** The configuration of the package, with layers of a test's own over it. */
export function givenConfig(over: { models?: unknown; policies?: unknown; catalog?: unknown } = {}): Config {
  packaged ??= withLayers({}, false);
  return Object.values(over).every((own) => own === undefined) ? packaged : withLayers(over, true);
}

function withLayers(
  over: { models?: unknown; policies?: unknown; catalog?: unknown },
  isSound: boolean,
): Config {
  const layers = (name: string, given: unknown, own: unknown) => [
    { origin: `conf/${name}.json`, value: given, isSound },
    ...(own === undefined ? [] : [{ origin: `own/${name}.json`, value: own }]),
  ];
  return buildConfig({
    models: layers('models', models, over.models),
    policies: layers('policies', policies, over.policies),
    catalog: layers('catalog', catalog, over.catalog),
  });
}

/** A card without surprises; the fields that matter to a test are given. */
export function modelCard(fields: Partial<ModelCard> = {}): ModelCard {
  return {
    contextTokens: 400_000,
    maxInputTokens: 272_000,
    maxOutputTokens: 128_000,
    usdPerMillionTokens: { input: 1, cachedInput: 0.1, output: 10 },
    efforts: ['low', 'medium', 'high'],
    temperature: 'never',
    ...fields,
  };
}

export function requestFeatures(fields: Partial<RequestFeatures> = {}): RequestFeatures {
  return {
    task: 'code_generate',
    unknownTask: undefined,
    shape: 'code',
    approxTokens: 1000,
    mostTokens: 2000,
    language: undefined,
    safetyCritical: false,
    forceModel: undefined,
    effort: undefined,
    maxOutputTokens: undefined,
    maxCostUsd: undefined,
    ...fields,
  };
}

export function routed(
  features: Partial<RequestFeatures>,
  {
    config = givenConfig(),
    today = '2026-07-01',
    notFound = [],
  }: { config?: Config; today?: string; notFound?: string[] } = {},
): RouteDecision {
  const facts = { catalog: config.catalog, today, notFound: new Set(notFound) };
  return route(requestFeatures(features), config, facts);
}
