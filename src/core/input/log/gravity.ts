/** How much a line of a log says about a failure, by the line's form rather than by the words in it. */

/** `error`: states a failure in a form of its own. `hint`: speaks of one. */
export type Gravity = 'error' | 'hint' | 'none';

/** What a runner or a shipper of logs puts in front of a line: times, containers, jobs. */
const prefix =
  /^(?:\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d[\d:.,]{0,20}(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?\]?[\s|:-]{1,3}|\[?\d\d:\d\d:\d\d[.,\d]{0,10}\]?\s{1,3}|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S{1,60} |[\w.-]{1,40} {0,20}\| |[^\t\n]{1,80}\t[^\t\n]{1,80}\t(?=\d{4}-)|##\[\w{1,12}\](?=\[|\w))/;
const mostPrefixes = 3;

/** What test runners put before a test. In strings, since the build keeps regular expressions as they are: not ASCII. */
export const passMarks = '✓✔√';
export const failMarks = '✗✘✖×❌●';
/** "Error" and "failure" in other languages. */
const elsewhere = [
  ...['falha', 'erro', 'fehler', 'erreur', 'échec', 'echec', 'fallo', 'errore'],
  ...['ошибка', 'сбой', 'エラー', '失敗', '错误', '失败', '오류', '실패'],
];

/** No line that lacks all of these is worth a closer look. */
const anySign = new RegExp(
  String.raw`err|fail|fatal|panic|excep|traceback|crit|severe|abort|assert|denied|refused|undefined|segm|core dumped|not ok|unable|cannot|could not|can't|timed? ?out|killed|out of memory|sanitizer|alert|emerg|caused by|unhandled|uncaught|exit|"level":|^\s*E\s|^[EF]\d{4} |[${failMarks}]|${elsewhere.join('|')}`,
  'i',
);

/** Says that all is well, whatever the name of the test. */
const passed = new RegExp(
  String.raw`^\s*(?:[${passMarks}]|ok \d|PASS(?:ED)?\b|Passed |\[\s*(?:OK|PASSED)\s*\]|--- PASS|=== (?:RUN|PAUSE|CONT|NAME)\b|\[gw\d{1,3}\] \[ *\d{1,3}%\] PASSED|test .{0,400}\.\.\. ok\b)|(?:\.\.\. ?ok|\bPASSED)(?: *[[(].{0,24})?\s*$`,
);
/** Names of things that did not happen: `errors=0`, `error: null`, `no failures`. */
const nothing =
  /\b(?:no|0|zero|without(?: any)?) (?:\w{1,20} )?(?:errors?|failures?|failed|exceptions?)\b|["']?\b\w{0,30}(?:err(?:ors?)?|failures?|failed|exceptions?|panics?)(?:_?count)?["']?\s{0,3}(?:[:=]|=>)\s{0,3}(?:null|nil|none|undefined|false|<nil>|0(?![\d.])|""|''|\[\]|\{\}|$)|\bfail(?:ed)? 0\b/gi;

const errorForms: readonly RegExp[] = [
  // Levels of structured logs.
  /\b(?:level|lvl|severity|levelname|loglevel|log\.level)["']?\s?[=:]\s?["']?(?:err(?:or)?|eror|erro|fatal|crit(?:ical)?|panic|emerg(?:ency)?|alert|severe)\b/i,
  /"level":\s?[56]0\b|\[(?:error|crit|alert|emerg|fatal|panic)\]/i,
  /(?:^|[\s[|(<])(?:ERROR|ERRO|ERR!?|FATAL|CRITICAL|CRIT|SEVERE|PANIC|EMERG|ALERT|FEHLER|FALHA|FALLO|ERREUR)(?=$|[\s\]|:)>])/,
  /^[EF]\d{4} \d\d:/,
  // Test runners and builds.
  /^\s*(?:E {3,}\S|FAIL(?:ED|URE|URES)?\b|--- FAIL|not ok\b|npm (?:ERR!|error)|BUILD FAIL|=+ (?:FAILURES|ERRORS))/,
  new RegExp(`^\\s*[${failMarks}] `),
  /(?:^|\s)FAILED(?:\s|$)|\.\.\. FAILED|##\[error\]|^::error/,
  // Compilers and tools: `error:`, `error TS2304:`, `error[E0308]:`, `fatal error C1083:`.
  /(?:^|[\s:)(])(?:fatal |internal |syntax |link(?:er)? |compile )?error(?: ?[A-Z]{1,8}\d{2,6}|\[[\w:-]{1,60}\])? ?:/i,
  /(?:^|\s)(?:fatal|panic):|\bpanicked at\b|^goroutine \d+ \[running|undefined reference to|\bAddressSanitizer\b/,
  // Exceptions and crashes.
  /(?:^|[\s(])(?:[\w$]{1,60}[.:/\\]{1,2}){0,12}[A-Z][\w$]{0,60}(?:Error|Exception|Failure|Fault)(?::|$| \[|\()/,
  /^\s*(?:Caused by:|Traceback \(most recent|Exception in thread|Unhandled|Uncaught)|\b(?:Unhandled|Uncaught) \w*(?:error|exception|rejection)\b/i,
  /\bSegmentation fault|\bcore dumped\b|\bSIG(?:SEGV|ABRT|KILL|BUS|ILL)\b|\bOOMKilled\b|\bout of memory\b|^Killed\b/i,
  /\bexit(?:ed|s)?(?: with)?(?: exit)?(?: code| status)?:? ?(?!0\b)\d{1,3}\b/i,
  // Other languages say it at the start, or before a colon.
  new RegExp(String.raw`^(?:\S{1,40}\s){0,4}\[?(?:${elsewhere.join('|')})(?![\p{L}\d])`, 'iu'),
];

const hints =
  /\b(?:errors?|exceptions?|fail(?:s|ed|ing|ures?)?|fatal|abort(?:ed)?|assert\w{0,20}|denied|refused|unable to|cannot|could not|can't|timed out|timeout|killed|unhandled|uncaught)\b|"\w{0,20}(?:err|error|exception)\w{0,20}"\s?:/i;

/** `TypeError`, `NullPointerException`. */
const hintName = /[a-z\d](?:Error|Exception)\b/;

const failureElsewhere = new RegExp(
  elsewhere.filter((word) => word.length > 4 || !/^[a-z]/.test(word)).join('|'),
  'i',
);

/** Signs stand near the start of a line, or near its end. */
const looked = 600;

export function gravityOf(line: string): Gravity {
  if (!anySign.test(line)) return 'none';
  let text = withoutPrefix(
    line.length > 2 * looked ? `${line.slice(0, looked)} ${line.slice(-looked)}` : line,
  );
  if (passed.test(text)) return 'none';
  text = text.replace(nothing, '');
  if (errorForms.some((form) => form.test(text))) return 'error';
  return hints.test(text) || hintName.test(text) || failureElsewhere.test(text) ? 'hint' : 'none';
}

export function withoutPrefix(line: string): string {
  let text = line;
  for (let at = 0; at < mostPrefixes; at++) {
    const found = prefix.exec(text)?.[0].length ?? 0;
    if (found === 0) break;
    text = text.slice(found);
  }
  return text;
}

/** The same for lines that differ in numbers, quoted names and paths only. */
export function kindOfLine(line: string): string {
  return line
    .slice(0, 300)
    .replace(/(["'`])[^"'`]{1,120}\1/g, "''")
    .replace(/[^\s"'`()[\],;=]+/g, (word) =>
      /[./\\]|^[\da-f-]{6,}$/i.test(word) ? '0' : word.replace(/\d+/g, '0'),
    );
}

/** The same for lines that differ in numbers only, such as times. */
export function numberless(line: string): string {
  return line.replace(/\d+/g, '0');
}
