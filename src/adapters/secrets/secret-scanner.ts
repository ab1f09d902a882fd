/** Finds secrets in a text. What only looks for the signs of one is loaded at the start, the rules when they are needed. */
import { mayHoldSecrets } from '../../core/secrets/may-hold-secrets.ts';
import { occurrencesOf, type SecretSpan } from '../../core/secrets/redactions.ts';
import type { SecretScanner } from '../../engine/ports.ts';

/** `own`: the user's own keys, which are found first and wherever they stand. */
export function secretScanner(own: readonly string[]): SecretScanner {
  return {
    async find(text) {
      const spans: SecretSpan[] = own.flatMap((value) =>
        occurrencesOf(value, text).map((start) => ({ kind: 'own-key', start, end: start + value.length })),
      );
      if (!mayHoldSecrets(text)) return spans;
      const { scan } = await import('./scan.ts');
      return [...spans, ...(await scan(text))];
    },
  };
}
