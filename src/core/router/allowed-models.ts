/** Which models may be used at all: `models.allow` and `models.deny` of the policies. */
import type { Config } from '../config/config.ts';
import { fileOf } from '../config/foreign.ts';
import { originOf } from '../config/layers.ts';
import { type LifeCycleContext, type ResolvedModel, resolveModel } from '../models/life-cycle.ts';
import { findCard, undated } from '../models/model-card.ts';

interface Named {
  /** As the caller or the routing list puts it. */
  alias: string;
  /** The id that it maps to, before any hop. */
  requestedModel: string;
  resolved: ResolvedModel;
}

/**
 * Why a model may not be used; undefined if it may. What an entry maps to today is meant, so an alias, its model, a dated
 * snapshot of that and the successor of a retired one are allowed and denied alike.
 */
export function whyForbidden(
  { alias, requestedModel, resolved }: Named,
  { aliases, policies, origins }: Config,
  context: LifeCycleContext,
): string | undefined {
  const { allow, deny } = policies.models;
  const nameOf = (id: string) => findCard(context.catalog, id)?.name ?? id;
  // A snapshot that the catalogue does not list goes out as it is: no successor takes its place.
  const snapshotOf = resolved.card ? undefined : nameOf(undated(resolved.model));
  const isMeant = (name: string) => {
    if (name === alias || name === requestedModel || name === resolved.model) return true;
    const id = (Object.hasOwn(aliases, name) ? aliases[name] : undefined) ?? name;
    const { model } = resolveModel(id, context);
    return model === resolved.model || model === snapshotOf || nameOf(id) === snapshotOf;
  };
  const denied = deny.find(isMeant);
  const listed = (key: 'allow' | 'deny') =>
    `models.${key} in ${fileOf(originOf(origins.policies, `models.${key}`) ?? 'policies.json')}`;
  if (denied !== undefined) return `${denied} may not be used (${listed('deny')})`;
  if (allow.length === 0 || allow.some(isMeant)) return undefined;
  return `only ${allow.join(', ')} may be used (${listed('allow')})`;
}
