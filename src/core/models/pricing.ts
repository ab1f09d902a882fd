/** Cost of tokens at catalogue prices. An unknown price is undefined, never 0. */
import type { Billing, ModelCard } from './model-card.ts';
import { roundUsd } from './money.ts';
import type { Usage } from './usage.ts';

export interface PriceSource {
  card: ModelCard | undefined;
  billing: Billing;
}

function longContextApplies(card: ModelCard | undefined, billing: Billing, inputTokens: number): boolean {
  return card?.longContext === true && inputTokens > billing.longContext.aboveInputTokens;
}

/**
 * Cost of one attempt in USD. `serviceTier` is the tier reported in the response; without one the standard price
 * applies. `day` (UTC, YYYY-MM-DD) chooses among factors that change. Undefined when the price of the model or the
 * tier is unknown, or the server sent no token counts.
 */
export function costOf(
  usage: Usage,
  { card, billing }: PriceSource,
  serviceTier?: string,
  day?: string,
): number | undefined {
  const rates = card?.usdPerMillionTokens;
  if (!rates || usage.inputTokens === undefined || usage.outputTokens === undefined) return undefined;
  const factor = tierFactor({ card, billing }, serviceTier, day);
  if (factor === undefined) return undefined;
  // Some servers do not include cached tokens in the input count; the cost must not go negative.
  const cached = Math.min(usage.cachedInputTokens ?? 0, usage.inputTokens);
  const written = Math.min(usage.cacheWriteTokens ?? 0, usage.inputTokens - cached);
  const fresh = usage.inputTokens - cached - written;
  const long = longContextApplies(card, billing, usage.inputTokens);
  const input =
    fresh * rates.input +
    cached * (rates.cachedInput ?? rates.input) +
    written * (rates.cacheWrite ?? rates.input);
  const inputUsd = input * (long ? billing.longContext.inputFactor : 1);
  const outputUsd = usage.outputTokens * rates.output * (long ? billing.longContext.outputFactor : 1);
  return roundUsd(((inputUsd + outputUsd) * factor) / 1_000_000);
}

/** Undefined for a tier whose price is unknown: it may be a multiple of the standard one. */
export function tierFactor(
  { card, billing }: PriceSource,
  serviceTier: string | undefined,
  day?: string,
): number | undefined {
  if (serviceTier === undefined) return 1;
  const factors = [card?.tiers, billing.tiers].find((tiers) => tiers && Object.hasOwn(tiers, serviceTier))?.[
    serviceTier
  ];
  if (typeof factors !== 'object') return factors;
  return factors.find(({ until }) => until === undefined || (day !== undefined && day <= until))?.factor;
}

export interface CostRange {
  /** Estimated input at full price and a short answer. */
  lowUsd: number;
  /** Worst case: upper bound of the input and the whole output cap. */
  highUsd: number;
}

/** Cost estimate before sending. Undefined when the price is unknown. */
export function costRange(
  tokens: { approxInput: number; mostInput: number; visibleOutput: number; mostOutput: number },
  prices: PriceSource,
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
  const low = costOf(usage(tokens.approxInput, shortAnswer, false), prices);
  const high = costOf(usage(tokens.mostInput, tokens.mostOutput, allWritten), prices);
  return low === undefined || high === undefined ? undefined : { lowUsd: Math.min(low, high), highUsd: high };
}
