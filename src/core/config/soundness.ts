/** Makes checks across files possible when some of their values are invalid. */
import type * as z from 'zod';
import { isPlainObject, type Layer } from './layers.ts';
import { type ConfigProblem, meantBy } from './problem.ts';

/** The layer without the values that failed validation; undefined when nothing valid remains. */
export function soundPart(layer: Layer, error: z.ZodError, schema: z.ZodType): Layer | undefined {
  const faulty = new Set<string>();
  for (const issue of error.issues) {
    if (issue.code !== 'unrecognized_keys') faulty.add(keyOf(issue.path));
    else for (const key of issue.keys) faulty.add(keyOf([...issue.path, key]));
  }
  const value = pruned(layer.value, [], faulty);
  return schema.safeParse(value).success ? { ...layer, value } : undefined;
}

function keyOf(path: readonly PropertyKey[]): string {
  return path.map(String).join('\0');
}

function pruned(value: unknown, path: readonly PropertyKey[], faulty: ReadonlySet<string>): unknown {
  if (faulty.has(keyOf(path))) {
    // Keep the key: the alias it names can still be checked.
    return path.length === 2 && (path[0] === 'caps' || path[0] === 'timeouts') ? {} : undefined;
  }
  if (Array.isArray(value)) {
    const kept = value
      .map((item, at) => pruned(item, [...path, at], faulty))
      .filter((item) => item !== undefined);
    return kept.length === 0 && value.length > 0 ? undefined : kept;
  }
  if (!isPlainObject(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, pruned(item, [...path, key], faulty)]);
  return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
}

/** Names defined in any layer, even with an invalid value, so that they are not reported as unknown. */
export interface Declared {
  names: ReadonlySet<string>;
  /** True when a layer that could not be read may define more. */
  more: boolean;
}

/**
 * Collects names from `section` or a misspelling of it: from every object except `others`, the other
 * objects in the file.
 */
export function declaredIn(layers: readonly Layer[], section: string, others: readonly string[]): Declared {
  const names = new Set<string>();
  let more = false;
  for (const { value } of layers) {
    if (!isPlainObject(value)) {
      more = true;
      continue;
    }
    if (value[section] !== undefined && !isPlainObject(value[section])) more = true;
    for (const [key, held] of Object.entries(value)) {
      if (others.includes(key) || !isPlainObject(held)) continue;
      for (const [name, thing] of Object.entries(held)) {
        if (name !== '__proto__') names.add(name);
        if (isPlainObject(thing) && typeof thing.api === 'string') names.add(thing.api);
      }
    }
  }
  return { names, more };
}

/** Whether something is missing only because its value is invalid or its key misspelt. */
export function isConsequence(path: string, problems: readonly ConfigProblem[]): boolean {
  return problems.some((problem) => {
    const meant = meantBy(problem);
    return [problem.path, ...(meant === undefined ? [] : [meant])].some(
      (found) => found === '' || isWithin(found, path) || isWithin(path, found),
    );
  });
}

function isWithin(path: string, outer: string): boolean {
  return path === outer || path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`);
}
