import { describe, expect, it } from 'vitest';
import { patchFromAnswer } from '../../../../src/core/patch/patch-from-answer.ts';
import { placeablePart } from '../../../../src/core/patch/place/placeable-part.ts';
import { searchReplace, v4a } from '../../../helpers/answers.ts';

const files = ['a.ts', 'b.ts'].map((path) => ({ path, text: `export const one = '${path}';\n` }));
const good = (path: string) =>
  searchReplace(path, `export const one = '${path}';`, `export const two = '${path}';`);
const bad = (path: string) => searchReplace(path, 'nothing like this', 'x');

function partOf(answer: string) {
  const refused = patchFromAnswer(answer, files);
  expect(refused.patch).toBeUndefined();
  return placeablePart(refused, files, {});
}

describe('the part of an answer that can be placed', () => {
  it('is every file without a problem', () => {
    expect(partOf(bad('a.ts') + good('b.ts'))).toMatchObject({
      patch: expect.stringMatching(/^diff --git a\/b\.ts b\/b\.ts\n/),
      changes: [{ path: 'b.ts' }],
    });
  });

  it('leaves a file out whole, however many of its edits have a place', () => {
    expect(partOf(good('a.ts') + bad('a.ts') + good('b.ts'))?.changes.map(({ path }) => path)).toEqual([
      'b.ts',
    ]);
    expect(partOf(good('a.ts') + bad('a.ts'))).toBeUndefined();
  });

  it('leaves out a file that is not there, and keeps new ones', () => {
    const answer = v4a(
      '*** Update File: gone.ts',
      '@@',
      '-x',
      '+y',
      '*** Add File: new.ts',
      '+export const three = 3;',
    );
    expect(partOf(answer)?.changes).toMatchObject([{ kind: 'create', path: 'new.ts' }]);
  });

  it('is none when something is wrong with the answer as a whole', () => {
    expect(partOf('There is nothing here that I can change.')).toBeUndefined();
    // Without its end, nobody knows what the last block was to be.
    const cut = `${good('a.ts')}b.ts\n<<<<<<< SEARCH\nexport const one = 'b.ts';\n=======\nexport`;
    const refused = patchFromAnswer(cut, files, { finishReason: 'length' });
    expect(placeablePart(refused, files, {})).toBeUndefined();
  });
});
