import type { OrchError } from '../../core/errors/orch-error.ts';
import { extendError } from '../../engine/internal-error.ts';
import type { ResultStore } from '../../engine/ports.ts';

/** Undefined when it cannot be stored; the caller must then return the result in full rather than lose it. */
export function keepResult(results: ResultStore, text: string): { id: string; path: string } | undefined {
  try {
    return results.save(text);
  } catch {
    return undefined;
  }
}

/**
 * Keeps a paid result that an error would otherwise lose, and adds its location to the error. `account` is the
 * cost of the call, if the error does not have it yet.
 */
export function errorKeeping(
  failed: unknown,
  result: string,
  results: ResultStore,
  account: Record<string, unknown> = {},
): OrchError {
  const kept = keepResult(results, result)?.path;
  return extendError(failed, {
    hints: [kept && `the result was saved to ${kept}`],
    defaults: account,
    details: kept === undefined ? {} : { result_file: kept },
  });
}
