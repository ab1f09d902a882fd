import { describe, expect, it } from 'vitest';
import { patchFromAnswer } from '../../../../src/core/patch/patch-from-answer.ts';
import { canRetryBlocks, retryPrompt } from '../../../../src/core/patch/repair/retry-prompt.ts';
import { searchReplace, v4a, wholeFile } from '../../../helpers/answers.ts';

const files = [
  { path: 'a.ts', text: 'one\ntwo\nsame\nthree\nsame\n' },
  { path: 'b.ts', text: 'four\n' },
];
const first =
  searchReplace('a.ts', 'one', '1') +
  searchReplace('a.ts', 'same', 'other') +
  searchReplace('b.ts', 'five', '5');

describe('retryPrompt', () => {
  it('asks for the failed blocks only and says why each failed', () => {
    const { problems } = patchFromAnswer(first, files);
    expect(canRetryBlocks(problems)).toBe(true);
    const prompt = retryPrompt(problems);
    expect(prompt).toContain('blocks 2, 3 could not be placed');
    expect(prompt).toContain('Block 2, a.ts: block 2 fits 2 places of a.ts (lines 3, 5).');
    expect(prompt).toContain('It fits at lines 3, 5.');
    expect(prompt).toContain('Block 3, b.ts: the lines that block 3 changes are not in b.ts.');
    expect(prompt).toContain('1: four');
    expect(prompt).toContain('against the original text');
  });

  it('asks for everything again if the answer was cut', () => {
    const { problems } = patchFromAnswer(first, files, { finishReason: 'length' });
    expect(canRetryBlocks(problems)).toBe(false);
    expect(retryPrompt(problems)).toContain('Send the whole answer again');
  });

  it('is empty without a problem', () => {
    expect(retryPrompt([])).toBe('');
  });
});

describe('an answer that repairs another one', () => {
  const repairs = patchFromAnswer(first, files);

  it('keeps the good blocks and puts the others in their place', () => {
    const again = searchReplace('a.ts', 'three\nsame', 'three\nother') + searchReplace('b.ts', 'four', '4');
    const result = patchFromAnswer(again, files, { repairs });
    expect(result.problems).toEqual([]);
    expect(result.changes.map(({ after }) => after)).toEqual(['1\ntwo\nsame\nthree\nother\n', '4\n']);
    // A block that is sent again keeps its number.
    expect(result.hunks.map(({ block }) => block)).toEqual([1, 2, 3]);
  });

  it('names the blocks that still fail by their numbers, and any more behind the highest', () => {
    const lost = searchReplace('a.ts', 'nowhere', 'x') + searchReplace('b.ts', 'nowhere', 'x');
    const failed = (answer: string) =>
      patchFromAnswer(answer, files, { repairs }).problems.map(({ block }) => block);
    expect(failed(lost)).toEqual([2, 3]);
    expect(failed(lost + searchReplace('b.ts', 'nowhere else', 'y'))).toEqual([2, 3, 4]);
  });

  it('takes a whole file instead of the blocks for it', () => {
    const again = wholeFile('a.ts', '1\ntwo\nsame\nthree\nend\n') + searchReplace('b.ts', 'four', '4');
    const result = patchFromAnswer(again, files, { repairs });
    expect(result.problems).toEqual([]);
    expect(Object.fromEntries(result.changes.map(({ path, after }) => [path, after]))).toEqual({
      'a.ts': '1\ntwo\nsame\nthree\nend\n',
      'b.ts': '4\n',
    });
  });

  it('is refused for the same reasons if it leaves out a block that had failed', () => {
    const again = searchReplace('b.ts', 'four', '4');
    const result = patchFromAnswer(again, files, { repairs });
    expect(result).toMatchObject({ patch: undefined, problems: repairs.problems, edits: repairs.edits });
  });

  it('stands alone if the other one could not be read', () => {
    const unread = patchFromAnswer('no edit', files);
    const again = searchReplace('b.ts', 'four', '4');
    expect(patchFromAnswer(again, files, { repairs: unread }).changes.map(({ after }) => after)).toEqual([
      '4\n',
    ]);
  });

  it('leaves the edits that it repairs as they are', () => {
    const copy = structuredClone(repairs.edits);
    const again = searchReplace('a.ts', 'three\nsame', 'three\nother') + searchReplace('b.ts', 'four', '4');
    patchFromAnswer(again, files, { repairs });
    expect(repairs.edits).toEqual(copy);
  });

  it('lets the order of hunks choose no place where two dialects are joined', () => {
    const sent = [{ path: 'c.ts', text: 'head\nsame\nmiddle\nsame\ntail\n' }];
    const hunks = ['@@', '-head', '+1', '@@', '-same', '+2', '@@', '-lost', '+3'];
    const { edits, problems } = patchFromAnswer(v4a('*** Update File: c.ts', ...hunks), sent);
    const lost = { edits, problems: problems.filter(({ code }) => code === 'not-found') };
    const joined = patchFromAnswer(searchReplace('c.ts', 'middle', '3'), sent, { repairs: lost });
    expect(joined.problems.map(({ code }) => code)).toEqual(['ambiguous']);
    const again = v4a('*** Update File: c.ts', '@@', '-middle', '+3');
    const inOrder = patchFromAnswer(again, sent, { repairs: lost });
    expect(inOrder.changes.map(({ after }) => after)).toEqual(['1\n2\n3\nsame\ntail\n']);
  });
});
