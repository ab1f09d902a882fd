/**
 * Model cards: price, context window, reasoning efforts and lifetime, as far as they are known. The data is in
 * `conf/catalog.json`. The schemas are built when a layer is checked: most starts read only the package's own
 * catalogue, which needs no check.
 */
import * as z from 'zod';
import type { ForeignRules } from '../config/foreign.ts';
import { reasoningEfforts } from '../tasks/tasks.ts';
import { once } from '../text/once.ts';
import { type Tier, tiers } from './tiers.ts';

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

const tierFactors = once(() =>
  z.record(
    z.string(),
    z.union([
      price(),
      z
        .array(
          z.strictObject({
            factor: price(),
            until: dateOnly().optional().describe('Last day (UTC); absent: from then on.'),
          }),
        )
        .min(1),
    ]),
  ),
);

const tierNames = once(() => z.partialRecord(z.enum(tiers), z.string().min(1).nullable()));

export const modelCardSchema = once(() =>
  z.strictObject({
    api: z
      .string()
      .min(1)
      .optional()
      .describe('Model id sent to the API, when it differs from the catalogue name.'),
    otherIds: z.array(z.string().min(1)).optional().describe('Further ids of the same model.'),
    contextTokens: positiveInteger().optional().describe('Context window: input plus output, in tokens.'),
    maxInputTokens: positiveInteger().optional().describe('Defaults to contextTokens minus maxOutputTokens.'),
    maxOutputTokens: positiveInteger().optional().describe('Including reasoning tokens.'),
    usdPerMillionTokens: z
      .strictObject({
        input: price(),
        cachedInput: price().optional().describe('Defaults to the input price.'),
        cacheWrite: price().optional().describe('Defaults to the input price.'),
        output: price(),
      })
      .optional()
      .describe('Standard tier, USD per 1,000,000 tokens. Absent: the cost is unknown.'),
    tiers: tierFactors().optional().describe('As billing.tiers, which it takes precedence over.'),
    tierNames: tierNames().optional().describe('As billing.tierNames, which it takes precedence over.'),
    efforts: z
      .array(z.enum(reasoningEfforts))
      .optional()
      .describe(
        'Supported reasoning efforts; empty for a model that does not reason. Absent: only an effort that the caller names is sent.',
      ),
    temperature: z
      .enum(['always', 'effort-none', 'never'])
      .optional()
      .describe('When the model accepts temperature; it answers 400 otherwise. Absent: it is not sent.'),
    verbosity: z.boolean().optional().describe('Whether the model accepts text.verbosity. Default true.'),
    patchFormat: z
      .enum(['search-replace', 'v4a'])
      .optional()
      .describe('The edit format this model writes best. Default search-replace.'),
    cacheBreakpoints: z
      .boolean()
      .optional()
      .describe('Whether the model takes prompt_cache_options and prompt_cache_breakpoint. Default false.'),
    instructionsAfterInput: z
      .boolean()
      .optional()
      .describe(
        'Whether the model reads top-level instructions after the input, not before it. Default false.',
      ),
    longContext: z.boolean().optional().describe('Whether billing.longContext applies. Default false.'),
    embeds: z
      .boolean()
      .optional()
      .describe('Whether it makes vectors of texts, and so answers no task. Default false.'),
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
        tiers: tierFactors()
          .optional()
          .describe(
            'Price multiplier per service_tier reported in the response; of a list the first that is still valid. A tier without one makes the cost unknown.',
          ),
        tierNames: tierNames()
          .optional()
          .describe(
            'What a tier that the user may choose is called in a request; null: the model does not take it. Default: as the user calls it.',
          ),
        completionWindows: tierFactors()
          .optional()
          .describe('The same per completion window of a background request.'),
      })
      .optional(),
    models: z.record(z.string().min(1), modelCardSchema()).optional(),
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
    tierNames: { '*': 'ignore' },
    completionWindows: { '*': 'ignore' },
  },
  models: {
    '*': {
      api: 'ignore',
      otherIds: 'ignore',
      contextTokens: 'ignore',
      maxInputTokens: 'ignore',
      maxOutputTokens: 'ignore',
      usdPerMillionTokens: { input: 'ignore', cachedInput: 'ignore', cacheWrite: 'ignore', output: 'ignore' },
      tiers: { '*': 'ignore' },
      tierNames: { '*': 'ignore' },
      efforts: 'ignore',
      temperature: 'ignore',
      verbosity: 'ignore',
      patchFormat: 'ignore',
      cacheBreakpoints: 'ignore',
      instructionsAfterInput: 'ignore',
      longContext: 'ignore',
      embeds: 'ignore',
      shutdown: 'ignore',
      successor: 'ignore',
    },
  },
};

export type TierFactors = z.infer<ReturnType<typeof tierFactors>>;

export interface Billing {
  longContext: { aboveInputTokens: number; inputFactor: number; outputFactor: number };
  tiers: TierFactors;
  tierNames: Partial<Record<Tier, string | null>>;
  completionWindows: TierFactors;
}

export interface Catalog {
  version: string;
  billing: Billing;
  models: Record<string, ModelCard>;
}

/** Looks up a card by catalogue name or any id of the model. */
export function findCard(catalog: Catalog, id: string): { name: string; card: ModelCard } | undefined {
  const direct = Object.hasOwn(catalog.models, id) ? catalog.models[id] : undefined;
  if (direct) return { name: id, card: direct };
  for (const [name, card] of Object.entries(catalog.models)) {
    if (card.api === id || card.otherIds?.includes(id)) return { name, card };
  }
  return undefined;
}

/**
 * The card of a model that a response names: also of a dated snapshot (`gpt-5-mini-2025-08-07`), and behind the name of
 * a vendor or a deployment, as gateways put it (`openai/gpt-5-mini`).
 */
export function findServedCard(catalog: Catalog, id: string): ModelCard | undefined {
  const bare = id.slice(id.lastIndexOf('/') + 1);
  for (const name of [id, bare, undated(bare)]) {
    const found = findCard(catalog, name);
    if (found) return found.card;
  }
  return undefined;
}

/** The id of the model that a dated snapshot is of; other ids stay. */
export function undated(id: string): string {
  return id.replace(/-\d{4}-\d{2}-\d{2}$/, '');
}

/** Maximum input tokens of one request; infinite when unknown. */
export function inputWindow({ maxInputTokens, contextTokens, maxOutputTokens = 0 }: ModelCard): number {
  if (maxInputTokens !== undefined) return maxInputTokens;
  return contextTokens === undefined
    ? Number.POSITIVE_INFINITY
    : Math.max(1, contextTokens - maxOutputTokens);
}

/** The model id to send in a request. */
export function apiId(name: string, card: ModelCard | undefined): string {
  return card?.api ?? name;
}
