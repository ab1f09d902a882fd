/** Reads the `*** Begin Patch` format: Update, Add, Delete and Move, with or without its end marker. */
import { beginPatch, endPatch, fileLine } from './edit-marks.ts';
import { readHeader } from './hunk-lines.ts';
import { type DraftHunk, readHunk } from './read-unified.ts';

export interface V4aFile {
  action: 'update' | 'add' | 'delete';
  /** As written. */
  name: string;
  moveTo?: string;
  hunks: DraftHunk[];
  /** Lines of an added file. */
  text: string[];
}

export function startsV4a(line: string): boolean {
  return beginPatch.test(line) || fileLine.test(line);
}

export function endsV4a(line: string): boolean {
  return endPatch.test(line);
}

/** `lines` stand between the begin and the end marker. Hunks that say nothing are left out. */
export function readV4a(lines: readonly string[]): V4aFile[] {
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
    const move = /^\*\*\* Move to:(.*)$/.exec(line);
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
    else if (/^\*\*\* End of File\s*$/.test(line)) finishHunk(true);
    else if (header) {
      // Two headings in a row name an outer and an inner place.
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

/** The names of a unified diff, which some models write below the line that names the file. */
function isDiffHeader(lines: readonly string[], at: number): boolean {
  return (
    /^--- \S/.test(lines[at] ?? '') &&
    /^\+\+\+ \S/.test(lines[at + 1] ?? '') &&
    (lines[at + 2] ?? '').startsWith('@@')
  );
}
