/** Numbers the texts of a column, so that the same bytes become text only once. */
import type { CsvRows } from '../csv-rows.ts';

const offset = 0x811c9dc5 | 0;
const prime = 0x01000193;

export class Names {
  /** By number; 0 stands for an empty cell. */
  readonly texts: string[] = [''];
  private readonly bytes: Uint8Array[] = [new Uint8Array(0)];
  /** Numbers by hash, with a free place for each that is taken. */
  private table = new Int32Array(64);

  numberAt(rows: CsvRows, cell: number): number {
    const { bytes } = rows;
    const start = rows.starts[cell]!;
    const end = rows.ends[cell]!;
    if (start === end) return 0;
    let hash = offset;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, prime);
    hash ^= hash >>> 15;
    const mask = this.table.length - 1;
    let at = hash & mask;
    for (let number = this.table[at]!; number !== 0; number = this.table[at]!) {
      if (isSame(this.bytes[number]!, bytes, start, end)) return number;
      at = (at + 1) & mask;
    }
    const number = this.texts.length;
    this.texts.push(rows.value(cell));
    this.bytes.push(bytes.slice(start, end));
    this.table[at] = number;
    if (2 * number > this.table.length) this.grow();
    return number;
  }

  private grow(): void {
    const table = new Int32Array(this.table.length * 2);
    for (let number = 1; number < this.bytes.length; number++) {
      let hash = offset;
      for (const byte of this.bytes[number]!) hash = Math.imul(hash ^ byte, prime);
      hash ^= hash >>> 15;
      let at = hash & (table.length - 1);
      while (table[at] !== 0) at = (at + 1) & (table.length - 1);
      table[at] = number;
    }
    this.table = table;
  }
}

function isSame(known: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (known.length !== end - start) return false;
  for (let at = 0; at < known.length; at++) if (known[at] !== bytes[start + at]) return false;
  return true;
}
