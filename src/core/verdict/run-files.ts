/** Files of ours beside the copy, which runs load: reporters, plugins, and what records the lines that tests reach. */

/** For node:test, whose own reports do not say to which file a test belongs. One JSON object a line. */
const nodeReporter = String.raw`
import { inspect } from 'node:util';
import { resolve } from 'node:path';
export default async function* (events) {
  const names = [];
  const printed = new Map();
  const row = (value) => JSON.stringify(value) + '\n';
  for await (const { type, data } of events) {
    const { file } = data;
    if (type === 'test:stderr') printed.set(file, ((printed.get(file) ?? '') + data.message).slice(-8000));
    if (type === 'test:start') {
      names.length = data.nesting;
      names[data.nesting] = data.name;
    }
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const failed = type === 'test:fail';
    const error = data.details?.error;
    const kind = error?.failureType;
    if (data.nesting === 0 && (file === undefined ? /[\\/]/.test(data.name) : resolve(data.name) === resolve(file))) {
      if (failed && kind !== 'subtestsFailed') yield row({ broken: file ?? data.name, text: printed.get(file) ?? inspect(error) });
      continue;
    }
    if (failed && kind === 'subtestsFailed') continue;
    if (!failed && data.details?.type === 'suite') continue;
    const cause = error?.cause ?? error;
    const skipped = data.skip !== undefined || data.todo !== undefined;
    yield row({
      name: [...names.slice(0, data.nesting), data.name].join(' > '),
      file,
      status: skipped ? 'skipped' : failed ? 'failed' : 'passed',
      text: failed ? (typeof cause === 'string' ? cause : inspect(cause)) : '',
      assertion: cause?.code === 'ERR_ASSERTION' || cause?.name === 'AssertionError',
    });
  }
  yield row({ done: true });
}
`;

/** For mocha, which has no other order: the runner of the mocha that has been started runs everything backwards. */
const mochaReversal = `
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
const home = dirname(dirname(realpathSync(process.argv[1])));
const found = await import(pathToFileURL(join(home, 'lib', 'runner.js')).href);
const Runner = found.default?.prototype?.run ? found.default : found.Runner;
const run = Runner?.prototype.run;
const reverse = (suite) => {
  suite.tests.reverse();
  suite.suites.reverse();
  for (const each of suite.suites) reverse(each);
};
if (run)
  Runner.prototype.run = function (...given) {
    reverse(this.suite);
    return run.apply(this, given);
  };
`;

/**
 * For pytest. A threshold for the coverage of all tests says nothing of one file, so coverage is not measured; and what
 * measures it would be in the way of what records lines.
 */
const pytestPlugin = `
import os, pytest
@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config):
    early_config.known_args_namespace.no_cov = True
def pytest_collection_modifyitems(items):
    if os.environ.get("REVERSED_TESTS"): items.reverse()
if os.environ.get("RECORDED_SOURCES"):
    import orch_lines
`;

/**
 * Records which lines of the files in \`RECORDED_SOURCES\`, a JSON list, are run, and writes them to \`RECORDED_LINES\`
 * at the end: a JSON object \`{path: {reached, lines}}\`, of which \`lines\` are all that could be.
 */
const lineRecorder = `
import atexit, json, os, sys, threading
found = {os.path.realpath(path): set() for path in json.loads(os.environ["RECORDED_SOURCES"])}
known = {}
def lines_of(name):
    if name not in known: known[name] = found.get(os.path.realpath(name))
    return known[name]
def start():
    if hasattr(sys, "monitoring"):
        watch = sys.monitoring
        tool = next(each for each in (4, 3, 2) if watch.get_tool(each) is None)
        watch.use_tool_id(tool, "orch")
        def line(code, number):
            lines = lines_of(code.co_filename)
            if lines is not None: lines.add(number)
            return watch.DISABLE
        watch.register_callback(tool, watch.events.LINE, line)
        watch.set_events(tool, watch.events.LINE)
        return
    def trace(frame, event, arg):
        lines = lines_of(frame.f_code.co_filename)
        if lines is None: return None
        def local(frame, event, arg):
            if event == "line": lines.add(frame.f_lineno)
            return local
        return local
    threading.settrace(trace)
    sys.settrace(trace)
def lines_in(code):
    yield from (number for _, _, number in code.co_lines() if number)
    for each in code.co_consts:
        if hasattr(each, "co_lines"): yield from lines_in(each)
def possible(path):
    try:
        with open(path, "rb") as file: return sorted(set(lines_in(compile(file.read(), path, "exec", dont_inherit=True))))
    except Exception: return []
def save():
    with open(os.environ["RECORDED_LINES"], "w", encoding="utf-8") as file:
        json.dump({path: {"reached": sorted(lines), "lines": possible(path)} for path, lines in found.items()}, file)
start()
atexit.register(save)
`;

/** By name, all of them small: every copy gets them. */
export const runFiles: Readonly<Record<string, string>> = {
  'orch-reporter.mjs': nodeReporter,
  'orch-mocha.mjs': mochaReversal,
  'orch_pytest.py': pytestPlugin,
  'orch_lines.py': lineRecorder,
};
