/**
 * Reads unified diffs as models write them: counts are ignored, line numbers and headings are hints, an empty line is
 * blank context and a line without a marker is context.
 */

import { unquoteName } from '../git/quote-name.ts';
import type { WorkBudget } from '../match/work-budget.ts';
import { reading } from '../thresholds.ts';
import type { FileMode } from '../types.ts';
import { gitLine, startsNames } from './edit-marks.ts';
import { type DraftHunk, type HunkHeader, readHeader, readHunk } from './hunk-lines.ts';

export interface DraftFile {
  /** As written, without a date. `/dev/null` is undefined, together with `created` or `deleted`. */
  oldName?: string;
  newName?: string;
  created: boolean;
  deleted: boolean;
  renamed: boolean;
  binary: boolean;
  link: boolean;
  newMode?: FileMode;
  hunks: DraftHunk[];
}

const emptyFile = (): DraftFile => ({
  created: false,
  deleted: false,
  renamed: false,
  binary: false,
  link: false,
  hunks: [],
});

/** Every file of the diff; other lines between files are skipped. */
export function readUnified(lines: readonly string[]): DraftFile[] {
  const files: DraftFile[] = [];
  let file: DraftFile | undefined;
  const begin = () => {
    file = emptyFile();
    files.push(file);
    return file;
  };
  let index = 0;
  while (index < lines.length) {
    const line = lines[index]!;
    const header = readHeader(line);
    if (line.startsWith(gitLine)) {
      Object.assign(begin(), namesOfGitLine(line));
      index++;
    } else if (startsNames(lines[index]!, lines[index + 1])) {
      // The names after `diff --git` belong to the same file; without it they begin a new one.
      if (!file || file.hunks.length > 0 || !hasGitLine(lines, index)) begin();
      readNames(file!, lines[index]!, lines[index + 1]!);
      index += 2;
      if (startsHunk(lines, index)) index = pushHunk(file!, lines, index, {});
    } else if (header) {
      index = pushHunk(file ?? begin(), lines, index + 1, header);
    } else {
      if (file && file.hunks.length === 0) readExtendedHeader(file, line);
      index++;
    }
  }
  return files;
}

/** Adds the hunk that begins on a line, and returns the line after it. */
function pushHunk(file: DraftFile, lines: readonly string[], start: number, header: HunkHeader): number {
  const end = endOfHunk(lines, start, header);
  file.hunks.push(readHunk(lines.slice(start, end), header));
  return end;
}

/** Whether lines of a hunk without a header begin here: one of the first is changed, and all of them have markers. */
export function startsHunk(lines: readonly string[], start: number): boolean {
  for (let index = start; index < Math.min(lines.length, start + reading.hunkLines); index++) {
    const line = lines[index]!;
    if (startsNames(line, lines[index + 1])) return false;
    if (line[0] === '+' || line[0] === '-') return true;
    if (line !== '' && line[0] !== ' ') return false;
  }
  return false;
}

/** Looks back over the extended header for the `diff --git` line that these names belong to. */
function hasGitLine(lines: readonly string[], index: number): boolean {
  let above = index - 1;
  while (
    above >= 0 &&
    /^(?:index|old mode|new mode|new file|deleted file|similarity|dissimilarity|rename|copy)\b/.test(
      lines[above]!,
    )
  )
    above--;
  return above >= 0 && lines[above]!.startsWith(gitLine);
}

function namesOfGitLine(line: string): Pick<DraftFile, 'oldName' | 'newName'> {
  const rest = line.slice(gitLine.length).trim();
  const quoted = /^("(?:[^"\\]|\\.)*"|\S+) ("(?:[^"\\]|\\.)*"|\S+)$/.exec(rest);
  if (quoted) return { oldName: unquoteName(quoted[1]!), newName: unquoteName(quoted[2]!) };
  // Names with spaces: both halves are the same but for the prefix.
  const half = (rest.length - 1) / 2;
  if (Number.isInteger(half) && rest[half] === ' ')
    return { oldName: rest.slice(0, half), newName: rest.slice(half + 1) };
  return {};
}

/** A date after spaces instead of a tab, or what the side is called. */
const remarkAfterName =
  /(?<!\s)\s+(?:\d{4}-\d\d-\d\d[ T]\d\d:.*|\((?:original|modified|updated|old|new|before|after)\)\s*)$/is;

function readNames(file: DraftFile, oldLine: string, newLine: string): void {
  const nameOn = (line: string) =>
    unquoteName(line.slice(4).split('\t')[0]!.replace(remarkAfterName, '').trim());
  const oldName = nameOn(oldLine);
  const newName = nameOn(newLine);
  if (oldName === '/dev/null') file.created = true;
  else file.oldName = oldName;
  if (newName === '/dev/null') file.deleted = true;
  else file.newName = newName;
}

function readExtendedHeader(file: DraftFile, line: string): void {
  const mode = /^(?:new file mode|new mode) (100644|100755)\s*$/.exec(line);
  if (mode) file.newMode = mode[1] as FileMode;
  // A symbolic link or a submodule, whose text is not that of a file.
  else if (/^(?:new file mode|new mode) (?:120|160)000\s*$/.test(line)) file.link = true;
  if (line.startsWith('new file mode')) file.created = true;
  else if (line.startsWith('deleted file mode')) file.deleted = true;
  else if (/^(?:Binary files .* differ|GIT binary patch)\s*$/.test(line)) file.binary = true;
  const rename = /^rename (from|to) (.+)$/.exec(line);
  if (rename) {
    file.renamed = true;
    file[rename[1] === 'from' ? 'oldName' : 'newName'] = unquoteName(rename[2]!.trim());
  }
}

/** First line after the hunk: the next header or file, the signature of a mail, or the end. */
function endOfHunk(lines: readonly string[], from: number, header: HunkHeader): number {
  let oldSeen = 0;
  let newSeen = 0;
  for (let index = from; index < lines.length; index++) {
    const line = lines[index]!;
    if (line.startsWith(gitLine) || readHeader(line)) return index;
    if (/^Index: \S/.test(line) && /^=+$/.test(lines[index + 1] ?? '')) return index;
    const complete = oldSeen === header.oldCount && newSeen === header.newCount;
    if (complete && /^-- ?$/.test(line)) return index;
    // A removed line may look like the name of a file; then no hunk follows, or the counts are not complete.
    if (startsNames(lines[index]!, lines[index + 1]) && (complete || readHeader(lines[index + 2] ?? '')))
      return index;
    if (line[0] !== '+' && line[0] !== '\\') oldSeen++;
    if (line[0] !== '-' && line[0] !== '\\') newSeen++;
  }
  return lines.length;
}

interface LastHunk {
  oldLeft: number;
  newLeft: number;
  /** Marker of its last line with text. */
  lastMarker: string | undefined;
}

/** What is missing of the last hunk above `end` by the counts of its header; undefined if it has no counts. */
function lastHunk(lines: readonly string[], end: number, looks?: WorkBudget): LastHunk | undefined {
  let start = end - 1;
  const furthest = Math.max(0, end - reading.longestHunk);
  while (start >= furthest && !readHeader(lines[start]!)) start--;
  looks?.spend(end - start);
  const header = start < furthest ? undefined : readHeader(lines[start]!);
  if (header?.oldCount === undefined || header.newCount === undefined) return undefined;
  const hunk: LastHunk = { oldLeft: header.oldCount, newLeft: header.newCount, lastMarker: undefined };
  for (let index = start + 1; index < end; index++) {
    const marker = lines[index]![0];
    if (marker === '\\') continue;
    if (marker !== '+') hunk.oldLeft--;
    if (marker !== '-') hunk.newLeft--;
    hunk.lastMarker = marker ?? hunk.lastMarker;
  }
  return hunk;
}

/** Whether the last hunk above `end` is exactly as long as its header says. */
function lastHunkIsComplete(lines: readonly string[], end: number, looks: WorkBudget): boolean {
  const hunk = lastHunk(lines, end, looks);
  return hunk?.oldLeft === 0 && hunk.newLeft === 0;
}

/** Lines that a diff may end with, but only if they are complete. */
const extendedHeader =
  /^(?:diff --git|index|rename|copy|similarity|new file|deleted file|old mode|new mode|---|\+\+\+) /;

/**
 * Whether a diff without a closing fence stops at an edit although its header counts more: lines that replace the
 * removed ones, or context below the added ones. Counts are often wrong, but then the hunk still ends in context.
 * Without `ended`, half of the last line may be missing.
 */
export function diffIsCut(lines: readonly string[], end: number, ended: boolean): boolean {
  let last = end;
  while (last > 0 && lines[last - 1] === '') last--;
  const hunk = lastHunk(lines, last);
  if (!ended && extendedHeader.test(lines[last - 1] ?? '') && !(hunk && hunk.newLeft >= 0)) return true;
  if (!hunk) return false;
  const { oldLeft, newLeft, lastMarker } = hunk;
  if (lastMarker === '-') return newLeft > 0;
  return lastMarker === '+' && newLeft > 0 && (!ended || newLeft === oldLeft);
}

/** Whether the lines between two possible ends of the fence around a diff belong to the diff. */
export function diffGoesOn(
  lines: readonly string[],
  looks: WorkBudget,
): (closing: number, next: number) => boolean {
  return (closing, next) => {
    looks.spend(next - closing);
    const after = lines.slice(closing + 1, next);
    const looksLikeDiff =
      after.some((line) => /^@@|^diff --git |^[+-](?! )/.test(line)) ||
      after.some((line) => /^ {2}| \S/.test(line[0] === ' ' ? line : ''));
    return (
      looksLikeDiff &&
      !(
        lastHunkIsComplete(lines, closing, looks) &&
        !/^(?:@@|diff --git |--- )/.test(after.find((line) => line.trim() !== '') ?? '')
      )
    );
  };
}
