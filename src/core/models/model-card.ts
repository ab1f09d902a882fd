/**
 * Model cards: price, context window, reasoning efforts and lifetime. The data is in `conf/catalog.json`. The schemas
 * are built when a layer is checked: most starts read only the package's own catalogue, which needs no check.
 */
import * as z from 'zod';
import type { ForeignRules } from '../config/foreign.ts';
import { reasoningEfforts } from '../tasks/tasks.ts';
import { once } from '../text/once.ts';

const positiveInteger = once(() => z.int().positive());
const price = once(() => z.number().nonnegative());
export const dateOnly = once(() =>
  z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a date like 2026-12-11')
    .refine((text) => {
      // Date.parse reads 2026-02-30 as 2 March.
      const time = Date.parse(text);
      return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
    }, 'is not a calendar date'),
);

export const modelCardSchema = once(() =>
  z.strictObject({
    api: z
      .string()
      .min(1)
      .optional()
      .describe('Model id sent to the API, when it differs from the catalogue name.'),
    contextTokens: positiveInteger().describe('Context window: input plus output, in tokens.'),
    maxInputTokens: positiveInteger().optional().describe('Defaults to contextTokens minus maxOutputTokens.'),
    maxOutputTokens: positiveInteger().describe('Including reasoning tokens.'),
    usdPerMillionTokens: z
      .strictObject({
        input: price(),
        cachedInput: price().optional().describe('Defaults to the input price.'),
        cacheWrite: price().optional().describe('Defaults to the input price.'),
        output: price(),
      })
      .describe('Standard tier, USD per 1,000,000 tokens.'),
    efforts: z
      .array(z.enum(reasoningEfforts))
      .describe('Supported reasoning efforts; empty for a model that does not reason.'),
    temperature: z
      .enum(['always', 'effort-none', 'never'])
      .describe('When the model accepts temperature; it answers 400 otherwise.'),
    verbosity: z.boolean().optional().describe('Whether the model accepts text.verbosity. Default true.'),
    patchFormat: z
      .enum(['search-replace', 'v4a'])
      .optional()
      .describe('The edit format this model writes best. Default search-replace.'),
    longContext: z.boolean().optional().describe('Whether billing.longContext applies. Default false.'),
    shutdown: dateOnly().optional().describe('First day (UTC) on which the model no longer answers.'),
    successor: z.string().min(1).optional().describe('Catalogue name of the model that replaces it.'),
  }),
);

export type ModelCard = z.infer<ReturnType<typeof modelCardSchema>>;

export const catalogSchema = once(() =>
  z.strictObject({
    $schema: z.string().optional(),
    version: z.string().optional().describe('Names the price list; recorded with every cost.'),
    billing: z
      .strictObject({
        longContext: z
          .strictObject({ aboveInputTokens: positiveInteger(), inputFactor: price(), outputFactor: price() })
          .partial()
          .optional()
          .describe(
            'Requests with more input than this are billed entirely at these multiples of the price.',
          ),
        tiers: z
          .record(z.string(), price())
          .optional()
          .describe('Price multiplier per service_tier reported in the response.'),
      })
      .optional(),
    models: z.record(z.string().min(1), modelCardSchema().partial()).optional(),
  }),
);

/**
 * What a repository's own file may change: nothing. Prices, windows and successors decide what a call costs and
 * where it goes; a card that only the repository has is of no use, since nothing may route to it.
 */
export const foreignCatalog: ForeignRules = {
  $schema: 'ignore',
  version: 'ignore',
  billing: {
    longContext: { aboveInputTokens: 'ignore', inputFactor: 'ignore', outputFactor: 'ignore' },
    tiers: { '*': 'ignore' },
  },
  models: {
    '*': {
      api: 'ignore',
      contextTokens: 'ignore',
      maxInputTokens: 'ignore',
      maxOutputTokens: 'ignore',
      usdPerMillionTokens: { input: 'ignore', cachedInput: 'ignore', cacheWrite: 'ignore', output: 'ignore' },
      efforts: 'ignore',
      temperature: 'ignore',
      verbosity: 'ignore',
      patchFormat: 'ignore',
      longContext: 'ignore',
      shutdown: 'ignore',
      successor: 'ignore',
    },
  },
};

export interface Billing {
  longContext: { aboveInputTokens: number; inputFactor: number; outputFactor: number };
  tiers: Record<string, number>;
}

export interface Catalog {
  version: string;
  billing: Billing;
  models: Record<string, ModelCard>;
}

/** Looks up a card by catalogue name or API id. */
export function findCard(catalog: Catalog, id: string): { name: string; card: ModelCard } | undefined {
  const direct = Object.hasOwn(catalog.models, id) ? catalog.models[id] : undefined;
  if (direct) return { name: id, card: direct };
  for (const [name, card] of Object.entries(catalog.models)) {
    if (card.api === id) return { name, card };
  }
  return undefined;
}

/** Maximum input tokens of one request. */
export function inputWindow(card: ModelCard): number {
  return card.maxInputTokens ?? Math.max(1, card.contextTokens - card.maxOutputTokens);
}

/** The model id to send in a request. */
export function apiId(name: string, card: ModelCard | undefined): string {
  return card?.api ?? name;
}
