/**
 * The hunk's lines stand in the file one after the other, but a context line or two is not quite what the
 * model says. What is deleted has to be there word for word.
 */
import type { Candidate } from './candidate.ts';
import { isBlank, significantLength } from './fold.ts';
import { foldFor, type LineIndex } from './line-index.ts';
import { formsOf } from './match-lines.ts';
import { isSameLine } from './same-line.ts';
import { splicesOf } from './splices.ts';
import type { Operation } from './types.ts';

/** Lines that may be misremembered at the place that is taken, and at one that makes it uncertain. */
const mostWrong = 2;
const mostCompared = 3;
/** Share of the lines with text, and letters and digits in them, that have to be there word for word. */
const fewestRight = 0.6;
const fewestSignificant = 12;

export function matchMisremembered(index: LineIndex, operations: readonly Operation[]): Candidate[] {
  const old = operations.filter(({ kind }) => kind !== 'add');
  if (old.some(({ elided }) => elided)) return [];
  const fold = foldFor['trailing-space'];
  const { keys, positions } = index.view('trailing-space');
  const forms = old.map((operation) => formsOf(operation, true).map(fold));
  const frequency = forms.map((some) =>
    some.reduce((sum, form) => sum + (positions.get(form)?.length ?? 0), 0),
  );
  const told = [...old.keys()].filter((at) => !isBlank(old[at]!.text));
  const unknown = told.filter((at) => frequency[at] === 0);
  if (unknown.length > mostCompared || unknown.some((at) => old[at]!.kind === 'drop')) return [];

  // Among one line more than may be wrong, one is right.
  const anchors = told
    .filter((at) => !unknown.includes(at))
    .sort((left, right) => frequency[left]! - frequency[right]!)
    .slice(0, mostCompared + 1 - unknown.length);
  const starts = new Set(
    anchors.flatMap((at) =>
      forms[at]!.flatMap((form) => (positions.get(form) ?? []).map((place) => place - at)),
    ),
  );
  const found: { start: number; wrong: string; count: number }[] = [];
  for (const start of starts) {
    if (start < 0 || start + old.length > keys.length || index.budget.exhausted) continue;
    const wrong: number[] = [];
    let at = 0;
    for (; at < old.length && wrong.length <= mostCompared; at++) {
      if (forms[at]!.includes(keys[start + at]!)) continue;
      if (old[at]!.kind === 'drop' || !unknown.includes(at)) break;
      if (!formsOf(old[at]!, true).some((form) => isSameLine(keys[start + at]!, form))) break;
      wrong.push(at);
    }
    index.budget.spend(at + 1);
    if (at < old.length || wrong.length > mostCompared) continue;
    const right = told.filter((line) => !wrong.includes(line));
    const significant = right.reduce((sum, line) => sum + significantLength(old[line]!.text), 0);
    if (right.length < told.length * fewestRight || significant < fewestSignificant) continue;
    found.push({ start, wrong: wrong.join(), count: wrong.length });
  }
  // Places that are wrong in other lines show that a line may be what tells them apart.
  if (found.some(({ wrong, count }) => wrong !== found[0]!.wrong || count > mostWrong)) return [];
  return found.flatMap(({ start }) => {
    let line = start;
    const alignment = operations.map(({ kind }) => (kind === 'add' ? undefined : line++));
    const splices = splicesOf(operations, alignment);
    return splices ? [{ first: start, end: start + old.length, splices }] : [];
  });
}
