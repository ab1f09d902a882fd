/**
 * Models are shut down on announced dates. A name is resolved along `successor` while its model is past that
 * date or unknown to the provider. The date is an argument, so any day can be checked.
 */
import { type Catalog, findCard, type ModelCard } from './model-card.ts';

/** Explanations warn from this many days before a shutdown. */
export const shutdownNoticeDays = 60;

export interface Hop {
  from: string;
  to: string;
  /** `retired`: past its shutdown date. `not-found`: the provider answered model_not_found. */
  why: 'retired' | 'not-found';
  /** Shutdown date, set for `retired`. */
  on?: string;
}

export interface ResolvedModel {
  /** Catalogue name, or the id itself when there is no card. */
  model: string;
  /** Undefined when the model is not in the catalogue; price and limits are then unknown. */
  card: ModelCard | undefined;
  hops: Hop[];
  /** Why the chain ends without an available model. */
  dead?: string;
  /** Days until this model's shutdown; set only within the notice period. */
  shutdownInDays?: number;
}

export interface LifeCycleContext {
  catalog: Catalog;
  /** UTC day, `YYYY-MM-DD`. */
  today: string;
  /** Catalogue names for which the provider has returned model_not_found in this process. */
  notFound: ReadonlySet<string>;
}

function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}

function causeOfDeath(
  name: string,
  card: ModelCard,
  context: LifeCycleContext,
): Pick<Hop, 'why' | 'on'> | undefined {
  if (context.notFound.has(name)) return { why: 'not-found' };
  if (card.shutdown && card.shutdown <= context.today) return { why: 'retired', on: card.shutdown };
  return undefined;
}

export function describeHop(hop: Hop): string {
  return hop.why === 'retired'
    ? `${hop.from} retired ${hop.on}, ${hop.to} takes its place`
    : `the provider does not know ${hop.from}, ${hop.to} takes its place`;
}

/** Follows successors from `id` to an available model. */
export function resolveModel(id: string, context: LifeCycleContext): ResolvedModel {
  const hops: Hop[] = [];
  const found = findCard(context.catalog, id);
  if (!found) {
    const unknown: ResolvedModel = { model: id, card: undefined, hops };
    return context.notFound.has(id) ? { ...unknown, dead: `the provider does not know ${id}` } : unknown;
  }
  const seen = new Set<string>();
  let current: { name: string; card: ModelCard } = found;
  for (;;) {
    const { name, card } = current;
    const death = causeOfDeath(name, card, context);
    if (!death) {
      const resolved: ResolvedModel = { model: name, card, hops };
      const days = card.shutdown ? daysBetween(context.today, card.shutdown) : Number.POSITIVE_INFINITY;
      return days <= shutdownNoticeDays ? { ...resolved, shutdownInDays: days } : resolved;
    }
    seen.add(name);
    const next = card.successor ? findCard(context.catalog, card.successor) : undefined;
    if (!next || seen.has(next.name)) {
      const reason =
        death.why === 'retired' ? `${name} retired ${death.on}` : `the provider does not know ${name}`;
      return { model: name, card, hops, dead: `${reason} and has no available successor` };
    }
    hops.push({ from: name, to: next.name, ...death });
    current = next;
  }
}

export function shutdownWarning(resolved: ResolvedModel): string | undefined {
  if (resolved.shutdownInDays === undefined || !resolved.card?.shutdown) return undefined;
  const { shutdown, successor } = resolved.card;
  const after = successor ? `; ${successor} will replace it` : '';
  return `${resolved.model} shuts down on ${shutdown}, in ${resolved.shutdownInDays} days${after}`;
}
