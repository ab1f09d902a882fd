/** Questions about a hunk's operations. */
import type { Operation } from './types.ts';

/** True when the hunk leaves the text as it is. */
export function saysNothing(operations: readonly Operation[]): boolean {
  const without = (kind: 'drop' | 'add') =>
    operations.filter((operation) => operation.kind !== kind).map(({ text }) => text);
  const before = without('add');
  const after = without('drop');
  return before.length === after.length && before.every((text, at) => text === after[at]);
}
