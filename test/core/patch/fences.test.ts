/** A patch may hold fences: an answer must not be cut short at one, nor run on into the prose below it. */
import { describe, expect, it } from 'vitest';
import { patchFromAnswer } from '../../../src/core/patch/patch-from-answer.ts';

const guide = '# Guide\n\nRun it:\n\n```sh\nnpm start\n```\n\nThen stop it:\n\n```\nkill\n```\n\nEnd.\n';
const changes = (answer: string, path = 'guide.md') => {
  const { problems, changes } = patchFromAnswer(answer, [{ path, text: guide }]);
  return problems.length > 0 ? problems.map(({ code }) => code) : changes.map(({ after }) => after);
};

describe('fences', () => {
  it('inside a diff do not end it', () => {
    const answer =
      '```diff\n--- a/guide.md\n+++ b/guide.md\n@@ -4,4 +4,4 @@\n \n ```sh\n-npm start\n+npm run start\n ```\n@@ -14,2 +14,2 @@\n \n-End.\n+The end.\n```\n\nThat is all.\n';
    expect(changes(answer)).toEqual([
      guide.replace('npm start', 'npm run start').replace('End.', 'The end.'),
    ]);
  });

  it('inside a diff whose context lost its marker do not end it either', () => {
    const answer =
      '```diff\n--- a/guide.md\n+++ b/guide.md\n@@\n```\n-kill\n+kill -9\n```\n\n-End.\n+The end.\n```\n';
    expect(changes(answer)).toEqual([guide.replace('kill', 'kill -9').replace('End.', 'The end.')]);
  });

  it('inside a diff, of which one lost its marker and another its end, do not cut it', () => {
    const answer =
      '```diff\n--- a/guide.md\n+++ b/guide.md\n@@ -9,4 +9,4 @@\n```\n-kill\n+kill -9\n ```\n@@ -4,3 +4,3 @@\n \n ```sh\n-npm start\n+npm run start\n```\n';
    expect(changes(answer)).toEqual([guide.replace('kill', 'kill -9').replace('npm start', 'npm run start')]);
  });

  it('inside a whole file do not end it', () => {
    const text = guide.replace('End.', 'The end.');
    expect(changes(`guide.md\n\`\`\`\n${text}\`\`\`\n`)).toEqual([text]);
    expect(
      changes(`guide.md\n\`\`\`\`md\n${text}\`\`\`\`\n\nTo see it:\n\n\`\`\`sh\ncat guide.md\n\`\`\`\n`),
    ).toEqual([text]);
  });

  it('around several files each end where the next begins', () => {
    const answer =
      'a.ts\n```ts\nexport const a = 1;\n```\n\nb.ts\n```ts\nexport const b = 1;\n```\n\nRun `npm test`:\n\n```sh\nnpm test\n```\n';
    const result = patchFromAnswer(answer, []);
    expect(result.changes.map(({ path, after }) => [path, after])).toEqual([
      ['a.ts', 'export const a = 1;\n'],
      ['b.ts', 'export const b = 1;\n'],
    ]);
  });

  it('that never close mean that the answer was cut', () => {
    expect(
      changes('```diff\n--- a/guide.md\n+++ b/guide.md\n@@ -14,2 +14,2 @@\n \n-End.\n+The end.\n'),
    ).toEqual(['cut']);
    expect(changes(`guide.md\n~~~\n${guide.slice(0, 40)}`)).toEqual(['cut']);
  });

  it('inside search/replace blocks belong to the text', () => {
    const answer =
      'guide.md\n````\n<<<<<<< SEARCH\n```sh\nnpm start\n```\n=======\n```sh\nnpm run start\n```\n>>>>>>> REPLACE\n````\n';
    expect(changes(answer)).toEqual([guide.replace('npm start', 'npm run start')]);
  });
});
