/** Cost of tokens at catalogue prices. An unknown price is undefined, never 0. */
import type { Billing, ModelCard, TierFactors } from './model-card.ts';
import { type Decimal, decimal, plus, times, usdOfMillionths } from './money.ts';
import type { Usage } from './usage.ts';

export interface PriceSource {
  card: ModelCard | undefined;
  billing: Billing;
}

function longContextApplies(card: ModelCard | undefined, billing: Billing, inputTokens: number): boolean {
  return card?.longContext === true && inputTokens > billing.longContext.aboveInputTokens;
}

/** What decides the price beside the model and the tokens, as far as the response names it. */
export interface BillingTerms {
  /** Without one the standard price applies. */
  serviceTier?: string | undefined;
  /** Of a background request: the time that the provider may take for it. */
  completionWindow?: string | undefined;
  /** UTC, YYYY-MM-DD: chooses among factors that change. */
  day?: string | undefined;
}

/**
 * Cost of one attempt in USD, rounded once, to a billionth of a dollar. Undefined when the price of the model, the tier
 * or the window is unknown, or the server sent no token counts.
 */
export function costOf(
  usage: Usage,
  { card, billing }: PriceSource,
  terms: BillingTerms = {},
): number | undefined {
  const rates = card?.usdPerMillionTokens;
  if (!rates || usage.inputTokens === undefined || usage.outputTokens === undefined) return undefined;
  const factors = termFactors({ card, billing }, terms);
  if (factors === undefined) return undefined;
  // Some servers do not include cached tokens in the input count; the cost must not go negative.
  const cached = Math.min(usage.cachedInputTokens ?? 0, usage.inputTokens);
  const written = Math.min(usage.cacheWriteTokens ?? 0, usage.inputTokens - cached);
  const fresh = usage.inputTokens - cached - written;
  const { inputFactor, outputFactor } = longContextApplies(card, billing, usage.inputTokens)
    ? billing.longContext
    : { inputFactor: 1, outputFactor: 1 };
  const input = sumOf([
    [fresh, rates.input],
    [cached, rates.cachedInput ?? rates.input],
    [written, rates.cacheWrite ?? rates.input],
  ]);
  const output = product(usage.outputTokens, rates.output, outputFactor);
  const standard = plus(times(input, decimal(inputFactor)), output);
  return usdOfMillionths(factors.map(decimal).reduce(times, standard));
}

/** Whether only the token counts are needed to know a cost. */
export function isPriced(prices: PriceSource, terms: BillingTerms): boolean {
  return prices.card?.usdPerMillionTokens != null && termFactors(prices, terms) !== undefined;
}

function product(...factors: number[]): Decimal {
  return factors.map(decimal).reduce(times);
}

function sumOf(items: readonly (readonly [tokens: number, rate: number])[]): Decimal {
  return items.map(([tokens, rate]) => product(tokens, rate)).reduce(plus);
}

/** Multiples of the standard price, which all apply. Undefined if one of them is unknown. */
export function termFactors(
  prices: PriceSource,
  { serviceTier, completionWindow, day }: BillingTerms,
): number[] | undefined {
  const factors = [
    serviceTier === undefined ? 1 : factorIn([prices.card?.tiers, prices.billing.tiers], serviceTier, day),
    completionWindow === undefined ? 1 : factorIn([prices.billing.completionWindows], completionWindow, day),
  ];
  const known = factors.filter((factor) => factor !== undefined);
  return known.length === factors.length ? known : undefined;
}

/** Undefined for a name without a price: it may be a multiple of the standard one. */
function factorIn(
  tables: readonly (TierFactors | undefined)[],
  name: string,
  day: string | undefined,
): number | undefined {
  const factors = tables.find((table) => table && Object.hasOwn(table, name))?.[name];
  if (typeof factors !== 'object') return factors;
  return factors.find(({ until }) => until === undefined || (day !== undefined && day <= until))?.factor;
}

export interface CostRange {
  /** Estimated input at full price and a short answer. */
  lowUsd: number;
  /** Estimated input at full price and a quarter of the output limit, but no less than the short answer. */
  expectedUsd: number;
  /** Worst case: upper bound of the input and the whole output cap. */
  highUsd: number;
}

const expectedShare = 0.25;

/**
 * Cost estimate before sending. Undefined when the price is unknown. The worst case is that of the dearest tier in which
 * the request may be served: one in a cheaper or faster tier than the default may end in the default.
 */
export function costRange(
  tokens: { approxInput: number; mostInput: number; visibleOutput: number; mostOutput: number },
  prices: PriceSource,
  terms: Pick<BillingTerms, 'serviceTier' | 'day'> = {},
): CostRange | undefined {
  const rates = prices.card?.usdPerMillionTokens;
  if (!rates) return undefined;
  const { input, cacheWrite } = rates;
  const allWritten = cacheWrite !== undefined && cacheWrite > input;
  const usage = (inputTokens: number, outputTokens: number, written: boolean): Usage => ({
    inputTokens,
    outputTokens,
    cachedInputTokens: 0,
    cacheWriteTokens: written ? inputTokens : 0,
    reasoningTokens: 0,
  });
  const shortAnswer = Math.min(tokens.visibleOutput, Math.max(16, Math.ceil(tokens.approxInput / 4)));
  const answer = Math.max(shortAnswer, Math.ceil(tokens.visibleOutput * expectedShare));
  const reasoning = Math.ceil((tokens.mostOutput - tokens.visibleOutput) * expectedShare);
  const most = usage(tokens.mostInput, tokens.mostOutput, allWritten);
  const low = costOf(usage(tokens.approxInput, shortAnswer, false), prices, terms);
  const expected = costOf(usage(tokens.approxInput, answer + reasoning, false), prices, terms);
  const inTier = costOf(most, prices, terms);
  const inDefault = costOf(most, prices);
  if (low === undefined || expected === undefined || inTier === undefined || inDefault === undefined)
    return undefined;
  const highUsd = Math.max(inTier, inDefault);
  return { lowUsd: Math.min(low, highUsd), expectedUsd: Math.min(expected, highUsd), highUsd };
}
