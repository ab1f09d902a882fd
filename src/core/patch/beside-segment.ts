/**
 * An anchored deletion is found without the context that touches it. Whether lines that are added at its edge
 * stand right beside it depends on that context: it may be misremembered, made up, or a line may be skipped.
 */
import { foldFor, type LineIndex } from './line-index.ts';
import { formsOf } from './match-lines.ts';
import { isSameLine } from './same-line.ts';
import type { Dialect, Operation } from './types.ts';

/** Operations from..to (exclusive) whose old lines must stand together in the file. */
export interface Segment {
  from: number;
  to: number;
}

/** How far from its place a context line is looked for. */
const near = 12;

/** `start` is the file line, from 0, of the segment's first old line. */
export function standsRightly(
  index: LineIndex,
  operations: readonly Operation[],
  { from, to }: Segment,
  start: number,
  dialect: Dialect,
): boolean {
  if (operations[from]!.kind === 'keep') return true;
  let first = from;
  let last = to - 1;
  while (first > 0 && operations[first - 1]!.kind !== 'keep') first--;
  while (last + 1 < operations.length && operations[last + 1]!.kind !== 'keep') last++;
  const height = operations.slice(from, to).filter(({ kind }) => kind !== 'add').length;
  // Deleted lines are where they are; only lines added at an end of the edit can slip past what is skipped.
  // What a search/replace block replaces is a whole, and where its lines changed is our own reckoning.
  const always = dialect === 'search-replace';
  return (
    (!(always || operations[first]!.kind === 'add') ||
      isRight(index, operations, first - 1, start - 1, -1)) &&
    (!(always || operations[last]!.kind === 'add') || isRight(index, operations, last + 1, start + height, 1))
  );
}

/**
 * Follows the context away from the edit until a line of it is found. The lines passed on the way have to be
 * either none in the file, made up by the model, or as many, each the same but for a word.
 */
function isRight(
  index: LineIndex,
  operations: readonly Operation[],
  touching: number,
  place: number,
  step: 1 | -1,
): boolean {
  const { keys } = index.view('trailing-space');
  let passed = 0;
  let same = true;
  for (let at = touching; at >= 0 && at < operations.length; at += step) {
    const operation = operations[at]!;
    if (operation.elided) return passed === 0 || same;
    if (operation.kind !== 'keep') break;
    const forms = formsOf(operation, true).map(foldFor['trailing-space']);
    const isThere = (line: number) => forms.includes(keys[line] ?? '\0');
    // Nothing in the file, or just as many lines, where the passed ones should be.
    if (isThere(place) || (passed > 0 && same && isThere(place + passed * step))) return true;
    for (let distance = 1; distance <= near; distance++) if (isThere(place + distance * step)) return false;
    same &&= isSameLine(keys[place + passed * step] ?? '', operation.text);
    passed++;
  }
  return same;
}
