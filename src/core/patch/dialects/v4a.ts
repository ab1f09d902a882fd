/** V4A, the `*** Begin Patch` format: Update, Add, Delete and Move, with or without its end mark. */
import type { AnswerText, Cut, DialectRow } from './dialect.ts';
import { type EditCollector, textOf } from './edit-collector.ts';
import {
  beginPatch,
  blockStarts,
  endOfFile,
  endPatch,
  fileLine,
  moveLine,
  startsNames,
} from './edit-marks.ts';
import { type DraftHunk, readHeader, readHunk } from './hunk-lines.ts';
import { closingLine, fenceOn } from './markdown-fences.ts';
import { diffGoesOn } from './read-unified.ts';

export interface V4aBlock {
  lines: string[];
  /** Lines of a patch and another end mark follow, so the first one may be text. */
  unclear: boolean;
}

interface V4aFile {
  action: 'update' | 'add' | 'delete';
  /** As written. */
  name: string;
  moveTo?: string;
  hunks: DraftHunk[];
  /** Lines of an added file. */
  text: string[];
}

const contract = `Answer with one patch in this form and nothing else:

*** Begin Patch
*** Update File: path/of/the/file.ext
@@ the line that opens the enclosing function or class
 unchanged line
-removed line
+added line
 unchanged line
*** End Patch

Rules:
- Every line of a hunk starts with a space, "-" or "+". Unchanged and removed lines are copied from the file to the letter.
- Give three unchanged lines before and after each change; more where the place would not be the only one that fits.
- "*** Add File: path" with only "+" lines creates a file; "*** Delete File: path" removes one; "*** Move to: path" below an Update line renames it.
- No line numbers, no elisions. Change nothing that the request does not call for, white space included.`;

export const v4a = {
  name: 'v4a',
  startsOn: blockStarts.v4a,
  cut,
  interpret,
  traits: { hunkOrder: 'always', wholeBlocks: false, bothSides: 'unless-exact', mayRepeat: false },
  contract,
} satisfies DialectRow<V4aBlock>;

function cut(answer: AnswerText, start: number): Cut<V4aBlock> | 'cut' {
  const { lines, around, ended, looks } = answer;
  const blockUpTo = (end: number, next = end, unclear = false) => ({
    block: { lines: lines.slice(start, end), unclear },
    next,
  });
  for (let index = start + 1; index < lines.length; index++) {
    if (endPatch.test(lines[index]!)) return blockUpTo(index, index + 1, goesOn(answer, index));
    if (beginPatch.test(lines[index]!)) return blockUpTo(index);
  }
  if (around) {
    const close = closingLine(answer, around.open, diffGoesOn(lines, looks));
    return close === -1 ? 'cut' : blockUpTo(close);
  }
  // Without its end mark and without a fence, only that mark with space before it or the word that ends a here-document
  // can follow the patch.
  let end = lines.length;
  while (end > start && /^(?:EOF|PATCH|\s+\*\*\* End Patch|)\s*$/.test(lines[end - 1]!)) end--;
  const last = lines[end - 1] ?? '';
  const isHalf = !ended && end === lines.length && /^(?:[+-]|\*\*\* )/.test(last);
  // Lines are removed last: what should replace them is missing, and so is the end mark.
  return isHalf || /^-(?!--)/.test(last) ? 'cut' : blockUpTo(end, lines.length);
}

/** Whether the patch goes on below its end mark: another one follows, or lines of a patch without a beginning. */
function goesOn({ lines, looks }: AnswerText, end: number): boolean {
  let isText = false;
  let isPatch = false;
  for (let index = end + 1; index < lines.length && !looks.exhausted; index++) {
    looks.spend(1);
    const line = lines[index]!;
    if (beginPatch.test(line) || fileLine.test(line)) return isPatch;
    if (endPatch.test(line)) return isText;
    isText ||= line.trim() !== '' && !fenceOn(line);
    // Not a bullet of prose.
    isPatch ||= /^(?:[+-](?![ -])|@@)/.test(line);
  }
  return false;
}

function interpret({ lines, unclear }: V4aBlock, collector: EditCollector): void {
  if (unclear) {
    const block = collector.nextBlock();
    collector.refuse('edit-mark', block, 'another end mark follows the patch, so where it ends is not clear');
    return;
  }
  for (const file of readFiles(lines)) {
    if (file.action === 'update') {
      interpretUpdate(file, collector);
      continue;
    }
    const block = collector.nextBlock();
    const resolved = collector.resolve(file.name, block, 'exact');
    if (!resolved) continue;
    const { path, sent } = resolved;
    if (file.action === 'add') {
      if (sent) collector.refuse('exists', block, `${path} cannot be added: it already exists`, path);
      else collector.create('v4a', path, textOf(file.text), block);
    } else if (!sent) {
      collector.refuse('unknown-path', block, `${path} was not given, so it cannot be deleted`, path);
    } else collector.add({ dialect: 'v4a', kind: 'delete', path, block, hunks: [] });
  }
}

function interpretUpdate(file: V4aFile, collector: EditCollector): void {
  const precision = file.moveTo === undefined ? 'near' : 'exact';
  const resolved = collector.resolve(file.name, collector.upcomingBlock, precision);
  if (!resolved) {
    collector.skipBlocks(file.hunks.length);
    return;
  }
  const { path, sent } = resolved;
  if (!sent) {
    const block = collector.skipBlocks(file.hunks.length);
    collector.refuse('unknown-path', block, `${path} was not given, so it cannot be changed`, path);
    return;
  }
  const newPath =
    file.moveTo === undefined ? undefined : collector.moveTarget(file.moveTo, path, collector.upcomingBlock);
  collector.addHunks('v4a', path, file.hunks, newPath === undefined ? {} : { newPath });
}

/** The files between the begin and the end mark. Hunks without a line of text are left out. */
function readFiles(lines: readonly string[]): V4aFile[] {
  const files: V4aFile[] = [];
  let file: V4aFile | undefined;
  let headings: string[] = [];
  let startLine: number | undefined;
  let body: string[] = [];
  let blank = true;
  const finishHunk = (atEnd = false) => {
    if (file?.action === 'update' && !blank) {
      const hunk = readHunk(body, startLine === undefined ? {} : { startLine });
      file.hunks.push({ ...hunk, headings, ...(atEnd ? { atEnd } : {}) });
      headings = [];
    }
    body = [];
    blank = true;
  };
  for (const [at, line] of lines.entries()) {
    if (blank && (isDiffHeader(lines, at) || isDiffHeader(lines, at - 1))) continue;
    const start = fileLine.exec(line);
    const move = moveLine.exec(line);
    const header = file?.action === 'update' ? readHeader(line) : undefined;
    if (start) {
      finishHunk();
      headings = [];
      startLine = undefined;
      file = {
        action: start[1]!.toLowerCase() as V4aFile['action'],
        name: start[2]!.trim(),
        hunks: [],
        text: [],
      };
      files.push(file);
    } else if (move && file) file.moveTo = move[1]!.trim();
    else if (endOfFile.test(line)) finishHunk(true);
    else if (header) {
      // Two headings in a row: an outer and an inner one.
      if (!blank) {
        finishHunk();
        headings = [];
      }
      body = [];
      blank = true;
      startLine = header.startLine;
      if (header.heading !== undefined) headings.push(header.heading);
    } else if (file?.action === 'add') {
      if (line.startsWith('+')) file.text.push(line.slice(1));
      else if (line.trim() !== '') file.text.push(line);
    } else {
      body.push(line);
      blank &&= line.trim() === '';
    }
  }
  finishHunk();
  return files;
}

/** The file names of a unified diff, which some models write below V4A's own line. */
function isDiffHeader(lines: readonly string[], at: number): boolean {
  return startsNames(lines[at] ?? '', lines[at + 1]) && (lines[at + 2] ?? '').startsWith('@@');
}
