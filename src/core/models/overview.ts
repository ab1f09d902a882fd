/** What there is to route to: every name of the configuration with what stands behind it today, and all other models. */

import type { Config } from '../config/config.ts';
import { candidatesByTask } from '../tasks/own-tasks.ts';
import { describeHop, type LifeCycleContext, resolveModel } from './life-cycle.ts';
import { inputWindow } from './model-card.ts';

export interface ModelOverview {
  /** Null for a model without a short name. */
  alias: string | null;
  /** What answers today. */
  model: string;
  /** Why it is another than the configured one, or why nothing answers; null otherwise. */
  note: string | null;
  usd_per_million_tokens: { input: number; output: number } | null;
  /** The most input, in tokens. */
  max_input_tokens: number | null;
  efforts: string[];
  shutdown: string | null;
  /** Tasks with it among their candidates, and `safety-critical`. */
  used_by: string[];
}

/** First what is routed to, in the order of the configuration; then the other models, the dearest first. */
export function modelOverview(config: Config, today: string): ModelOverview[] {
  const context = { catalog: config.catalog, today, notFound: new Set<string>() };
  const uses = usesOf(config);
  const named = Object.entries(config.aliases).map(([alias, id]) =>
    rowOf({ alias, id, usedBy: uses.get(alias) ?? [] }, context),
  );
  const direct = [...uses].filter(([name]) => !Object.hasOwn(config.aliases, name));
  const routed = [...named, ...direct.map(([id, usedBy]) => rowOf({ alias: null, id, usedBy }, context))];
  const shown = new Set(routed.map(({ model }) => model));
  const others = Object.keys(config.catalog.models)
    .filter((id) => !shown.has(id) && isLiving(id, context) && !config.catalog.models[id]?.embeds)
    .map((id) => rowOf({ alias: null, id, usedBy: [] }, context));
  return [...routed, ...others.sort(dearestFirst)];
}

function usesOf({ routing, tasks, policies }: Config): Map<string, string[]> {
  const uses = new Map<string, string[]>();
  const use = (name: string, by: string) => uses.set(name, [...new Set([...(uses.get(name) ?? []), by])]);
  for (const [task, specs] of candidatesByTask(routing, tasks))
    for (const spec of specs) use(typeof spec === 'string' ? spec : spec.alias, task);
  for (const name of policies.safetyCritical) use(name, 'safety-critical');
  return uses;
}

function isLiving(id: string, context: LifeCycleContext): boolean {
  const { hops, dead } = resolveModel(id, context);
  return hops.length === 0 && dead === undefined;
}

function rowOf(
  { alias, id, usedBy }: { alias: string | null; id: string; usedBy: string[] },
  context: LifeCycleContext,
): ModelOverview {
  const { model, card, hops, dead } = resolveModel(id, context);
  const unknown = card ? null : 'not in the catalogue';
  return {
    alias,
    model,
    note: dead ?? (hops.length > 0 ? hops.map(describeHop).join('; ') : unknown),
    usd_per_million_tokens: card?.usdPerMillionTokens
      ? { input: card.usdPerMillionTokens.input, output: card.usdPerMillionTokens.output }
      : null,
    max_input_tokens: card?.contextTokens === undefined ? null : inputWindow(card),
    efforts: [...(card?.efforts ?? [])],
    shutdown: card?.shutdown ?? null,
    used_by: usedBy,
  };
}

function dearestFirst(left: ModelOverview, right: ModelOverview): number {
  const price = ({ usd_per_million_tokens }: ModelOverview) => usd_per_million_tokens?.output ?? -1;
  return price(right) - price(left) || left.model.localeCompare(right.model, 'en');
}
