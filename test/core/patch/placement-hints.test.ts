/** What the layout, headings and line numbers may decide about a place, and where they may not. */
import { describe, expect, it } from 'vitest';
import { patchFromAnswer } from '../../../src/core/patch/patch-from-answer.ts';
import { unified } from '../../helpers/answers.ts';

function place(text: string, ...hunks: string[]) {
  const {
    changes,
    problems,
    hunks: placed,
  } = patchFromAnswer(unified('f.ts', ...hunks), [{ path: 'f.ts', text }]);
  return {
    after: changes[0]?.after,
    codes: problems.map(({ code }) => code),
    chosenBy: placed.map(({ chosenBy }) => chosenBy),
  };
}
const lines = (...texts: string[]) => texts.map((text) => `${text}\n`).join('');
const plus = (added: readonly string[]) => added.map((line) => `+${line}`);

describe('the layout around a bracket that the model skipped', () => {
  const methods = (...inside: string[]) =>
    lines('class Queue {', '  first() {', '    return this.items[0];', '  }', ...inside, '}', 'export {};');
  const insert = (added: readonly string[]) =>
    place(methods(), '@@', '     return this.items[0];', ...plus(added), ' }', ' export {};');

  it('puts a new block below it', () => {
    const added = ['  last() {', '    return 1;', '  }'];
    expect(insert(added).after).toBe(methods(...added));
  });

  it.each([
    ['goes on with the one before', ['  finally {', '    close();', '  }']],
    ['is continued below', ['  last() {', '    return 1;', '  default:']],
  ])('says nothing of a block that %s', (_, added) => {
    expect(insert(added).codes).toEqual(['no-context']);
  });

  const call = (indentation: string, added: readonly string[]) => {
    const text = lines(
      'function run() {',
      '  names = [',
      `${indentation}alphabet,`,
      '  ];',
      '}',
      'finish();',
    );
    return { text, ...place(text, '@@', ` ${indentation}alphabet,`, ...plus(added), ' }', ' finish();') };
  };

  it('puts what is no further in than it below it, whatever its last line is', () => {
    const added = ['  show(names,', '    1);'];
    const { text, after } = call('    ', added);
    expect(after).toBe(text.replace('  ];\n', `  ];\n${lines(...added)}`));
  });

  it('has no place for what is neither as far in as the line above nor as the bracket', () => {
    expect(call('      ', ['    two,']).codes).toEqual(['no-context']);
    const { text, after } = call('    ', ['    two,']);
    expect(after).toBe(text.replace('alphabet,\n', 'alphabet,\n    two,\n'));
  });
});

describe('the layout below a line that owns what is indented under it', () => {
  const text = lines('const start = now();', 'const total = rows', '  .map(price)', '  .sum();', 'end();');
  const replace = (added: string) =>
    place(text, '@@', '-const start = now();', `+${added}`, '   .map(price)', '   .sum();');

  it('keeps a complete statement above it', () => {
    expect(replace('const begun = now();').after).toBe(text.replace('start', 'begun'));
  });

  it('says nothing of a line that may go on', () => {
    expect(replace('const begun = now(').codes).toEqual(['no-context']);
  });
});

describe('a heading that git cut', () => {
  it.each([
    [40, true],
    [39, false],
  ])('has forty characters or more: %i', (length, isChosen) => {
    const scope = 'function describeEveryEntryOfTheLongList(entries) {';
    const text = lines('function other() {', '  go();', '}', scope, '  go();', '}');
    const { after, codes } = place(
      text,
      `@@ -90,9 +90,9 @@ ${scope.slice(0, length)}`,
      '-  go();',
      '+  run();',
    );
    expect(codes).toEqual(isChosen ? [] : ['ambiguous']);
    expect(after).toBe(isChosen ? text.replace(/go(?=[^g]*$)/, 'run') : undefined);
  });
});

describe('a heading that takes a hunk out of the order of the others', () => {
  const text = lines('part a', ' go();', 'first line', 'part b', ' go();', 'last line');
  const chosen = ['@@ part a', '- go();', '+ run();'];
  const first = ['@@', '-first line', '+1st line'];
  const last = ['@@', '-last line', '+final line'];

  it('is not believed if those are in order', () => {
    expect(place(text, ...first, ...chosen, ...last).codes).toEqual(['ambiguous']);
  });

  it('is believed if those are not', () => {
    expect(place(text, ...last, ...first, ...chosen).after).toBe(
      text.replace('go', 'run').replace('first', '1st').replace('last', 'final'),
    );
  });
});

describe('a hunk that is there twice', () => {
  const text = lines('one', 'go', 'two', 'three', 'go', 'four');
  const twice = (above: string, below: string) =>
    place(text, `@@${above}`, '-go', '+run', `@@${below}`, '-go', '+run');

  it('has two places if its line numbers are as far apart as those', () => {
    expect(twice(' -12 +12 @@', ' -15 +15 @@')).toMatchObject({
      after: text.replaceAll('go', 'run'),
      chosenBy: ['repetition', 'repetition'],
    });
  });

  it.each([
    ['differ otherwise', ' -12 +12 @@', ' -16 +16 @@'],
    ['are equal', ' -12 +12 @@', ' -12 +12 @@'],
    ['are missing', '', ''],
  ])('may be the same one if they %s', (_, above, below) => {
    expect(twice(above, below)).toMatchObject({ after: undefined, codes: ['ambiguous', 'ambiguous'] });
  });
});

describe('line numbers that are all off', () => {
  const text = lines('top', 'one', 'mid', 'two', 'go', 'three', 'go', 'four');
  const hunks = (first: number, second: number) =>
    place(
      text,
      ...[`@@ -${first},1 +${first},1 @@`, '-top', '+Top', `@@ -${second},1 +${second},1 @@`, '-mid', '+Mid'],
      ...['@@ -17,1 +17,1 @@', '-go', '+run'],
    );

  it('choose a place if the others are off by as much', () => {
    expect(hunks(11, 13)).toMatchObject({
      after: lines('Top', 'one', 'Mid', 'two', 'go', 'three', 'run', 'four'),
      chosenBy: [undefined, undefined, 'offset'],
    });
  });

  it('do not if those disagree', () => {
    expect(hunks(11, 14).codes).toEqual(['ambiguous']);
  });
});
