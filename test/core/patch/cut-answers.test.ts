/** An answer that stops in the middle of an edit is refused although no provider said that it was cut. */
import { describe, expect, it } from 'vitest';
import { patchFromAnswer } from '../../../src/core/patch/patch-from-answer.ts';

const text = 'one();\ntwo();\nthree();\nfour();\nfive();\n';
const files = [{ path: 'a.ts', text }];
const problems = (answer: string) => patchFromAnswer(answer, files).problems.map(({ code }) => code);
const diff = (counts: string, ...lines: string[]) =>
  ['--- a/a.ts', '+++ b/a.ts', `@@ -1,${counts} @@`, ...lines, ''].join('\n');
const patch = (...lines: string[]) =>
  ['*** Begin Patch', '*** Update File: a.ts', '@@', ...lines, ''].join('\n');

describe('a cut answer', () => {
  it.each<[string, string]>([
    ['a diff that takes out and puts nothing in', diff('4 +1,4', ' one();', '-two();', '-three();')],
    ['a diff without the context that its header counts', diff('3 +1,4', ' one();', '+more();')],
    ['a patch that takes out and does not end', patch(' one();', '-two();')],
    ['a patch that stops within a line', patch('-one();', '+first(').trimEnd()],
    ['a diff that stops within a line', diff('3 +1,4', ' one();', '+mo').trimEnd()],
    ['a patch that stops within a name', '*** Begin Patch\n*** Add File: ne'],
    ['a rename that stops within a name', 'diff --git a/a.ts b/b.ts\nrename from a.ts\nrename to b'],
    ['a file of which nothing came', 'a.ts\n```ts\n```\n'],
    ['a file of which blank lines came', 'a.ts\n```ts\n\n\n```\n'],
  ])('is %s', (_name, answer) => {
    expect(problems(answer)).toEqual([expect.stringMatching(/^(?:cut|elided)$/)]);
  });

  it.each<[string, string, string]>([
    [
      'a diff whose counts are only wrong',
      diff('9 +1,9', ' one();', '-two();', '+second();', ' three();'),
      text.replace('two', 'second'),
    ],
    [
      'a diff that takes out at the end of the file',
      ['--- a/a.ts', '+++ b/a.ts', '@@ -4,2 +4,1 @@', ' four();', '-five();', ''].join('\n'),
      text.replace('five();\n', ''),
    ],
    [
      'a fenced diff that ends at an edit',
      `\`\`\`diff\n${diff('3 +1,4', ' one();', '+more();')}\`\`\`\n`,
      text.replace('one();\n', 'one();\nmore();\n'),
    ],
    [
      'a patch without its end marker',
      patch(' one();', '-two();', '+second();', ' three();'),
      text.replace('two', 'second'),
    ],
    [
      'a patch that takes out and ends',
      `${patch(' three();', '-four();', '-five();')}*** End Patch\n`,
      text.replace('four();\nfive();\n', ''),
    ],
  ])('is not %s', (_name, answer, after) => {
    const result = patchFromAnswer(answer, files);
    expect(result.problems).toEqual([]);
    expect(result.changes.map((change) => change.after)).toEqual([after]);
  });
});
