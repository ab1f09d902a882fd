/** Merges configuration layers, weakest first: objects merge by key; lists and scalars are replaced. */
import { once } from '../text/once.ts';
import type { ConfigProblem } from './problem.ts';

export interface Layer {
  /** Name shown in messages: a file path, a variable or a flag. */
  origin: string;
  value: unknown;
  /** Possibly written by someone else: it may only tighten what the user has; see foreign.ts. Default false. */
  foreign?: boolean;
  /** Why it could not be read. */
  unread?: ConfigProblem;
  /** Known to be sound: it is not checked again. Default false. */
  isSound?: boolean;
}

/** Dotted path of a value to the origin of the layer that set it. */
export type Origins = Map<string, string>;

export interface Merged {
  value: Record<string, unknown>;
  readonly origins: Origins;
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mergeInto(
  target: Record<string, unknown>,
  layer: Record<string, unknown>,
  origin: string,
  path: string,
  origins: Origins,
) {
  for (const [key, value] of Object.entries(layer)) {
    // Assigning `__proto__` would change the prototype.
    if (value === undefined || key === '__proto__') continue;
    const here = path === '' ? key : `${path}.${key}`;
    if (isPlainObject(value)) {
      const existing = Object.hasOwn(target, key) ? target[key] : undefined;
      const next = isPlainObject(existing) ? existing : {};
      target[key] = next;
      mergeInto(next, value, origin, here, origins);
    } else {
      target[key] = value;
      origins.set(here, origin);
    }
  }
}

export function mergeLayers(layers: readonly Layer[]): Merged {
  const filled = layers.filter((layer) => isPlainObject(layer.value));
  const merge = once(() => {
    const value: Record<string, unknown> = {};
    const origins: Origins = new Map();
    for (const layer of filled) mergeInto(value, layer.value as typeof value, layer.origin, '', origins);
    return { value, origins };
  });
  const [first] = filled;
  return {
    // Most starts have nothing but the package's own file, which needs no copy.
    value: filled.length === 1 && first?.isSound ? (first.value as Merged['value']) : merge().value,
    get origins() {
      return merge().origins;
    },
  };
}

/** Origin of a path, or of its nearest ancestor that has one. */
export function originOf(origins: Origins, path: string): string | undefined {
  for (let here = path; here !== ''; here = here.slice(0, Math.max(0, here.lastIndexOf('.')))) {
    const origin = origins.get(here);
    if (origin !== undefined) return origin;
  }
  return undefined;
}
