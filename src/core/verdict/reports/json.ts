/** Reads the reports of jest and mocha, which are one JSON object each. */
import { isAssertionText, type TestOutcome, type TestReport } from './report.ts';

/** Undefined if the text is no report of jest. */
export function readJest(text: string): TestReport | undefined {
  const results = listAt(parsed(text), 'testResults');
  if (!results) return undefined;
  const report: TestReport = { tests: [], broken: [] };
  for (const result of results) {
    const file = stringAt(result, 'name');
    const outcomes = listAt(result, 'assertionResults') ?? [];
    if (outcomes.length === 0 && stringAt(result, 'status') === 'failed')
      report.broken.push({ file, text: stringAt(result, 'message') ?? '' });
    for (const outcome of outcomes) {
      const status = statusOf(stringAt(outcome, 'status'));
      const name = [...(listAt(outcome, 'ancestorTitles') ?? []), stringAt(outcome, 'title')]
        .filter((part) => typeof part === 'string')
        .join(' > ');
      const texts = (listAt(outcome, 'failureMessages') ?? []).filter((part) => typeof part === 'string');
      report.tests.push({ name, file, status, ...(status === 'failed' && failure(texts.join('\n'))) });
    }
  }
  return report;
}

function statusOf(status: string | undefined): TestOutcome['status'] {
  if (status === 'passed') return 'passed';
  return status === 'failed' ? 'failed' : 'skipped';
}

/** Undefined if the text is no report of mocha. What keeps a file from being loaded leaves no report. */
export function readMocha(text: string): TestReport | undefined {
  const json = parsed(text);
  const tests = listAt(json, 'tests');
  if (!tests || !listAt(json, 'passes')) return undefined;
  const pending = new Set((listAt(json, 'pending') ?? []).map((test) => stringAt(test, 'fullTitle')));
  const report: TestReport = { tests: [], broken: [] };
  const add = (test: unknown) => {
    const error = recordAt(test, 'err');
    const name = stringAt(test, 'fullTitle') ?? '';
    const file = stringAt(test, 'file');
    if (pending.has(name)) report.tests.push({ name, file, status: 'skipped' });
    else if (!error || Object.keys(error).length === 0) report.tests.push({ name, file, status: 'passed' });
    else {
      const shown = stringAt(error, 'stack') ?? stringAt(error, 'message') ?? '';
      const isAssertion = stringAt(error, 'name') === 'AssertionError' || isAssertionText(shown);
      report.tests.push({ name, file, status: 'failed', failure: { text: shown, isAssertion } });
    }
  };
  for (const test of tests) add(test);
  // Hooks that failed are listed among the failures alone.
  const known = new Set(tests.map((test) => stringAt(test, 'fullTitle')));
  for (const test of listAt(json, 'failures') ?? []) if (!known.has(stringAt(test, 'fullTitle'))) add(test);
  return report;
}

function failure(text: string): Pick<TestOutcome, 'failure'> {
  return { failure: { text, isAssertion: isAssertionText(text) } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function valueAt(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

function listAt(value: unknown, key: string): unknown[] | undefined {
  const found = valueAt(value, key);
  return Array.isArray(found) ? found : undefined;
}

function recordAt(value: unknown, key: string): Record<string, unknown> | undefined {
  const found = valueAt(value, key);
  return typeof found === 'object' && found !== null ? (found as Record<string, unknown>) : undefined;
}

function stringAt(value: unknown, key: string): string | undefined {
  const found = valueAt(value, key);
  return typeof found === 'string' ? found : undefined;
}
