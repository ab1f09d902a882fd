/**
 * Reads search/replace blocks: a path on a line of its own, then the old lines, a divider and the new lines.
 * Understands the usual markers (`<<<<<<< SEARCH`, `<<<<<<< ORIGINAL`, `------- SEARCH`) with or without a
 * fence around them.
 */

import { reading } from '../thresholds.ts';
import type { AnswerContext } from '../types.ts';
import { bareClosing, closing, divider, opening } from './edit-marks.ts';
import { fenceOn } from './markdown-fences.ts';
import { pathOnLine } from './path-label.ts';
import { pathInInfo } from './read-whole-file.ts';

export interface SearchReplaceBlock {
  /** As the answer writes it; undefined when no line near the block names one. */
  path: string | undefined;
  search: string[];
  replace: string[];
  /** Further readings when more than one line could be the divider. */
  otherReadings: { search: string[]; replace: string[] }[];
  /** First line after the block. */
  end: number;
}

export function opensSearchReplace(line: string): boolean {
  return opening.test(line);
}

/** Reads the block whose marker is on line `start`. `cut` when its divider or its end is missing. */
export function readSearchReplace(
  lines: readonly string[],
  start: number,
  context: AnswerContext,
): SearchReplaceBlock | 'cut' {
  const dividers: number[] = [];
  let end = -1;
  for (let index = start + 1; index < lines.length; index++) {
    const line = lines[index]!;
    if (divider.test(line)) dividers.push(index);
    else if (dividers.length > 0 && (closing.test(line) || bareClosing.test(line))) {
      end = index;
      break;
    } else if (opening.test(line)) return 'cut';
  }
  if (end === -1) return 'cut';
  const readings = dividers.slice(0, reading.mostDividers).map((at) => ({
    search: lines.slice(start + 1, at),
    replace: lines.slice(at + 1, end),
  }));
  const { search, replace } = readings[0]!;
  const path = pathAbove(lines, start, context);
  return { path, search, replace, otherReadings: readings.slice(1), end: end + 1 };
}

/** The nearest line above that names a path, across the fence and blank lines but not across another block. */
function pathAbove(lines: readonly string[], start: number, context: AnswerContext): string | undefined {
  const onMarker = lines[start]!.replace(opening, '').replace(/>$/, '').trim();
  if (onMarker !== '') {
    const path = pathOnLine(onMarker, context);
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

/** The one file that was sent and that a heading names among other words. */
function sentPathIn(line: string, context: AnswerContext): string | undefined {
  if (!/^#{1,6} /.test(line) || line.length > reading.longestHeading) return undefined;
  const words = new Set(line.split(/[\s`'"*()]+/).map((word) => word.replace(/[:,.]+$/, '')));
  const named = context.files.filter(({ path }) => words.has(path));
  return named.length === 1 ? named[0]!.path : undefined;
}
