/**
 * What is known of each model: prices, windows, efforts, life span. Data in `conf/catalog.json`, never code. The
 * schemas are made when a layer is checked: most starts read only the package's own, which needs no check.
 */
import * as z from 'zod';
import { reasoningEfforts } from '../tasks/tasks.ts';
import { once } from '../text/once.ts';

const positiveInteger = once(() => z.int().positive());
const price = once(() => z.number().nonnegative());
export const dateOnly = once(() =>
  z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/, 'must be a date like 2026-12-11')
    .refine((text) => {
      // Date.parse takes 2026-02-30 for the second of March.
      const time = Date.parse(text);
      return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
    }, 'is not a day of the calendar'),
);

export const modelCardSchema = once(() =>
  z.strictObject({
    api: z
      .string()
      .min(1)
      .optional()
      .describe("The API's id where it differs from the name in the catalogue."),
    contextTokens: positiveInteger().describe('Input and output together, in tokens.'),
    maxInputTokens: positiveInteger().optional().describe('Absent: the context less the output.'),
    maxOutputTokens: positiveInteger().describe('Reasoning tokens included.'),
    usdPerMillionTokens: z
      .strictObject({
        input: price(),
        cachedInput: price().optional().describe('Absent: the price of input.'),
        cacheWrite: price().optional().describe('Absent: writing to the cache is billed as input.'),
        output: price(),
      })
      .describe('Standard tier, USD per 1,000,000 tokens.'),
    efforts: z
      .array(z.enum(reasoningEfforts))
      .describe('Reasoning efforts taken; empty: not a reasoning model.'),
    temperature: z
      .enum(['always', 'effort-none', 'never'])
      .describe('When the model takes temperature; sending it otherwise is answered with 400.'),
    verbosity: z.boolean().optional().describe('Whether text.verbosity is taken. Default true.'),
    patchFormat: z
      .enum(['search-replace', 'v4a'])
      .optional()
      .describe('The form in which the model writes edits best. Default search-replace.'),
    longContext: z.boolean().optional().describe('Whether billing.longContext applies. Default false.'),
    shutdown: dateOnly().optional().describe('First day (UTC) on which the model no longer answers.'),
    successor: z.string().min(1).optional().describe('Catalogue name of the model that takes its place.'),
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
          .describe('Above this input the whole request is billed with the factors.'),
        tiers: z
          .record(z.string(), price())
          .optional()
          .describe('Factor on the price by the service_tier that the response names.'),
      })
      .optional(),
    models: z.record(z.string().min(1), modelCardSchema().partial()).optional(),
  }),
);

export interface Billing {
  longContext: { aboveInputTokens: number; inputFactor: number; outputFactor: number };
  tiers: Record<string, number>;
}

export interface Catalog {
  version: string;
  billing: Billing;
  models: Record<string, ModelCard>;
}

/** The card for a catalogue name or an API id, with the catalogue's name for it. */
export function findCard(catalog: Catalog, id: string): { name: string; card: ModelCard } | undefined {
  const direct = Object.hasOwn(catalog.models, id) ? catalog.models[id] : undefined;
  if (direct) return { name: id, card: direct };
  for (const [name, card] of Object.entries(catalog.models)) {
    if (card.api === id) return { name, card };
  }
  return undefined;
}

/** Most input tokens that one request may carry. */
export function inputWindow(card: ModelCard): number {
  return card.maxInputTokens ?? Math.max(1, card.contextTokens - card.maxOutputTokens);
}

/** The id to put into a request. */
export function apiId(name: string, card: ModelCard | undefined): string {
  return card?.api ?? name;
}
