/** Lenient accessors for JSON from a server: a value of the wrong type counts as missing. */

import { shortName } from './outside-text.ts';

export type Json = Record<string, unknown>;

export function asObject(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

/** A non-empty string. */
export function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** An id, model or status, truncated to a sane length. */
export function asName(value: unknown): string | undefined {
  const text = asText(value);
  return text && shortName(text);
}

/** The object with each of its own strings replaced. */
export function mapTexts<Row extends object>(row: Row, change: (text: string) => string): Row {
  const changed = { ...row } as Json;
  for (const [key, value] of Object.entries(changed)) {
    if (typeof value === 'string') changed[key] = change(value);
  }
  return changed as Row;
}

/** A finite number >= 0. */
export function asCount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

export function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
