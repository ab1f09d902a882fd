/** Hostile texts of any length, and what reads them: the rows of `npm run bench:text`. */
import { EventDecoder } from '../../src/adapters/http/event-stream.ts';
import { StreamedText } from '../../src/adapters/openai/streamed-text.ts';
import { extractCode, extractText } from '../../src/core/answer/extract-code.ts';
import { jsonFaultAt } from '../../src/core/config/json-fault.ts';
import { withoutComments } from '../../src/core/config/json-with-comments.ts';
import { redactor } from '../../src/core/errors/redact.ts';
import { retryAfterMs } from '../../src/core/errors/retry-after.ts';
import { cutDiff } from '../../src/core/input/diff/cut-diff.ts';
import { languageOfPaths } from '../../src/core/input/language.ts';
import { cutLog, tidyLog } from '../../src/core/input/log/cut-log.ts';
import { materialOf } from '../../src/core/input/material.ts';
import { pastedIn } from '../../src/core/input/pasted.ts';
import { approxTokens, tokenUpperBound } from '../../src/core/input/tokens.ts';
import { holdsEdit } from '../../src/core/patch/dialects/edit-marks.ts';
import { patchFromAnswer } from '../../src/core/patch/patch-from-answer.ts';
import { retryPrompt } from '../../src/core/patch/repair/retry-prompt.ts';
import type { SourceFile } from '../../src/core/patch/types.ts';
import { parseUsageCsv } from '../../src/core/record/csv-records.ts';
import { didYouMean } from '../../src/core/text/did-you-mean.ts';
import { hostileLogs } from '../core/input/log/hostile-logs.ts';

/** Prepares a text of about so many bytes and returns what is measured. */
export type Shape = (bytes: number) => () => unknown;

const times = (text: string, bytes: number) => text.repeat(Math.ceil(bytes / text.length));

function numbered(text: (at: number) => string, bytes: number): string {
  const pieces: string[] = [];
  for (let at = 0, size = 0; size < bytes; at++) {
    const piece = text(at);
    size += piece.length;
    pieces.push(piece);
  }
  return pieces.join('');
}

const small: SourceFile[] = [{ path: 'a.js', text: 'one();\ntwo();\nthree();\n' }];

/** A file of so many different lines. */
function fileOf(lines: number, path = 'src/a.ts'): SourceFile {
  const text = Array.from(
    { length: lines },
    (_, at) => `  const entry_${at} = lookUp(${at}, "row ${at}");\n`,
  );
  return { path, text: text.join('') };
}

/** Some 4,000 lines and 200 kB, a large source file. */
const usual = fileOf(4000);
const lineOf = (at: number) => `  const entry_${at} = lookUp(${at}, "row ${at}");`;

/** An answer to a request with a small file. */
const answer =
  (text: (bytes: number) => string, files: readonly SourceFile[] = small): Shape =>
  (bytes) => {
    const written = text(bytes);
    return () => {
      const { problems } = patchFromAnswer(written, [...files]);
      return retryPrompt(problems);
    };
  };

/** Answer and file grow together. */
const answerFor =
  (text: (lines: number) => string, bytesPerLine: number): Shape =>
  (bytes) => {
    const lines = Math.ceil(bytes / bytesPerLine);
    const files = [fileOf(lines)];
    const written = text(lines);
    return () => patchFromAnswer(written, files);
  };

const v4a = (body: string, path = 'a.js') =>
  `*** Begin Patch\n*** Update File: ${path}\n${body}*** End Patch\n`;
const diff = (body: string, path = 'a.js') => `--- a/${path}\n+++ b/${path}\n${body}`;
const block = (search: string, replace: string, path = 'a.js') =>
  `${path}\n<<<<<<< SEARCH\n${search}\n=======\n${replace}\n>>>>>>> REPLACE\n`;
const everyThird = (lines: number, hunk: (at: number) => string) =>
  Array.from({ length: Math.floor(lines / 3) - 1 }, (_, at) => hunk(3 * at + 1)).join('');

const fences: Record<string, Shape> = {
  'fences of back-ticks': answer((bytes) => times('```\nx\n```\n', bytes)),
  'fences of tildes': answer((bytes) => times('~~~\nx\n~~~\n', bytes)),
  'fences with a language': answer((bytes) => times('```js\nx\n```\n', bytes)),
  'fences with a language, side by side': answer((bytes) => times('```js\n```\n', bytes)),
  'fences that open only': answer((bytes) => times('```js\nx\n', bytes)),
  'bare fences, alone': answer((bytes) => times('```\n', bytes)),
  'growing fences': answer((bytes) => {
    const most = Math.floor(Math.sqrt(2 * bytes));
    return numbered((at) => `${'`'.repeat(3 + (at % most))}js\nx\n`, bytes);
  }),
  'shrinking fences': answer((bytes) => {
    const most = Math.floor(Math.sqrt(2 * bytes));
    return numbered((at) => `${'`'.repeat(3 + Math.max(0, most - at))}\nx\n`, bytes);
  }),
  'two kinds of fences in turn': answer((bytes) => times('```js\nx\n~~~js\ny\n', bytes)),
  'indented fences': answer((bytes) => times('    ```js\n    x\n', bytes)),
  'fences at every depth': answer((bytes) => numbered((at) => `${' '.repeat(at % 40)}\`\`\`js\n`, bytes)),
  'fences around diffs': answer((bytes) => times('```diff\n-one();\n+1();\n```\n', bytes)),
  'fences around nothing': answer((bytes) => times('```\n\n\n\n\n\n', bytes)),
  'a fence and blank lines': answer((bytes) => `\`\`\`\n${times('\n', bytes)}`),
  'fences in a Markdown file': answer(
    (bytes) => `a.md\n\`\`\`\`md\n${times('```js\nx\n```\n', bytes)}\`\`\`\`\n`,
  ),
  'fences in a docstring': answer(
    (bytes) => `a.py\n\`\`\`py\n"""\n${times('```js\nx\n```\n', bytes)}"""\n\`\`\`\n`,
  ),
  'open docstrings': answer((bytes) => numbered((at) => `${at}.py\n\`\`\`py\n"""\n\`\`\`\n`, bytes)),
};

const wholeFiles: Record<string, Shape> = {
  'whole new files': answer((bytes) => numbered((at) => `${at}.js\n\`\`\`js\nx\n\`\`\`\n`, bytes)),
  'whole new files in folders': answer((bytes) =>
    numbered((at) => `d${at}/${at}.js\n\`\`\`js\nx\n\`\`\`\n`, bytes),
  ),
  'whole new Markdown files': answer((bytes) => numbered((at) => `${at}.md\n\`\`\`md\nx\n\`\`\`\n`, bytes)),
  'whole new Python files': answer((bytes) => numbered((at) => `${at}.py\n\`\`\`py\nx\n\`\`\`\n`, bytes)),
  'one whole file many times': answer((bytes) => times('a.js\n```js\none();\n2();\n```\n', bytes)),
  'one new file many times': answer((bytes) => times('b.js\n```js\none();\n2();\n```\n', bytes)),
  'a whole file of other lines': answer(
    (bytes) => `a.js\n\`\`\`js\n${numbered((at) => `${at}();\n`, bytes)}\`\`\`\n`,
  ),
  'a whole file, every line changed': answerFor(
    (lines) =>
      `src/a.ts\n\`\`\`ts\n${Array.from({ length: lines }, (_, at) => `${lineOf(at)} //\n`).join('')}\`\`\`\n`,
    52,
  ),
  'a whole file, every second line changed': answerFor(
    (lines) =>
      `src/a.ts\n\`\`\`ts\n${Array.from({ length: lines }, (_, at) => `${lineOf(at)}${at % 2 ? ' //' : ''}\n`).join('')}\`\`\`\n`,
    52,
  ),
  'a whole file backwards': answerFor(
    (lines) =>
      `src/a.ts\n\`\`\`ts\n${Array.from({ length: lines }, (_, at) => `${lineOf(lines - at)}\n`).join('')}\`\`\`\n`,
    52,
  ),
  'elisions in a whole file': answerFor(
    (lines) =>
      `src/a.ts\n\`\`\`ts\n${everyThird(lines, (at) => `${lineOf(at)}\n// ... rest of the code ...\n`)}\`\`\`\n`,
    52,
  ),
  'many files that were sent': (bytes) => {
    const files = Array.from({ length: Math.ceil(bytes / 40) }, (_, at) => ({
      path: `src/${at}.ts`,
      text: 'x\n',
    }));
    const text = files.map(({ path }) => `${path}\n\`\`\`ts\ny\n\`\`\`\n`).join('');
    return () => patchFromAnswer(text, files);
  },
};

const blocks: Record<string, Shape> = {
  'the same block': answer((bytes) => times(block('one();', '1();'), bytes)),
  'blocks that are not there': answer((bytes) => numbered((at) => block(`${at}();`, 'x'), bytes), [usual]),
  'blocks for a large file that are not there': answer(
    (bytes) => numbered((at) => block(`no_${at}();`, 'x', 'src/a.ts'), bytes),
    [usual],
  ),
  'blocks that are nearly there': answer(
    (bytes) =>
      numbered(
        (at) =>
          block(
            `${lineOf(at % 3000)}\nwrong();\n${lineOf((at % 3000) + 2)}`,
            `${lineOf(at % 3000)}\nright();\n${lineOf((at % 3000) + 2)}`,
            'src/a.ts',
          ),
        bytes,
      ),
    [usual],
  ),
  'blocks for a file that grows': answerFor(
    (lines) => everyThird(lines, (at) => block(lineOf(at), `changed(${at});`, 'src/a.ts')),
    40,
  ),
  'blocks of two lines, indentation lost': answerFor(
    (lines) =>
      everyThird(lines, (at) =>
        block(`${lineOf(at).trim()}\n${lineOf(at + 1).trim()}`, `changed(${at});`, 'src/a.ts'),
      ),
    40,
  ),
  'blocks for lines that are all the same': (bytes) => {
    const files = [{ path: 'a.js', text: times('same();\n', bytes) }];
    const text = times(block('same();', 'other();'), bytes);
    return () => patchFromAnswer(text, files);
  },
  'blocks of many lines that are all the same': (bytes) => {
    const files = [{ path: 'a.js', text: times('same();\n', bytes) }];
    const text = block(times('same();\n', bytes / 4), 'other();');
    return () => patchFromAnswer(text, files);
  },
  'new files in blocks': answer((bytes) => numbered((at) => block('', `x${at}`, `n${at}.js`), bytes)),
  'one new file in blocks': answer((bytes) => times(block('', 'x', 'n.js'), bytes)),
  'dividers in one block': answer((bytes) => block(times('=======\n', bytes), 'x')),
  'blocks with several dividers': answer((bytes) => times(block('one();\n=======', 'x\n======='), bytes)),
  'closing marks': answer((bytes) => `${block('one();', 'x')}${times('>>>>>>> REPLACE\n', bytes)}`),
  'closing marks behind text': answer(
    (bytes) => `${block('one();', 'x')}${times('y\n>>>>>>> REPLACE\n', bytes)}`,
  ),
  'opening marks': answer((bytes) => times('<<<<<<< SEARCH\n', bytes)),
  'indented opening marks': answer((bytes) => times('  <<<<<<< SEARCH\n', bytes)),
  'opening marks at every depth': answer((bytes) =>
    numbered((at) => `${' '.repeat(at % 60)}<<<<<<< SEARCH\n`, bytes),
  ),
  'blocks without a closing mark': answer((bytes) =>
    times('a.js\n<<<<<<< SEARCH\none();\n=======\nx\n', bytes),
  ),
  'blocks in one fence': answer((bytes) => `\`\`\`\n${times(block('one();', 'x'), bytes)}\`\`\`\n`),
  'blocks each in a fence': answer((bytes) => times(`\`\`\`\n${block('one();', 'x')}\`\`\`\n`, bytes)),
  'one large block': answer((bytes) =>
    block(
      numbered((at) => `${at}();\n`, bytes / 2),
      numbered((at) => `${at + 1}(x);\n`, bytes / 2),
    ),
  ),
  'one large block that fits': answerFor(
    (lines) =>
      block(
        Array.from({ length: lines }, (_, at) => lineOf(at)).join('\n'),
        Array.from({ length: lines }, (_, at) => `${lineOf(at)}${at % 2 ? '' : '!'}`).join('\n'),
        'src/a.ts',
      ),
    105,
  ),
  'blocks that all overlap': answerFor(
    (lines) =>
      everyThird(lines, (at) =>
        block(`${lineOf(at)}\n${lineOf(at + 1)}\n${lineOf(at + 2)}\n${lineOf(at + 3)}`, 'x', 'src/a.ts'),
      ),
    70,
  ),
};

const patches: Record<string, Shape> = {
  'V4A sections of one file': answer(
    (bytes) =>
      `*** Begin Patch\n${times('*** Update File: a.js\n@@\n-one();\n+1();\n', bytes)}*** End Patch\n`,
  ),
  'V4A patches': answer((bytes) => times(v4a('@@\n-one();\n+1();\n'), bytes)),
  'V4A patches without an end': answer((bytes) =>
    times('*** Begin Patch\n*** Update File: a.js\n@@\n-one();\n+1();\n', bytes),
  ),
  'V4A end marks': answer((bytes) => `${v4a('@@\n-one();\n+1();\n')}${times('x\n*** End Patch\n', bytes)}`),
  'V4A new files': answer(
    (bytes) => `*** Begin Patch\n${numbered((at) => `*** Add File: n${at}.js\n+x\n`, bytes)}*** End Patch\n`,
  ),
  'V4A files that were not sent': answer(
    (bytes) =>
      `*** Begin Patch\n${numbered((at) => `*** Update File: n${at}.js\n@@\n-x\n+y\n`, bytes)}*** End Patch\n`,
  ),
  'V4A hunks that are not there': answer(
    (bytes) =>
      v4a(
        numbered((at) => `@@\n-no_${at}();\n+x\n`, bytes),
        'src/a.ts',
      ),
    [usual],
  ),
  'V4A hunks of a file that grows': answerFor(
    (lines) =>
      v4a(
        everyThird(lines, (at) => `@@\n ${lineOf(at - 1)}\n-${lineOf(at)}\n+x(${at});\n`),
        'src/a.ts',
      ),
    60,
  ),
  'V4A hunks with a heading': answerFor(
    (lines) =>
      v4a(
        everyThird(lines, (at) => `@@ ${lineOf(at - 1).trim()}\n-${lineOf(at)}\n+x(${at});\n`),
        'src/a.ts',
      ),
    60,
  ),
  'V4A hunks with a heading that fit everywhere': (bytes) => {
    const lines = Math.ceil(bytes / 40);
    const files = [
      { path: 'a.js', text: Array.from({ length: lines }, (_, at) => `f${at}() {\n  same();\n}\n`).join('') },
    ];
    const text = v4a(
      Array.from({ length: lines }, (_, at) => `@@ f${at}() {\n-  same();\n+  other(${at});\n`).join(''),
    );
    return () => patchFromAnswer(text, files);
  },
  'V4A headings above one hunk': answer((bytes) => v4a(`${times('@@ x\n', bytes)}-two();\n+2();\n`)),
  'V4A blank lines': answer((bytes) => v4a(times('\n', bytes))),
  'unified hunks, the same': answer((bytes) => diff(times('@@ -1 +1 @@\n-one();\n+1();\n', bytes))),
  'unified hunks that are not there': answer(
    (bytes) =>
      diff(
        numbered((at) => `@@ -${at + 1} +${at + 1} @@\n-no_${at}();\n+x\n`, bytes),
        'src/a.ts',
      ),
    [usual],
  ),
  'unified hunks of a file that grows': answerFor(
    (lines) =>
      diff(
        everyThird(
          lines,
          (at) => `@@ -${at + 9},2 +${at + 9},2 @@\n ${lineOf(at - 1)}\n-${lineOf(at)}\n+x(${at});\n`,
        ),
        'src/a.ts',
      ),
    60,
  ),
  'unified hunks, indentation lost': answerFor(
    (lines) =>
      diff(
        everyThird(
          lines,
          (at) =>
            `@@ -${at + 9},2 +${at + 9},2 @@\n ${lineOf(at - 1).trim()}\n-${lineOf(at).trim()}\n+x(${at});\n`,
        ),
        'src/a.ts',
      ),
    60,
  ),
  'unified hunks for lines that are all the same': (bytes) => {
    const lines = Math.ceil(bytes / 40);
    const files = [{ path: 'a.js', text: times('same();\n', 9 * lines) }];
    const text = diff(
      Array.from({ length: lines }, (_, at) => `@@ -${at + 1} +${at + 1} @@\n-same();\n+other();\n`).join(''),
    );
    return () => patchFromAnswer(text, files);
  },
  'hunks with numbers for lines that are all the same': (bytes) => {
    const lines = Math.ceil(bytes / 60);
    const files = [{ path: 'a.js', text: times('a();\nb();\n', 10 * lines) }];
    const text = diff(
      Array.from(
        { length: lines },
        (_, at) => `@@ -${2 * at + 1},2 +${2 * at + 1},2 @@\n a();\n-b();\n+c(${at});\n`,
      ).join(''),
    );
    return () => patchFromAnswer(text, files);
  },
  'hunks with context alone': answerFor(
    (lines) =>
      diff(
        everyThird(lines, (at) => `@@ -${at},2 +${at},2 @@\n ${lineOf(at)}\n ${lineOf(at + 1)}\n`),
        'src/a.ts',
      ),
    60,
  ),
  'insertions with one line of context': answerFor(
    (lines) =>
      diff(
        everyThird(lines, (at) => `@@ -${at + 1},1 +${at + 1},2 @@\n ${lineOf(at)}\n+x(${at});\n`),
        'src/a.ts',
      ),
    40,
  ),
  'one hunk of many lines': answer((bytes) =>
    diff(`@@ -1,1 +1,1 @@\n${numbered((at) => `+${at}\n`, bytes)}`),
  ),
  'one hunk of many changes': answerFor(
    (lines) =>
      diff(
        `@@ -1,${lines} +1,${lines} @@\n${Array.from({ length: lines }, (_, at) => (at % 2 ? ` ${lineOf(at)}\n` : `-${lineOf(at)}\n+x(${at});\n`)).join('')}`,
        'src/a.ts',
      ),
    60,
  ),
  'one hunk of many wrong changes': answerFor(
    (lines) =>
      diff(
        `@@ -1,${lines} +1,${lines} @@\n${Array.from({ length: lines }, (_, at) => (at % 2 ? ` ${lineOf(at)}?\n` : `-${lineOf(at)}\n+x(${at});\n`)).join('')}`,
        'src/a.ts',
      ),
    60,
  ),
  'unified files': answer((bytes) => times(diff('@@ -1 +1 @@\n-one();\n+1();\n'), bytes)),
  'unified files that were not sent': answer((bytes) =>
    numbered((at) => diff('@@ -1 +1 @@\n-x\n+y\n', `n${at}.js`), bytes),
  ),
  'unified new files': answer((bytes) =>
    numbered((at) => `--- /dev/null\n+++ b/n${at}.js\n@@ -0,0 +1 @@\n+y\n`, bytes),
  ),
  'names of files without hunks': answer((bytes) => times('--- a/a.js\n+++ b/a.js\n', bytes)),
  'git lines': answer((bytes) => times('diff --git a/a.js b/a.js\n', bytes)),
  'extended headers': answer((bytes) => `diff --git a/a.js b/a.js\n${times('index 1..2\n', bytes)}`),
  'extended headers with names': answer(
    (bytes) => `diff --git a/a.js b/a.js\n${times('index 1..2\nold mode 1\n--- a\n+++ a\n', bytes)}`,
  ),
  'diffs with a fence after each': answer(
    (bytes) => `\`\`\`diff\n${diff(times('@@ -1 +1 @@\n-one();\n+1();\n```\n', bytes))}`,
  ),
  'hunk headers alone': answer((bytes) => diff(times('@@ -1 +1 @@\n', bytes))),
  'bare @@': answer((bytes) => times('@@\n', bytes)),
  'bare @@ in a fence': answer((bytes) => `\`\`\`diff\n${times('@@\n', bytes)}\`\`\`\n`),
  'removed lines that look like names': answer((bytes) =>
    diff(`@@ -1 +1 @@\n${times('--- a\n+++ b\n', bytes)}`),
  ),
  'spaces in the name of a diff': answer((bytes) => `--- a${times(' ', bytes)}b\n+++ a\n@@\n-a\n+b\n`),
  'names of diffs with spaces': answer((bytes) =>
    times(`--- a${' '.repeat(900)}b\n+++ a\n@@\n-a\n+b\n`, bytes),
  ),
  'dates behind the name of a diff': answer(
    (bytes) => `--- a${times(' 2026-01-01', bytes)}\n+++ a\n@@\n-a\n+b\n`,
  ),
  'quotes in the name of a diff': answer((bytes) => `--- "a${times('\\"', bytes)}\n+++ a\n@@\n-a\n+b\n`),
};

const texts: Record<string, Shape> = {
  'an opening mark with spaces': answer(
    (bytes) => `<<<<<<< SEARCH${times(' ', bytes)}x\n=======\n>>>>>>> REPLACE\n`,
  ),
  'opening marks with spaces': answer((bytes) =>
    times(`<<<<<<< SEARCH${' '.repeat(900)}x\n=======\n>>>>>>> REPLACE\n`, bytes),
  ),
  'path labels': answer((bytes) => numbered((at) => `src/file${at}.ts\n`, bytes)),
  'path labels of one file': answer((bytes) => times('a.js\n', bytes)),
  'path labels in bold': answer((bytes) => times('**`a.js`** (updated):\n', bytes)),
  'path labels with much around': answer((bytes) =>
    times(`${'#'.repeat(6)} ${'`a` '.repeat(240)}:\n\`\`\`js\nx\n\`\`\`\n`, bytes),
  ),
  thinking: answer((bytes) => times('<think>x</think>\n', bytes)),
  'thinking that does not end': answer((bytes) => times('<think>\n', bytes)),
  'thinking that ends only': answer((bytes) => times('</think>\n', bytes)),
  'thinking within thinking': answer(
    (bytes) => `${times('<think>', bytes / 2)}${times('</think>', bytes / 2)}\n`,
  ),
  'a patch in JSON': answer((bytes) =>
    JSON.stringify({ command: ['apply_patch', v4a(times('@@\n-one();\n+1();\n', bytes))] }),
  ),
  'patches in JSON': answer((bytes) =>
    JSON.stringify(Array.from({ length: Math.ceil(bytes / 80) }, () => v4a('@@\n-one();\n+1();\n'))),
  ),
  'deep JSON': answer((bytes) => `${times('[', bytes / 2)}"*** Begin Patch"${times(']', bytes / 2)}`),
  'a line': answer((bytes) => times('x', bytes)),
  'a line of spaces': answer((bytes) => `${times(' ', bytes)}x`),
  'a line in a block': answer((bytes) => block(times('x', bytes), 'y')),
  'a line in a hunk': answer((bytes) => diff(`@@ -1 +1 @@\n-${times('x ', bytes)}\n+y\n`)),
  'a line in V4A': answer((bytes) => v4a(`@@\n-${times('x ', bytes)}\n+y\n`)),
  'a line in a heading': answer((bytes) => v4a(`@@ ${times('x ', bytes)}\n-one();\n+y\n`)),
  'a line with a fence': answer((bytes) => `\`\`\`${times('x ', bytes)}\ny\n\`\`\`\n`),
  'a line of back-ticks': answer((bytes) => `${times('`', bytes)}\n`),
  'lines of back-ticks and text': answer((bytes) => times(`${'`'.repeat(900)}x\`\n`, bytes)),
  'lines of one character': answer((bytes) => times('x\n', bytes)),
  'lines of one character in a block': answer((bytes) =>
    block(times('x\n', bytes / 2), times('y\n', bytes / 2)),
  ),
  'lines of one character in a hunk': answer((bytes) => diff(`@@ -1 +1 @@\n${times('-x\n+y\n', bytes)}`)),
  'lines of one character in a fence': answer((bytes) => `a.js\n\`\`\`js\n${times('x\n', bytes)}\`\`\`\n`),
  'blank lines': answer((bytes) => times('\n', bytes)),
  'blank lines before marks': answer((bytes) => times(`${'\n'.repeat(900)}=======\n`, bytes)),
  'carriage returns alone': answer((bytes) => times('one();\r', bytes)),
  'carriage returns alone in a block': answer((bytes) =>
    block(times('one();\r', bytes), 'x').replaceAll('\n', '\r'),
  ),
  'carriage returns before newlines': answer((bytes) => times('\r\r\r\n', bytes)),
  'CRLF in blocks': answer((bytes) => times(block('one();', '1();'), bytes).replaceAll('\n', '\r\n')),
  'lines of prose': answer((bytes) =>
    numbered((at) => `This is sentence ${at} of a long answer (see a.js): nothing more.\n`, bytes),
  ),
  'headings underlined': answer((bytes) => times('Heading\n=======\n\n', bytes)),
  surrogates: answer((bytes) => times('\ud83d\ude00', bytes / 2)),
  'quotes in code': answer((bytes) => `a.py\n\`\`\`py\n${times('"""\'\'\'', bytes)}\n\`\`\`\n`),
  'escaped back-ticks': answer((bytes) => `a.js\n\`\`\`js\n${times('\\`', bytes)}\n\`\`\`\nx\n\`\`\`\n`),
};

const code: Record<string, Shape> = {
  'code: fences': (bytes) =>
    withText(times('```js\nx\n```\n', bytes), (text) => tried(() => extractCode(text))),
  'code: fences that open only': (bytes) =>
    withText(times('```js\nx\n', bytes), (text) => tried(() => extractCode(text))),
  'code: growing fences': (bytes) =>
    withText(
      numbered((at) => `${'`'.repeat(3 + (at % 1000))}js\nx\n`, bytes),
      (text) => tried(() => extractCode(text)),
    ),
  'code: shrinking fences': (bytes) =>
    withText(
      numbered((at) => `${'`'.repeat(3 + Math.max(0, 1400 - at))}\nx\n`, bytes),
      (text) => tried(() => extractCode(text)),
    ),
  'code: open quotes': (bytes) =>
    withText(times('"""\n```\nx\n```\n', bytes), (text) => tried(() => extractCode(text))),
  'code: blank lines': (bytes) =>
    withText(`${times(' \n', bytes)}x`, (text) => tried(() => extractCode(text))),
  'code: a line of spaces': (bytes) =>
    withText(`${times(' ', bytes)}x`, (text) => tried(() => extractCode(text))),
  'code: carriage returns': (bytes) =>
    withText(times('x\r', bytes), (text) => tried(() => extractCode(text))),
  'code: holds an edit': (bytes) => withText(times('=======\n>>>>>>>\n', bytes), holdsEdit),
  'text: fences': (bytes) => withText(`\`\`\`md\n${times('```js\nx\n```\n', bytes)}\`\`\`\n`, extractText),
  'text: blank lines': (bytes) => withText(`${times(' \n', bytes)}x${times(' \n', bytes)}`, extractText),
};

const names: Record<string, Shape> = {
  'did you mean: two long names': (bytes) => {
    const [word, name] = [times('ab', bytes), times('ba', bytes)];
    return () => didYouMean(word, ['codex', name]);
  },
  'did you mean: many names': (bytes) => {
    const known = Array.from({ length: Math.ceil(bytes / 10) }, (_, at) => `name-${at}`);
    return () => didYouMean('nome-1234567', known);
  },
  'JSON with a fault: nested lists': (bytes) => withText(times('[', bytes), jsonFaultAt),
  'JSON with a fault: nested objects': (bytes) => withText(times('{"a":', bytes), jsonFaultAt),
  'JSON with a fault: a list': (bytes) => withText(`[${times('1, ', bytes)}`, jsonFaultAt),
  'JSON with comments: open ones': (bytes) => withText(times('/* ', bytes), withoutComments),
  'JSON with comments: quotes': (bytes) => withText(times('\\"', bytes), withoutComments),
  'JSON with comments: commas': (bytes) => withText(times(', ', bytes), withoutComments),
  'JSON with a fault: a string': (bytes) => withText(`["${times('x', bytes)}`, jsonFaultAt),
  'JSON with a fault: escapes': (bytes) => withText(`["${times('\\n', bytes)}`, jsonFaultAt),
  'JSON with a fault: blanks': (bytes) => withText(`[${times(' ', bytes)}`, jsonFaultAt),
  'JSON with a fault: digits': (bytes) => withText(`[${times('1', bytes)}x`, jsonFaultAt),
  ...Object.fromEntries(
    ['a', 'a.', 'http://a:', 'http://', '?key=a&', '&token', 'sk-a', 'gw_01234', '\u0130', 'key-', '@'].map(
      (piece): [string, Shape] => [
        `redaction: ${JSON.stringify(piece)}`,
        (bytes) => withText(times(piece, bytes), redactor(['gw_0123456789abcdefSECRETkey99'])),
      ],
    ),
  ),
  ...Object.fromEntries(
    ['1', '1s', '1.', ' ', 'try again in 1', 'retry after 1.'].map((piece): [string, Shape] => [
      `retry-after: ${JSON.stringify(piece)}`,
      (bytes) => withText(times(piece, bytes), (text) => retryAfterMs(() => text, text, 0)),
    ]),
  ),
  languages: (bytes) => {
    const paths = Array.from(
      { length: Math.ceil(bytes / 12) },
      (_, at) => `src/${at}.${at % 2 ? 'ts' : 'c'}`,
    );
    return () => languageOfPaths(paths);
  },
  'languages: a long name': (bytes) => withText(`${times('a.', bytes)}ts`, (text) => languageOfPaths([text])),
  ...Object.fromEntries(
    ['x', ' ', '1', '.', '\n', 'aA', '\u4e00', 'word '].map((piece): [string, Shape] => [
      `tokens: ${JSON.stringify(piece)}`,
      (bytes) => withText(times(piece, bytes), (text) => approxTokens(text) + tokenUpperBound(text)),
    ]),
  ),
  'CSV: rows': (bytes) =>
    csv(`ts,task,model_served,cost_usd\n${times('2026-01-01T00:00:00.000Z,docs,x,1\n', bytes)}`),
  'CSV: a cell': (bytes) => csv(`ts,task\n2026-01-01T00:00:00.000Z,"${times('x', bytes)}"\n`),
  'CSV: quotes': (bytes) => csv(`ts,task\n2026-01-01T00:00:00.000Z,"${times('""', bytes)}\n`),
  'CSV: cells': (bytes) => csv(`ts,task\n${times('x,', bytes)}\n`),
  'CSV: names': (bytes) => csv(`${times('task,', bytes)}\n`),
  'CSV: other rows': (bytes) => csv(times('a,b\n', bytes)),
};

const event = (text: string) => `data: ${text}\n\n`;
const delta = (at: number) =>
  JSON.stringify({
    type: 'response.output_text.delta',
    sequence_number: at,
    item_id: 'm',
    output_index: 0,
    content_index: 0,
    delta: 'x',
  });

const streams: Record<string, Shape> = {
  'events: deltas': (bytes) => stream(numbered((at) => event(delta(at)), bytes)),
  'events: deltas byte by byte': (bytes) =>
    stream(
      numbered((at) => event(delta(at)), bytes),
      1,
    ),
  'events: comments': (bytes) => stream(times(': x\n', bytes)),
  'events: lines without an end': (bytes) => stream(times('data: x\n', bytes)),
  'events: lines without an end, in small pieces': (bytes) => stream(times('data: x\n', bytes), 16),
  'events: one line': (bytes) => stream(`data: ${times('x', bytes)}`),
  'events: one line in small pieces': (bytes) => stream(`data: ${times('x', bytes)}`, 64),
  'events: carriage returns': (bytes) => stream(times('data: {}\r\r', bytes)),
  'events: names': (bytes) => stream(times('event: x\n', bytes)),
  'events: ids': (bytes) => stream(times('id: x\n\n', bytes)),
  'events: blank lines': (bytes) => stream(times('\n', bytes)),
  'events: output items': (bytes) =>
    stream(
      numbered(
        (at) =>
          event(
            JSON.stringify({
              type: 'response.output_item.done',
              sequence_number: at,
              output_index: at,
              item: { id: `i${at}` },
            }),
          ),
        bytes,
      ),
    ),
  'events: parts': (bytes) =>
    stream(
      numbered(
        (at) =>
          event(
            JSON.stringify({
              type: 'response.output_text.delta',
              sequence_number: at,
              item_id: `m${at}`,
              delta: 'x',
            }),
          ),
        bytes,
      ),
    ),
  'events: keep-alives with numbers': (bytes) =>
    stream(numbered((at) => event(JSON.stringify({ type: 'keepalive', sequence_number: at })), bytes)),
};

/** What a log or a diff far over the limit goes through. */
const shortened =
  (text: (bytes: number) => string): Shape =>
  (bytes) => {
    const written = text(bytes);
    const limits = { maxCharacters: 96_000, label: 'context' };
    return () => [
      materialOf(written),
      pastedIn(written)?.text.length,
      cutLog(tidyLog(written), limits),
      cutDiff(written, limits),
    ];
  };
const changed = (path: string, body: string) => `diff --git a/${path} b/${path}\n@@ -1 +1 @@\n${body}`;

const logs: Record<string, Shape> = {
  ...Object.fromEntries(
    hostileLogs(1).map(({ name, text }) => [`a log: ${name}`, shortened((bytes) => times(text, bytes))]),
  ),
  'a log: only errors': shortened((bytes) => numbered((at) => `error: ${'x'.repeat(at % 97)}\n`, bytes)),
  'a log: only frames': shortened((bytes) => numbered((at) => `    at f${at} (a.js:1:1)\n`, bytes)),
  'a log: errors above frames': shortened((bytes) =>
    times(`TypeError: x\n${'    at f (a.js)\n'.repeat(500)}`, bytes),
  ),
  'a log: almost repeated groups': shortened((bytes) => numbered((at) => `a\nb\nc\n${at % 7}\n`, bytes)),
  'a log: blank lines': shortened((bytes) => times('\n', bytes)),
  'a log: escape sequences': shortened((bytes) => times('\x1b[31m', bytes)),
  'a log: open escape sequences': shortened((bytes) => times('\x1b]8;;', bytes)),
  'a log: one line without a blank': shortened((bytes) => times('x', bytes)),
  'a log: one line of braces': shortened((bytes) => times('{},', bytes)),
  'a log: one line of errors': shortened((bytes) => times('"error":"x",', bytes)),
  'a log: lines of 3 kB': shortened((bytes) => times(`${'word '.repeat(600)}\n`, bytes)),
  'a log: open fences': shortened((bytes) => times('```\nerror: x\n', bytes)),
  'a diff of many files': shortened((bytes) => numbered((at) => changed(`${at}.ts`, '+x\n'), bytes)),
  'a diff of one file': shortened((bytes) => changed('a.ts', times('+one line\n-another\n', bytes))),
  'a diff of one line': shortened((bytes) => changed('a.ts', `+${times('x', bytes)}`)),
  'a diff of lock files': shortened((bytes) => numbered((at) => changed(`${at}.lock`, '+x\n'), bytes)),
};

export const shapes: Record<string, Shape> = {
  ...logs,
  ...fences,
  ...wholeFiles,
  ...blocks,
  ...patches,
  ...texts,
  ...code,
  ...names,
  ...streams,
};

function withText(text: string, work: (text: string) => unknown): () => unknown {
  return () => work(text);
}

function tried(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

function csv(text: string): () => unknown {
  return () => parseUsageCsv(text);
}

function stream(text: string, pieceBytes = 65_536): () => unknown {
  const bytes = Buffer.from(text);
  return () => {
    const decoder = new EventDecoder(32 * 1024 * 1024);
    const collected = new StreamedText();
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      for (const found of decoder.push(bytes.subarray(at, at + pieceBytes))) {
        if (found.kind === 'event') collected.add(found.value as Record<string, unknown>, found.bytes);
      }
    }
    decoder.end();
    return [collected.whole, collected.items];
  };
}
