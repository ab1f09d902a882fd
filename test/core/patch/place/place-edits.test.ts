import { describe, expect, it } from 'vitest';
import { readAnswer } from '../../../../src/core/patch/answer/read-answer.ts';
import { WorkBudget } from '../../../../src/core/patch/match/work-budget.ts';
import { patchFromAnswer } from '../../../../src/core/patch/patch-from-answer.ts';
import { placeHunks } from '../../../../src/core/patch/place/place-hunks.ts';
import { searchReplace, unified, v4a, wholeFile } from '../../../helpers/answers.ts';

/** The result for one file: its text, or the codes of the problems. */
function place(text: string, answer: string, options = {}) {
  const { changes, problems, hunks } = patchFromAnswer(answer, [{ path: 'f.ts', text }], options);
  return { after: changes[0]?.after, codes: problems.map(({ code }) => code), problems, hunks };
}
const sr = (search: string, replace: string) => searchReplace('f.ts', search, replace);
const diff = (...hunks: string[]) => unified('f.ts', ...hunks);

const twice = 'function a() {\n  start();\n  stop();\n}\n\nfunction b() {\n  start();\n  stop();\n}\n';

describe('levels', () => {
  it.each([
    ['exact', 'a\nb\nc\n', sr('b', 'B'), 'a\nB\nc\n'],
    ['trailing-space', 'a  \nb\t\nc\n', sr('a\nb\nc', 'a\nB\nc'), 'a  \nB\nc\n'],
    [
      'typographic',
      'say “hi” – now\nend\n',
      sr('say "hi" - now', 'say "hi" - later'),
      'say “hi” – later\nend\n',
    ],
    [
      'indentation',
      'if (x) {\n    callSomething();\n    more();\n}\n',
      sr('callSomething();\nmore();', 'callSomething();\nif (y) {\n  more();\n}'),
      'if (x) {\n    callSomething();\n    if (y) {\n      more();\n    }\n}\n',
    ],
    [
      'indentation',
      'func f() {\n\tif callSomething() {\n\t\treturn\n\t}\n}\n',
      diff('@@', '     if callSomething() {', '-        return', '+        return nil', '     }'),
      'func f() {\n\tif callSomething() {\n\t\treturn nil\n\t}\n}\n',
    ],
    [
      'blank-lines',
      'first line\n\n\nsecond line\nthird line\n',
      sr('first line\nsecond line\nthird line', 'first line\nsecond line\nthird!'),
      'first line\n\n\nsecond line\nthird!\n',
    ],
    [
      'tolerant-context',
      'alpha one\nbeta two\nbeta three\ngamma three\ndelta four\nepsilon five\n',
      diff(
        '@@',
        ' alpha one (note)',
        ' beta two',
        ' beta three',
        ' gamma three',
        '-delta four',
        '+delta 4',
        ' epsilon five',
      ),
      'alpha one\nbeta two\nbeta three\ngamma three\ndelta 4\nepsilon five\n',
    ],
    [
      'deletion-anchored',
      'alpha one\nbeta two\ngamma three is long\ndelta four\n',
      diff('@@', ' alpha one', ' beta zwei', '-gamma three is long', '+gamma 3', ' delta four'),
      'alpha one\nbeta two\ngamma 3\ndelta four\n',
    ],
  ])('%s: %j', (level, text, answer, after) => {
    const placed = place(text, answer);
    expect(placed.codes).toEqual([]);
    expect(placed.after).toBe(after);
    expect(placed.hunks.map((hunk) => hunk.level)).toEqual([level]);
    const loose = !['exact', 'trailing-space', 'typographic'].includes(level);
    expect(placed.hunks[0]?.flagged).toBe(loose);
    expect(place(text, answer, { strict: true }).codes).toEqual(loose ? ['too-loose'] : []);
  });

  it('flags a place that only the order of the hunks chose', () => {
    const text = 'first;\ngo;\nsecond;\ngo;\nthird;\ngo;\n';
    const answer = v4a('*** Update File: f.ts', '@@', '-second;', '+2;', '@@', '-go;', '+run;');
    const { after, hunks } = place(text, answer);
    expect(after).toBe('first;\ngo;\n2;\nrun;\nthird;\ngo;\n');
    expect(hunks.map(({ flagged, chosenBy }) => [flagged, chosenBy])).toEqual([
      [false, undefined],
      [true, 'order'],
    ]);
    expect(place(text, answer, { strict: true }).codes).toEqual(['too-loose']);
  });

  it('does not match lines because they look alike', () => {
    expect(
      place('const total = price * quantity;\n', sr('const total = price * quantiti;', 'x')).codes,
    ).toEqual(['not-found']);
  });

  it('refuses indentation that changes from line to line', () => {
    const text = 'if (x) {\n    callSomething();\n      more();\n}\n';
    expect(place(text, sr('  callSomething();\n  more();', '  callSomething();')).codes).toEqual([
      'not-found',
    ]);
  });

  it('reads context with and without the swallowed marker space', () => {
    const text = 'begin\n  one\n  two\n  three\nend\n';
    for (const context of [
      ['   one', '   three'],
      ['  one', '  three'],
      ['   one', '  three'],
    ]) {
      expect(place(text, diff('@@', context[0]!, '-  two', '+  2', context[1]!)).after).toBe(
        text.replace('two', '2'),
      );
    }
  });

  it('reads empty lines as blank context and skips what "..." stands for', () => {
    const text = 'head();\n\nalpha();\nbeta();\ngamma();\ndelta();\n\ntail();\n';
    const answer = diff(
      '@@',
      ' head();',
      '',
      '-alpha();',
      '+ALPHA();',
      ' ...',
      '-delta();',
      '+DELTA();',
      '',
      ' tail();',
    );
    expect(place(text, answer).after).toBe(text.replace('alpha', 'ALPHA').replace('delta', 'DELTA'));
  });
});

describe('several places', () => {
  it('are refused with the line of each', () => {
    const { problems, after } = place(twice, sr('  start();', '  begin();'));
    expect(after).toBeUndefined();
    expect(problems).toMatchObject([{ code: 'ambiguous', block: 1, path: 'f.ts', lines: [2, 7] }]);
    expect(problems[0]?.message).toContain('lines 2, 7');
  });

  it('are refused for a lone bracket', () => {
    expect(place(twice, sr('}', '};')).codes).toEqual(['ambiguous']);
  });

  it('are chosen from by a heading', () => {
    const answer = v4a('*** Update File: f.ts', '@@ function b() {', '-  start();', '+  begin();');
    expect(place(twice, answer)).toMatchObject({ hunks: [{ line: 7, chosenBy: 'heading' }] });
  });

  it('are chosen from by a line number that is exactly right', () => {
    const at = (line: number, count = 2, ...below: string[]) =>
      place(twice, diff(`@@ -${line},${count} +${line},2 @@`, '-  start();', '+  begin();', ...below));
    expect(at(7, 2, '   stop();')).toMatchObject({ hunks: [{ line: 7, chosenBy: 'line' }] });
    expect(at(2, 2, '   stop();')).toMatchObject({ hunks: [{ line: 2, chosenBy: 'line' }] });
    expect(at(6, 2, '   stop();').codes).toEqual(['ambiguous']);
    // With wrong counts, or without context, the number may be a guess.
    expect(at(7, 5, '   stop();').codes).toEqual(['ambiguous']);
    expect(at(7, 1).codes).toEqual(['ambiguous']);
  });

  it('are chosen from by the offset that the other hunks show', () => {
    const text = `// top\n${twice}last();\n`;
    const answer = diff(
      ...['@@ -1,1 +1,1 @@', '-function a() {', '+function one() {'],
      ...['@@ -7,1 +7,1 @@', '-  start();', '+  begin();'],
      ...['@@ -10,1 +10,1 @@', '-last();', '+finish();'],
    );
    expect(place(text, answer)).toMatchObject({
      hunks: [{ line: 2 }, { line: 8, chosenBy: 'offset' }, { line: 11 }],
    });
  });

  it('are chosen from between two neighbours, unless the hunks are out of order', () => {
    const text = `${twice}last();\n`;
    const hunks = (...names: string[]) =>
      v4a('*** Update File: f.ts', ...names.flatMap((name) => ['@@', ...parts[name]!]));
    const parts: Record<string, string[]> = {
      b: ['-function b() {', '+function two() {'],
      start: ['-  start();', '+  begin();'],
      last: ['-last();', '+finish();'],
    };
    expect(place(text, hunks('b', 'start', 'last')).hunks[1]).toMatchObject({
      line: 7,
      chosenBy: 'neighbours',
    });
    expect(place(text, hunks('last', 'start', 'b')).codes).toEqual(['ambiguous']);
  });

  it('take one of as many equal V4A hunks each, but not search/replace blocks', () => {
    const hunk = ['@@', '-  start();', '+  begin();'];
    expect(place(twice, v4a('*** Update File: f.ts', ...hunk, ...hunk)).after).toBe(
      twice.replaceAll('start', 'begin'),
    );
    const block = sr('  start();', '  begin();');
    expect(place(twice, block + block).codes).toEqual(['ambiguous', 'ambiguous']);
  });
});

describe('refusals', () => {
  it('takes all or nothing', () => {
    const { after, codes, hunks } = place('a\nb\n', sr('a', 'A') + sr('zzz', 'y'));
    expect({ after, codes }).toEqual({ after: undefined, codes: ['not-found'] });
    expect(hunks).toHaveLength(1);
  });

  it('shows the ten closest lines of the file', () => {
    const text = Array.from({ length: 60 }, (_, at) => `value ${at} of the list\n`).join('');
    const { problems } = place(
      text,
      sr('value 40 of the list\nvalue 41 of some list\nvalue 42 of the list', 'x'),
    );
    expect(problems[0]?.nearest).toHaveLength(10);
    expect(problems[0]?.nearest).toContainEqual({ line: 42, text: 'value 41 of the list' });
  });

  it.each([
    ['a replacement', sr('old();', 'renewed();')],
    ['an insertion', diff('@@', ' head();', '+renewed();', ' tail();')],
    ['an insertion with context on one side', diff('@@', ' head();', '+renewed();')],
  ])('says that the edit has been made already: %s', (_, answer) => {
    expect(place('head();\nrenewed();\ntail();\n', answer).codes).toEqual(['already-applied']);
  });

  it('says so even if the place would still fit', () => {
    const text = 'test a {\n  run();\n}\n\ntest b {\n  run();\n}\n\nend\n';
    const answer = diff('@@', ' }', ' ', '+test b {', '+  run();', '+}', '+', ' end');
    expect(place(text, answer).codes).toEqual(['already-applied']);
  });

  it.each([
    ['no context at all', diff('@@ -2,0 +3,1 @@', '+new();'), 'no-context'],
    ['neighbours that are not adjacent', diff('@@', ' first();', '+new();', ' third();'), 'not-found'],
    [
      'a line that was skipped beside the edit',
      diff('@@', ' first();', '-second_is_long();', '+new();', ' fourth();'),
      'no-context',
    ],
    [
      'a closing line that was skipped before it',
      diff('@@', ' third();', '+}', '+', '+function more() {', '+fourth();'),
      'no-context',
    ],
  ])('does not add lines with %s', (_, answer, code) => {
    const text = 'first();\nsecond_is_long();\nthird();\nfourth();\n';
    expect(place(text, answer).codes).toEqual([code]);
  });

  it('lets a diff end with added lines only at the end of the file', () => {
    const answer = diff('@@', ' one();', ' two();', '+new();');
    expect(place('one();\ntwo();\nthree();\n', answer)).toMatchObject({ codes: ['no-context'] });
    expect(place('one();\ntwo();\n\n', answer).after).toBe('one();\ntwo();\nnew();\n\n');
    expect(place('one();\ntwo();\nthree();\n', sr('one();\ntwo();', 'one();\ntwo();\nnew();')).codes).toEqual(
      [],
    );
  });

  it('makes the same edit at a second place only for a search/replace block', () => {
    const text =
      'begin(1);\nrenewedAndLongerFunctionCall();\nend();\nbegin(1);\noldFunctionCall();\nend();\n';
    const hunk = [' begin(1);', '-oldFunctionCall();', '+renewedAndLongerFunctionCall();', ' end();'];
    expect(place(text, diff('@@', ...hunk)).codes).toEqual(['already-applied']);
    expect(place(text, sr('oldFunctionCall();', 'renewedAndLongerFunctionCall();')).codes).toEqual([]);
  });

  it('does not take lines that move for an edit that has been made', () => {
    const text = 'alpha one\nalpha two\nbeta two\ngamma three\nthe line that moves up here\ndelta four\n';
    const answer = diff(
      '@@',
      ...[' alpha one', '+the line that moves up here', ' alpha two', ' beta (two)', ' gamma three'],
      ...['-the line that moves up here', ' delta four'],
    );
    expect(place(text, answer)).toMatchObject({
      after: 'alpha one\nthe line that moves up here\nalpha two\nbeta two\ngamma three\ndelta four\n',
      hunks: [{ level: 'tolerant-context' }],
    });
  });

  it('refuses edits that overlap and accepts edits that touch', () => {
    expect(place('a\nb\nc\n', sr('a\nb', 'A') + sr('b\nc', 'C')).codes).toEqual(['overlap']);
    expect(place('a\nb\nc\n', sr('a', 'A') + sr('b', 'B')).after).toBe('A\nB\nc\n');
  });

  it('applies a hunk that is written twice only once', () => {
    const hunk = '@@ -9,1 +9,1 @@\n-b\n+B';
    expect(place('a\nb\nc\n', diff(hunk, hunk.replace('9', '30'))).after).toBe('a\nB\nc\n');
  });

  it('refuses an answer that changes nothing', () => {
    expect(place('a\nb\n', sr('b', 'b')).codes).toEqual(['no-change']);
    expect(place('a\nb\n', wholeFile('f.ts', 'a\nb\n')).codes).toEqual(['no-change']);
  });

  it('refuses two ways of changing one file', () => {
    expect(place('a\nb\n', sr('a', 'A') + wholeFile('f.ts', 'a\nB\n')).codes).toEqual(['overlap']);
  });

  it('gives up on hunks that would take too long', () => {
    const hunks = Array.from({ length: 4 }, (_, at) => `@@\n${' same\n'.repeat(3000)}-end ${at}`);
    const { codes } = place('same\n'.repeat(7500), diff(...hunks));
    expect(new Set(codes)).toEqual(new Set(['not-found']));
    const file = { path: 'f.ts', text: 'same\n'.repeat(400) };
    const [edit] = readAnswer(diff(`@@\n${' same\n'.repeat(200)}-same`), { files: [file] }).edits;
    const codesWithin = (comparisons: number) =>
      placeHunks(edit!, file, new WorkBudget(comparisons)).problems.map(({ code }) => code);
    expect(codesWithin(35_000)).toEqual(['too-complex']);
    expect(codesWithin(1_000_000)).toEqual(['ambiguous']);
  });
});

describe('what a refusal says', () => {
  it('that a file cannot move onto one that was given', () => {
    const answer = v4a('*** Update File: f.ts', '*** Move to: g.ts', '@@', '-a', '+b');
    const files = ['f.ts', 'g.ts'].map((path) => ({ path, text: 'a\n' }));
    const { problems } = patchFromAnswer(answer, files, { exists: () => true });
    expect(problems[0]?.message).toBe('f.ts cannot move to g.ts: it already exists');
  });

  it.each([
    ['text as in HTML', sr('if a &lt; b:', 'if a:'), ': they are escaped as in HTML'],
    ['line numbers', sr('1: if a < b:\n2:     go()', 'go()'), ': they begin with line numbers'],
    ['nothing of the kind', sr('if c:', 'if a:'), ''],
  ])('%s', (_name, answer, look) => {
    const { problems } = place('if a < b:\n    go()\n', answer);
    expect(problems[0]?.message).toBe(`the lines that block 1 changes are not in f.ts${look}`);
  });

  it('names a line that is left out, not missing context', () => {
    const { problems } = place(
      'first\nmiddle\nlast one here\n',
      diff('@@', ' first', '+new', ' last one here'),
    );
    expect(problems[0]?.message).toContain('leaves out a line of f.ts beside the lines that it changes');
  });
});
