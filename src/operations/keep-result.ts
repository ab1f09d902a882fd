import { OrchError } from '../core/error.ts';
import type { ResultStore } from '../engine/ports.ts';

/** Undefined where it cannot be stored: what was paid for is then better shown too long, or elsewhere, than lost. */
export function keepResult(results: ResultStore, text: string): { id: string; path: string } | undefined {
  try {
    return results.save(text);
  } catch {
    return undefined;
  }
}

/** For an error after which a result that was paid for would be gone: the same error, saying where it is kept. */
export function errorKeeping(error: unknown, result: string, results: ResultStore): unknown {
  if (!(error instanceof OrchError)) return error;
  const kept = keepResult(results, result)?.path;
  if (kept === undefined) return error;
  return new OrchError(error.code, error.message, {
    hint: [error.hint, `the result is kept in ${kept}`].filter(Boolean).join('; '),
    details: { ...error.details, result_file: kept },
    cause: error,
  });
}
