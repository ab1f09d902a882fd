/** Reads reports of one JSON object a line: `go test -json`, and our own runner for unittest and reporter for node:test. */
import { isAssertionText, type TestOutcome, type TestReport } from './report.ts';

interface Event {
  Action?: unknown;
  Package?: unknown;
  Test?: unknown;
  Output?: unknown;
}

const noFailure = /^\s*(?:=== |--- (?:PASS|FAIL|SKIP)|FAIL\b|ok\b|PASS\b|exit status)/;

/** Undefined if no line is an event. Other lines, such as a compiler's, tell why nothing could be built. */
export function readGo(text: string): TestReport | undefined {
  const outputs = new Map<string, string[]>();
  const ends = new Map<string, { file: string; name: string; action: string }>();
  const parents = new Set<string>();
  const other: string[] = [];
  let failedPackage: string | undefined;
  let events = 0;
  for (const line of text.split('\n')) {
    const event = eventIn(line);
    if (!event) {
      if (line.trim() !== '') other.push(line);
      continue;
    }
    events++;
    const file = typeof event.Package === 'string' ? event.Package : '';
    const name = typeof event.Test === 'string' ? event.Test : undefined;
    const key = `${file}\n${name ?? ''}`;
    if (typeof event.Output === 'string') {
      if (!outputs.has(key)) outputs.set(key, []);
      outputs.get(key)!.push(event.Output);
    }
    const action = typeof event.Action === 'string' ? event.Action : '';
    if (name === undefined) {
      if (action === 'fail') failedPackage = file;
      if (action === 'build-output' || action === 'output') other.push(String(event.Output ?? '').trimEnd());
      continue;
    }
    const slash = name.lastIndexOf('/');
    if (slash !== -1) parents.add(`${file}\n${name.slice(0, slash)}`);
    if (action === 'pass' || action === 'fail' || action === 'skip') ends.set(key, { file, name, action });
  }
  const report: TestReport = { tests: [], broken: [] };
  for (const [key, { file, name, action }] of ends) {
    const lines = (outputs.get(key) ?? [])
      .join('')
      .split('\n')
      .filter((line) => !noFailure.test(line));
    const shown = lines.join('\n').trim();
    // A test that only holds others failed with them.
    if (parents.has(key) && (action !== 'fail' || shown === '')) continue;
    report.tests.push({
      name: name.replaceAll('/', ' > '),
      file,
      status: action === 'pass' ? 'passed' : action === 'skip' ? 'skipped' : 'failed',
      ...(action === 'fail' && {
        failure: { text: shown, isAssertion: !/^panic: |^\s*panic: test timed out/m.test(shown) },
      }),
    });
  }
  const failed = report.tests.some(({ status }) => status === 'failed');
  const said = other.filter((line) => line.trim() !== '' && !noFailure.test(line)).join('\n');
  if (!failed && (failedPackage !== undefined || (events === 0 && said !== '')))
    report.broken.push({ file: failedPackage, text: said });
  return events === 0 && report.broken.length === 0 ? undefined : report;
}

function eventIn(line: string): Event | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const event: unknown = JSON.parse(line);
    return typeof event === 'object' && event !== null ? event : undefined;
  } catch {
    return undefined;
  }
}

/** What our own runner and reporter write: `{name, file, status, text, assertion}`, `{broken, text}`, and `{done}`. */
export function readRows(text: string): TestReport | undefined {
  const report: TestReport = { tests: [], broken: [] };
  let done = false;
  for (const line of text.split('\n')) {
    const event = eventIn(line) as Record<string, unknown> | undefined;
    if (!event) continue;
    const shown = typeof event.text === 'string' ? event.text : '';
    if (event.done === true) done = true;
    else if (typeof event.broken === 'string') report.broken.push({ file: event.broken, text: shown });
    else if (typeof event.name === 'string') {
      const status = event.status as TestOutcome['status'];
      report.tests.push({
        name: event.name,
        file: typeof event.file === 'string' ? event.file : undefined,
        status,
        ...(status === 'failed' && {
          failure: { text: shown, isAssertion: event.assertion === true || isAssertionText(shown) },
        }),
      });
    }
  }
  return done || report.tests.length + report.broken.length > 0 ? report : undefined;
}
