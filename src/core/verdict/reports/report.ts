/** What a test runner's report says: the same for every runner. */

export interface TestOutcome {
  /** With the groups that it is in, e.g. `cart > adds`. */
  name: string;
  /** As the runner writes it; undefined where it names none. */
  file: string | undefined;
  status: 'passed' | 'failed' | 'skipped';
  /** Of a failed test. */
  failure?: Failure;
}

export interface Failure {
  /** Message, difference and stack, as the runner writes them. */
  text: string;
  /** Whether an assertion failed; otherwise the test threw, timed out or could not be set up. */
  isAssertion: boolean;
}

export interface TestReport {
  tests: TestOutcome[];
  /** What kept a file from being loaded at all, so that none of its tests ran. */
  broken: { file: string | undefined; text: string }[];
}

/** Undefined if the text is not such a report. */
export type ReadReport = (text: string) => TestReport | undefined;

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** A file that could not be loaded counts as one failure. */
export function countsOf({ tests, broken }: TestReport): Counts {
  const count = (status: TestOutcome['status']) => tests.filter((test) => test.status === status).length;
  return { passed: count('passed'), failed: count('failed') + broken.length, skipped: count('skipped') };
}

/** The first line of a failure that one of these begins, or an error of this name, is an assertion's. */
const assertion =
  /\bAssertionError\b|\bERR_ASSERTION\b|\bJestAssertionError\b|\bexpect\((?:received|actual|\)|jest\.fn|spy)|\bexpect\(.*\)\.(?:not\.|resolves\.|rejects\.)?to|^Snapshot `.*` mismatched|\bDID NOT RAISE\b|\bDID NOT WARN\b|^(?:E\s+)?assert\b|\bassert(?:\.\w+)?\((?:received|actual)|^Expected .* to (?:be|equal|match|throw|have)\b/m;

export function isAssertionText(text: string): boolean {
  return assertion.test(text);
}
