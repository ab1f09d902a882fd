/** Each rule that keeps an edit out of the wrong place, from both sides: what it lets in and what it keeps out. */
import { describe, expect, it } from 'vitest';
import { patchFromAnswer } from '../../../src/core/patch/patch-from-answer.ts';
import { searchReplace, unified } from '../../helpers/answers.ts';

function place(text: string, answer: string) {
  const { changes, problems } = patchFromAnswer(answer, [{ path: 'f.ts', text }]);
  return { after: changes[0]?.after, codes: problems.map(({ code }) => code) };
}
const sr = (search: string, replace: string) => searchReplace('f.ts', search, replace);
const diff = (...hunk: string[]) => unified('f.ts', '@@', ...hunk);
const lines = (...texts: string[]) => texts.map((text) => `${text}\n`).join('');
const filler = (count: number) =>
  Array.from({ length: count }, (_, at) => `filler ${'abcdefghijklmnop'[at]}`);
const letters = (count: number) => 'x'.repeat(count);
const refused = (code: string) => ({ after: undefined, codes: [code] });

describe('lines to add that the file has elsewhere', () => {
  const text = (elsewhere: string) => lines('start {', '  prepare();', '  finish();', '}', elsewhere);
  const shifted = (added: string) => sr('prepare();\nfinish();', `prepare();\n${added}\nfinish();`);

  it('forbid a loose place from twenty letters on', () => {
    const added = letters(20);
    expect(place(text(added), shifted(added))).toEqual(refused('already-applied'));
    expect(place(text('end'), shifted(added)).after).toBe(text('end').replace('  fin', `  ${added}\n  fin`));
  });

  it('do not with fewer, which may well be there twice', () => {
    const added = letters(19);
    expect(place(text(added), shifted(added)).after).toBe(text(added).replace('  fin', `  ${added}\n  fin`));
  });

  it('do not where the hunk moves them from', () => {
    const added = letters(20);
    const from = lines('start {', '  prepare();', `  ${added}`, '  finish();', '}');
    const moved = sr(`prepare();\n${added}\nfinish();`, `${added}\nprepare();\nfinish();`);
    expect(place(from, moved).after).toBe(lines('start {', `  ${added}`, '  prepare();', '  finish();', '}'));
  });

  it.each([
    [20, undefined],
    [19, 'new'],
  ])('forbid a certain place if they stand there in the same context: %i letters', (count, placed) => {
    const added = letters(count);
    const twice = lines('head();', 'old();', 'tail();', 'head();', added, 'tail();');
    const { after } = place(twice, diff(' head();', '-old();', `+${added}`, ' tail();'));
    expect(after).toBe(placed && twice.replace('old();', added));
  });
});

describe('lines that the model skipped', () => {
  /** The same small lines twice, so that only what stands above says which are meant. */
  const text = (skipped: number, [kept, old]: [string, string]) =>
    lines(kept, old, 'begin_section(one);', ...filler(skipped), kept, old);
  const answer = ([kept, old]: [string, string]) =>
    diff(' begin_section(one);', ` ${kept}`, `-${old}`, '+new');

  it('are three at most', () => {
    const small: [string, string] = ['ab();', 'cd();'];
    const three = text(3, small);
    expect(place(three, answer(small)).after).toBe(three.replace(/cd\(\);\n$/, 'new\n'));
    expect(place(text(4, small), answer(small))).toEqual(refused('not-found'));
  });

  it('have four letters on either side', () => {
    const fewer: [string, string] = ['ab();', 'c();'];
    expect(place(text(1, fewer), answer(fewer))).toEqual(refused('not-found'));
    const enough: [string, string] = ['ab();', 'cd();'];
    expect(place(text(1, enough), answer(enough)).after).toBe(text(1, enough).replace(/cd\(\);\n$/, 'new\n'));
  });

  const methods = (...skipped: string[]) =>
    lines('class Queue {', '  first() {', '    return this.items[0];', ...skipped, '}', 'export { Queue };');
  const last = ['  last() {', '    return 1;', '  }'];
  const insertion = diff(
    '     return this.items[0];',
    ...last.map((line) => `+${line}`),
    ' }',
    ' export { Queue };',
  );

  it('beside an insertion are one, which the layout tells from its neighbours', () => {
    expect(place(methods('  }'), insertion).after).toBe(methods('  }', ...last));
    expect(place(methods('  }', '  size = 0;'), insertion)).toEqual(refused('no-context'));
  });

  it('do not part a replacement from what it replaces', () => {
    const replacement = (...added: string[]) =>
      diff('-    return this.items[0];', ...added.map((line) => `+${line}`), ' }', ' export { Queue };');
    expect(place(methods('  }'), replacement('    return 1;')).after).toBe(
      methods('  }').replace('this.items[0]', '1'),
    );
    expect(place(methods('  }'), replacement(...last))).toEqual(refused('no-context'));
  });

  it('are not sought where the hunk leaves lines out itself', () => {
    const dotted = lines('walk();', 'begin_section(one);', 'skipped', '...', 'walk();');
    expect(place(dotted, diff(' begin_section(one);', ' ...', '-walk();', '+stay();'))).toEqual(
      refused('not-found'),
    );
    const shown = dotted.replace('...', 'well');
    expect(place(shown, diff(' begin_section(one);', ' well', '-walk();', '+stay();')).after).toBe(
      shown.replace(/walk\(\);\n$/, 'stay();\n'),
    );
  });
});

describe('lines that the model misremembers', () => {
  const step = (at: number, word = 'to') => `step_${at}(from, ${word});`;
  const steps = (count: number) => Array.from({ length: count }, (_, at) => step(at));
  /** Adds a line below `step_1`, having some of the steps wrong. */
  const answer = (count: number, ...wrong: number[]) =>
    diff(
      ...steps(count).flatMap((line, at) => [
        ` ${wrong.includes(at) ? step(at, 'till') : line}`,
        ...(at === 1 ? ['+check();'] : []),
      ]),
    );
  const checked = (text: string) => text.replace(`${step(2)}\n`, `check();\n${step(2)}\n`);

  it('are two at most', () => {
    const text = lines(...steps(8));
    expect(place(text, answer(8, 1, 4)).after).toBe(checked(text));
    expect(place(text, answer(8, 1, 4, 6))).toEqual(refused('not-found'));
  });

  it('are two in five at most', () => {
    expect(place(lines(...steps(5)), answer(5, 1, 3)).after).toBe(checked(lines(...steps(5))));
    expect(place(lines(...steps(4)), answer(4, 1, 3))).toEqual(refused('not-found'));
  });

  it.each([
    [12, true],
    [11, false],
  ])('stand beside twelve letters that are right: %i', (count, isPlaced) => {
    const [head, tail] = [letters(6), 'y'.repeat(count - 6)];
    const text = lines(head, step(1), tail);
    const { after } = place(text, diff(` ${head}`, ` ${step(1, 'till')}`, '+check();', ` ${tail}`));
    expect(after).toBe(isPlaced ? lines(head, step(1), 'check();', tail) : undefined);
  });

  it('are nowhere else in the file', () => {
    const elsewhere = lines(...steps(5), 'end', step(1, 'till'));
    expect(place(elsewhere, answer(5, 1))).toEqual(refused('not-found'));
    const nowhere = lines(...steps(5), 'end', step(1, 'until'));
    expect(place(nowhere, answer(5, 1)).after).toBe(checked(nowhere));
  });

  it('leave the place open if several differ in them', () => {
    const twice = lines(...steps(3), 'end', step(0), step(1, 'till'), step(2));
    const hunk = diff(` ${step(0)}`, ` ${step(1, 'until')}`, '+check();', ` ${step(2)}`);
    expect(place(twice, hunk)).toEqual(refused('ambiguous'));
    const once = lines(...steps(3), 'end', step(1, 'till'));
    expect(place(once, hunk).after).toBe(checked(once));
  });

  const between = (file: string, remembered: string) => {
    const text = lines('function load(path) {', file, '  readEverything();');
    const hunk = diff(' function load(path) {', ` ${remembered}`, '+  check();', '   readEverything();');
    return { ...place(text, hunk), wanted: text.replace('  read', '  check();\n  read') };
  };

  it.each([
    ['a word', '  open(path, cache);', '  open(file, cache);'],
    ['how many signs there are', '  ~~~~~~', '  ~~~~~~~~'],
    ['a remark', '  total(count);', '  total(count); // as it was then'],
  ])('may be wrong in %s', (_, file, remembered) => {
    const { after, wanted } = between(file, remembered);
    expect(after).toBe(wanted);
  });

  it.each([
    ['a word and the indentation', '  open(path, cache);', '    open(file, cache);'],
    ['which signs there are', '  ~~~~~~', '  ^^^^^^'],
    ['a remark and the sign at the beginning', '  # total count', '  total count # as it was then'],
  ])('may not be wrong in %s', (_, file, remembered) => {
    expect(between(file, remembered)).toMatchObject(refused('not-found'));
  });
});

describe('a deletion away from the context that should touch it', () => {
  const old = 'forget(everything, here);';
  const deletion = diff(' nowhere();', ' head(one);', `-${old}`, ' tail(one);', ' rest(one);');
  const text = (distance: number, above = filler(distance)) =>
    lines('head(one);', ...above, old, 'tail(one);', 'rest(one);');

  it.each([[1], [3]])('is sure with %i lines between', (distance) => {
    expect(place(text(distance), deletion).after).toBe(text(distance).replace(`${old}\n`, ''));
  });

  it.each([[4], [12]])('is not with %i', (distance) => {
    expect(place(text(distance), deletion)).toEqual(refused('not-found'));
  });

  it('is with 13, where another line is meant', () => {
    expect(place(text(13), deletion).after).toBe(text(13).replace(`${old}\n`, ''));
  });

  it('does not seek the dots that stand for lines', () => {
    const dotted = text(5, ['...', ...filler(5)]);
    const hunk = diff(' head(one);', ' ...', `-${old}`, ' nowhere();', ' rest(one);');
    expect(place(dotted, hunk).after).toBe(dotted.replace(`${old}\n`, ''));
  });
});

describe('a replacement whose last line is followed by other context', () => {
  const old = 'forget(everything, here);';
  const text = (distance: number) =>
    lines('head(one);', old, 'tail(mark, two);', ...filler(distance - 1), 'tail(mark, one);', 'rest(one);');
  const answer = diff(' head(one);', `-${old}`, '+keep();', ' tail(mark, one);');

  it('is sure if that is misremembered and only far away', () => {
    expect(place(text(13), answer).after).toBe(text(13).replace(old, 'keep();'));
  });

  it('is not if that stands near', () => {
    expect(place(text(12), answer)).toEqual(refused('not-found'));
  });

  const below = (...context: string[]) =>
    diff(' nowhere();', ' head(one);', `-${old}`, '+keep();', ...context);

  it('is sure above lines that are left out', () => {
    expect(place(text(5), below(' ...', ' rest(one);')).after).toBe(text(5).replace(old, 'keep();'));
  });

  it('is not if a line is made up above them', () => {
    expect(place(text(5), below(' made(up);', ' ...', ' rest(one);'))).toEqual(refused('not-found'));
  });
});

describe('a deletion whose neighbours have met', () => {
  it.each([
    [20, true],
    [19, false],
  ])('has been made if they have twenty letters: %i', (count, isMade) => {
    const [above, below] = [letters(10), 'y'.repeat(count - 10)];
    const text = lines(above, below, 'other', above, 'entry', 'more', below);
    const { after, codes } = place(text, diff(` ${above}`, '-entry', ` ${below}`));
    expect(codes).toEqual(isMade ? ['already-applied'] : []);
    expect(after).toBe(isMade ? undefined : text.replace('entry\n', ''));
  });

  it.each([
    [60, true],
    [59, false],
  ])('at the end of a hunk has been made if sixty letters stand there: %i', (count, isMade) => {
    const [above, touching] = [letters(30), 'y'.repeat(count - 30)];
    const text = lines(above, touching, 'skipped', 'entry', 'end');
    const { after, codes } = place(text, diff(` ${above}`, ` ${touching}`, '-entry'));
    expect(codes).toEqual(isMade ? ['already-applied'] : []);
    expect(after).toBe(isMade ? undefined : text.replace('entry\n', ''));
  });
});
