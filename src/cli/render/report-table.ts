/** A usage report as a table for the terminal. */
import Table from 'cli-table3';
import { budgetNotes } from '../../core/record/report/budget-notes.ts';
import { fewerGroups } from '../../core/record/report/fewer-groups.ts';
import { comparisonOf, reportTitle, shownColumns } from '../../core/record/report/report-columns.ts';
import type { UsageReport } from '../../core/record/report/usage-report.ts';
import { wrapped } from './wrap.ts';

/** `width` of the terminal in columns; undefined: no limit. */
export function renderReportTable(report: UsageReport, width?: number): string {
  const body = comparedTables(report, width) ?? reportTable(report, width);
  const notes = [...body.notes, ...budgetNotes(report.budgets ?? []), ...report.notes]
    .map((note) => `${wrapped(note, width)}\n`)
    .join('');
  return `${wrapped(reportTitle(report), width)}\n${body.text}\n${notes}`;
}

interface Body {
  text: string;
  notes: string[];
}

interface Column {
  key: string;
  title: string;
  align: 'left' | 'right';
  cells: string[];
}

/** Columns to hide if there is not enough room, in this order. */
const dispensable = [
  'verify_ms',
  'cache_write_tokens',
  'fallback_rate',
  'reasoning_tokens',
  'latency_p95_ms',
  'cached_input_tokens',
  'attempts',
  'baseline_cost_usd',
  'latency_p50_ms',
  'cost_share',
  'error_rate',
  'output_tokens',
  'input_tokens',
  'cost_estimated_usd',
  'unknown_cost',
];

function reportTable(report: UsageReport, width: number | undefined): Body {
  const fewer = fewerGroups(report);
  const groups = [...fewer.groups, report.total];
  const all = shownColumns(report).map(({ key, title, align, format }) => ({
    key,
    title,
    align,
    cells: groups.map(format),
  }));
  let shown = all;
  for (const key of dispensable) {
    if (width === undefined || leastWidth(shown) <= width) break;
    shown = shown.filter((column) => column.key !== key);
  }
  // Only so that no word of a name is torn.
  if (width !== undefined && widthOf(shown.map(wholeWords)) > width)
    shown = shown.filter(({ key }) => key !== 'calls');
  const hidden = all.filter((column) => !shown.includes(column)).map(({ title }) => title);
  const note = `Hidden, because the terminal is too narrow: ${hidden.join(', ')} (--format md or csv shows all)`;
  return { text: tableOf(shown, width), notes: [...fewer.notes, ...(hidden.length > 0 ? [note] : [])] };
}

/** As many values side by side as there is room for, the others below. */
function comparedTables(report: UsageReport, width: number | undefined): Body | undefined {
  const comparison = comparisonOf(report);
  if (!comparison) return undefined;
  const { keyTitles, values, parts, notes } = comparison;
  const lines = parts.flatMap(({ keys, measures }) =>
    measures.map((measure, at) => ({ keys: keys.map((key) => (at === 0 ? key : '')), ...measure })),
  );
  const left = (title: string, cells: string[]): Column => ({ key: '', title, align: 'left', cells });
  const names = [
    ...keyTitles.map((title, at) =>
      left(
        title,
        lines.map(({ keys }) => keys[at]!),
      ),
    ),
    left(
      '',
      lines.map(({ title }) => title),
    ),
  ];
  const columns = values.map((title, at): Column => {
    return { key: '', title, align: 'right', cells: lines.map(({ cells }) => cells[at]!) };
  });
  const tables: Column[][] = [];
  for (const column of columns) {
    const last = tables.at(-1);
    if (last && (width === undefined || leastWidth([...names, ...last, column]) <= width)) last.push(column);
    else tables.push([column]);
  }
  const texts = tables.map((beside) => tableOf([...names, ...beside], width));
  return { text: texts.length > 0 ? texts.join('\n') : tableOf(names, width), notes };
}

function tableOf(columns: readonly Column[], width: number | undefined): string {
  const cells = cellWidths(columns, width);
  const table = new Table({
    head: columns.map(({ title }, at) => wrapped(title, cells[at]!)),
    colAligns: columns.map(({ align }) => align),
    colWidths: cells.map((cell) => cell + 2),
    wordWrap: true,
    wrapOnWordBoundary: false,
    style: { head: [], border: [], compact: true },
  });
  for (let row = 0; row < (columns[0]?.cells.length ?? 0); row++)
    table.push(
      columns.map(({ align, cells: texts }, at) =>
        align === 'left' ? brokenAt(texts[row]!, cells[at]!) : texts[row]!,
      ),
    );
  return table.toString();
}

/** A name may go on in the next line behind these. */
function partsOf(name: string): string[] {
  return name.split(/(?<=[:_/-])/);
}

/** First of all behind `rehearsal:`, so that what follows can be read in one piece. */
function brokenAt(name: string, width: number): string {
  if (name.length <= width) return name;
  const lines: string[] = [];
  for (const part of partsOf(name)) {
    const last = lines.at(-1);
    if (last === undefined || last.endsWith(':') || last.length + part.length > width) lines.push(part);
    else lines[lines.length - 1] = last + part;
  }
  return lines.join('\n');
}

/** Each cell has a space on both sides and a border. */
function widthOf(cells: readonly number[]): number {
  return cells.reduce((sum, cell) => sum + cell + 3, 1);
}

/** A name is not made narrower than this, and takes several lines; numbers stay whole. */
const leastName = 3;
/** A word of a title that is longer may be broken. */
const leastTitle = 10;

function leastCell({ align, title, cells }: Column): number {
  const most = longest(cells);
  if (align === 'left') return Math.min(leastName, Math.max(title.length, most));
  return Math.max(most, Math.min(leastTitle, longest(title.split(' '))));
}

/** Of more than can be arguments of a function. */
function longest(texts: readonly string[]): number {
  return texts.reduce((most, { length }) => Math.max(most, length), 0);
}

/** Room for names as they mostly are, before columns are hidden for it. */
const fairName = 40;

/** So that no word of a name is torn. */
function wholeWords(column: Column): number {
  if (column.align === 'right') return leastCell(column);
  return Math.max(leastCell(column), longest(column.cells.flatMap(partsOf)));
}

function leastWidth(columns: readonly Column[]): number {
  return widthOf(
    columns.map((column) => {
      if (column.align === 'right') return leastCell(column);
      return Math.min(fairName, Math.max(column.title.length, longest(column.cells)));
    }),
  );
}

/** The widest that can give way does so, until the table fits: first between its words, then anywhere. */
function cellWidths(columns: readonly Column[], width: number | undefined): number[] {
  const cells = columns.map(({ title, cells }) => Math.max(title.length, longest(cells)));
  let over = widthOf(cells) - (width ?? Number.POSITIVE_INFINITY);
  for (const least of [columns.map(wholeWords), columns.map(leastCell)]) {
    for (; over > 0; over--) {
      const at = cells.reduce((widest, cell, index) => {
        const canGiveWay = cell > least[index]!;
        return canGiveWay && (widest === -1 || cell > cells[widest]!) ? index : widest;
      }, -1);
      if (at === -1) break;
      cells[at]!--;
    }
  }
  return cells;
}
