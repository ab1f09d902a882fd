/**
 * Walks the ladder for one hunk: every place of a level is collected before the next, looser level is tried.
 */

import { matchDeletionAnchored, matchTolerantContext } from '../match/anchored.ts';
import { BlankLineMatcher } from '../match/blank-lines.ts';
import { formsOf, matchLines } from '../match/contiguous.ts';
import { matchIndentation } from '../match/indentation.ts';
import type { LineIndex } from '../match/line-index.ts';
import { matchMisremembered } from '../match/misremembered-lines.ts';
import { matchSkipped } from '../match/skipped-lines.ts';
import { normalizeIndentation, significantLength } from '../text/normalize.ts';
import type { Splice } from '../text/splices.ts';
import { alreadyApplied } from '../thresholds.ts';
import type { Dialect, Hunk, HunkLine, MatchLevel, Place } from '../types.ts';
import { partlyApplied } from './already-applied.ts';
import { hidesAnEdge } from './hidden-edge.ts';

export type Located =
  | { found: Place[]; level: MatchLevel }
  | { found: []; reason: 'not-found' | 'already-applied' | 'no-context'; lines?: number[] };

const strictLevels = ['exact', 'trailing-space', 'typographic'] as const;

export class Locator {
  private blankLines: BlankLineMatcher | undefined;

  constructor(
    private readonly index: LineIndex,
    private readonly dialect: Dialect,
  ) {}

  locate(hunk: Hunk): Located {
    const { lines: hunkLines } = hunk;
    if (hunkLines.every(({ kind }) => kind === 'add')) return this.withoutContext(hunk);
    const strictly = this.strictly(hunkLines);
    if (strictly) return this.unlessThere(hunk, strictly);
    const proseless = withoutTrailingProse(hunkLines);
    if (proseless) {
      const found = this.strictly(proseless);
      if (found) return this.unlessThere({ ...hunk, lines: proseless }, found);
    }
    const applied = partlyApplied(this.index, hunkLines);
    if (applied.length > 0) return { found: [], reason: 'already-applied', lines: applied };
    for (const variant of proseless ? [hunkLines, proseless] : [hunkLines]) {
      const found = this.loosely(variant);
      if (found && 'reason' in found) return found;
      if (found) return this.unlessWritten(this.unlessThere({ ...hunk, lines: variant }, found));
    }
    return { found: [], reason: 'not-found' };
  }

  private strictly(hunkLines: readonly HunkLine[]): { found: Place[]; level: MatchLevel } | undefined {
    for (const level of strictLevels) {
      for (const restored of [false, true]) {
        const found = matchLines(this.index, hunkLines, level, restored);
        if (found.length > 0) return { found, level };
      }
    }
    return undefined;
  }

  private loosely(hunkLines: readonly HunkLine[]): Located | undefined {
    for (const restored of [false, true]) {
      const found = matchIndentation(this.index, hunkLines, restored);
      if (found.length > 0) return { found, level: 'indentation' };
    }
    this.blankLines ??= new BlankLineMatcher(this.index);
    const blank = this.blankLines.match(hunkLines);
    if (blank.length > 0) return { found: blank, level: 'blank-lines' };
    const skipped = matchSkipped(this.index, hunkLines, this.dialect);
    if (skipped.uncertain.length > 0) {
      return { found: [], reason: 'no-context', lines: skipped.uncertain.map((line) => line + 1) };
    }
    if (skipped.found.length > 0) return { found: skipped.found, level: 'tolerant-context' };
    const misremembered = matchMisremembered(this.index, hunkLines);
    if (misremembered.length > 0) return { found: misremembered, level: 'tolerant-context' };
    const tolerant = matchTolerantContext(this.index, hunkLines, this.dialect);
    if (tolerant.length > 0) return { found: tolerant, level: 'tolerant-context' };
    const anchored = matchDeletionAnchored(this.index, hunkLines, this.dialect);
    if (anchored.length > 0) return { found: anchored, level: 'deletion-anchored' };
    return undefined;
  }

  /** Only an empty file, or the end that V4A names, is a place for lines without context. */
  private withoutContext({ lines: hunkLines, atEnd }: Hunk): Located {
    const { lines } = this.index;
    const end = lines.at(-1) === '' ? lines.length - 1 : lines.length;
    if (end > 0 && !atEnd) return { found: [], reason: 'no-context' };
    const add = hunkLines.map(({ text }) => text);
    return { found: [{ first: end, end, splices: [{ at: end, remove: 0, add }] }], level: 'exact' };
  }

  /** Drops the places where an insertion has been made already: the same lines stand right there. */
  private unlessThere(hunk: Hunk, located: { found: Place[]; level: MatchLevel }): Located {
    const explicit = this.dialect === 'search-replace';
    const replaces = hunk.lines.some(({ kind }) => kind === 'remove');
    // The same edit may be wanted at a second place; only a block that is meant to the letter says so.
    const made = explicit && replaces ? [] : this.postImage(hunk.lines, alreadyApplied.tellingLetters);
    if (made.length > 0) return { found: [], reason: 'already-applied', lines: made };
    const left = replaces
      ? located.found
      : located.found.filter(({ splices }) => !splices.every((splice) => this.isThere(splice)));
    // Of several places, one where it has been done already is the likeliest to be meant.
    if (left.length < located.found.length) {
      return { found: [], reason: 'already-applied', lines: located.found.map(({ first }) => first + 1) };
    }
    // A diff should show both sides of what it adds.
    const sure = explicit
      ? left
      : left.filter(({ splices }) => !hidesAnEdge(this.index.lines, hunk.lines, splices));
    // One that is left because it is at the end of the file, though, may only have lost what stands below.
    if (sure.length === left.length || (sure.length > 0 && hunk.counted))
      return { found: sure, level: located.level };
    return { found: [], reason: 'no-context', lines: left.map(({ first }) => first + 1) };
  }

  /**
   * For places that are found loosely only: a telling run of added lines that the file has already says that the
   * hunk was made for an earlier text.
   */
  private unlessWritten(located: Located): Located {
    const left = located.found.filter(({ splices }) =>
      splices.every(({ add }) => {
        const wanted = add.filter((line) => line.trim() !== '');
        if (wanted.reduce((sum, line) => sum + significantLength(line), 0) < alreadyApplied.tellingLetters)
          return true;
        const runs = this.index.findRuns(
          'indentation',
          wanted.map((line) => [line]),
        );
        return runs.every((run) => splices.some((splice) => takes(splice, run, wanted.length)));
      }),
    );
    if ('reason' in located || left.length === located.found.length) return located;
    const lines = located.found.map(({ first }) => first + 1);
    return left.length > 0 ? { ...located, found: left } : { found: [], reason: 'already-applied', lines };
  }

  /** The lines to add stand directly below or above the place, blank lines aside. */
  private isThere({ at, add }: Splice): boolean {
    const wanted = add.map(normalizeIndentation).filter((line) => line !== '');
    if (wanted.reduce((sum, line) => sum + significantLength(line), 0) < alreadyApplied.besideLetters)
      return false;
    const { keys } = this.index.view('indentation');
    const follows = (start: number, step: 1 | -1, lines: readonly string[]) => {
      let line = start;
      for (const text of lines) {
        while (keys[line] === '') line += step;
        if (keys[line] !== text) return false;
        line += step;
      }
      return true;
    };
    return follows(at, 1, wanted) || follows(at - 1, -1, wanted.toReversed());
  }

  /** Lines, from 1, where the file already is what the hunk would make it. */
  private postImage(hunkLines: readonly HunkLine[], fewest: number): number[] {
    const added = hunkLines.filter(({ kind }) => kind === 'add');
    if (added.reduce((sum, { text }) => sum + significantLength(text), 0) < fewest) return [];
    const after = hunkLines
      .filter(({ kind }) => kind !== 'remove')
      .map((hunkLine) => formsOf(hunkLine, true));
    for (const level of strictLevels) {
      const runs = this.index.findRuns(level, after);
      if (runs.length > 0) return runs.map((run) => run + 1);
    }
    return [];
  }
}

/** The lines are moved: the hunk deletes them where they are. */
function takes({ at, remove }: Splice, run: number, length: number): boolean {
  return remove > 0 && run < at + remove && run + length > at;
}

/** The hunk without the paragraph of unmarked lines after its last edit; undefined when there is none. */
function withoutTrailingProse(hunkLines: readonly HunkLine[]): HunkLine[] | undefined {
  let end = hunkLines.length;
  while (end > 0 && hunkLines[end - 1]!.unmarked) end--;
  const tail = hunkLines.slice(end);
  const paragraph = tail.findIndex(({ text }) => text === '');
  if (end === 0 || paragraph === -1) return undefined;
  return hunkLines.slice(0, end + paragraph);
}
