/**
 * Search/replace blocks: a path on a line of its own, then the old lines, a divider and the new lines. Reads the
 * usual marks (`<<<<<<< SEARCH`, `<<<<<<< ORIGINAL`, `------- SEARCH`) with or without a fence around them.
 */

import type { LineIndex } from '../match/line-index.ts';
import { isBlank } from '../text/normalize.ts';
import { isProse } from '../text/prose.ts';
import { reading } from '../thresholds.ts';
import type { AnswerContext } from '../types.ts';
import type { AnswerText, Cut, DialectRow } from './dialect.ts';
import { type EditCollector, type KnownLines, textOf } from './edit-collector.ts';
import { addedMark, closing, divider, markOn, oddMarks, opening } from './edit-marks.ts';
import { hunkLinesOf } from './hunk-lines.ts';
import { closes, fenceOn } from './markdown-fences.ts';
import { pathInInfo, pathOnLine } from './path-label.ts';
import { sentFiles } from './sent-files.ts';

interface Reading {
  search: string[];
  replace: string[];
}

export interface SearchReplaceBlock extends Reading {
  /** As the answer writes it; undefined when no line near the block names one. */
  path: string | undefined;
  /** Other ways to read the block, when more than one line could be the divider. */
  otherReadings: Reading[];
  /** The marks have another form than those that were asked for. */
  odd?: boolean;
  /** Further closing marks follow before the next block, so one above the last may be text. */
  stray: StrayClosing | undefined;
}

interface StrayClosing {
  /** The ways to read the block up to the last of them. */
  readings: Reading[];
  /** Only blank lines and fences stand between them: the mark may be merely repeated. */
  repeated: boolean;
}

const contract = `Answer with search/replace blocks and nothing else. One block looks like this:

path/of/the/file.ext
<<<<<<< SEARCH
lines exactly as they stand in the file now
=======
lines that take their place
>>>>>>> REPLACE

Rules:
- The path stands alone on the line above the block, as it was given to you.
- The SEARCH part is copied from the file to the letter, indentation and blank lines included, without line numbers and without "...".
- It must occur exactly once in the file: carry as many lines as that takes, a whole function or block where you can.
- One block per place that changes; blocks do not overlap; every block refers to the file as it was given, not as an earlier block left it.
- A new file is a block with an empty SEARCH part. To delete lines leave the REPLACE part empty.
- Change nothing that the request does not call for, white space included.`;

export const searchReplace = {
  name: 'search-replace',
  startsOn: (line) => opening.test(line) || oddMarks.opening.test(line),
  cut,
  interpret,
  traits: { hunkOrder: 'never', wholeBlocks: true, bothSides: 'never', mayRepeat: true },
  contract,
} satisfies DialectRow<SearchReplaceBlock>;

function cut(answer: AnswerText, start: number): Cut<SearchReplaceBlock> | 'cut' | undefined {
  const { lines, context } = answer;
  if (!opening.test(lines[start]!)) return cutOdd(answer, start);
  const dividers: number[] = [];
  let end = -1;
  for (let index = start + 1; index < lines.length; index++) {
    const line = lines[index]!;
    if (divider.test(line)) dividers.push(index);
    else if (dividers.length > 0 && closing.test(line)) {
      end = index;
      break;
    } else if (opening.test(line)) return 'cut';
  }
  if (end === -1) return 'cut';
  const readingsUpTo = (last: number) =>
    dividers.slice(0, reading.mostDividers).map((at) => ({
      search: lines.slice(start + 1, at),
      replace: lines.slice(at + 1, last),
    }));
  const [first, ...otherReadings] = readingsUpTo(end);
  const path = pathAbove(lines, start, context);
  const { last, outside } = lastClosing(answer, end);
  const block = { path, ...first!, otherReadings, stray: undefined };
  if (last === end) return { block, next: end + 1 };
  const between = lines.slice(end + 1, last);
  const repeated = between.every((line) => line.trim() === '' || fenceOn(line) || closing.test(line));
  for (const [index, line] of between.entries()) if (divider.test(line)) dividers.push(end + 1 + index);
  const stray = { readings: outside ? [] : readingsUpTo(last), repeated };
  return { block: { ...block, stray }, next: (repeated || outside ? end : last) + 1 };
}

/** A block with odd marks, one of each; undefined if it is none. */
function cutOdd({ lines, context }: AnswerText, start: number): Cut<SearchReplaceBlock> | undefined {
  let middle: number | undefined;
  for (let index = start + 1; index < lines.length; index++) {
    const line = lines[index]!;
    if (oddMarks.divider.test(line)) {
      if (middle !== undefined) return undefined;
      middle = index;
    } else if (oddMarks.closing.test(line)) {
      if (middle === undefined) return undefined;
      const halves = { search: lines.slice(start + 1, middle), replace: lines.slice(middle + 1, index) };
      const path = pathAbove(lines, start, context);
      return { block: { path, ...halves, odd: true, otherReadings: [], stray: undefined }, next: index + 1 };
    } else if (markOn(line) !== undefined) return undefined;
  }
  return undefined;
}

/**
 * The last closing mark before the next block. `outside`: it stands behind the fence around the block. Half a block
 * there is no part of this one.
 */
function lastClosing({ lines, around, looks }: AnswerText, end: number): { last: number; outside: boolean } {
  let last = end;
  let fenceEnd = lines.length;
  for (let index = end + 1; index < lines.length && !looks.exhausted; index++) {
    looks.spend(1);
    const line = lines[index]!;
    if (around && closes(line, around.fence)) fenceEnd = Math.min(fenceEnd, index);
    if (opening.test(line) || (fenceEnd < index && divider.test(line))) break;
    if (closing.test(line.trimStart())) last = index;
  }
  return { last, outside: fenceEnd < last };
}

/** The nearest line above that names a path, across the fence and blank lines but not across another block. */
function pathAbove(lines: readonly string[], start: number, context: AnswerContext): string | undefined {
  const onMark = lines[start]!.replace(opening, '').replace(/>$/, '').trim();
  if (onMark !== '') {
    const path = pathOnLine(onMark, context);
    if (path) return path;
  }
  let looked = 0;
  for (let index = start - 1; index >= 0 && looked < reading.labelLines; index--) {
    const line = lines[index]!;
    if (closing.test(line)) return undefined;
    if (line.trim() === '') continue;
    const fence = fenceOn(line);
    if (fence) {
      const path = pathInInfo(fence.info, context);
      if (path) return path;
      continue;
    }
    looked++;
    const path = pathOnLine(line, context) ?? sentPathIn(line, context);
    if (path) return path;
  }
  return undefined;
}

/** The only file that was sent and that a heading names among other words. */
function sentPathIn(line: string, context: AnswerContext): string | undefined {
  if (!/^#{1,6} /.test(line) || line.length > reading.longestHeading) return undefined;
  const words = new Set(line.split(/[\s`'"*()]+/).map((word) => word.replace(/[:,.]+$/, '')));
  const named = [...words].filter((word) => sentFiles(context.files).named(word));
  return named.length === 1 ? named[0] : undefined;
}

function interpret(section: SearchReplaceBlock, collector: EditCollector): void {
  const block = collector.nextBlock();
  const named = section.path ?? collector.lastPath ?? collector.onlyFile();
  collector.lastPath = named;
  if (named === undefined) {
    collector.refuse('unknown-path', block, 'no line names the file of this block');
    return;
  }
  // Without old lines, nothing shows that another file of that name is meant.
  const precision = section.search.every(isBlank) ? 'exact' : 'near';
  const resolved = collector.resolve(named, block, precision);
  if (!resolved) return;
  const { path } = resolved;
  const file = collector.file(path);
  const known = collector.linesOf(path);
  if (section.odd && runsOf(section.search, known.index) !== 1) {
    const message = `block ${block} has odd edit marks, and its search text does not stand once in ${path}`;
    collector.refuse('edit-mark', block, message, path);
    return;
  }
  const longer = section.stray && readingUpToLast(section.stray, known);
  if (section.stray && !longer && !(section.stray.repeated && !known.closings)) {
    const message = `another closing mark follows block ${block}, so where it ends is not clear`;
    collector.refuse('edit-mark', block, message, path);
    return;
  }
  const chosen = longer ?? chooseReading(withoutLastDivider(section, path, known), known);
  if (!chosen) {
    collector.refuse('ambiguous', block, 'more than one line can be the divider of this block', path);
  } else if (file) {
    const lines = hunkLinesOf(chosen.search, chosen.replace, collector.diffs);
    collector.addHunk('search-replace', path, { block, lines, headings: [] });
  } else if (chosen.search.some((line) => line.trim() !== '')) {
    collector.refuse('unknown-path', block, `${path} was not given, so nothing can be searched in it`, path);
  } else {
    collector.create('search-replace', path, textOf(chosen.replace), block);
  }
}

/**
 * A block may have a second divider right above its closing mark. It is dropped where it cannot underline a
 * heading: in code without underlined headings, and below a line that stays and is longer.
 */
function withoutLastDivider(
  block: SearchReplaceBlock,
  path: string,
  { underlines }: KnownLines,
): SearchReplaceBlock {
  const { search, replace, otherReadings } = block;
  if (!divider.test(replace.at(-1) ?? '')) return block;
  if ((isProse(path) || underlines) && !standsBelowOldText(block)) return block;
  const others = otherReadings
    .slice(0, -1)
    .map((other) => ({ ...other, replace: other.replace.slice(0, -1) }));
  return { ...block, search, replace: replace.slice(0, -1), otherReadings: others };
}

/** Whether the last divider follows the text that the search ends with, which is too long for it to underline. */
function standsBelowOldText({ search, replace }: Reading): boolean {
  const last = search.at(-1)?.trim() ?? '';
  return last === replace.at(-2)?.trim() && last.length > replace.at(-1)!.trim().length;
}

/**
 * The reading up to the last closing mark, if it fits a file that has such marks itself: its search text stands there
 * once, to the letter, and the replacement adds no mark.
 */
function readingUpToLast({ readings }: StrayClosing, { index }: KnownLines): Reading | undefined {
  const found = readings.findLast(({ search }) => search.length > 0 && runsOf(search, index) > 0);
  if (!found || runsOf(found.search, index) > 1) return undefined;
  return addedMark(found.search, found.replace, 'anywhere') ? undefined : found;
}

function runsOf(search: readonly string[], index: LineIndex): number {
  const wanted = search.map((line) => [line]);
  return index.findRuns('trailing-space', wanted).length;
}

/**
 * A line of equal signs may be text as well. The right reading is the longest one whose search text is in the
 * file: shorter ones are only the beginning of it.
 */
function chooseReading(block: SearchReplaceBlock, { index }: KnownLines): Reading | undefined {
  if (block.otherReadings.length === 0) return block;
  const isInFile = (search: readonly string[]) =>
    search.length === 0 ? index.view('trailing-space').positions.has('') : runsOf(search, index) > 0;
  return [block, ...block.otherReadings].findLast(({ search }) => isInFile(search));
}
