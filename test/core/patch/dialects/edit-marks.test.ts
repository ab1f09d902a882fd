/** No result holds more lines of edit marks, or of conflicts, than the file did. */
import { describe, expect, it } from 'vitest';
import { holdsEdit } from '../../../../src/core/patch/dialects/edit-marks.ts';
import { patchFromAnswer } from '../../../../src/core/patch/patch-from-answer.ts';
import { problemHint } from '../../../../src/core/patch/repair/problem-hint.ts';
import { canRetryBlocks, retryPrompt } from '../../../../src/core/patch/repair/retry-prompt.ts';
import { searchReplace, unified, v4a, wholeFile } from '../../../helpers/answers.ts';

/** Keeps the fence around a mark from being read as a fence around an edit. */
const far = 'a();\nb();\nc();\nd();\ne();\n';
const text = 'one();\ntwo();\nthree();\nfour();\n';
const play = (answer: string, path = 'a.js', before = text) => {
  const { problems, changes } = patchFromAnswer(answer, [{ path, text: before }]);
  return problems.length > 0 ? problems.map(({ code }) => code) : changes.map(({ after }) => after);
};
const refused = ['edit-mark'];

describe('an edit mark', () => {
  const marks = [
    ...['=======', '<<<<<<< SEARCH', '<<<<<<< OLD', '<<< SEARCH', '------- SEARCH', '<<<<<<< search'],
    ...['>>>>>>> REPLACE', '+++++++ REPLACE', '>>> REPLACE', '>>>>>>> updated', '>>>>>>>'],
    ...['<<<<<<< HEAD', '<<<<<<<', '>>>>>>> main', '||||||| base', '    <<<<<<< HEAD', '  ======='],
    ...['*** Begin Patch', '*** End Patch', '*** Update File: b.js', '*** Move to: c.js', '*** end patch'],
  ];
  const oddMarks = [
    ...['<<<<<<<HEAD', '<<<<<<<\tHEAD', '<<<<<<<: mine', '>>>>>>>main', '>>>>>>>\tmain', '|||||||base'],
    ...['<<<<<<<<<< SEARCH', '>>>>>>>>>> REPLACE', '<<<<<<<< HEAD', '>>>>>>>> HEAD', '<<<<<<<<<<<< search'],
    ...['======= REPLACE', '=======REPLACE', '------- Search', '+++++++ Replace', '\u200B<<<<<<< SEARCH'],
    ...['***Begin Patch', '***  Begin Patch', '*** Begin Patch ***', '*** End Patch of it', '\uFEFF======='],
  ];
  it.each([...marks, ...oddMarks])('is not added by a diff, a patch or a whole file: %s', (mark) => {
    const added = `two();\n${mark}\nelse();`;
    const hunk = `@@ -1,3 +1,4 @@\n one();\n-two();\n+two();\n+${mark}\n+else();\n three();`;
    expect(play(unified('a.js', hunk))).toEqual(refused);
    const lines = ['@@', ' one();', '-two();', '+two();', `+${mark}`, '+else();', ' three();'];
    expect(play(v4a('*** Update File: a.js', ...lines))).toEqual(refused);
    expect(play(wholeFile('a.js', far + text.replace('two();', added)), 'a.js', far + text)).toEqual(refused);
    expect(play(wholeFile('new.js', `${far}${added}\n`))).toEqual(refused);
  });

  it.each([
    '<<<<<<< HEAD',
    '<<< SEARCH',
    '>>>>>>> main',
    '*** Begin Patch',
    '    <<<<<<< SEARCH',
    '  =======',
  ])('is not added by a search/replace block, nor to a new file: %s', (mark) => {
    expect(play(searchReplace('a.js', 'two();', `two();\n${mark}\nelse();`))).toEqual(refused);
    expect(play(searchReplace('new.js', '', `two();\n${mark}\nelse();`))).toEqual(refused);
  });

  it.each([
    ...[
      '>>> new',
      '>>> update(x)',
      '----- Old names',
      '-----Original Message-----',
      '  <<<SQL',
      '>> REPLACE',
    ],
    ...['>>>>> new API below', '+++++ new', '+++++++ NEW lines follow', '------- Old names', '>>> x'],
    ...[
      '>>>>>>>>>> here <<<<<<<<<<',
      '<<<<<<<<<<<<',
      '==================== REST',
      '<<EOF',
      '*** Patch Notes',
    ],
    ...['======= x', '//=======', '"<<<<<<< HEAD"', '|||||||', '*** note', '- - -', '++new', '=='],
  ])('is something else: %s', (line) => {
    const hunk = `@@ -1,3 +1,4 @@\n one();\n+${line}\n two();\n three();`;
    expect(play(unified('a.js', hunk))).toEqual([text.replace('two();', `${line}\ntwo();`)]);
  });

  it('makes only its block be asked for again', () => {
    const answer =
      searchReplace('a.js', 'one();', '1();') + searchReplace('a.js', 'three();', '3();\n<<<<<<< HEAD\n0();');
    const { problems } = patchFromAnswer(answer, [{ path: 'a.js', text }]);
    expect(problems).toMatchObject([{ code: 'edit-mark', path: 'a.js', block: 2 }]);
    expect(problems[0]!.message).toContain('"<<<<<<< HEAD"');
    expect(canRetryBlocks(problems)).toBe(true);
    expect(retryPrompt(problems)).toMatch(/Send only this block again.*/);
    expect(retryPrompt(problems)).toContain('one divider and one closing mark');
    expect(problemHint(problems)).toContain('by hand');
  });

  it('may stay in a file that has it, and may be removed', () => {
    const conflict = 'one();\n<<<<<<< HEAD\ntwo();\n=======\n2();\n>>>>>>> main\nthree();\n';
    expect(play(wholeFile('a.js', conflict.replace('three', '3')), 'a.js', conflict)).toEqual([
      conflict.replace('three', '3'),
    ]);
    expect(play(wholeFile('a.js', 'one();\n2();\nthree();\n'), 'a.js', conflict)).toEqual([
      'one();\n2();\nthree();\n',
    ]);
    const block = searchReplace('a.js', conflict.split('\n').slice(1, 6).join('\n'), '2();');
    expect(play(block, 'a.js', conflict)).toEqual(['one();\n2();\nthree();\n']);
  });

  it('may be reworded in a file that documents it', () => {
    const guide = 'Write\n\n    <<<<<<< HEAD\n    mine\n\nand save.\n';
    expect(play(searchReplace('g.md', '    <<<<<<< HEAD', '    <<<<<<< main'), 'g.md', guide)).toEqual([
      guide.replace('HEAD', 'main'),
    ]);
  });

  it.each([
    ['<<<<<<< HEAD', '<<<<<<< SEARCH'],
    ['>>>>>>> main', '>>>>>>> REPLACE'],
    ['>>>>>>>', '>>>>>>> REPLACE'],
    ['||||||| base', '======='],
  ])('is not offset by one of another kind: %s, %s', (mark, other) => {
    const conflict = `one();\n${mark}\ntwo();\nthree();\n`;
    const hunk = `@@ -1,3 +1,3 @@\n one();\n-${mark}\n+${other}\n two();`;
    expect(play(unified('a.js', hunk), 'a.js', conflict)).toEqual(refused);
    const whole = wholeFile('a.js', far + conflict.replace(mark, other));
    expect(play(whole, 'a.js', far + conflict)).toEqual(refused);
  });

  it('is not offset by one that another block removes', () => {
    const conflict = 'one();\n=======\ntwo();\nthree();\n';
    const answer = v4a(
      ...['*** Update File: a.js', '@@', ' one();', '-=======', ' two();'],
      ...['@@', '-three();', '+3();', '+======='],
    );
    expect(play(answer, 'a.js', conflict)).toEqual(refused);
  });
});

describe('a conflict that a block resolves', () => {
  const conflict = 'one();\n<<<<<<< HEAD\ntwo(1);\n=======\n  two(2);\n>>>>>>> main\nthree();\n';

  it('is not written a second time if its lines are only found loosely', () => {
    // Misremembered below the divider: only the shorter reading of the search stands in the file.
    const answer =
      'a.js\n<<<<<<< SEARCH\n<<<<<<< HEAD\ntwo(1);\n=======\ntwo(9);\n>>>>>>> main\n=======\ntwo(2);\n>>>>>>> REPLACE\n';
    expect(play(answer, 'a.js', conflict)).toEqual(refused);
  });

  it('does not end the block with its own mark where the whole block fits the file', () => {
    const bare = conflict.replace('>>>>>>> main', '>>>>>>>');
    const answer =
      'a.js\n<<<<<<< SEARCH\n<<<<<<< HEAD\ntwo(1);\n=======\n  two(2);\n>>>>>>>\n=======\ntwo(2);\n>>>>>>> REPLACE\n';
    expect(play(answer, 'a.js', bare)).toEqual(['one();\ntwo(2);\nthree();\n']);
    expect(play(answer, 'a.js', bare.replace('two(1)', 'two(0)'))).toEqual(refused);
  });
});

describe('a second divider at the end of a block', () => {
  const answer = (path: string, replace: string) =>
    `${path}\n<<<<<<< SEARCH\ntwo();\n=======\n${replace}\n=======\n>>>>>>> REPLACE\n`;

  it('is dropped in code', () => {
    expect(play(answer('a.js', '2();'))).toEqual([text.replace('two', '2')]);
    expect(patchFromAnswer(answer('n.js', '2();').replace('two();\n', ''), []).changes[0]?.after).toBe(
      '2();\n',
    );
  });

  it('is refused where it may underline a heading', () => {
    expect(play(answer('a.md', 'Install'), 'a.md')).toEqual(refused);
    const documented = `"""\nUsage\n=====\n"""\n${text}`;
    expect(play(answer('a.py', 'Install'), 'a.py', documented)).toEqual(refused);
  });

  it('is refused elsewhere in the block', () => {
    expect(play(answer('a.js', '2();\n=======\n22();').replace(/=======\n>/, '>'))).toEqual(refused);
    expect(play(answer('a.js', '=======\n2();'))).toEqual(refused);
  });
});

describe("a heading's underline", () => {
  it.each(['a.md', 'a.rst', 'a.txt', 'docs/CHANGES', 'ChangeLog', 'docs/readme'])('is kept in %s', (path) => {
    const before = 'Title\n\ntext\n\nend\n';
    const replace = 'text\n\nInstall\n=======\n\nRun it.';
    expect(play(searchReplace(path, 'text', replace), path, before)).toEqual([
      before.replace('text', replace),
    ]);
    const whole = before.replace('text', replace);
    expect(play(wholeFile(path, whole), path, before)).toEqual([whole]);
    expect(
      play(unified(path, '@@ -1,5 +1,8 @@\n Title\n \n text\n \n+Install\n+=======\n+\n end'), path, before),
    ).toEqual(['Title\n\ntext\n\nInstall\n=======\n\nend\n']);
  });

  it.each(['"""', "'''"])('is kept in a docstring between %s', (quote) => {
    const before = `def f():\n    ${quote}Says.\n\n    More.\n    ${quote}\n    return 1\n`;
    const replace = '    Install\n    =======\n\n    More.';
    expect(play(searchReplace('a.py', '    More.', replace), 'a.py', before)).toEqual([
      before.replace('    More.', replace),
    ]);
    const outside = searchReplace('a.py', '    return 1', '    Install\n    =======\n    return 1');
    expect(play(outside, 'a.py', before)).toEqual(refused);
  });

  it('is not kept in a string of a language that has no docstrings', () => {
    const before = 'const help = \'"""\';\none();\ntwo();\nthree();\n';
    const hunk = '@@ -2,2 +2,4 @@\n one();\n+Install\n+=======\n two();';
    expect(play(unified('a.js', hunk), 'a.js', before)).toEqual(refused);
  });

  it('may have an equal line above the heading', () => {
    const before = 'Title\n\ntext\n\nend\n';
    const heading = '=======\nInstall\n=======\n\nRun it.';
    const after = before.replace('text', `text\n\n${heading}`);
    expect(play(searchReplace('a.rst', 'text', `text\n\n${heading}`), 'a.rst', before)).toEqual([after]);
    expect(play(wholeFile('a.rst', after), 'a.rst', before)).toEqual([after]);
    expect(play(wholeFile('n.rst', `${heading}\n`), 'a.rst', before)).toEqual([`${heading}\n`]);
    const hunk = '@@ -3,3 +3,8 @@\n text\n \n+=======\n+Install\n+=======\n+\n+Run it.\n end';
    const docstring = `"""\n${before}"""\n`;
    expect(play(unified('a.py', hunk), 'a.py', docstring)).toEqual([
      docstring.replace('end', `${heading}\nend`),
    ]);
    for (const path of ['a.js', 'a.py']) expect(play(unified(path, hunk), path, before)).toEqual(refused);
    const unequal = before.replace('text', 'text\n\n========\nInstall\n=======\n\nRun it.');
    expect(play(wholeFile('a.rst', unequal), 'a.rst', before)).toEqual(refused);
  });

  it('changes with its heading, even at the end of a block', () => {
    const answer = 'a.md\n<<<<<<< SEARCH\nUsage\n=====\n=======\nInstall\n=======\n>>>>>>> REPLACE\n';
    expect(play(answer, 'a.md', 'Usage\n=====\n\ntext\n')).toEqual(['Install\n=======\n\ntext\n']);
  });

  it('does not stand below a blank line, at the end of a block or of the file', () => {
    const before = 'Title\n\ntext\n\nend\n';
    expect(play(searchReplace('a.md', 'text', 'text\n\n=======\nmore'), 'a.md', before)).toEqual(refused);
    expect(play(wholeFile('a.md', `${before}=======\n`), 'a.md', before)).toEqual(refused);
    const patch = v4a('*** Update File: a.md', '@@', ' Title', ' ', '-text', '+text', '+=======');
    expect(play(patch, 'a.md', before)).toEqual(refused);
  });
});

describe('a block without its opening mark', () => {
  const halved = 'a.js\none();\n=======\n1();\n>>>>>>> REPLACE\n';

  it('is not taken for a whole file, whatever its size', () => {
    const path = 'a.js\n```js\n';
    expect(play(`${path}${halved.slice(5)}\`\`\`\n`, 'a.js', 'one();\n')).toEqual(refused);
    expect(play(`n.js\n\`\`\`js\n${halved.slice(5)}\`\`\`\n`)).toEqual(refused);
  });

  it('is not silently left out next to one that can be read', () => {
    expect(play(`${halved}\n${searchReplace('a.js', 'three();', '3();')}`)).toEqual(refused);
    expect(play(`${searchReplace('a.js', 'three();', '3();')}\n${halved}`)).toEqual(refused);
  });

  it('is not seen where only the closing mark is repeated, or a heading stands above', () => {
    const block = searchReplace('a.js', 'three();', '3();');
    expect(play(`Changes\n=======\n\n${block}\n>>>>>>> REPLACE\n`)).toEqual([text.replace('three', '3')]);
  });
});

describe('code that is an edit', () => {
  it.each([
    ['search/replace', '<<<<<<< SEARCH\na\n=======\nb\n>>>>>>> REPLACE\n', true],
    ['another opening mark', '  <<<<<<< HEAD\na\n  =======\nb\n  >>>>>>> REPLACE\n', true],
    ['V4A', '*** Begin Patch\n*** Update File: a.js\n@@\n-a\n+b\n*** End Patch\n', true],
    [
      'a conflict that it is about',
      'const conflict = `\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> main\n`;\n',
      false,
    ],
    ['a heading', '"""\nInstall\n=======\n\n"""\n', false],
  ])('%s', (_name, code, expected) => {
    expect(holdsEdit(code)).toBe(expected);
  });
});
