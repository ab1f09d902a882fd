/** Text in a fence: the whole of a file, a part of it, an edit that was moved in, or only an illustration. */
import { describe, expect, it } from 'vitest';
import { patchFromAnswer } from '../../../src/core/patch/patch-from-answer.ts';

const a = 'export const a = 1;\nexport const b = 2;\nexport const c = 3;\n';
const b = 'export const x = 1;\nexport const y = 2;\n';
const long = Array.from({ length: 60 }, (_, at) => `function f${at}() {\n  return ${at};\n}\n`).join('\n');
const files = [
  { path: 'a.js', text: a },
  { path: 'b.js', text: b },
  { path: 'src/long.js', text: long },
];
const fence = (text: string, info = 'js') => `\`\`\`${info}\n${text}\`\`\`\n`;
const replace = (path: string, search: string, text: string) =>
  `${path}\n<<<<<<< SEARCH\n${search}\n=======\n${text}\n>>>>>>> REPLACE\n`;
const indented = (text: string, by = 3) => text.replace(/^(?=.)/gm, ' '.repeat(by));
const after = (answer: string) => {
  const { problems, changes } = patchFromAnswer(answer, files);
  expect(problems).toEqual([]);
  return Object.fromEntries(changes.map((change) => [change.path, change.after]));
};
const codes = (answer: string) => patchFromAnswer(answer, files).problems.map(({ code }) => code);

describe('a block in a list item', () => {
  it.each([3, 4])('is moved out by %i spaces: search/replace, V4A, diff and whole file', (by) => {
    const block = replace('a.js', 'export const a = 1;', 'export const a = 9;');
    const changed = { 'a.js': a.replace('a = 1', 'a = 9') };
    expect(after(`1. Edit:\n\n${indented(fence(block), by)}\n2. Done.\n`)).toEqual(changed);
    const patch =
      '*** Begin Patch\n*** Update File: a.js\n@@\n-export const a = 1;\n+export const a = 9;\n*** End Patch\n';
    expect(after(`1. Edit:\n\n${indented(fence(patch, ''), by)}`)).toEqual(changed);
    const diff =
      '--- a/a.js\n+++ b/a.js\n@@ -1,2 +1,2 @@\n-export const a = 1;\n+export const a = 9;\n export const b = 2;\n';
    expect(after(`1. Edit:\n\n${indented(fence(diff, 'diff'), by)}`)).toEqual(changed);
    expect(after(`1. \`a.js\`:\n\n${indented(fence(changed['a.js']), by)}`)).toEqual(changed);
  });

  it('is moved out without a fence, too', () => {
    const block = replace('a.js', 'export const a = 1;', 'export const a = 9;');
    expect(after(`- do this:\n\n${indented(block, 2)}`)).toEqual({ 'a.js': a.replace('a = 1', 'a = 9') });
  });

  it('stays as it is inside of a diff', () => {
    const markdown = [{ path: 'r.md', text: 'one\n```js\ncode\n```\ntwo\n' }];
    const diff = '--- a/r.md\n+++ b/r.md\n@@ -1,5 +1,5 @@\n one\n ```js\n-code\n+more\n ```\n two\n';
    expect(patchFromAnswer(diff, markdown).changes[0]?.after).toBe('one\n```js\nmore\n```\ntwo\n');
  });
});

describe('a part of a file', () => {
  it.each([
    [
      'a function',
      `Replace \`f5\` in \`src/long.js\` with:\n\n${fence('function f5() {\n  return 0;\n}\n')}`,
    ],
    [
      'a line, before and after',
      `Change this in \`a.js\`:\n\n${fence('export const a = 1;\n')}\nto:\n\n${fence('export const a = 9;\n')}`,
    ],
    ['what it prints', `Example output of \`a.js\`:\n\n${fence('1 2 3\n', '')}`],
    ['brackets and little else', `src/long.js\n${fence('}\n}\n}\nfunction f1() {\n}\n')}`],
  ])('does not take the place of it: %s', (_name, answer) => {
    expect(codes(answer)).toEqual(['elided']);
  });

  it('is an illustration where the answer edits the file otherwise', () => {
    const edit = replace('a.js', 'export const a = 1;', 'export const a = 9;');
    expect(after(`${edit}\nNow \`a.js\` prints:\n\n${fence('9 2 3\n', '')}`)).toEqual({
      'a.js': a.replace('a = 1', 'a = 9'),
    });
  });

  it('is none where it only shows how to call it', () => {
    const edit = replace('a.js', 'export const a = 1;', 'export const a = 9;');
    expect(after(`${edit}\nThen run \`b.js\` like this:\n\n${fence('node b.js\n', 'sh')}`)).toEqual({
      'a.js': a.replace('a = 1', 'a = 9'),
    });
  });

  it('is the whole where a sentence names it and most of it is there', () => {
    const changed = a.replace('c = 3', 'c = 4');
    expect(after(`Here is the new \`a.js\`:\n\n${fence(changed)}`)).toEqual({ 'a.js': changed });
    expect(after(`Update a.js to this:\n\n${fence(changed)}`)).toEqual({ 'a.js': changed });
  });
});

describe('a whole file', () => {
  it.each(['New file `d.js`:', '### `d.js` (new)', 'Create `d.js`:', '### 2. d.js', 'File 2: d.js'])(
    'is made beside an edit: %s',
    (label) => {
      const edit = replace('a.js', 'export const a = 1;', 'export const a = d;');
      expect(after(`${edit}\n${label}\n${fence('export const d = 4;\n')}`)).toEqual({
        'a.js': a.replace('a = 1', 'a = d'),
        'd.js': 'export const d = 4;\n',
      });
    },
  );

  it('is known by the comment that it begins with, which is not a line of it', () => {
    const changed = a.replace('a = 1', 'a = 9');
    const other = b.replace('x = 1', 'x = 9');
    expect(after(`${fence(`// a.js\n${changed}`)}\n${fence(`// b.js\n${other}`)}`)).toEqual({
      'a.js': changed,
      'b.js': other,
    });
  });

  it('keeps such a comment where it is a line of the file', () => {
    const titled = [{ path: 'a.js', text: `// a.js\n${a}` }];
    const answer = fence(`// a.js\n${a.replace('a = 1', 'a = 9')}`);
    expect(patchFromAnswer(answer, titled).changes[0]?.after).toBe(`// a.js\n${a.replace('a = 1', 'a = 9')}`);
  });

  it('never holds the marks of an edit', () => {
    expect(codes(`a.js\n${fence('   <<<<<<< SEARCH\nexport const a = 1;\n')}`)).toEqual(['edit-mark']);
  });

  it('that loses much is flagged, and refused where nothing loose is wanted', () => {
    const shorter = long.split('\n\n').slice(0, 36).join('\n\n');
    const answer = `src/long.js\n${fence(`${shorter}\n`)}`;
    expect(patchFromAnswer(answer, files).hunks).toMatchObject([{ level: 'whole-file', flagged: true }]);
    expect(patchFromAnswer(answer, files, { strict: true }).problems.map(({ code }) => code)).toEqual([
      'too-loose',
    ]);
  });
});

describe('a V4A heading', () => {
  it('is looked for below the one before it', () => {
    const text =
      'class A:\n    def f(self):\n        return 1\n\nclass B:\n    def f(self):\n        return 1\n';
    const answer =
      '*** Begin Patch\n*** Update File: t.py\n@@ class B:\n@@     def f(self):\n-        return 1\n+        return 2\n*** End Patch\n';
    const { changes } = patchFromAnswer(answer, [{ path: 't.py', text }]);
    expect(changes[0]?.after).toBe(text.replace(/1\n$/, '2\n'));
  });
});
