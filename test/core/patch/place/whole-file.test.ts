import { expect, it } from 'vitest';
import { patchFromAnswer } from '../../../../src/core/patch/patch-from-answer.ts';
import { wholeFile } from '../../../helpers/answers.ts';

it('flags a whole file that loses many lines, and --strict refuses it', () => {
  const functions = Array.from({ length: 60 }, (_, at) => `function f${at}() {\n  return ${at};\n}\n`);
  const files = [{ path: 'long.js', text: functions.join('\n') }];
  const answer = wholeFile('long.js', functions.slice(0, 36).join('\n'));
  expect(patchFromAnswer(answer, files).hunks).toMatchObject([{ level: 'whole-file', flagged: true }]);
  const { problems } = patchFromAnswer(answer, files, { strict: true });
  expect(problems.map(({ code }) => code)).toEqual(['too-loose']);
});
