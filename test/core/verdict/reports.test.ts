import { describe, expect, it } from 'vitest';
import { readJest, readMocha } from '../../../src/core/verdict/reports/json.ts';
import { readJunit } from '../../../src/core/verdict/reports/junit.ts';
import { readGo, readRows } from '../../../src/core/verdict/reports/lines.ts';
import { countsOf, isAssertionText, type TestReport } from '../../../src/core/verdict/reports/report.ts';

/** `name: status`, with `!` where an assertion failed. */
const shown = (report: TestReport | undefined) =>
  report?.tests.map(({ name, status, failure }) => `${name}: ${status}${failure?.isAssertion ? '!' : ''}`);

describe('the report of vitest', () => {
  const xml = (cases: string) => `<?xml version="1.0" encoding="UTF-8" ?>
<testsuites name="vitest tests" tests="3" failures="1" errors="0" time="1">
  <testsuite name="t/a.test.js" tests="9" failures="6" errors="0" skipped="2" time="0.189">${cases}</testsuite>
</testsuites>`;

  it('names tests with their groups and files', () => {
    const report = readJunit(
      xml(`
      <testcase classname="t/a.test.js" name="sum &gt; passes" time="0.001"></testcase>
      <testcase classname="t/a.test.js" name="sum &gt; fails" time="0.05">
        <failure message="expected 1 to be 2 // Object.is equality" type="AssertionError">
AssertionError: expected 1 to be 2 // Object.is equality

- Expected
+ Received

- 2
+ 1

 \u276f t/a.test.js:5:45
        </failure>
      </testcase>
      <testcase classname="t/a.test.js" name="sum &gt; throws" time="0.02">
        <failure message="Cannot read properties of null (reading &apos;x&apos;)" type="TypeError">
TypeError: Cannot read properties of null (reading &apos;x&apos;)
        </failure>
      </testcase>
      <testcase classname="t/a.test.js" name="sum &gt; snap" time="0.03">
        <failure message="Snapshot \`sum &gt; snap 1\` mismatched" type="Error">
Error: Snapshot \`sum &gt; snap 1\` mismatched
        </failure>
      </testcase>
      <testcase classname="t/a.test.js" name="sum &gt; skipped" time="0"><skipped/></testcase>`),
    );
    expect(shown(report)).toEqual([
      'sum > passes: passed',
      'sum > fails: failed!',
      'sum > throws: failed',
      'sum > snap: failed!',
      'sum > skipped: skipped',
    ]);
    expect(report!.tests[0]!.file).toBe('t/a.test.js');
    expect(report!.tests[1]!.failure!.text).toContain('- 2\n+ 1');
    expect(countsOf(report!)).toEqual({ passed: 1, failed: 3, skipped: 1 });
  });

  it('tells a file that could not be loaded', () => {
    const report = readJunit(
      xml(`<testcase classname="t/load.test.js" name="t/load.test.js" time="0">
        <failure message="Failed to load url ./nothing.js" type="Error">Error: Failed to load url ./nothing.js</failure>
      </testcase>`),
    );
    expect(report).toEqual({
      tests: [],
      broken: [{ file: 't/load.test.js', text: 'Error: Failed to load url ./nothing.js' }],
    });
  });

  it('is read as far as it goes', () => {
    const cut = xml('<testcase classname="a" name="one" time="0"></testcase><testcase name="tw').slice(
      0,
      -30,
    );
    expect(shown(readJunit(cut))).toContain('one: passed');
    expect(readJunit('')).toBeUndefined();
    expect(readJunit('no report')).toBeUndefined();
  });
});

describe('the report of pytest', () => {
  it('tells assertions from exceptions, and what failed before the test', () => {
    const report =
      readJunit(`<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="3" skipped="1" tests="6" time="0.2"><testcase classname="tests.test_a" name="test_passes" time="0.01" /><testcase classname="tests.test_a" name="test_fails" time="0.001"><failure message="assert 1 == 2">test_a.py:3: in test_fails
    assert 1 == 2
E   assert 1 == 2</failure></testcase><testcase classname="tests.test_a" name="test_raises"><failure message="Failed: DID NOT RAISE &lt;class 'ValueError'&gt;">E   Failed: DID NOT RAISE &lt;class 'ValueError'&gt;</failure></testcase><testcase classname="tests.test_a" name="test_throws"><failure message="AttributeError: 'NoneType' object has no attribute 'x'">E   AttributeError: 'NoneType'</failure></testcase><testcase classname="tests.test_a" name="test_skipped"><skipped type="pytest.skip" message="no">test_a.py:7: no</skipped></testcase><testcase classname="tests.test_a.T" name="test_u"><failure message="AssertionError: 1 != 2">E   AssertionError: 1 != 2</failure></testcase><testcase classname="tests.test_a" name="test_fix"><error message="failed on setup with &quot;RuntimeError: fixture&quot;">E   RuntimeError: fixture</error></testcase></testsuite></testsuites>`);
    expect(shown(report)).toEqual([
      'test_passes: passed',
      'test_fails: failed!',
      'test_raises: failed!',
      'test_throws: failed',
      'test_skipped: skipped',
      'test_u: failed!',
      'test_fix: failed',
    ]);
  });

  it('tells a file that could not be collected', () => {
    const report = readJunit(
      '<testsuites><testsuite name="pytest" errors="1" tests="1"><testcase classname="" name="tests.test_a" time="0"><error message="collection failure">E   ModuleNotFoundError: No module named \'x\'</error></testcase></testsuite></testsuites>',
    );
    expect(report!.tests).toEqual([]);
    expect(report!.broken[0]!.text).toContain('ModuleNotFoundError');
  });
});

describe('the report of jest', () => {
  const jest = (results: unknown[]) =>
    readJest(JSON.stringify({ numTotalTests: 1, success: false, testResults: results }));

  it('names tests with their groups, and tells assertions', () => {
    const one = (title: string, status: string, failureMessages: string[] = []) => ({
      ancestorTitles: ['sum'],
      title,
      status,
      failureMessages,
    });
    const report = jest([
      {
        name: '/p/t/a.test.js',
        status: 'failed',
        message: '',
        assertionResults: [
          one('passes', 'passed'),
          one('fails', 'failed', [
            'Error: expect(received).toEqual(expected) // deep equality\n\n- Expected  - 1\n    at Object.toEqual (/p/t/a.test.js:4:45)',
          ]),
          one('asserts', 'failed', [
            'assert.strictEqual(received, expected)\n\nExpected value to strictly be equal to:\n  2',
          ]),
          one('throws', 'failed', ['TypeError: x is not a function']),
          one('skipped', 'pending'),
          one('todo', 'todo'),
        ],
      },
    ]);
    expect(shown(report)).toEqual([
      'sum > passes: passed',
      'sum > fails: failed!',
      'sum > asserts: failed!',
      'sum > throws: failed',
      'sum > skipped: skipped',
      'sum > todo: skipped',
    ]);
    expect(report!.tests[0]!.file).toBe('/p/t/a.test.js');
  });

  it('tells a file that could not be loaded', () => {
    const broken = {
      name: '/p/t/load.test.js',
      status: 'failed',
      message: 'Test suite failed to run',
      assertionResults: [],
    };
    expect(jest([broken])).toEqual({
      tests: [],
      broken: [{ file: '/p/t/load.test.js', text: 'Test suite failed to run' }],
    });
  });

  it.each(['', '{', 'null', '{"testResults": 1}'])('is none: %s', (text) => {
    expect(readJest(text)).toBeUndefined();
  });
});

describe('the report of mocha', () => {
  it('tells skipped tests, assertions, and hooks that failed', () => {
    const test = (title: string, err: object = {}) => ({
      title,
      fullTitle: `sum ${title}`,
      file: '/p/test/a.js',
      err,
    });
    const fails = test('fails', {
      name: 'AssertionError',
      message: '1 == 2',
      stack: 'AssertionError [ERR_ASSERTION]: 1 == 2',
    });
    const chai = test('chai', { name: 'AssertionError', message: 'expected 1 to equal 2' });
    const throws = test('throws', { message: 'x', stack: 'TypeError: x' });
    const hook = test('"before each" hook', { message: 'y', stack: 'Error: y' });
    const text = JSON.stringify({
      stats: {},
      tests: [test('passes'), fails, chai, throws, test('later')],
      pending: [test('later')],
      failures: [fails, chai, throws, hook],
      passes: [test('passes')],
    });
    expect(shown(readMocha(text))).toEqual([
      'sum passes: passed',
      'sum fails: failed!',
      'sum chai: failed!',
      'sum throws: failed',
      'sum later: skipped',
      'sum "before each" hook: failed',
    ]);
    expect(readMocha('Error: Cannot find module')).toBeUndefined();
  });
});

describe('the report of go test', () => {
  const event = (Action: string, Test?: string, Output?: string) =>
    JSON.stringify({ Action, Package: 'example.com/x', Test, Output });

  it('tells tests and their parts, and panics from failures', () => {
    const text = [
      event('run', 'TestOk'),
      event('output', 'TestOk', '--- PASS: TestOk (0.00s)\n'),
      event('pass', 'TestOk'),
      event('output', 'TestSub/one', '    a_test.go:5: got 1, want 2\n'),
      event('output', 'TestSub/one', '    --- FAIL: TestSub/one (0.00s)\n'),
      event('fail', 'TestSub/one'),
      event('pass', 'TestSub/two'),
      event('fail', 'TestSub'),
      event('output', 'TestSkip', '    a_test.go:9: later\n'),
      event('skip', 'TestSkip'),
      event('output', 'TestPanic', 'panic: boom\n'),
      event('fail', 'TestPanic'),
      event('output', undefined, 'FAIL\n'),
      event('fail'),
    ].join('\n');
    const report = readGo(text);
    expect(shown(report)).toEqual([
      'TestOk: passed',
      'TestSub > one: failed!',
      'TestSub > two: passed',
      'TestSkip: skipped',
      'TestPanic: failed',
    ]);
    expect(report!.tests[1]!.failure!.text).toBe('a_test.go:5: got 1, want 2');
    expect(report!.broken).toEqual([]);
  });

  it('tells code that cannot be built', () => {
    const text =
      '# example.com/x [example.com/x.test]\n./b.go:2:14: syntax error: unexpected {\nFAIL\texample.com/x [build failed]\n';
    expect(readGo(text)).toEqual({
      tests: [],
      broken: [
        {
          file: undefined,
          text: '# example.com/x [example.com/x.test]\n./b.go:2:14: syntax error: unexpected {',
        },
      ],
    });
    expect(readGo('')).toBeUndefined();
  });

  it('tells a package that failed without a test', () => {
    const text = [event('output', undefined, 'panic: in init\n'), event('fail')].join('\n');
    expect(readGo(text)!.broken).toEqual([{ file: 'example.com/x', text: 'panic: in init' }]);
  });
});

describe('the report of our own runner and reporter', () => {
  it('is one object a line', () => {
    const text = [
      '{"name": "T > test_a", "file": null, "status": "passed", "text": "", "assertion": false}',
      '{"name": "T > test_b", "file": "/p/a.test.js", "status": "failed", "text": "AssertionError: 1 != 2", "assertion": true}',
      '{"name": "T > test_c", "file": null, "status": "failed", "text": "ValueError: x", "assertion": false}',
      '{"name": "T > test_d", "file": null, "status": "failed", "text": "Error: expect(received).toBe(expected)", "assertion": false}',
      '{"broken": "tests/test_b.py", "text": "SyntaxError"}',
      '{"done": true}',
    ].join('\n');
    const report = readRows(text);
    expect(shown(report)).toEqual([
      'T > test_a: passed',
      'T > test_b: failed!',
      'T > test_c: failed',
      'T > test_d: failed!',
    ]);
    expect(report!.broken).toEqual([{ file: 'tests/test_b.py', text: 'SyntaxError' }]);
  });

  it('without a test is one all the same if it came to its end', () => {
    expect(readRows('{"done": true}\n')).toEqual({ tests: [], broken: [] });
    expect(readRows('')).toBeUndefined();
  });
});

it.each([
  ['AssertionError [ERR_ASSERTION]: Expected values to be strictly equal', true],
  ['Error: expect(jest.fn()).toHaveBeenCalled()', true],
  ['Error: expect(element).toBeInTheDocument()', true],
  ['TypeError: Cannot read properties of undefined', false],
  ['RangeError: the changed code does not end', false],
  ['Error: Test timed out in 50ms.', false],
])('what counts as an assertion: %s', (text, expected) => {
  expect(isAssertionText(text)).toBe(expected);
});
