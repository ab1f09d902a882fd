/** A file as it goes into a request: what was read, and which of its lines are shown. */

export interface LineRange {
  /** 1-based, included. */
  from: number;
  /** 1-based, included. */
  to: number;
}

export interface Source {
  /** Posix path relative to the repository (or the root) that the patch will be applied in. */
  path: string;
  /** The whole file, decoded from UTF-8; a byte order mark stays as U+FEFF. */
  text: string;
  /** File mode as git writes it. */
  mode: '100644' | '100755';
  /** The lines shown to the model; undefined: all of them. */
  range: LineRange | undefined;
}

export function shownText(source: Source): string {
  const text = source.text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  if (!source.range) return text;
  return text
    .split('\n')
    .slice(source.range.from - 1, source.range.to)
    .join('\n');
}

/** `src/a.ts:10-40` and `src/a.ts:10` name lines; anything else is the path as it stands. */
export function readFileArgument(argument: string): { pattern: string; range: LineRange | undefined } {
  const match = /^(.+):(\d+)(?:-(\d+))?$/.exec(argument);
  if (!match?.[1] || !match[2]) return { pattern: argument, range: undefined };
  const from = Number(match[2]);
  return { pattern: match[1], range: { from, to: match[3] === undefined ? from : Number(match[3]) } };
}
