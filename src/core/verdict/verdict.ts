/** Whether tests are accepted: what was measured of them, the rule, and how it is said. */
import { formatDuration, plural } from '../text/format.ts';
import type { Counts } from './reports/report.ts';

export const verdicts = ['accepted', 'refused', 'unverified'] as const;
/** `unverified`: nothing could be run, or the project's own tests fail in the same place. */
export type VerdictKind = (typeof verdicts)[number];

export interface MutantCounts {
  /** Changes that were made to the code, one at a time. */
  tried: number;
  /** Of these, the ones in code that the tests run. */
  reached: number;
  /** Of these, the ones at which an assertion failed. */
  killed: number;
  /** Of those that were reached, the ones at which a test failed in another way, e.g. with an exception. */
  failedOtherwise: number;
  /** Those that were reached and went unnoticed. */
  survivors: Survivor[];
}

export interface Survivor {
  path: string;
  /** 1-based. */
  line: number;
  /** Such as `negating the condition`. */
  change: string;
}

/** What is known of the tests; undefined where it was not measured. */
export interface Evidence {
  parses: boolean | undefined;
  /** Of the first run. */
  counts: Counts | undefined;
  stable: boolean | undefined;
  /** Whether the tests left the code as it was. */
  sourceUntouched: boolean | undefined;
  mutants: MutantCounts | undefined;
}

export interface Verdict {
  kind: VerdictKind;
  /** Undefined if they are accepted. */
  reason: string | undefined;
}

/** Of the changes that the tests reach, at least this share is to be noticed. */
const leastKilledShare = 0.5;

/** Refused with the first reason; what was not measured is no reason. */
export function judge({ parses, counts, stable, sourceUntouched, mutants }: Evidence): Verdict {
  const reason =
    (parses === false && 'the tests do not parse') ||
    (counts && reasonInCounts(counts)) ||
    (sourceUntouched === false && 'the tests change the code that they test') ||
    (stable === false && 'the tests pass once, but not every time (another order, time zone or locale)') ||
    (mutants && reasonInMutants(mutants)) ||
    undefined;
  return reason === undefined ? { kind: 'accepted', reason: undefined } : { kind: 'refused', reason };
}

export function unverified(reason: string): Verdict {
  return { kind: 'unverified', reason };
}

function reasonInCounts({ passed, failed, skipped }: Counts): string | undefined {
  if (failed > 0) return `${plural(failed, 'test')} of ${passed + failed} fail${failed === 1 ? 's' : ''}`;
  if (passed > 0) return undefined;
  return skipped > 0 ? 'every test is skipped' : 'no test ran';
}

function reasonInMutants({ tried, reached, killed }: MutantCounts): string | undefined {
  if (tried === 0) return undefined;
  if (reached === 0) return 'the tests do not run the code that they are for';
  if (killed / reached >= leastKilledShare) return undefined;
  return killed === 0
    ? `the tests notice none of ${plural(reached, 'change')} to the code that they run`
    : `the tests notice only ${killed} of ${plural(reached, 'change')} to the code that they run`;
}

/** One line, such as `3 tests pass twice, killed 5 of 7 changes, in a sandbox (bubblewrap), 4.2 s`. */
export function describeEvidence(
  { counts, stable, mutants }: Evidence,
  { sandbox, ms }: { sandbox: string; ms: number },
): string {
  const parts: string[] = [];
  if (counts) {
    const { passed, failed, skipped } = counts;
    const twice = stable === true ? ' twice' : '';
    parts.push(`${plural(passed, 'test')} pass${passed === 1 ? 'es' : ''}${twice}`);
    if (failed > 0) parts.push(`${failed} fail`);
    if (skipped > 0) parts.push(`${skipped} skipped`);
  }
  if (mutants) {
    parts.push(
      mutants.tried === 0
        ? 'no change to the code could be tried'
        : `killed ${mutants.killed} of ${plural(mutants.reached, 'change')}`,
    );
  }
  parts.push(sandbox === 'none' ? 'without a sandbox' : `sandbox ${sandbox}`, formatDuration(ms));
  return parts.join(', ');
}
