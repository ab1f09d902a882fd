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
  const finishHunk = (atEnd = false) => {
    if (file?.action === 'update' && body.some((line) => line.trim() !== '')) {
      const hunk = readHunk(body, startLine === undefined ? {} : { startLine });
      file.hunks.push({ ...hunk, headings, ...(atEnd ? { atEnd } : {}) });
      headings = [];
    }
    body = [];
  };
  for (const [at, line] of lines.entries()) {
    if (isDiffHeader(lines, at, body) || isDiffHeader(lines, at - 1, body)) continue;
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
      if (body.some((text) => text.trim() !== '')) {
        finishHunk();
        headings = [];
      }
      body = [];
      startLine = header.startLine;
      if (header.heading !== undefined) headings = [...headings, header.heading];
    } else if (file?.action === 'add') {
      if (line.startsWith('+')) file.text.push(line.slice(1));
      else if (line.trim() !== '') file.text.push(line);
    } else body.push(line);
  }
  finishHunk();
  return files;
}

/** The names of a unified diff, which some models write below the line that names the file. */
function isDiffHeader(lines: readonly string[], at: number, body: readonly string[]): boolean {
  return (
    body.every((line) => line.trim() === '') &&
    /^--- \S/.test(lines[at] ?? '') &&
    /^\+\+\+ \S/.test(lines[at + 1] ?? '') &&
    (lines[at + 2] ?? '').startsWith('@@')
  );
}
