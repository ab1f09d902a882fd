/** Aligned columns for a terminal; those that do not fit are left out. */

export interface Column<Row> {
  title: string;
  /** What is left out first has the highest number. Undefined: always shown. */
  dispensable?: number;
  right?: boolean;
  text(row: Row): string;
}

const gap = '  ';

/** Returns the lines, and the titles of the columns that the width (undefined: no limit) has no room for. */
export function inColumns<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  width: number | undefined,
): { lines: string[]; hidden: string[] } {
  const widths = new Map(
    columns.map((column) => [
      column,
      Math.max(column.title.length, ...rows.map((row) => column.text(row).length)),
    ]),
  );
  let shown = columns.filter(
    (column) => column.dispensable === undefined || rows.some((row) => column.text(row) !== ''),
  );
  const total = () => shown.reduce((sum, column) => sum + widths.get(column)! + gap.length, -gap.length);
  const hidden: string[] = [];
  while (width !== undefined && total() > width) {
    const [last] = shown
      .filter(({ dispensable }) => dispensable !== undefined)
      .sort((left, right) => right.dispensable! - left.dispensable!);
    if (last === undefined) break;
    shown = shown.filter((column) => column !== last);
    hidden.push(last.title);
  }
  const line = (cell: (column: Column<Row>) => string) =>
    shown
      .map((column) => {
        const padded = widths.get(column)!;
        return column.right ? cell(column).padStart(padded) : cell(column).padEnd(padded);
      })
      .join(gap)
      .trimEnd();
  return {
    lines: [line(({ title }) => title), ...rows.map((row) => line((column) => column.text(row)))],
    hidden,
  };
}
