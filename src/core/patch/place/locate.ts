/** Climbs down the ladder for one hunk, and rules out places where the edit has been made or may not belong. */

import { formsOf } from '../match/contiguous.ts';
import {
  isLoose,
  type LadderRung,
  looseRungs,
  type Search,
  strictLevels,
  strictRungs,
} from '../match/ladder.ts';
import { normalizers } from '../match/line-index.ts';
import { isBlank, normalizeIndentation, totalLength } from '../text/normalize.ts';
import type { Splice } from '../text/splices.ts';
import { alreadyApplied } from '../thresholds.ts';
import type { Hunk, HunkLine, MatchLevel, Place } from '../types.ts';
import { partlyApplied } from './already-applied.ts';
import { hidesAnEdge, skipsALine } from './hidden-edge.ts';

interface Found {
  found: Place[];
  level: MatchLevel;
}

export type NotFoundReason = 'not-found' | 'already-applied' | 'no-context';

interface NotFound {
  found: [];
  reason: NotFoundReason;
  /** File lines, from 1. */
  lines?: number[];
}

export type Located = Found | NotFound;

export class Locator {
  /** `isWritten`: an earlier block writes the lines that a hunk changes. */
  constructor(
    private readonly search: Search,
    private readonly isWritten: (hunk: Hunk) => boolean = () => false,
  ) {}

  locate(hunk: Hunk): Located {
    const { lines: hunkLines } = hunk;
    if (hunkLines.every(({ kind }) => kind === 'add')) return this.withoutContext(hunk);
    const shorter = withoutTrailingProse(hunkLines);
    const variants = shorter ? [hunkLines, shorter] : [hunkLines];
    for (const variant of variants) {
      const found = this.descend(strictRungs, variant);
      if (found) return this.unlessMade({ ...hunk, lines: variant }, this.atTheEnd(hunk, found));
    }
    if (this.isWritten(hunk)) return { found: [], reason: 'not-found' };
    const applied = partlyApplied(this.search.index, hunkLines);
    if (applied.length > 0) return { found: [], reason: 'already-applied', lines: applied };
    for (const variant of variants) {
      const found = this.descend(looseRungs, variant);
      if (found) return this.unlessWritten(this.unlessMade({ ...hunk, lines: variant }, found));
    }
    return { found: [], reason: 'not-found' };
  }

  /** Where the lines of a hunk of context only stand, which show where the next hunk is. */
  anchor({ lines: hunkLines }: Hunk): Found {
    const located = this.descend(strictRungs, hunkLines);
    return located && !('reason' in located) ? located : { found: [], level: 'exact' };
  }

  /** Every place of the first rung that finds one. */
  private descend(rungs: readonly LadderRung[], hunkLines: readonly HunkLine[]): Located | undefined {
    for (const { level, find } of rungs) {
      const { found, uncertain = [] } = find(this.search, hunkLines);
      if (uncertain.length > 0)
        return { found: [], reason: 'no-context', lines: uncertain.map((line) => line + 1) };
      if (found.length > 0) return { found, level };
    }
    return undefined;
  }

  /** Only an empty file, or the end of the file that V4A marks, is a place for lines without context. */
  private withoutContext({ lines: hunkLines, atEnd }: Hunk): Located {
    const { lines } = this.search.index;
    const end = lines.at(-1) === '' ? lines.length - 1 : lines.length;
    if (end > 0 && !atEnd) return { found: [], reason: 'no-context' };
    const add = hunkLines.map(({ text }) => text);
    return { found: [{ first: end, end, splices: [{ at: end, remove: 0, add }] }], level: 'exact' };
  }

  /** V4A's end mark chooses the place at the end of the file if the hunk fits there. */
  private atTheEnd({ atEnd }: Hunk, located: Located): Located {
    const { lines } = this.search.index;
    if (!atEnd || 'reason' in located) return located;
    // The line behind the final newline counts only where no other fits.
    const ends = lines.at(-1) === '' ? [lines.length - 1, lines.length] : [lines.length];
    for (const end of ends) {
      const last = located.found.filter((place) => place.end === end);
      if (last.length > 0) return { ...located, found: last };
    }
    return located;
  }

  /** Drops the places where the edit has been made already, and those that only look certain. */
  private unlessMade(hunk: Hunk, located: Located): Located {
    if ('reason' in located) return located;
    const { index, traits } = this.search;
    const replaces = hunk.lines.some(({ kind }) => kind === 'remove');
    const made = traits.mayRepeat && replaces ? [] : this.resultsOf(hunk.lines);
    if (made.length > 0) return { found: [], reason: 'already-applied', lines: made };
    const left = replaces
      ? located.found
      : located.found.filter(({ splices }) => !splices.every((splice) => this.isBeside(splice)));
    // Of several places, the one where it has been made is the likeliest to be meant.
    if (left.length < located.found.length)
      return { found: [], reason: 'already-applied', lines: fileLines(located.found) };
    const hides = this.hidesEdge(located.level);
    const sure = left.filter(({ splices }) => !hides(index.lines, hunk.lines, splices));
    // A place that remains because it is at the end of the file counts only if the counts show that nothing is cut off.
    if (sure.length === left.length || (sure.length > 0 && hunk.counted))
      return { found: sure, level: located.level };
    return { found: [], reason: 'no-context', lines: fileLines(left) };
  }

  /** What makes an insertion at the edge of a hunk uncertain, for hunks that are found on this level. */
  private hidesEdge(level: MatchLevel): typeof hidesAnEdge {
    const { bothSides } = this.search.traits;
    if (bothSides === 'never') return () => false;
    return bothSides === 'always' || isLoose(level) ? hidesAnEdge : skipsALine;
  }

  /**
   * Only for places that are found loosely: if the file already has a telling run of the added lines, the hunk was
   * made for an earlier text.
   */
  private unlessWritten(located: Located): Located {
    const left = located.found.filter(({ splices }) =>
      splices.every(({ add }) => {
        const texts = add.filter((line) => !isBlank(line));
        if (totalLength(texts) < alreadyApplied.tellingLetters) return true;
        const runs = this.search.index.findRuns(
          'indentation',
          texts.map((line) => [line]),
        );
        return runs.every((run) => splices.some((splice) => takes(splice, run, texts.length)));
      }),
    );
    if ('reason' in located || left.length === located.found.length) return located;
    return left.length > 0
      ? { ...located, found: left }
      : { found: [], reason: 'already-applied', lines: fileLines(located.found) };
  }

  /** The lines to add stand directly below or above the place, blank lines aside. */
  private isBeside({ at, add }: Splice): boolean {
    const texts = add.map(normalizeIndentation).filter((line) => line !== '');
    if (totalLength(texts) < alreadyApplied.besideLetters) return false;
    const { keys } = this.search.index.view('indentation');
    const follows = (start: number, step: 1 | -1, lines: readonly string[]) => {
      let line = start;
      for (const text of lines) {
        while (keys[line] === '') line += step;
        if (keys[line] !== text) return false;
        line += step;
      }
      return true;
    };
    return follows(at, 1, texts) || follows(at - 1, -1, texts.toReversed());
  }

  /** Lines, from 1, where the file already is what the hunk would make it. */
  private resultsOf(hunkLines: readonly HunkLine[]): number[] {
    const added = hunkLines.filter(({ kind }) => kind === 'add');
    if (totalLength(added.map(({ text }) => text)) < alreadyApplied.tellingLetters) return [];
    const after = hunkLines.filter(({ kind }) => kind !== 'remove');
    // If only trailing space or quotes change, the text before looks like the result.
    const before = hunkLines.filter(({ kind }) => kind !== 'add');
    const levels = strictLevels.filter((level) => {
      const keys = [before, after].map((lines) => lines.map(({ text }) => normalizers[level](text)));
      return keys[0]!.join('\n') !== keys[1]!.join('\n');
    });
    const forms = after.map((hunkLine) => formsOf(hunkLine, true));
    return this.search.index.firstRuns(levels, forms).map((run) => run + 1);
  }
}

/** File lines, from 1, at which places begin. */
function fileLines(places: readonly Place[]): number[] {
  return places.map(({ first }) => first + 1);
}

/** Whether the hunk removes these lines: it moves them. */
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
