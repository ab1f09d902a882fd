import type { ResultStore } from '../engine/ports.ts';

/** Undefined where it cannot be stored: what was paid for is then better shown too long, or elsewhere, than lost. */
export function keepResult(results: ResultStore, text: string): { id: string; path: string } | undefined {
  try {
    return results.save(text);
  } catch {
    return undefined;
  }
}
