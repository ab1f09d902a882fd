/** Which rows of usage records could not be read, for whoever sums them up. */
import { type Column, type CsvRows, type LedgerSink, type RowFault, RowFaults } from '../record/csv-rows.ts';

/** Passes everything on to another sink. */
export class NotedFaults extends RowFaults implements LedgerSink {
  readonly #sink: LedgerSink;

  constructor(sink: LedgerSink) {
    super();
    this.#sink = sink;
  }

  override startFile(path: string): void {
    super.startFile(path);
    this.#sink.startFile(path);
  }

  header(columns: readonly (Column | undefined)[]): void {
    this.#sink.header(columns);
  }

  row(rows: CsvRows): RowFault | undefined {
    return this.#sink.row(rows);
  }

  override skipped(line: number, fault: RowFault): void {
    super.skipped(line, fault);
    this.#sink.skipped(line, fault);
  }
}
