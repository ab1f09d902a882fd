/**
 * The ladder: the ways in which a hunk may match the file, from the most to the least certain. Every place that a
 * rung finds is collected before the next rung is tried. Which levels there are, which of them `--strict` accepts
 * and which are flagged follow from this list.
 */
import type { DialectTraits, HunkLine, MatchLevel, Place } from '../types.ts';
import { matchDeletionAnchored, matchTolerantContext } from './anchored.ts';
import { BlankLineMatcher } from './blank-lines.ts';
import { matchLines } from './contiguous.ts';
import { matchIndentation, matchLostIndentation } from './indentation.ts';
import type { LineIndex } from './line-index.ts';
import { matchMisremembered } from './misremembered-lines.ts';
import { matchSkipped, type SkippedMatch } from './skipped-lines.ts';

/** What hunks are looked for in, with what is worked out once per file. */
export class Search {
  private matcher: BlankLineMatcher | undefined;

  constructor(
    readonly index: LineIndex,
    readonly traits: DialectTraits,
  ) {}

  get blankLines(): BlankLineMatcher {
    this.matcher ??= new BlankLineMatcher(this.index);
    return this.matcher;
  }
}

type Match = Pick<SkippedMatch, 'found'> & Partial<SkippedMatch>;

interface Rung {
  level: string;
  /** The lines match one after the other, apart from trailing space and typography. */
  strict?: true;
  find(search: Search, hunkLines: readonly HunkLine[]): Match;
}

export const ladder = [
  { level: 'exact', strict: true, find: contiguously('exact') },
  { level: 'trailing-space', strict: true, find: contiguously('trailing-space') },
  { level: 'typographic', strict: true, find: contiguously('typographic') },
  {
    level: 'indentation',
    find: ({ index, traits }, hunkLines) =>
      restoring((restored) => matchIndentation(index, hunkLines, restored, traits)),
  },
  {
    level: 'indentation',
    find: ({ index, traits }, hunkLines) => ({ found: matchLostIndentation(index, hunkLines, traits) }),
  },
  { level: 'blank-lines', find: ({ blankLines }, hunkLines) => ({ found: blankLines.match(hunkLines) }) },
  {
    level: 'tolerant-context',
    find: ({ index, traits }, hunkLines) => matchSkipped(index, hunkLines, traits),
  },
  {
    level: 'tolerant-context',
    find: ({ index }, hunkLines) => ({ found: matchMisremembered(index, hunkLines) }),
  },
  {
    level: 'tolerant-context',
    find: ({ index, traits }, hunkLines) => ({ found: matchTolerantContext(index, hunkLines, traits) }),
  },
  {
    level: 'deletion-anchored',
    find: ({ index, traits }, hunkLines) => ({ found: matchDeletionAnchored(index, hunkLines, traits) }),
  },
] as const satisfies readonly Rung[];

export type Ladder = typeof ladder;
export type LadderRung = Rung & { level: Ladder[number]['level'] };
const strict = ladder.filter((rung) => 'strict' in rung);
export const strictRungs: readonly LadderRung[] = strict;
export const looseRungs: readonly LadderRung[] = ladder.filter((rung) => !('strict' in rung));
/** The comparisons of the strict levels, for lines that are looked for in another way. */
export const strictLevels = strict.map(({ level }) => level);

/** Whether a level is not a strict one: flagged, and refused by `--strict`. */
export function isLoose(level: MatchLevel): boolean {
  return looseRungs.some((rung) => rung.level === level);
}

function contiguously(comparison: 'exact' | 'trailing-space' | 'typographic'): Rung['find'] {
  return ({ index }, hunkLines) =>
    restoring((restored) => matchLines(index, hunkLines, comparison, restored));
}

/** With the context as it was sent first, then with the marker space that models lose. */
function restoring(find: (restored: boolean) => Place[]): Match {
  const found = find(false);
  return { found: found.length > 0 ? found : find(true) };
}
