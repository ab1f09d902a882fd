/** Damage that makes a place look certain when it is not, and damage that does not matter: each with its rule. */
import { describe, expect, it } from 'vitest';
import { patchFromAnswer } from '../../../src/core/patch/patch-from-answer.ts';
import { searchReplace, unified, v4a, wholeFile } from '../../helpers/answers.ts';

function place(text: string, answer: string) {
  const { changes, problems, hunks } = patchFromAnswer(answer, [{ path: 'f.ts', text }]);
  return { after: changes[0]?.after, codes: problems.map(({ code }) => code), hunks };
}
const sr = (search: string, replace: string) => searchReplace('f.ts', search, replace);
const diff = (...hunks: string[]) => unified('f.ts', ...hunks);
const lines = (...texts: string[]) => texts.map((text) => `${text}\n`).join('');

describe('a line that the model skipped', () => {
  const text = lines(
    ...['class Queue {', '  size(): number {', '    return this.items.length;', '  }', '', '  first() {'],
    ...['    return this.items[0];', '  }', '}', 'export const queue = new Queue();'],
  );

  it('changes nothing away from the edit', () => {
    const answer = diff(
      '@@',
      ' class Queue {',
      '     return this.items.length;',
      '   }',
      '-',
      '   first() {',
    );
    expect(place(text, answer).after).toBe(text.replace('  }\n\n', '  }\n'));
  });

  it('above a replacement leaves it where it is', () => {
    const answer = diff('@@', ' class Queue {', '-    return this.items.length;', '+    return 0;', '   }');
    expect(place(text, answer).after).toBe(text.replace('this.items.length', '0'));
  });

  it('below a replacement does so if the layout allows no other place', () => {
    const body = ['-    return this.items[0];', '+    const [first] = this.items;', '+    return first;'];
    const answer = diff('@@', '   first() {', ...body, ' }', ' export const queue = new Queue();');
    expect(place(text, answer).after).toBe(
      text.replace('return this.items[0];', 'const [first] = this.items;\n    return first;'),
    );
  });

  it('below a replacement refuses it if the layout allows two', () => {
    const flat = lines('openDoor();', 'turnLeft();', 'walkThrough();', 'closeDoor();');
    const answer = diff('@@', ' openDoor();', '-turnLeft();', '+turnRight();', ' closeDoor();');
    expect(place(flat, answer).codes).toEqual(['no-context']);
  });

  it.each([
    ['below its bracket', ['+', '+  last() {', '+    return this.items.at(-1);', '+  }'], '  }\n}\n', '  }'],
    ['above its bracket', ['+  }', '+', '+  last() {', '+    return this.items.at(-1);'], '  }\n}\n', ''],
  ])('beside an insertion puts that %s', (_, added, __, before) => {
    const answer = diff(
      '@@',
      '     return this.items[0];',
      ...added,
      ' }',
      ' export const queue = new Queue();',
    );
    const [inserted, bracket] = [added.map((line) => line.slice(1)).join('\n'), before];
    expect(place(text, answer).after).toBe(
      text.replace('[0];\n  }\n', bracket === '' ? `[0];\n${inserted}\n  }\n` : `[0];\n  }\n${inserted}\n`),
    );
  });

  it('does not come between a line and those that are indented below it', () => {
    const chain = lines('const start = now();', 'const total = rows', '  .map(price)', '  .sum();', 'end();');
    const answer = diff(
      '@@',
      '-const start = now();',
      '+const begun = now();',
      '   .map(price)',
      '   .sum();',
    );
    expect(place(chain, answer).after).toBe(chain.replace('start', 'begun'));
  });

  it('inside deleted lines, or inside a search/replace block beside an edit, is refused', () => {
    const deletes = diff('@@', '   size(): number {', '-    return this.items.length;', '-', '   first() {');
    expect(place(text, deletes).codes).toEqual(['no-context']);
    const replaces = sr('class Queue {\n    return this.items.length;', 'class Queue {\n    return 0;');
    expect(place(text, replaces).codes).toEqual(['no-context']);
  });

  it('keeps a looser place from being taken', () => {
    const rows = lines('row alpha', 'mark', 'value one', 'tail alpha', 'row beta', 'value one', 'tail beta');
    const answer = diff('@@', ' row alpha', '-value one', '+value two', ' tail alpha');
    expect(place(rows, answer).after).toBe(rows.replace('value one', 'value two'));
    const below = diff('@@', ' row alpha', ' mark', '+value zero', ' tail alpha');
    expect(place(rows, below).codes).toEqual(['no-context']);
  });
});

describe('a context line that is misremembered', () => {
  const text = lines(
    'function load(path, cache) {',
    '  open(path, cache);',
    '  read();',
    '}',
    'load("a", null);',
  );

  it.each([
    ['a word', '   open(file, cache);'],
    ['a remark', '   open(path, cache); // as before'],
    ['its signs', '   open(path, cache)'],
  ])('by %s keeps its place between the others', (_, context) => {
    const answer = diff('@@', ' function load(path, cache) {', context, '+  check();', '   read();', ' }');
    expect(place(text, answer).after).toBe(text.replace('  read', '  check();\n  read'));
  });

  it('is none of the file if it says more, whatever remark it ends with', () => {
    const answer = diff(
      '@@',
      ' function load(path, cache) {',
      '   open(path, cache, mode, owner); // now',
      '+  check();',
      '   read();',
      ' }',
    );
    expect(place(text, answer).codes).toEqual(['not-found']);
  });

  it('is none of the file if more than a word is different', () => {
    const answer = diff(
      '@@',
      ' function load(path, cache) {',
      '   // Nothing here',
      '+  check();',
      '   read();',
      ' }',
    );
    expect(place(text, answer).codes).toEqual(['not-found']);
  });

  it('does not choose between two functions that differ in that line', () => {
    const two = lines(
      ...['a', 'b'].flatMap((name) => [`run_${name}(queue) {`, '  wait(queue);', '  go();', '}']),
    );
    const answer = diff('@@', ' run_c(queue) {', '-  wait(queue);', '+  skip(queue);', '   go();', ' }');
    expect(place(two, answer).after).toBeUndefined();
  });

  it('and made up at the edge of an edit hides where a skipped line is', () => {
    const answer = diff(
      '@@',
      ' function load(path, cache) {',
      '   // Now read',
      '+  check();',
      '-  read();',
      '+  readAll();',
      ' }',
    );
    expect(place(text, answer).codes).toEqual(['not-found']);
  });
});

describe('what has been done already', () => {
  it('is seen in one change of a hunk', () => {
    const text = lines(
      'head();',
      'renewed();',
      'middle();',
      'old(2);',
      'tail();',
      'head();',
      'old(1);',
      'tail();',
    );
    const answer = diff(
      ...['@@', ' head();', '-old(1);', '+renewed();', ' middle();', '-old(2);', '+other();', ' tail();'],
    );
    expect(place(text, answer).codes).toEqual(['already-applied']);
  });

  it('is seen in a deletion', () => {
    const rest = ['beginning of the list', 'end of the list'];
    const text = lines(...rest, 'another', 'beginning of the list', 'entry', 'more', 'end of the list');
    const answer = diff('@@', ' beginning of the list', '-entry', ' end of the list');
    expect(place(text, answer).codes).toEqual(['already-applied']);
  });

  it('is seen where an insertion would split the lines it added', () => {
    const added = ['"fetch everything",', '],', '"main": "two.js",', '"words": ['];
    const text = lines(
      '"words": [',
      '"first word",',
      ...added,
      '"fetch everything",',
      '],',
      '"main": "one.js",',
    );
    const answer = diff(
      '@@',
      ' "words": (',
      ' "first word",',
      ...added.map((line) => `+${line}`),
      ' "fetch everything",',
      ' ],',
      ' "main": "one.js"',
    );
    expect(place(text, answer).after).toBeUndefined();
  });

  it('does not leave the other place', () => {
    const text = lines('start {', '  one();', '  addedLine();', '}', 'start {', '  one();', '}');
    expect(place(text, sr('  one();', '  one();\n  addedLine();')).codes).toEqual(['already-applied']);
  });
});

describe('hints that mislead', () => {
  it('a heading does not choose while git could mean the next place as well', () => {
    const text = lines('scope one', ' first();', ' start();', '#if X', ' start();', '#endif', 'scope two');
    expect(place(text, diff('@@ -1,1 +1,1 @@ scope one', '- start();', '+ begin();')).codes).toEqual([
      'ambiguous',
    ]);
  });

  it('the offset of one other hunk does not choose', () => {
    const text = lines('top', 'head', 'one', 'go', 'two', 'go', 'end');
    const hunks = ['@@ -1,1 +1,1 @@', '-head', '+Head', '@@ -5,1 +5,1 @@', '-go', '+run'];
    expect(place(text, diff(...hunks)).codes).toEqual(['ambiguous']);
  });

  it('neighbours do not choose while the order of the hunks may be chance', () => {
    const text = lines('start', 'go', 'middle', 'go', 'end');
    const hunks = (...numbers: string[]) =>
      diff(
        ...[
          `@@${numbers[0]}`,
          '-start',
          '+begin',
          `@@${numbers[1]}`,
          '-go',
          '+run',
          `@@${numbers[2]}`,
          '-middle',
          '+half',
        ],
      );
    expect(place(text, hunks('', '', '')).codes).toEqual(['ambiguous']);
    expect(place(text, hunks(' -9 +9 @@', ' -12 +12 @@', ' -40 +40 @@'))).toMatchObject({
      hunks: [{ line: 1 }, { line: 2, chosenBy: 'neighbours' }, { line: 3 }],
    });
  });

  it('the end of the file does not choose unless the header is right', () => {
    const text = lines('{', '  run();', '}', '', 'middle', '{', '  run();', '}', '');
    const hunk = ['   run();', ' }', ' ', '+added();'];
    expect(place(text, diff('@@', ...hunk)).codes).toEqual(['no-context']);
    expect(place(text, diff('@@ -90,3 +90,4 @@', ...hunk)).after).toBe(`${text}added();\n`);
  });

  it('a blank line at the end of a hunk has to be there', () => {
    const text = lines('first_constant = 1', 'second_constant = 2', 'third_constant = 3', '', 'end');
    const answer = diff('@@', ' first_constant = 1', '-second_constant = 2', '+second_constant = 4', ' ');
    expect(place(text, answer).codes).not.toEqual([]);
  });

  it('brackets alone are no context', () => {
    const text = lines('a(() => {', '  b();', '    }', '', '});', 'c(() => {', '  d();', '});');
    expect(place(text, diff('@@', '   }', ' ', '+e();')).after).toBeUndefined();
  });

  it('lines that are there with another indentation as well are not sure to be meant', () => {
    const block = ['/** Says whether it is ready. */', 'ready: boolean;'];
    const text = lines(
      'type A = {',
      ...block,
      '};',
      'class B {',
      ...block.map((line) => `  ${line}`),
      '  x = 1;',
      '}',
    );
    const answer = diff('@@', ' type A = {', ' missing here', ...block.map((line) => `-  ${line}`), ' };');
    expect(place(text, answer).after).toBeUndefined();
  });
});

describe('places far from the rest of the hunk', () => {
  const far = lines('list of names {', '  first name', '', 'end of list', '', 'other', '', '', 'rest');

  it('do not take what brackets and blank lines alone surround', () => {
    const answer = diff('@@', ' list of names {', '-  first name', ' ', '+added here', ' ', ' rest of it');
    expect(place(far, answer).after).toBeUndefined();
  });

  it('are not where the line above a deletion stands well above it', () => {
    const text = lines(
      'loop one {',
      '  take(entry);',
      ...Array(6).fill('  wait();'),
      '  remember(this, entry);',
      '}',
    );
    const answer = diff(
      '@@',
      ' loop one {',
      '   take(entry);',
      '-  remember(this, entry);',
      '+  drop();',
      ' # }',
    );
    expect(place(text, answer).after).toBeUndefined();
  });

  it('are not where a heading stands right above if git would name it for both', () => {
    const text = lines(
      'jobs:',
      '  first:',
      '    run: all',
      '    keep: no',
      '  second:',
      '    run: all',
      '    keep: no',
    );
    const hunk = ['@@ -9,3 +9,4 @@ jobs:', '   third:', '     run: all', '+    more: yes', '     keep: no'];
    expect(place(text, diff(...hunk)).after).toBeUndefined();
  });

  it('are not where a hint takes a hunk out of order', () => {
    const text = lines('part a', ' go();', 'last line', 'part b', ' go();');
    const answer = diff('@@ part b', '- go();', '+ run();', '@@', '-last line', '+final line');
    expect(place(text, answer).codes).toEqual(['ambiguous']);
  });
});

describe('indentation', () => {
  it('that is off by an odd number of spaces is a lost marker and an even number', () => {
    const text = lines('    "first": 1,', '    "second": 2,', '    "third": 3,');
    const answer = diff('@@', '  "first": 1,', '  "second": 2,', '+  "new": 0,', '  "third": 3,');
    expect(place(text, answer).after).toBe(text.replace('    "third"', '    "new": 0,\n    "third"'));
  });

  it('is not taken from a blank line that is deleted', () => {
    const text = lines('  callFirst(', '  )', '', '  callSecond()');
    const answer = diff('@@', ' callFirst(', ' )', '-', '+callMore(', '+)', ' callSecond()');
    expect(place(text, answer).after).toBe(text.replace('\n\n', '\n  callMore(\n  )\n'));
  });

  it('that lost one space of what is deleted does not move what is added', () => {
    const text = lines('  # Reads one entry of the list', '', '  more()');
    const answer = diff('@@', '- # Reads one entry of the list', '+  # Reads an entry');
    expect(place(text, answer).codes).toEqual(['not-found']);
  });

  it('with tabs that the file has behind spaces is not reckoned', () => {
    const text = lines('    call(one);', '\t  call(two);', '    call(three);');
    const answer = diff('@@', ' \tcall(three);', '+\t\tcall(four);');
    expect(place(text, answer).codes).toEqual(['not-found']);
  });
});

it('takes three dots below a line of the file for its body, not for a stub', () => {
  const text = lines('def first():', '    return 1', '', 'def second():', '    return 2', '', 'second()');
  const answer = wholeFile('f.ts', text.replace('return 2', '...').replace('return 1', 'return 10'));
  expect(place(text, answer).after).toBe(text.replace('return 1', 'return 10'));
  const stub = wholeFile('f.ts', `${text}\ndef third():\n    ...\n`);
  expect(place(text, stub).after).toBe(`${text}\ndef third():\n    ...\n`);
});

it('takes three dots for text of the file only as often as it has them', () => {
  const text = lines('one fish', '...', 'two fish', 'red fish', 'blue fish', 'old fish', 'new fish');
  expect(place(text, wholeFile('f.ts', text.replace('new', 'sad'))).after).toBe(text.replace('new', 'sad'));
  const elided = wholeFile('f.ts', text.replace('red fish\nblue fish\n', '...\n').replace('new', 'sad'));
  expect(place(text, elided).after).toBe(text.replace('new', 'sad'));
});

it('refuses a whole file that stops in the middle', () => {
  const text = Array.from({ length: 40 }, (_, at) => `entry number ${at}\n`).join('');
  const half = text.split('\n').slice(0, 14).join('\n').replace('number 2\n', 'number two\n');
  expect(place(text, wholeFile('f.ts', `${half}\n`)).codes).toEqual(['elided']);
  const shorter = `${half}\n${text.split('\n').slice(-3).join('\n')}`;
  expect(place(text, wholeFile('f.ts', shorter)).codes).toEqual([]);
});

it('gives equal V4A hunks their places in order', () => {
  const text = lines('a {', '  go();', '}', 'b {', '  go();', '}');
  const hunk = ['@@', '-  go();', '+  stay();'];
  expect(place(text, v4a('*** Update File: f.ts', ...hunk, ...hunk)).after).toBe(
    text.replaceAll('go', 'stay'),
  );
});
