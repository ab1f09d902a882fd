/** What an answer cannot carry comes from the file: line endings, byte order mark, final newline, trailing space. */
import { describe, expect, it } from 'vitest';
import { patchFromAnswer } from '../../../../src/core/patch/patch-from-answer.ts';
import { joinText, splitText } from '../../../../src/core/patch/text/lines.ts';
import { searchReplace, unified, wholeFile } from '../../../helpers/answers.ts';

const resultOf = (text: string, answer: string) => {
  const { changes, problems } = patchFromAnswer(answer, [{ path: 'f.ts', text }]);
  expect(problems).toEqual([]);
  return changes[0]!.after;
};
const sr = (search: string, replace: string) => searchReplace('f.ts', search, replace);

describe('search/replace and diffs', () => {
  it.each([
    ['CRLF', 'a\r\nb\r\nc\r\n', sr('b', 'B\nB2'), 'a\r\nB\r\nB2\r\nc\r\n'],
    ['mixed endings', 'a\r\nb\nc\r\nd\n', sr('b\nc', 'b\nx\nc'), 'a\r\nb\nx\r\nc\r\nd\n'],
    ['a byte order mark', '\uFEFFa\nb\n', sr('a', 'A'), '\uFEFFA\nb\n'],
    ['no final newline, last line replaced', 'a\nb', sr('b', 'B'), 'a\nB'],
    ['no final newline, line appended', 'a\nb', sr('b', 'b\nc'), 'a\nb\nc'],
    ['no final newline, other line replaced', 'a\nb', sr('a', 'A'), 'A\nb'],
    ['no final newline and CRLF', 'a\r\nb', sr('b', 'b\nc'), 'a\r\nb\r\nc'],
    ['an appended line', 'a\nb\n', sr('b', 'b\nc'), 'a\nb\nc\n'],
    ['all lines deleted', 'a\nb\n', sr('a\nb', ''), ''],
    ['an empty file', '', unified('f.ts', '@@ -0,0 +1 @@', '+x'), 'x\n'],
    [
      'the empty line at the end as context',
      'a\nb\n',
      unified('f.ts', '@@', ' b', ' ', '+c', '+'),
      'a\nb\n\nc\n',
    ],
    [
      'a bare CR on blank context',
      'a\r\n\r\nb\r\n',
      unified('f.ts', '@@', ' a\r', '\r', '-b\r', '+B\r'),
      'a\r\n\r\nB\r\n',
    ],
    [
      'a newline that is asked for',
      'a\nb',
      unified('f.ts', '@@ -2 +2 @@', '-b', '\\ No newline at end of file', '+b'),
      'a\nb\n',
    ],
    [
      'a newline that has to go',
      'a\nb\n',
      unified('f.ts', '@@ -2 +2 @@', '-b', '+B', '\\ No newline at end of file'),
      'a\nB',
    ],
    ['trailing space on kept lines', 'a \n\tb\t\nc \n', sr('a\n\tb\nc', 'a\n\tb\nC'), 'a \n\tb\t\nC\n'],
  ])('keep the bytes with %s', (_, text, answer, expected) => {
    expect(resultOf(text, answer)).toBe(expected);
  });
});

describe('whole files', () => {
  const long = Array.from({ length: 20 }, (_, at) => `line number ${at};`);
  const text = (lines: readonly string[], ending = '\n') => lines.map((line) => line + ending).join('');
  const changed = long.with(4, 'another line;');

  it.each([
    ['CRLF', text(long, '\r\n'), text(changed, '\r\n')],
    ['no final newline', long.join('\n'), changed.join('\n')],
    ['a byte order mark', `\uFEFF${text(long)}`, `\uFEFF${text(changed)}`],
    [
      'mixed endings',
      `${text(long.slice(0, 10))}${text(long.slice(10), '\r\n')}`,
      `${text(changed.slice(0, 10))}${text(changed.slice(10), '\r\n')}`,
    ],
    ['trailing space', text(long.with(9, 'line number 9;  ')), text(changed.with(9, 'line number 9;  '))],
  ])('keep the bytes with %s', (_, before, expected) => {
    expect(resultOf(before, wholeFile('f.ts', text(changed)))).toBe(expected);
  });

  it('may remove trailing space', () => {
    const before = text(long.with(9, 'line number 9;  '));
    expect(resultOf(before, wholeFile('f.ts', text(long)))).toBe(text(long));
  });

  it('are completed if it is clear what they leave out', () => {
    const answer = text([...changed.slice(0, 7), '// ... existing code ...', ...changed.slice(15)]);
    const result = patchFromAnswer(wholeFile('f.ts', answer), [{ path: 'f.ts', text: text(long) }]);
    expect(result.changes[0]?.after).toBe(text(changed));
    expect(result.hunks).toMatchObject([{ level: 'filled-elision', flagged: true }]);
    const strict = patchFromAnswer(wholeFile('f.ts', answer), [{ path: 'f.ts', text: text(long) }], {
      strict: true,
    });
    expect(strict.problems).toMatchObject([{ code: 'elided' }]);
  });

  it.each([
    [
      'the line below is new',
      [...long.slice(0, 7), '// ... rest of the code ...', 'new();', ...long.slice(15)],
    ],
    ['the line above is new', [...long.slice(0, 7), 'new();', '# ... unchanged ...', ...long.slice(15)]],
    [
      'a left out line is written elsewhere',
      [long[10]!, ...long.slice(0, 7), '// ... existing code ...', ...long.slice(15)],
    ],
  ])('are refused when they leave lines out and %s', (_, lines) => {
    const result = patchFromAnswer(wholeFile('f.ts', text(lines)), [{ path: 'f.ts', text: text(long) }]);
    expect(result.problems).toMatchObject([{ code: 'elided', path: 'f.ts' }]);
  });

  it('are refused when they drop most of the file', () => {
    const result = patchFromAnswer(wholeFile('f.ts', 'line number 1;\nnew();\n'), [
      { path: 'f.ts', text: text(long) },
    ]);
    expect(result.problems).toMatchObject([{ code: 'elided' }]);
  });

  it('may contain dots that are code', () => {
    const stub = 'class Shape(Protocol):\n    def area(self) -> float:\n        ...\n';
    const python = patchFromAnswer(wholeFile('f.py', stub), [{ path: 'f.py', text: 'x = 1\n' }]);
    expect(python.changes[0]?.after).toBe(stub);
  });
});

describe('splitText', () => {
  it.each(['', 'a', 'a\n', '\n', '\n\n', '\uFEFF', '\uFEFFa\r\nb', 'a\rb\r\n\nc', '\r\n', '\r'])(
    'and joinText undo each other: %j',
    (text) => {
      expect(joinText(splitText(text))).toBe(text);
    },
  );
});
