import type { ResultStore } from '../../engine/ports.ts';

/** Undefined when it cannot be stored; the caller must then return the result in full rather than lose it. */
export function keepResult(results: ResultStore, text: string): { id: string; path: string } | undefined {
  try {
    return results.save(text);
  } catch {
    return undefined;
  }
}
