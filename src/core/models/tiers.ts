/** Service tiers that a caller may choose: how soon the answer comes, and at what share of the price. */
import type { Billing, ModelCard } from './model-card.ts';

export const tiers = ['default', 'flex', 'fast'] as const;
export type Tier = (typeof tiers)[number];

/** What becomes of a candidate that does not take the tier. */
export const tierFallbacks = ['default', 'next'] as const;

/** The tier's name in a request to this model; undefined if the model does not take it. */
export function tierInRequest(tier: Tier, card: ModelCard | undefined, billing: Billing): string | undefined {
  const names = { ...billing.tierNames, ...card?.tierNames };
  return Object.hasOwn(names, tier) ? (names[tier] ?? undefined) : tier;
}

const otherNames = new Map([
  ['priority', 'fast'],
  ['standard', 'default'],
  ['auto', 'default'],
]);

/** Whether two names mean one tier: models before 6 answer `priority` for what is `fast` since. */
export function isSameTier(a: string, b: string): boolean {
  return (otherNames.get(a) ?? a) === (otherNames.get(b) ?? b);
}
