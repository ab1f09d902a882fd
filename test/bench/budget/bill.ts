/** What a provider bills, by the bench's own price list and arithmetic: nothing of it is orch's. */

/** Billionths of a dollar per token. */
const prices: Readonly<Record<string, { fresh: number; cached: number; written: number; output: number }>> = {
  'gpt-6-luna': { fresh: 100, cached: 10, written: 125, output: 500 },
  'gpt-6.1-terra': { fresh: 1000, cached: 50, written: 1250, output: 5000 },
  'gpt-6.1-sol': { fresh: 2000, cached: 100, written: 2500, output: 10_000 },
  'gpt-6.2-sol': { fresh: 2000, cached: 100, written: 2500, output: 10_000 },
};
const halfPrice = 'flex';

export interface Consumed {
  model: string;
  tier: string;
  /** Cached and written tokens included. */
  inputTokens: number;
  cachedInputTokens: number;
  cacheWriteTokens: number;
  outputTokens: number;
}

/** Billionths of a dollar. */
export function billFor({ model, tier, ...tokens }: Consumed): number {
  const price = prices[model];
  if (!price) throw new Error(`no price for ${model}`);
  const { inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens } = tokens;
  const whole =
    (inputTokens - cachedInputTokens - cacheWriteTokens) * price.fresh +
    cachedInputTokens * price.cached +
    cacheWriteTokens * price.written +
    outputTokens * price.output;
  return tier === halfPrice ? Math.round(whole / 2) : whole;
}
