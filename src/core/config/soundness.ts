/** What can be said across the files although some of their values are faulty. */
import type * as z from 'zod';
import { isPlainObject, type Layer } from './layers.ts';
import { type ConfigProblem, meantBy } from './problem.ts';

/** The layer without each value that the schema has refused; undefined where nothing sound is left. */
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
    // What a cap is for can be looked at although its value cannot.
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

/** Names that the layers give to something, whether or not it is sound: nobody is to be told that they are unknown. */
export interface Declared {
  names: ReadonlySet<string>;
  /** Some layer may give more of them, and cannot be read so far. */
  more: boolean;
}

/** `section` holds them; `other` is the one object beside it, which does not, whatever its key is misspelt as. */
export function declaredIn(layers: readonly Layer[], section: string, other: string): Declared {
  const names = new Set<string>();
  let more = false;
  for (const { value } of layers) {
    if (!isPlainObject(value)) {
      more = true;
      continue;
    }
    if (value[section] !== undefined && !isPlainObject(value[section])) more = true;
    for (const [key, held] of Object.entries(value)) {
      if (key === other || !isPlainObject(held)) continue;
      for (const [name, thing] of Object.entries(held)) {
        if (name !== '__proto__') names.add(name);
        if (isPlainObject(thing) && typeof thing.api === 'string') names.add(thing.api);
      }
    }
  }
  return { names, more };
}

/** Whether something is missing only because what was there, or what was meant for it, is faulty. */
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
