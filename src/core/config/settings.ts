/** The settings of models.json and policies.json as dotted keys, derived from the schemas of the two files. */
import * as z from 'zod';
import { OrchError } from '../errors/orch-error.ts';
import { didYouMean } from '../text/did-you-mean.ts';
import { type Config, configSchemas } from './config.ts';
import { isPlainObject, originOf } from './layers.ts';
import { fixedTimeouts } from './timeouts.ts';

const settingFiles = ['models', 'policies'] as const;

export interface SettingPlace {
  file: (typeof settingFiles)[number];
  path: string[];
  schema: z.ZodType;
}

/**
 * Where a key leads. A name in it may have dots (`caps.gpt-6.1-sol.max_input`): it ends where a key of the schema
 * begins, or is one of `names`. Throws `usage` with the nearest key.
 */
export function findSetting(key: string, names: readonly string[]): SettingPlace {
  const [first = '', ...rest] = key.split('.');
  // For the hand: `alias.codex`.
  const words = [first === 'alias' ? 'aliases' : first, ...rest];
  for (const file of settingFiles) {
    const path = pathIn(configSchemas[file](), words, names);
    // A name from a file must not reach the prototype of an object.
    if (path && words[0] !== '$schema' && !path.path.includes('__proto__')) return { file, ...path };
  }
  const guess = nearestKey(words);
  throw new OrchError('usage', `there is no setting "${key}"`, {
    hint: guess
      ? `did you mean ${guess}? orch help configuration lists the keys`
      : 'orch help configuration lists the keys',
  });
}

function pathIn(
  schema: z.ZodType,
  words: readonly string[],
  names: readonly string[],
): Omit<SettingPlace, 'file'> | undefined {
  const inner = bare(schema);
  const [word, ...rest] = words;
  if (word === undefined) return { path: [], schema };
  if (inner instanceof z.ZodObject) {
    // What else an object takes by name: tasks of the user's own.
    const part = Object.hasOwn(inner.shape, word) ? inner.shape[word] : inner.def.catchall;
    if (part === undefined || word === '' || bare(part as z.ZodType) instanceof z.ZodNever) return undefined;
    return below(word, pathIn(part as z.ZodType, rest, names));
  }
  if (!(inner instanceof z.ZodRecord) || words.includes('')) return undefined;
  const value = inner.valueType as z.ZodType;
  const isLeaf = !(bare(value) instanceof z.ZodObject);
  for (let length = isLeaf ? words.length : 1; length <= words.length; length++) {
    const name = words.slice(0, length).join('.');
    const found = pathIn(value, words.slice(length), names);
    const isWhole = length === words.length && length > 1 && !isLeaf;
    if (found && (!isWhole || names.includes(name))) return below(name, found);
  }
  return undefined;
}

function below(
  name: string,
  found: Omit<SettingPlace, 'file'> | undefined,
): Omit<SettingPlace, 'file'> | undefined {
  return found && { path: [name, ...found.path], schema: found.schema };
}

function bare(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodNullable
    ? bare(schema.unwrap() as z.ZodType)
    : schema;
}

export interface SettingKey {
  /** Names stand in angle brackets: `caps.<name>.max_input`. */
  key: string;
  description: string;
}

/** Every setting that holds a value. */
export function settingKeys(): SettingKey[] {
  return settingFiles.flatMap((file) => keysBelow(configSchemas[file](), '', ''));
}

function keysBelow(schema: z.ZodType, path: string, above: string): SettingKey[] {
  const inner = bare(schema);
  const description = schema.description ?? inner.description ?? above;
  const at = (name: string) => (path === '' ? name : `${path}.${name}`);
  if (inner instanceof z.ZodRecord) return keysBelow(inner.valueType as z.ZodType, at('<name>'), description);
  if (!(inner instanceof z.ZodObject)) return [{ key: path, description }];
  return Object.entries(inner.shape)
    .filter(([name]) => !name.startsWith('$'))
    .flatMap(([name, part]) => keysBelow(part as z.ZodType, at(name), description));
}

/** Word by word where that leads on; otherwise the key that ends in such a word. */
function nearestKey(words: readonly string[]): string | undefined {
  const keys = settingKeys().map(({ key }) => key.split('.'));
  let candidates = keys;
  const corrected: string[] = [];
  for (const [at, word] of words.entries()) {
    const here = [...new Set(candidates.map((key) => key[at]).filter((name) => name !== undefined))];
    const isName = here.length === 1 && here[0] === '<name>';
    const match = isName || here.includes(word) ? word : didYouMean(word, here);
    if (match === undefined) break;
    corrected.push(match);
    candidates = candidates.filter((key) => isName || key[at] === match);
  }
  if (corrected.length === words.length && corrected.join('.') !== words.join('.'))
    return corrected.join('.');
  const last = didYouMean(
    words.at(-1)!,
    keys.map((key) => key.at(-1)!).filter((name) => name !== '<name>'),
  );
  return last && keys.find((key) => key.at(-1) === last)?.join('.');
}

/**
 * The value that an argument stands for: JSON, otherwise the text itself or, where a list is wanted, the words between
 * its commas. Of JSON and text the one that the setting takes; if it takes neither, JSON.
 */
export function settingValue({ schema }: SettingPlace, text: string): unknown {
  const isList = bare(schema) instanceof z.ZodArray;
  const readings: unknown[] = [text];
  try {
    const value: unknown = JSON.parse(text);
    // A list that is wrong is not the text of one.
    if (isList) return value;
    readings.unshift(value);
  } catch {
    // Most values are words.
    if (isList) return text.split(',').map((word) => word.trim());
  }
  return readings.find((value) => schema.safeParse(value).success) ?? readings[0];
}

export interface EffectiveSetting {
  key: string;
  value: unknown;
  /** File or variable that sets it; `default` if nothing does; null for a key that holds several. */
  origin: string | null;
}

/** All values, those of keys that nobody has set included. */
export function effectiveSettings(config: Config): EffectiveSetting[] {
  return settingFiles.flatMap((file) => {
    const whole = wholeOf(config, file);
    return leavesOf(whole, []).map(({ path, value }) => ({
      key: path.join('.'),
      value,
      origin: originOf(config.origins[file], path.join('.')) ?? 'default',
    }));
  });
}

/** The value is undefined for a key that has none. */
export function effectiveSetting(config: Config, { file, path }: SettingPlace): EffectiveSetting {
  let value: unknown = wholeOf(config, file);
  for (const name of path)
    value = isPlainObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  const key = path.join('.');
  if (value === undefined) return { key, value, origin: null };
  const origin = originOf(config.origins[file], key);
  return { key, value, origin: isPlainObject(value) ? null : (origin ?? 'default') };
}

/** In the order of the schema. */
function wholeOf(config: Config, file: SettingPlace['file']): Record<string, unknown> {
  const { policies } = config;
  const timeouts = { ...policies.timeouts, default: { ...fixedTimeouts, ...policies.timeouts.default } };
  const parts: Record<string, unknown> = file === 'models' ? { ...config } : { ...policies, timeouts };
  const names = Object.keys(configSchemas[file]().shape).filter((name) => !name.startsWith('$'));
  return Object.fromEntries(names.map((name) => [name, parts[name]]));
}

function leavesOf(value: unknown, path: string[]): { path: string[]; value: unknown }[] {
  if (value === undefined) return [];
  if (!isPlainObject(value)) return [{ path, value }];
  return Object.entries(value).flatMap(([name, part]) => leavesOf(part, [...path, name]));
}
