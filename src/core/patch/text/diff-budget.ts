/** Bounds the comparison of lines in one answer: its work grows with the square of the edits. */

/** Allowed even when everything is spent: it costs nothing. */
const alwaysEdits = 20;

export class DiffBudget {
  private left: number;

  /** `most`: edits of one comparison, for which all of the budget may go. */
  constructor(private readonly most: number) {
    this.left = most ** 2;
  }

  /** Edits that the next comparison may find. */
  get mostEdits(): number {
    return Math.max(Math.min(alwaysEdits, this.most), Math.floor(Math.sqrt(this.left)));
  }

  spend(edits: number): void {
    this.left = Math.max(0, this.left - edits ** 2);
  }
}
