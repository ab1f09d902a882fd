import { searching } from '../thresholds.ts';

/**
 * Bounds the work that one answer can cause, in line comparisons instead of time, so that the same answer always has the
 * same result.
 */
export class WorkBudget {
  private left: number;

  constructor(comparisons = searching.mostComparisons) {
    this.left = comparisons;
  }

  spend(comparisons: number): void {
    this.left -= comparisons;
  }

  get exhausted(): boolean {
    return this.left < 0;
  }
}
