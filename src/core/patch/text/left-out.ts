/** Finds lines that are nothing but "the rest stays as it is": they parse in every language. */
import { isElision } from './elision.ts';
import { stringBehind } from './long-string.ts';

export interface LeftOutOptions {
  language: string | undefined;
  /** Lines that may be there: those of the files that were given. */
  known: (line: string) => boolean;
}

/** Languages for people, in which three dots are text, and file types in which they are code. */
const mayElide = new Set([
  'markdown',
  'text',
  'txt',
  'plaintext',
  'rst',
  'restructuredtext',
  'asciidoc',
  'adoc',
  'latex',
  'tex',
  'pyi',
  'html',
  'xml',
]);

/** The first such line, without its indentation; undefined if there is none. */
export function leftOutLine(code: string, { language, known }: LeftOutOptions): string | undefined {
  if (language !== undefined && mayElide.has(language)) return undefined;
  const lines = code.split('\n');
  let string: string | undefined;
  let comment = false;
  /** The last line with code. */
  let above = '';
  for (const [at, line] of lines.entries()) {
    const inString = string !== undefined;
    string = stringBehind(line, string);
    const text = line.trim();
    const inComment = comment;
    if (comment) comment = !text.endsWith('*/');
    else comment = text.startsWith('/*') && !text.endsWith('*/');
    // A docstring may stand between the head of a function and its body.
    if (inString || inComment || text === '') continue;
    if (
      isElision(line) &&
      !known(text) &&
      !isCode(text, above, lines[at + 1] ?? '', language) &&
      !isInRemark(lines, at)
    )
      return text;
    if (!/^(?:#|"""|''')/.test(text)) above = text;
  }
  return undefined;
}

/** In the middle of a comment of several lines, or the end of a sentence that begins in the line above. */
function isInRemark(lines: readonly string[], at: number): boolean {
  const [, sign, words = ''] = /^\s*(\/\/|#|--|;|%)\s*(.*)$/.exec(lines[at]!) ?? [];
  const remark = (line = '') =>
    sign !== undefined && line.trim().startsWith(sign) && /\w/.test(line) ? line.trim() : undefined;
  const above = remark(lines[at - 1]);
  if (above === undefined) return false;
  if (remark(lines[at + 1]) !== undefined) return true;
  return /^[a-z]/.test(words) && !/[.:!?\u2026]$/.test(above);
}

/** Three dots are the body of a stub or an overload in Python, and stand for more arguments in C. */
function isCode(text: string, above: string, below: string, language: string | undefined): boolean {
  if (text !== '...') return false;
  if (/:\s*(?:#.*)?$/.test(above)) return !/^(?:case\b|default\b)/.test(above);
  if (language === 'yaml') return below === '' || below.startsWith('---');
  return /[,(]$/.test(above) && /^\s*\)/.test(below);
}
