/** A runner for Python's unittest, which writes no report of its own. Runs in the scratch copy. */

/**
 * `python -c <this> REPORT reversed|declared FILE\u2026`, in the folder that imports start from. Writes one JSON object a
 * line, and `{"done": true}` last.
 */
export const unittestRunner = `
import importlib, importlib.util, json, os, sys, traceback, unittest
report = open(sys.argv[1], "w", encoding="utf-8")
backwards = sys.argv[2] == "reversed"
files = sys.argv[3:]
sys.path.insert(0, os.getcwd())
if os.environ.get("RECORDED_SOURCES"): import orch_lines
def put(**row):
    report.write(json.dumps(row) + "\\n")
    report.flush()
class Result(unittest.TestResult):
    def of(self, test, status, error=None, assertion=False):
        text = "".join(traceback.format_exception(*error)) if error else ""
        put(name=test.id().split(".", 1)[-1].replace(".", " > "), file=None, status=status, text=text, assertion=assertion)
    def addSuccess(self, test): self.of(test, "passed")
    def addFailure(self, test, error): self.of(test, "failed", error, True)
    def addError(self, test, error): self.of(test, "failed", error, isinstance(error[1], AssertionError))
    def addSkip(self, test, reason): self.of(test, "skipped")
    def addExpectedFailure(self, test, error): self.of(test, "passed")
    def addUnexpectedSuccess(self, test): self.of(test, "failed", None, True)
    def addSubTest(self, test, subtest, error):
        if error: self.of(subtest, "failed", error, issubclass(error[0], test.failureException))
def flat(suite):
    for each in suite:
        if isinstance(each, unittest.TestSuite): yield from flat(each)
        else: yield each
tests = []
for file in files:
    parts = os.path.splitext(file)[0].replace(os.sep, "/").split("/")
    packaged = all(os.path.exists(os.path.join(*parts[:n], "__init__.py")) for n in range(1, len(parts)))
    try:
        if packaged:
            module = importlib.import_module(".".join(parts))
        else:
            sys.path.insert(0, os.path.join(os.getcwd(), *parts[:-1]))
            spec = importlib.util.spec_from_file_location(parts[-1], file)
            module = importlib.util.module_from_spec(spec)
            sys.modules[parts[-1]] = module
            spec.loader.exec_module(module)
        tests.extend(flat(unittest.defaultTestLoader.loadTestsFromModule(module)))
    except BaseException:
        put(broken=file, text=traceback.format_exc())
if backwards: tests.reverse()
result = Result()
unittest.TestSuite(tests).run(result)
put(done=True)
sys.exit(0)
`;
