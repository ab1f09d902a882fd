import { describe, expect, it } from 'vitest';
import { readAnswer } from '../../../../src/core/patch/answer/read-answer.ts';
import { patchFromAnswer } from '../../../../src/core/patch/patch-from-answer.ts';
import { searchReplace, unified, v4a, wholeFile } from '../../../helpers/answers.ts';

const shop = {
  path: 'src/shop.ts',
  text: 'import a from "a";\n\nexport const price = 1;\nexport const tax = 2;\n',
};
const other = { path: 'src/other.ts', text: 'one\ntwo\nthree\n' };
const files = [shop, other];
const codes = (answer: string, options = {}) =>
  patchFromAnswer(answer, files, options).problems.map(({ code }) => code);
const resultOf = (answer: string, options = {}) => {
  const { problems, changes } = patchFromAnswer(answer, files, options);
  expect(problems).toEqual([]);
  return Object.fromEntries(
    changes.map((change) => [change.path, change.kind === 'delete' ? null : change.after]),
  );
};
const priced = shop.text.replace('= 1', '= 10');

describe('search/replace blocks', () => {
  it.each([
    [
      'path above the fence',
      searchReplace('src/shop.ts', 'export const price = 1;', 'export const price = 10;'),
    ],
    [
      'no fence',
      'src/shop.ts\n<<<<<<< SEARCH\nexport const price = 1;\n=======\nexport const price = 10;\n>>>>>>> REPLACE\n',
    ],
    [
      'path inside the fence',
      '```ts\nsrc/shop.ts\n<<<<<<< SEARCH\nexport const price = 1;\n=======\nexport const price = 10;\n>>>>>>> REPLACE\n```\n',
    ],
    [
      'path after the language',
      '```ts src/shop.ts\n<<<<<<< SEARCH\nexport const price = 1;\n=======\nexport const price = 10;\n>>>>>>> REPLACE\n```\n',
    ],
    [
      'ORIGINAL and UPDATED',
      '## src/shop.ts\n<<<<<<< ORIGINAL\nexport const price = 1;\n=======\nexport const price = 10;\n>>>>>>> UPDATED\n',
    ],
    [
      'dashes and plus signs',
      'src/shop.ts\n------- SEARCH\nexport const price = 1;\n=======\nexport const price = 10;\n+++++++ REPLACE\n',
    ],
    [
      'CRLF',
      searchReplace('src/shop.ts', 'export const price = 1;', 'export const price = 10;').replaceAll(
        '\n',
        '\r\n',
      ),
    ],
  ])('are read with %s', (_, answer) => {
    expect(resultOf(answer)).toEqual({ 'src/shop.ts': priced });
  });

  it('inherit the path of the block before', () => {
    const blocks = [
      ['one', '1'],
      ['three', '3'],
    ].map(([search, replace]) => `<<<<<<< SEARCH\n${search}\n=======\n${replace}\n>>>>>>> REPLACE`);
    expect(resultOf(`src/other.ts\n${blocks.join('\n\n')}`)).toEqual({ 'src/other.ts': '1\ntwo\n3\n' });
  });

  it('create a file from an empty search', () => {
    expect(resultOf(searchReplace('src/fresh.ts', '', 'export {};'))).toEqual({
      'src/fresh.ts': 'export {};\n',
    });
  });

  it('find the divider among lines of equal signs', () => {
    const title = { path: 'doc.md', text: 'Title\n=======\n\ntext\n' };
    const answer = searchReplace('doc.md', 'Title\n=======\n\ntext', 'Title\n=======\n\nnew text');
    expect(patchFromAnswer(answer, [title]).changes[0]?.after).toBe('Title\n=======\n\nnew text\n');
  });

  it.each([
    [
      'without end',
      'src/shop.ts\n<<<<<<< SEARCH\nexport const price = 1;\n=======\nexport const price = 10;\n',
    ],
    ['without divider', 'src/shop.ts\n<<<<<<< SEARCH\nexport const price = 1;\n>>>>>>> REPLACE\n'],
    [
      'in a fence that never closes',
      searchReplace('src/shop.ts', 'export const price = 1;', 'x').replace(/```\n$/, ''),
    ],
  ])('are cut %s', (_, answer) => {
    expect(codes(answer)).toEqual(['cut']);
  });

  it('need a path when several files were sent', () => {
    expect(codes('<<<<<<< SEARCH\none\n=======\n1\n>>>>>>> REPLACE\n')).toEqual(['unknown-path']);
  });
});

describe('V4A', () => {
  it('updates, adds, deletes and moves', () => {
    const answer = v4a(
      '*** Update File: src/shop.ts',
      '*** Move to: src/store.ts',
      '@@',
      '-export const price = 1;',
      '+export const price = 10;',
      '*** Add File: src/fresh.ts',
      '+export {};',
      '*** Delete File: src/other.ts',
    );
    expect(resultOf(answer)).toEqual({
      'src/store.ts': priced,
      'src/fresh.ts': 'export {};\n',
      'src/other.ts': null,
    });
  });

  it.each([
    ['a fence', (patch: string) => `Sure:\n\n\`\`\`\n${patch}\`\`\`\n`],
    ['a heredoc', (patch: string) => `apply_patch <<'EOF'\n${patch}EOF\n`],
    [
      'a fence and no end marker',
      (patch: string) => `\`\`\`patch\n${patch.replace('*** End Patch\n', '')}\`\`\`\n`,
    ],
    ['no end marker', (patch: string) => patch.replace('*** End Patch\n', '')],
  ])('is read in %s', (_, wrap) => {
    const patch = v4a(
      '*** Update File: src/shop.ts',
      '@@',
      '-export const price = 1;',
      '+export const price = 10;',
      ' export const tax = 2;',
    );
    expect(resultOf(wrap(patch))).toEqual({ 'src/shop.ts': priced });
  });

  it('reads headers of the other kind', () => {
    const patch = v4a(
      '*** Update File: src/shop.ts',
      '@@ -3,1 +3,1 @@',
      '-export const price = 1;',
      '+export const price = 10;',
    );
    expect(resultOf(patch)).toEqual({ 'src/shop.ts': priced });
  });

  it('appends lines where the answer marks the end of the file', () => {
    const patch = v4a('*** Update File: src/other.ts', '@@', '+four', '*** End of File');
    expect(resultOf(patch)).toEqual({ 'src/other.ts': 'one\ntwo\nthree\nfour\n' });
  });

  it('does not add over a file or move onto one', () => {
    expect(codes(v4a('*** Add File: src/other.ts', '+x'))).toEqual(['exists']);
    expect(
      codes(v4a('*** Update File: src/shop.ts', '*** Move to: src/other.ts', '@@', '-export const tax = 2;')),
    ).toContain('exists');
  });
});

describe('unified diffs', () => {
  const hunk = '@@ -3 +3 @@\n-export const price = 1;\n+export const price = 10;';
  it.each([
    ['plain headers', unified('src/shop.ts', hunk)],
    ['no fence', `--- src/shop.ts\n+++ src/shop.ts\n${hunk}\n`],
    [
      'git headers',
      `diff --git a/src/shop.ts b/src/shop.ts\nindex 1..2 100644\n--- a/src/shop.ts\n+++ b/src/shop.ts\n${hunk}\n`,
    ],
    ['a bare @@', unified('src/shop.ts', hunk.replace(/^@@.*/, '@@'))],
    ['@@ ... @@', unified('src/shop.ts', hunk.replace(/^@@.*/, '@@ ... @@'))],
    [
      'prose after it without a fence',
      `--- a/src/shop.ts\n+++ b/src/shop.ts\n${hunk}\n\nThis changes the price.\n`,
    ],
    ['the path in the text above', `The change to \`src/shop.ts\`:\n\n\`\`\`diff\n${hunk}\n\`\`\`\n`],
    ['a command below', `${unified('src/shop.ts', hunk)}\nThen run:\n\n\`\`\`sh\nnpm test\n\`\`\`\n`],
  ])('are read with %s', (_, answer) => {
    expect(resultOf(answer)).toEqual({ 'src/shop.ts': priced });
  });

  it('create, delete, rename and change modes', () => {
    const answer = [
      'diff --git a/src/fresh.ts b/src/fresh.ts',
      'new file mode 100755',
      '--- /dev/null',
      '+++ b/src/fresh.ts',
      '@@ -0,0 +1 @@',
      '+export {};',
      '\\ No newline at end of file',
      'diff --git a/src/other.ts b/src/other.ts',
      'deleted file mode 100644',
      'diff --git a/src/shop.ts b/src/store.ts',
      'rename from src/shop.ts',
      'rename to src/store.ts',
      '',
    ].join('\n');
    const { changes, problems } = patchFromAnswer(answer, files);
    expect(problems).toEqual([]);
    expect(changes).toMatchObject([
      { kind: 'create', path: 'src/fresh.ts', after: 'export {};', mode: '100755' },
      { kind: 'delete', path: 'src/other.ts' },
      { kind: 'rename', oldPath: 'src/shop.ts', path: 'src/store.ts', after: shop.text },
    ]);
  });

  it('do not delete a file that looks different', () => {
    expect(codes('--- a/src/other.ts\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-one\n-zwei\n')).toEqual(['not-found']);
  });

  it.each(['120000', '160000'])('cannot be a link or a submodule: %s', (mode) => {
    const answer = `diff --git a/l b/l\nnew file mode ${mode}\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+/etc/passwd\n`;
    expect(readAnswer(answer, { files: [] }).problems.map(({ code }) => code)).toEqual(['binary']);
  });

  it('cannot be binary', () => {
    expect(
      codes('diff --git a/src/shop.ts b/src/shop.ts\nBinary files a/src/shop.ts and b/src/shop.ts differ\n'),
    ).toEqual(['binary']);
  });
});

describe('whole files', () => {
  it('are read next to blocks of another dialect', () => {
    const answer =
      wholeFile('src/fresh.ts', 'export {};\n') +
      searchReplace('src/shop.ts', 'export const price = 1;', 'export const price = 10;');
    expect(resultOf(answer)).toEqual({ 'src/fresh.ts': 'export {};\n', 'src/shop.ts': priced });
  });

  it('need no path if a single file was sent and they are similar to it', () => {
    const long = { path: 'long.ts', text: Array.from({ length: 8 }, (_, at) => `line ${at};\n`).join('') };
    const answer = `\`\`\`ts\n${long.text.replace('line 3', 'line three')}\`\`\`\n`;
    expect(patchFromAnswer(answer, [long]).changes[0]?.after).toContain('line three');
    expect(patchFromAnswer('```ts\nfoo();\n```\n', [long]).problems).toMatchObject([{ code: 'not-a-patch' }]);
  });
});

describe('answers', () => {
  it('that the provider cut off are refused', () => {
    expect(
      codes(searchReplace('src/shop.ts', 'export const price = 1;', 'x'), { finishReason: 'length' }),
    ).toEqual(['cut']);
  });

  it.each(['', 'I cannot do that.', '```sh\nnpm install\n```'])(
    'without an edit are refused: %j',
    (answer) => {
      expect(codes(answer)).toEqual(['not-a-patch']);
    },
  );

  it.each([
    ['of as many characters as no model writes', 'x', 4 * 1024 * 1024],
    ['of as many lines as no model writes', '\n', 250_000],
  ])('%s are refused', (_name, text, most) => {
    expect(codes(text.repeat(most))).not.toEqual(['too-complex']);
    expect(codes(text.repeat(most + 1))).toEqual(['too-complex']);
  });

  it('number their blocks across all dialects', () => {
    const answer =
      searchReplace('src/shop.ts', 'a', 'b') +
      wholeFile('src/fresh.ts', 'x\n') +
      searchReplace('src/other.ts', 'one', '1');
    const { edits } = readAnswer(answer, { files });
    expect(edits.map(({ block, path }) => [block, path])).toEqual([
      [1, 'src/shop.ts'],
      [2, 'src/fresh.ts'],
      [3, 'src/other.ts'],
    ]);
  });
});
