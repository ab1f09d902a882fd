/** Which lines of the code a run of the tests has reached, as was recorded with it. */

/** From 1; `column` in bytes. `path` ends with that of the source, from the base of the project. */
export interface Place {
  path: string;
  line: number;
  column: number;
}

/** Undefined if nothing is known of the file. */
export type IsReached = (place: Place) => boolean | undefined;

export type ReadReached = (text: string) => IsReached;

/** Of what `orch_lines.py` writes. A file of which nothing was run, its start included, was not recorded. */
export const readLines: ReadReached = (text) => {
  const files = new Map<string, { reached: Set<number>; lines: number[] }>();
  try {
    for (const [path, { reached, lines }] of Object.entries(
      JSON.parse(text) as Record<string, { reached: number[]; lines: number[] }>,
    ))
      files.set(path, { reached: new Set(reached), lines });
  } catch {
    // A run that was killed has left none, or half of one.
  }
  return ({ path, line }) => {
    const file = fileNamed(files, path);
    if (file === undefined || file.reached.size === 0) return undefined;
    // Of a statement of several lines, not all are told apart.
    const start = file.lines.findLast((each) => each <= line);
    return file.reached.has(line) || (start !== undefined && file.reached.has(start));
  };
};

/** Of a coverage profile of Go: `path:line.column,line.column statements count`. */
export const readProfile: ReadReached = (text) => {
  const blocks = new Map<string, { from: Position; to: Position; isRun: boolean }[]>();
  for (const line of text.split('\n')) {
    const [, path, ...numbers] = /^(.+):(\d+)\.(\d+),(\d+)\.(\d+) \d+ (\d+)$/.exec(line) ?? [];
    if (path === undefined) continue;
    const [fromLine, fromColumn, toLine, toColumn, count] = numbers.map(Number) as [
      number,
      number,
      number,
      number,
      number,
    ];
    if (!blocks.has(path)) blocks.set(path, []);
    blocks.get(path)!.push({ from: [fromLine, fromColumn], to: [toLine, toColumn], isRun: count > 0 });
  }
  return ({ path, line, column }) => {
    const at: Position = [line, column];
    const around = fileNamed(blocks, path)?.filter(
      ({ from, to }) => !isBefore(at, from) && !isBefore(to, at),
    );
    return around === undefined || around.length === 0 ? undefined : around.some(({ isRun }) => isRun);
  };
};

type Position = [line: number, column: number];

function isBefore([line, column]: Position, [otherLine, otherColumn]: Position): boolean {
  return line < otherLine || (line === otherLine && column < otherColumn);
}

/** The recorder's paths are absolute, or begin with a package's. */
function fileNamed<Value>(values: ReadonlyMap<string, Value>, path: string): Value | undefined {
  let best: string | undefined;
  for (const each of values.keys()) if (each === path || each.endsWith(`/${path}`)) best = each;
  // A module may lie below the base of the project.
  best ??= [...values.keys()].find((each) => {
    const name = each.slice(each.lastIndexOf('/') + 1);
    return path === name || path.endsWith(`/${name}`);
  });
  return best === undefined ? undefined : values.get(best);
}
