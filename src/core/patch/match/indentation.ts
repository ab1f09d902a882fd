/**
 * The hunk's lines differ from those of the file by one uniform change of indentation, which the added lines get as
 * well. A hunk whose lines are shifted differently does not match.
 */

import { indentationOf, isBlank, totalLength } from '../text/normalize.ts';
import { type Alignment, alignFrom, splicesOf } from '../text/splices.ts';
import { searching, shifting } from '../thresholds.ts';
import type { DialectTraits, HunkLine, Place } from '../types.ts';
import type { LineIndex } from './line-index.ts';

export function matchIndentation(
  index: LineIndex,
  hunkLines: readonly HunkLine[],
  restored: boolean,
  { wholeBlocks }: DialectTraits,
): Place[] {
  const textOf = (hunkLine: HunkLine) => (restored ? (hunkLine.raw ?? hunkLine.text) : hunkLine.text);
  const old = hunkLines.filter(({ kind }) => kind !== 'add').map(textOf);
  const texts = old.filter((text) => !isBlank(text));
  if (texts.length === 0) return [];
  if (totalLength(texts) < shifting.fewestLetters) return [];
  const shown = new Set(
    hunkLines.filter(({ kind }) => kind === 'remove').map((hunkLine) => indentationOf(textOf(hunkLine))),
  );
  const found: Place[] = [];
  const starts = index.findRuns(
    'indentation',
    old.map((text) => [text]),
  );
  for (const start of starts.slice(0, searching.mostPlaces)) {
    const pairs = old
      .map((text, offset) => [indentationOf(text), indentationOf(index.lines[start + offset]!)] as const)
      .filter((_, offset) => !isBlank(old[offset]!));
    const change = uniformChange(pairs, index.mixesIndentation);
    if (!change) continue;
    const alignment = alignFrom(start, hunkLines);
    const stands = wholeBlocks ? standsRightly(index, hunkLines, alignment) : 'no';
    if (stands === 'unclear') continue;
    const splices = splicesOf(hunkLines, alignment, (text, _, removed) => {
      if (isBlank(text) || stands === 'yes') return text;
      const indentation = indentationOf(text);
      const alike = removed.find((at) => {
        const replaced = textOf(hunkLines[at]!);
        return !isBlank(replaced) && indentationOf(replaced) === indentation;
      });
      const changed =
        alike === undefined ? change(indentation) : indentationOf(index.lines[alignment[alike]!]!);
      // An odd number of spaces looks like lost markers, and added lines still have theirs.
      if (changed !== undefined && isOdd(indentation, changed) && !shown.has(indentation)) return undefined;
      return changed === undefined ? undefined : changed + text.slice(indentation.length);
    });
    if (splices) found.push({ first: start, end: start + old.length, splices });
  }
  index.budget.spend(found.length * searching.costOfPlace);
  return found;
}

/**
 * Whether the added lines have the indentation of the file already, although the removed ones do not. Only a line that is
 * in the file as well makes it clear that they are not meant to go deeper.
 */
function standsRightly(
  index: LineIndex,
  hunkLines: readonly HunkLine[],
  alignment: Alignment,
): 'yes' | 'no' | 'unclear' {
  const old = [...hunkLines.keys()].filter(
    (at) => hunkLines[at]!.kind === 'remove' && !isBlank(hunkLines[at]!.text),
  );
  const added = hunkLines.filter(({ kind, text }) => kind === 'add' && !isBlank(text));
  if (old.length === 0 || added.length === 0) return 'no';
  const least = (texts: readonly string[]) =>
    texts.map(indentationOf).reduce((left, right) => (right.length < left.length ? right : left));
  const file = old.map((at) => index.lines[alignment[at]!]!);
  const depth = least(added.map(({ text }) => text));
  if (depth !== least(file) || depth === least(old.map((at) => hunkLines[at]!.text))) return 'no';
  const known = new Set(file.map((line) => line.trimEnd()));
  return added.some(({ text }) => known.has(text.trimEnd())) ? 'yes' : 'unclear';
}

function isOdd(indentation: string, changed: string): boolean {
  const [short, long] = indentation.length < changed.length ? [indentation, changed] : [changed, indentation];
  const extra = long.slice(0, long.length - short.length);
  return long.endsWith(short) && /^ *$/.test(extra) && extra.length % 2 === 1;
}

/**
 * A block that begins after the indentation of its first line: every other line matches exactly. The first line gets its
 * indentation back, in the old and in the new text.
 */
export function matchLostIndentation(
  index: LineIndex,
  hunkLines: readonly HunkLine[],
  { wholeBlocks }: DialectTraits,
): Place[] {
  const old = hunkLines.filter(({ kind }) => kind !== 'add');
  const [first, ...rest] = old;
  if (!wholeBlocks || first === undefined || isBlank(first.text) || rest.every(({ text }) => isBlank(text)))
    return [];
  if (indentationOf(first.text) !== '') return [];
  const runs = index.findRuns(
    'indentation',
    old.map(({ text }) => [text]),
  );
  const starts = runs.filter((start) => {
    const line = index.lines[start]!;
    const same = line.slice(indentationOf(line).length) === first.text;
    return same && rest.every(({ text }, at) => text === index.lines[start + at + 1]);
  });
  return starts.flatMap((start) => {
    const indentation = indentationOf(index.lines[start]!);
    // The first new line began where the first old one did.
    const begin = hunkLines.findIndex(({ kind }) => kind !== 'remove');
    const lines = hunkLines.map((hunkLine, at) =>
      at === begin && hunkLine.kind === 'add' && !isBlank(hunkLine.text)
        ? { ...hunkLine, text: indentation + hunkLine.text }
        : hunkLine,
    );
    const splices = splicesOf(lines, alignFrom(start, lines));
    return splices ? [{ first: start, end: start + old.length, splices }] : [];
  });
}

type Change = (indentation: string) => string | undefined;

/**
 * The one change that turns every indentation of the hunk (left) into that of the file (right). `mixed`: the file has
 * spaces after tabs, so spaces alone do not show how many tabs are meant.
 */
export function uniformChange(
  pairs: readonly (readonly [string, string])[],
  mixed = false,
): Change | undefined {
  const known = new Map<string, string>();
  for (const [hunk, file] of pairs) {
    if (known.has(hunk) && known.get(hunk) !== file) return undefined;
    known.set(hunk, file);
  }
  for (const { fits, change, guesses } of possibleChanges(pairs[0]!, mixed)) {
    if (!pairs.every(([hunk, file]) => fits(hunk, file))) continue;
    return guesses ? change : (text) => known.get(text) ?? change(text);
  }
  return undefined;
}

function* possibleChanges(
  [hunk, file]: readonly [string, string],
  mixed: boolean,
): Generator<{
  fits: (hunk: string, file: string) => boolean;
  change: Change;
  /** One line shows nothing about another. */
  guesses?: boolean;
}> {
  if (file.endsWith(hunk)) {
    const prefix = file.slice(0, file.length - hunk.length);
    const change = (text: string) => prefix + text;
    yield { fits: (left, right) => change(left) === right, change };
  }
  if (hunk.endsWith(file)) {
    const prefix = hunk.slice(0, hunk.length - file.length);
    const change = (text: string) => (text.startsWith(prefix) ? text.slice(prefix.length) : undefined);
    yield { fits: (left, right) => change(left) === right, change };
  }
  for (const width of shifting.tabWidths) {
    const expand = (text: string) => text.replaceAll('\t', ' '.repeat(width));
    // An indentation that is not a multiple may be any mix of tabs and spaces: only a line with the same one can tell.
    const contract = (text: string) =>
      !mixed && /^ *$/.test(text) && text.length % width === 0 ? '\t'.repeat(text.length / width) : undefined;
    yield { fits: (left, right) => expand(right) === left, change: contract, guesses: mixed };
    // Where the file has spaces after tabs, a tab may be meant as it is.
    yield { fits: (left, right) => expand(left) === right, change: mixed ? () => undefined : expand };
  }
}
