/**
 * Models die on announced days. A name is followed along `successor` while its model is dead, by the date
 * or because the provider said so. The date is an argument: any month can be asked about.
 */
import { type Catalog, findCard, type ModelCard } from './model-card.ts';

/** Days before a shutdown from which every explanation warns. */
export const shutdownNoticeDays = 60;

export interface Hop {
  from: string;
  to: string;
  /** `retired`: past its shutdown date. `not-found`: the provider answered model_not_found. */
  why: 'retired' | 'not-found';
  /** The shutdown date, for `retired`. */
  on?: string;
}

export interface ResolvedModel {
  /** The catalogue's name, or the id as given when there is no card. */
  model: string;
  /** Undefined: not in the catalogue, so price and limits are unknown. */
  card: ModelCard | undefined;
  hops: Hop[];
  /** Why there is no living model at the end of the chain. */
  dead?: string;
  /** Days until this model's shutdown, when that is within the notice. */
  shutdownInDays?: number;
}

export interface LifeCycleContext {
  catalog: Catalog;
  /** UTC day, `YYYY-MM-DD`. */
  today: string;
  /** Catalogue names that the provider has answered model_not_found for in this process. */
  notFound: ReadonlySet<string>;
}

function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}

function causeOfDeath(
  name: string,
  card: ModelCard,
  facts: LifeCycleContext,
): Pick<Hop, 'why' | 'on'> | undefined {
  if (facts.notFound.has(name)) return { why: 'not-found' };
  if (card.shutdown && card.shutdown <= facts.today) return { why: 'retired', on: card.shutdown };
  return undefined;
}

export function describeHop(hop: Hop): string {
  return hop.why === 'retired'
    ? `${hop.from} retired ${hop.on}, ${hop.to} takes its place`
    : `the provider does not know ${hop.from}, ${hop.to} takes its place`;
}

/** Follows `id` to a living model. */
export function resolveModel(id: string, facts: LifeCycleContext): ResolvedModel {
  const hops: Hop[] = [];
  const found = findCard(facts.catalog, id);
  if (!found) {
    const unknown: ResolvedModel = { model: id, card: undefined, hops };
    return facts.notFound.has(id) ? { ...unknown, dead: `the provider does not know ${id}` } : unknown;
  }
  const seen = new Set<string>();
  let current: { name: string; card: ModelCard } = found;
  for (;;) {
    const { name, card } = current;
    const death = causeOfDeath(name, card, facts);
    if (!death) {
      const resolved: ResolvedModel = { model: name, card, hops };
      const days = card.shutdown ? daysBetween(facts.today, card.shutdown) : Number.POSITIVE_INFINITY;
      return days <= shutdownNoticeDays ? { ...resolved, shutdownInDays: days } : resolved;
    }
    seen.add(name);
    const next = card.successor ? findCard(facts.catalog, card.successor) : undefined;
    if (!next || seen.has(next.name)) {
      const reason =
        death.why === 'retired' ? `${name} retired ${death.on}` : `the provider does not know ${name}`;
      return { model: name, card, hops, dead: `${reason} and has no living successor` };
    }
    hops.push({ from: name, to: next.name, ...death });
    current = next;
  }
}

export function shutdownWarning(resolved: ResolvedModel): string | undefined {
  if (resolved.shutdownInDays === undefined || !resolved.card?.shutdown) return undefined;
  const { shutdown, successor } = resolved.card;
  const after = successor ? `; then ${successor} takes its place` : '';
  return `${resolved.model} shuts down on ${shutdown}, in ${resolved.shutdownInDays} days${after}`;
}
