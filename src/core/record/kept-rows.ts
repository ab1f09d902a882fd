/**
 * Rows that are looked at again later, one behind the other in memory that is used again and again: a piece for each
 * would be returned late, and a ledger with many estimates takes twice the memory.
 */
import { type CsvRows, isWord } from './csv-rows.ts';

export class KeptRows {
  bytes: Uint8Array = new Uint8Array(1 << 18);
  /** Start and end of each cell. */
  bounds: Int32Array = new Int32Array(1 << 16);
  usedBytes = 0;
  private usedBounds = 0;

  add(rows: CsvRows, cells: number, hasEscapes: boolean): KeptRow {
    const from = rows.starts[0]!;
    const row = rows.bytes.subarray(from, rows.ends[cells - 1]);
    this.bytes = withRoom(this.bytes, this.usedBytes + row.length);
    this.bounds = withRoom(this.bounds, this.usedBounds + 2 * cells);
    this.bytes.set(row, this.usedBytes);
    const place = this.usedBounds;
    for (let cell = 0; cell < cells; cell++) {
      this.bounds[place + 2 * cell] = rows.starts[cell]! - from + this.usedBytes;
      this.bounds[place + 2 * cell + 1] = rows.ends[cell]! - from + this.usedBytes;
    }
    this.usedBytes += row.length;
    this.usedBounds += 2 * cells;
    return new KeptRow(this, place, { cells, decimalComma: rows.decimalComma, hasEscapes });
  }

  /** No row that was added is valid any more. */
  clear(): void {
    this.usedBytes = 0;
    this.usedBounds = 0;
  }
}

export class KeptRow {
  readonly cells: number;
  readonly decimalComma: boolean;
  readonly hasEscapes: boolean;
  private readonly kept: KeptRows;
  private readonly place: number;

  constructor(
    kept: KeptRows,
    place: number,
    { cells, decimalComma, hasEscapes }: Pick<KeptRow, 'cells' | 'decimalComma' | 'hasEscapes'>,
  ) {
    this.kept = kept;
    this.place = place;
    this.cells = cells;
    this.decimalComma = decimalComma;
    this.hasEscapes = hasEscapes;
  }

  get bytes(): Uint8Array {
    return this.kept.bytes;
  }

  startOf(cell: number): number {
    return this.kept.bounds[this.place + 2 * cell]!;
  }

  endOf(cell: number): number {
    return this.kept.bounds[this.place + 2 * cell + 1]!;
  }

  /** Whether the bytes of a cell, which the row must have, are these. */
  is(cell: number, word: Uint8Array): boolean {
    return isWord(this.bytes, this.startOf(cell), this.endOf(cell), word);
  }
}

function withRoom<Items extends Uint8Array | Int32Array>(items: Items, length: number): Items {
  if (length <= items.length) return items;
  const larger = new (items.constructor as new (length: number) => Items)(2 * length);
  larger.set(items);
  return larger;
}
