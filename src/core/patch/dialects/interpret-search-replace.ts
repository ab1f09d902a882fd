/** Makes edits of search/replace blocks. */

import { isProse } from '../text/prose.ts';
import { type EditCollector, type KnownLines, textOf } from './edit-collector.ts';
import { divider } from './edit-marks.ts';
import { hunkLinesOf } from './hunk-from-lines.ts';
import type { SearchReplaceBlock } from './read-search-replace.ts';

/** `lastPath` is the path of the block before. Returns the path that this block names or inherits. */
export function interpretSearchReplace(
  section: SearchReplaceBlock,
  lastPath: string | undefined,
  collector: EditCollector,
): string | undefined {
  const block = collector.nextBlock();
  const named = section.path ?? lastPath ?? collector.onlyFile();
  if (named === undefined) {
    collector.refuse('unknown-path', block, 'no line names the file of this block');
    return undefined;
  }
  const resolved = collector.resolve(named, block);
  if (!resolved) return named;
  const { path } = resolved;
  const file = collector.file(path);
  const known = collector.linesOf(path);
  const reading = chooseReading(withoutLastDivider(section, path, known), known);
  if (!reading) {
    collector.refuse('ambiguous', block, 'more than one line can be the divider of this block', path);
  } else if (file) {
    const hunkLines = hunkLinesOf(reading.search, reading.replace);
    collector.addHunk('search-replace', path, { block, lines: hunkLines, headings: [] });
  } else if (reading.search.some((line) => line.trim() !== '')) {
    collector.refuse('unknown-path', block, `${path} was not given, so nothing can be searched in it`, path);
  } else {
    collector.create('search-replace', path, textOf(reading.replace), block);
  }
  return named;
}

/**
 * A block may have a second divider right above its closing mark. It is left out where it cannot be a heading's
 * underline: in code that underlines none.
 */
function withoutLastDivider(
  section: SearchReplaceBlock,
  path: string,
  { underlines }: KnownLines,
): SearchReplaceBlock {
  const { search, replace, otherReadings } = section;
  if (!divider.test(replace.at(-1) ?? '') || isProse(path) || underlines) return section;
  const others = otherReadings
    .slice(0, -1)
    .map((other) => ({ ...other, replace: other.replace.slice(0, -1) }));
  return { ...section, search, replace: replace.slice(0, -1), otherReadings: others };
}

/**
 * A line of equal signs may be text as well. The right reading is the longest whose search text is in the
 * file: shorter ones are only the beginning of it.
 */
function chooseReading(
  section: SearchReplaceBlock,
  { index }: KnownLines,
): Pick<SearchReplaceBlock, 'search' | 'replace'> | undefined {
  if (section.otherReadings.length === 0) return section;
  const stands = (search: readonly string[]) =>
    search.length === 0
      ? index.view('trailing-space').positions.has('')
      : index.findRuns(
          'trailing-space',
          search.map((line) => [line]),
        ).length > 0;
  return [section, ...section.otherReadings].findLast(({ search }) => stands(search));
}
