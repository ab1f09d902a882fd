/**
 * One line of CSV (RFC 4180, commas), safe to open in a spreadsheet. A value never spans lines, so a damaged
 * row does not affect the next one.
 */

export type CellValue = string | number | boolean | undefined | null;

const lineBreaks = /\r\n|[\n\v\f\r\0\u0085\u2028\u2029]/g;
/** What a spreadsheet would run: a tab or a formula character, including full-width ones and after white space. */
const formula = /^['\s]*[\t=+\-@\uff1d\uff0b\uff0d\uff20]/;
const plainNumber = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

/** Unknown, empty and non-finite values become an empty cell; line breaks and NUL become a space. */
export function encodeCell(value: CellValue): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return plainDecimal(value);
  const text = neutralise(value.replace(lineBreaks, ' '));
  return /[",;\t]|^\s|\s$/.test(text) ? quoteCell(text) : text;
}

/** Without the line break. */
export function encodeLine(values: readonly CellValue[]): string {
  return values.map(encodeCell).join(',');
}

export function quoteCell(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/**
 * Prefixes a formula with an apostrophe, which keeps a spreadsheet from running it. A value that already starts
 * with apostrophes and a formula gets one more, so that `restore` is exact.
 */
export function neutralise(text: string): string {
  return formula.test(text) && !plainNumber.test(text) ? `'${text}` : text;
}

export function restore(cell: string): string {
  const rest = cell.slice(1);
  return cell.startsWith("'") && neutralise(rest) !== rest ? rest : cell;
}

/** The shortest exact decimal, never with an exponent; empty when not finite. */
export function plainDecimal(value: number): string {
  if (!Number.isFinite(value)) return '';
  const [mantissa = '', exponent] = String(value).split('e');
  if (exponent === undefined) return value === 0 ? '0' : mantissa;
  const sign = mantissa.startsWith('-') ? '-' : '';
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return sign + digits.padEnd(point, '0');
}

/** Undefined when the cell is not a finite number. */
export function readNumber(cell: string): number | undefined {
  const text = cell.trim();
  const value = plainNumber.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

/** The raw cells of one line (see `restore`). Undefined when a quoted cell is not closed or has text after it. */
export function splitLine(line: string, delimiter = ','): string[] | undefined {
  if (!line.includes('"')) return line.split(delimiter);
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    if (line[at] === '"') {
      let end = line.indexOf('"', at + 1);
      while (end !== -1 && line[end + 1] === '"') end = line.indexOf('"', end + 2);
      if (end === -1) return undefined;
      cells.push(line.slice(at + 1, end).replaceAll('""', '"'));
      at = end + 1;
      if (at < line.length && line[at] !== delimiter) return undefined;
    } else {
      const next = line.indexOf(delimiter, at);
      const end = next === -1 ? line.length : next;
      cells.push(line.slice(at, end));
      at = end;
    }
    if (at >= line.length) return cells;
    at++;
  }
}
