/** A place where a hunk fits. */
import type { Splice } from '../text/splices.ts';

export interface Candidate {
  /** File line, from 0, of the hunk's first old line, or where it would be. */
  first: number;
  /** First file line after the hunk's last old line. */
  end: number;
  splices: Splice[];
}
