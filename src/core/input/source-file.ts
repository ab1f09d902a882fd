/** A file sent with a request, and which of its lines are shown. */

export interface LineRange {
  /** 1-based, inclusive. */
  from: number;
  /** 1-based, inclusive. */
  to: number;
}

export interface Source {
  /** POSIX path relative to the repository (or root) in which the patch will be applied. */
  path: string;
  /** The whole file, decoded from UTF-8; a byte order mark is kept as U+FEFF. */
  text: string;
  /** File mode in git's notation. */
  mode: '100644' | '100755';
  /** Lines shown to the model; all of them when undefined. */
  range: LineRange | undefined;
}

export function shownText(source: Pick<Source, 'text' | 'range'> & Partial<Source>): string {
  const text = source.text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  if (!source.range) return text;
  return text
    .split('\n')
    .slice(source.range.from - 1, source.range.to)
    .join('\n');
}

/** Parses `src/a.ts:10-40` and `src/a.ts:10`; anything else is a plain path. */
export function readFileArgument(argument: string): { pattern: string; range: LineRange | undefined } {
  const match = /^(.+):(\d+)(?:-(\d+))?$/.exec(argument);
  if (!match?.[1] || !match[2]) return { pattern: argument, range: undefined };
  const from = Number(match[2]);
  return { pattern: match[1], range: { from, to: match[3] === undefined ? from : Number(match[3]) } };
}
