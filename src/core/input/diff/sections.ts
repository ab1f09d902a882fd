/** Splits a diff into the changes of its files and what stands between them, such as commit messages. */

export interface Section {
  lines: string[];
  /** Characters, with the line breaks. */
  length: number;
  /** Undefined for text that is not the change of a file. */
  change: { path: string; added: number; removed: number; onlyWhitespace: boolean } | undefined;
}

const gitHeader = /^diff (?:--git|--cc|--combined) /;
const commitHeader = /^(?:commit [\da-f]{7,64}\b|From [\da-f]{40,64} )/;

/** Whether a text is a diff, or a series of commits with theirs. Looks at its beginning only. */
export function looksLikeDiff(text: string): boolean {
  const start = text.slice(0, 20_000);
  return /^diff --git \S/m.test(start) || /^--- \S[^\n]*\n\+\+\+ \S[^\n]*\n@@ -\d/m.test(start);
}

export function sectionsOf(text: string): Section[] {
  const lines = text.replace(/\r\n/g, '\n').replace(/\n$/, '').split('\n');
  const isGit = lines.some((line) => gitHeader.test(line));
  const startsFile = (at: number) =>
    isGit
      ? gitHeader.test(lines[at]!)
      : lines[at]!.startsWith('--- ') &&
        (lines[at + 1] ?? '').startsWith('+++ ') &&
        (lines[at + 2] ?? '').startsWith('@@ ');
  const starts = lines.flatMap((line, at) => (startsFile(at) || commitHeader.test(line) ? [at] : []));
  if (starts[0] !== 0) starts.unshift(0);
  return starts.map((from, at) => sectionOf(lines.slice(from, starts[at + 1]), startsFile(from)));
}

function sectionOf(lines: string[], isFile: boolean): Section {
  const length = lines.reduce((sum, line) => sum + line.length + 1, 0);
  if (!isFile) return { lines, length, change: undefined };
  const hunks = lines.findIndex((line) => line.startsWith('@@'));
  const header = hunks === -1 ? lines : lines.slice(0, hunks);
  const body = hunks === -1 ? [] : lines.slice(hunks);
  const added = body.filter((line) => line.startsWith('+'));
  const removed = body.filter((line) => line.startsWith('-'));
  const onlyWhitespace = added.length + removed.length > 0 && bare(added) === bare(removed);
  return {
    lines,
    length,
    change: { path: pathIn(header), added: added.length, removed: removed.length, onlyWhitespace },
  };
}

function bare(lines: readonly string[]): string {
  return lines.map((line) => line.slice(1).replace(/\s+/g, '')).join('');
}

function pathIn(header: readonly string[]): string {
  const named = (mark: string) => header.find((line) => line.startsWith(mark))?.slice(mark.length);
  const written = [named('+++ '), named('--- '), named('rename to ')].find(
    (path) => path !== undefined && !path.startsWith('/dev/null'),
  );
  const path = written ?? / b\/(.*)$/.exec(header[0] ?? '')?.[1] ?? header[0] ?? '';
  return path.replace(/\t.*$/, '').replace(/^[abciwo]\//, '');
}
