/** Reads what came as JSON from a server, leniently: what is not of the wanted kind is not there. */

import { shortName } from './outside-text.ts';

export type Json = Record<string, unknown>;

export function asObject(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

/** Never the empty string. */
export function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Of an id, a model, a status: no longer than such a name can be. */
export function asName(value: unknown): string | undefined {
  const text = asText(value);
  return text && shortName(text);
}

/** Zero or more. */
export function asCount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

export function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
