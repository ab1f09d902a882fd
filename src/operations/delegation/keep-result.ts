import { OrchError } from '../../core/errors/orch-error.ts';
import { asOrchError } from '../../engine/internal-error.ts';
import type { ResultStore } from '../../engine/ports.ts';

/** Undefined where it cannot be stored: what was paid for is then better shown too long, or elsewhere, than lost. */
export function keepResult(results: ResultStore, text: string): { id: string; path: string } | undefined {
  try {
    return results.save(text);
  } catch {
    return undefined;
  }
}

/**
 * For an error after which a result that was paid for would be gone: the same error, saying where it is kept.
 * `account`: what the call has cost, where the error does not say it yet.
 */
export function errorKeeping(
  failed: unknown,
  result: string,
  results: ResultStore,
  account: Record<string, unknown> = {},
): OrchError {
  const error = asOrchError(failed);
  const kept = keepResult(results, result)?.path;
  const where = kept === undefined ? undefined : `the result is kept in ${kept}`;
  const hint = [error.hint, where].filter(Boolean).join('; ');
  return new OrchError(error.code, error.message, {
    ...(hint === '' ? {} : { hint }),
    details: { ...account, ...error.details, ...(kept === undefined ? {} : { result_file: kept }) },
    cause: failed,
  });
}
