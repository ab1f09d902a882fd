/** The shapes that models give an answer, whatever they were asked for: each has to mean the same edit. */
import { describe, expect, it } from 'vitest';
import { patchFromAnswer } from '../../../src/core/patch/patch-from-answer.ts';

const text = 'class Door {\n  open() {\n    return 1;\n  }\n\n  close() {\n    return 2;\n  }\n}\n';
const opened = text.replace('return 1', 'return 11');
const files = [
  { path: 'src/door.ts', text },
  { path: 'src/other.ts', text: 'export const other = 1;\n' },
];

function edit(answer: string) {
  const { changes, problems } = patchFromAnswer(answer, files);
  return problems.length > 0 ? problems.map(({ message }) => message) : changes.map(({ after }) => after);
}
function block(length = 7, search = 'SEARCH', replace = 'REPLACE', [from, to] = ['1', '11']) {
  const mark = (character: string) => character.repeat(length);
  return `${mark('<')} ${search}\n    return ${from};\n${mark('=')}\n    return ${to};\n${mark('>')} ${replace}`;
}
const fenced = (content: string, info = '') => `\`\`\`${info}\n${content}\n\`\`\`\n`;

describe('search/replace blocks', () => {
  it.each([
    ['in back-ticks', `\`src/door.ts\`\n${fenced(block())}`],
    ['in bold', `**src/door.ts**:\n${fenced(block())}`],
    ['in bold back-ticks', `**\`src/door.ts\`**\n\n${fenced(block())}`],
    ['with a label', `File: src/door.ts\n${fenced(block())}`],
    ['with a bold label', `**File:** \`src/door.ts\`\n${fenced(block())}`],
    ['in a numbered heading', `### 1. \`src/door.ts\`\n\n${fenced(block())}`],
    ['among the words of a heading', `### Changes in src/door.ts\n\n${fenced(block())}`],
    ['behind the language', fenced(block(), 'ts src/door.ts')],
    ['behind a colon', fenced(block(), 'ts:src/door.ts')],
    ['as a title', fenced(block(), 'ts title="src/door.ts"')],
    ['as a file name', fenced(block(), 'ts filename=src/door.ts')],
    ['in braces', fenced(block(), 'ts {src/door.ts}')],
    ['inside the fence', fenced(`src/door.ts\n${block()}`)],
    ['in a comment inside the fence', fenced(`// src/door.ts\n${block()}`, 'ts')],
    ['on the marker', block(7, 'SEARCH src/door.ts')],
  ])('have their path %s', (_, answer) => {
    expect(edit(answer)).toEqual([opened]);
  });

  it.each([
    ['five characters', block(5)],
    ['nine characters', block(9)],
    ['other words', block(7, 'ORIGINAL', 'UPDATED')],
    ['short words', block(7, 'OLD', 'NEW')],
    ['dashes', '------- SEARCH\n    return 1;\n=======\n    return 11;\n+++++++ REPLACE'],
  ])('are marked with %s', (_, marked) => {
    expect(edit(`src/door.ts\n${fenced(marked)}`)).toEqual([opened]);
  });

  it('take the path of the block before', () => {
    const second = block(7, 'SEARCH', 'REPLACE', ['2', '22']);
    const both = [opened.replace('return 2', 'return 22')];
    expect(edit(`src/door.ts\n${fenced(block())}\n${fenced(second)}`)).toEqual(both);
    expect(edit(`src/door.ts\n${fenced(`${block()}\n\n${second}`)}`)).toEqual(both);
  });

  it('do not mean a heading that names two files', () => {
    expect(edit(`### From src/door.ts to src/other.ts\n\n${fenced(block())}`)).not.toEqual([opened]);
  });
});

describe('a V4A patch', () => {
  const hunk = '   open() {\n-    return 1;\n+    return 11;\n   }';
  const patch = `*** Begin Patch\n*** Update File: src/door.ts\n@@\n${hunk}\n*** End Patch`;

  it.each([
    ['in a fence', fenced(patch, 'patch')],
    ['without its end', patch.replace('\n*** End Patch', '')],
    ['without its end in a fence', fenced(patch.replace('\n*** End Patch', ''))],
    ['without its beginning', patch.replace('*** Begin Patch\n', '')],
    ['in a heredoc', `apply_patch <<'EOF'\n${patch}\nEOF`],
    ['in a fenced heredoc', fenced(`apply_patch <<'PATCH'\n${patch}\nPATCH`, 'bash')],
    ['in a pipe', fenced(`cat <<'EOF' | apply_patch\n${patch}\nEOF`, 'bash')],
    ['in a call', `apply_patch("""${patch}""")`],
    ['in the JSON of a call', JSON.stringify({ command: ['apply_patch', patch] }, null, 2)],
    ['in fenced JSON', fenced(JSON.stringify({ input: patch }), 'json')],
    ['as a JSON string', JSON.stringify(patch)],
    ['with a chain of headings', patch.replace('@@', '@@ class Door {\n@@ open() {')],
    ['without a heading', patch.replace('@@\n', '')],
    [
      'with the names of a diff',
      patch.replace('@@', '--- a/src/door.ts\n+++ b/src/door.ts\n@@ -2,3 +2,3 @@'),
    ],
  ])('%s', (_, answer) => {
    expect(edit(answer)).toEqual([opened]);
  });

  it('in JSON that holds two is refused', () => {
    expect(edit(JSON.stringify([patch, patch]))).not.toEqual([opened]);
  });
});

describe('a unified diff', () => {
  const hunk = '@@ -2,3 +2,3 @@ class Door {\n   open() {\n-    return 1;\n+    return 11;\n   }';
  const named = (from: string, to: string) => `--- ${from}\n+++ ${to}\n${hunk}`;

  it.each([
    ['without prefixes', named('src/door.ts', 'src/door.ts')],
    ['with dates', named('a/src/door.ts\t2024-01-01 10:00:00 +0000', 'b/src/door.ts\t2024-01-02 10:00:00')],
    ['with dates after spaces', named('src/door.ts 2024-01-01 10:00:00', 'src/door.ts  2024-01-02 10:00:00')],
    ['that calls its sides by name', named('src/door.ts (original)', 'src/door.ts (modified)')],
    ['with the line of git alone', `diff --git a/src/door.ts b/src/door.ts\nindex 1a..2b 100644\n${hunk}`],
    ['with its path behind the fence', fenced(hunk, 'diff src/door.ts')],
    ['with its path above the fence', `### \`src/door.ts\`\n\n${fenced(hunk, 'diff')}`],
    ['written twice', fenced(named('a/src/door.ts', 'b/src/door.ts'), 'diff').repeat(2)],
  ])('%s', (_, answer) => {
    expect(edit(answer)).toEqual([opened]);
  });
});

it('leaves fences alone that are no edits', () => {
  const answer = `<think>\nMaybe:\n${fenced('return 12;', 'ts')}</think>\nThe problem:\n\n${fenced('  open() {\n    return 1;', 'ts')}\nsrc/door.ts\n${fenced(block())}\nThen run:\n\n${fenced('npm test', 'bash')}`;
  expect(edit(answer)).toEqual([opened]);
});

it.each([
  ['above it', `src/door.ts\n${fenced(opened.trimEnd(), 'ts')}`],
  ['above it in bold', `**src/door.ts**\n\n${fenced(opened.trimEnd(), 'ts')}`],
  ['behind the language', fenced(opened.trimEnd(), 'ts src/door.ts')],
])('takes a whole file with its path %s', (_, answer) => {
  expect(edit(answer)).toEqual([opened]);
});
