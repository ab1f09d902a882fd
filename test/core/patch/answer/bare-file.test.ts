/** A whole file without its path and without a fence, where one file was sent. */
import { expect, it } from 'vitest';
import { patchFromAnswer } from '../../../../src/core/patch/patch-from-answer.ts';

const text =
  'export const one = 1;\nexport const two = 2;\nexport const three = 3;\nexport const four = 4;\n';
const file = { path: 'a.ts', text };
const answer = text.replace('= 1', '= 11');

it('is that file', () => {
  expect(patchFromAnswer(answer, [file]).changes.map(({ after }) => after)).toEqual([answer]);
});

it.each([
  ['two files were sent', answer, [file, { path: 'b.ts', text: 'b();\n' }]],
  ['something is said above', `Here is the new file:\n\n${answer}`, [file]],
  ['something is said below', `${answer}\nI renamed the first number.\n`, [file]],
  ['it is hardly like the file', 'export const five = 5;\nexport const six = 6;\n', [file]],
  ['it has a line of a diff', `${text}+export const five = 5;\n`, [file]],
  ['the file is a text', answer, [{ path: 'a.md', text }]],
])('is none where %s', (_name, said, files) => {
  expect(patchFromAnswer(said, files).problems.map(({ code }) => code)).toEqual(['not-a-patch']);
});
