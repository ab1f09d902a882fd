/** Our own rules, for what the library does not know. */
import { findAssignments, findShapes } from './assignments.ts';
import type { SecretSpan } from './redactions.ts';
import { findTokens } from './tokens.ts';

/** `text`: with lines of bounded length, see `boundLines`. */
export function findSecrets(text: string): SecretSpan[] {
  return [...findTokens(text), ...findAssignments(text), ...findShapes(text)];
}
