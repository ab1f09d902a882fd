/** Tells logs and diffs from other text: they may be shortened by what they say, and are never what is to be changed. */
import { looksLikeDiff } from './diff/sections.ts';
import { failMarks, gravityOf, passMarks, withoutPrefix } from './log/gravity.ts';

export type Material = 'log' | 'diff' | 'other';

const diffName = /\.(?:diff|patch)$/i;
const logName = /\.(?:log|log\.\d{1,4}|out|err|trace)$/i;
/** Here the text decides. */
const plainName = /\.txt$|(?:^|[/._-])(?:logs?|output|stdout|stderr|report)$/i;

/** `path`: of a file, whose name decides where it says something. */
export function materialOf(text: string, path?: string): Material {
  if (path !== undefined) {
    if (diffName.test(path)) return 'diff';
    if (logName.test(path)) return 'log';
    if (!plainName.test(path)) return 'other';
  }
  if (looksLikeDiff(text)) return 'diff';
  return looksLikeLog(text) ? 'log' : 'other';
}

/** From three places, so many characters of each. */
const sampled = 12_000;
/** Share of the lines that have the form of a log. */
const logShare = 0.2;
const fewestLines = 5;
/** Nobody writes a longer line by hand, least of all of records, or of lines with their ends escaped. */
const dataLine = 20_000;
const records = /[{[]\s*"|\\n|\b(?:DEBUG|INFO|WARN|ERROR)\b/;

/** Times and levels in front, test results, steps of a build, stack frames. */
const logForm =
  /^.{0,60}\b\d\d[:.]\d\d[:.]\d\d\b|^.{0,100}\b(?:DEBUG|INFO|WARN|ERROR)\b|^\s*(?:\[?(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|FATAL)\b|(?:trace|debug|info|warn(?:ing)?)[ :|]|\u276f |(?:not )?ok \d|(?:PASS|FAIL)(?:ED)?\b|--- (?:PASS|FAIL|SKIP)|=== (?:RUN|PAUSE|CONT)|> Task :|#\d{1,3} \[|at \S{1,300}[(:]|File "[^"]{1,300}", line \d|test \S{1,300} \.\.\. |(?:Compiling|Downloading|Downloaded|Installing|Collecting|Fetching|Building|Running|Resolving|Checking) \S)|\b(?:level|lvl|severity)"?[=:]|\b(?:PASSED|FAILED|SKIPPED)\b/;

const testMark = new RegExp(`^\\s*[${passMarks}${failMarks}] `);

export function looksLikeLog(text: string): boolean {
  if (/\x1b\[[\d;]*m/.test(text.slice(0, 3 * sampled))) return true;
  const sample = sampleOf(text);
  const lines = sample.split('\n').filter((line) => line.trim() !== '');
  if (text.length > dataLine && lines.some((line) => line.length >= sampled - 1) && records.test(sample))
    return true;
  if (lines.length < fewestLines) return false;
  const like = lines.filter((line) => {
    const plain = withoutPrefix(line);
    return plain !== line || logForm.test(plain) || testMark.test(plain) || gravityOf(plain) === 'error';
  });
  return like.length >= lines.length * logShare;
}

function sampleOf(text: string): string {
  if (text.length <= 3 * sampled) return text;
  const middle = Math.floor((text.length - sampled) / 2);
  return [text.slice(0, sampled), text.slice(middle, middle + sampled), text.slice(-sampled)].join('\n');
}
