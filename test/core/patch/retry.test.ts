import { describe, expect, it } from 'vitest';
import { readAnswer } from '../../../src/core/patch/answer/read-answer.ts';
import { patchFromAnswer, patchFromEdits } from '../../../src/core/patch/patch-from-answer.ts';
import { mergeEdits } from '../../../src/core/patch/repair/merge-edits.ts';
import { canRetryBlocks, retryPrompt } from '../../../src/core/patch/repair/retry-prompt.ts';
import { searchReplace, v4a, wholeFile } from '../../helpers/answers.ts';

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

  it('asks for everything again when the answer was cut', () => {
    const { problems } = patchFromAnswer(first, files, { finishReason: 'length' });
    expect(canRetryBlocks(problems)).toBe(false);
    expect(retryPrompt(problems)).toContain('Send the whole answer again');
  });

  it('has nothing to say without a problem', () => {
    expect(retryPrompt([])).toBe('');
  });
});

describe('mergeEdits', () => {
  const { edits, problems } = patchFromAnswer(first, files);

  it('keeps the good blocks and puts the others in their place', () => {
    const again = searchReplace('a.ts', 'three\nsame', 'three\nother') + searchReplace('b.ts', 'four', '4');
    const merged = mergeEdits(edits, readAnswer(again, { files }).edits, problems);
    const result = patchFromEdits(merged, files);
    expect(result.problems).toEqual([]);
    expect(result.changes.map(({ after }) => after)).toEqual(['1\ntwo\nsame\nthree\nother\n', '4\n']);
    expect(result.hunks.map(({ block }) => block)).toEqual([1, 4, 5]);
  });

  it('takes a whole file instead of the blocks for it', () => {
    const again = wholeFile('a.ts', '1\ntwo\nsame\nthree\nend\n') + searchReplace('b.ts', 'four', '4');
    const result = patchFromEdits(mergeEdits(edits, readAnswer(again, { files }).edits, problems), files);
    expect(result.problems).toEqual([]);
    expect(Object.fromEntries(result.changes.map(({ path, after }) => [path, after]))).toEqual({
      'a.ts': '1\ntwo\nsame\nthree\nend\n',
      'b.ts': '4\n',
    });
  });

  it('leaves the edits that it is given as they are', () => {
    const copy = structuredClone(edits);
    mergeEdits(edits, readAnswer(searchReplace('b.ts', 'four', '4'), { files }).edits, problems);
    expect(edits).toEqual(copy);
  });

  it('lets the order of hunks choose no place where two dialects are joined', () => {
    const text = 'head\nsame\nmiddle\nsame\ntail\n';
    const v4aAnswer = v4a(
      '*** Update File: c.ts',
      '@@',
      '-head',
      '+1',
      '@@',
      '-same',
      '+2',
      '@@',
      '-lost',
      '+3',
    );
    const sent = [{ path: 'c.ts', text }];
    const before = patchFromAnswer(v4aAnswer, sent);
    const lost = before.problems.filter(({ code }) => code === 'not-found');
    const again = readAnswer(searchReplace('c.ts', 'middle', '3'), { files: sent });
    const joined = patchFromEdits(mergeEdits(before.edits, again.edits, lost), sent);
    expect(joined.problems.map(({ code }) => code)).toEqual(['ambiguous']);
    const ordered = readAnswer(v4a('*** Update File: c.ts', '@@', '-middle', '+3'), { files: sent });
    const inOrder = patchFromEdits(mergeEdits(before.edits, ordered.edits, lost), sent);
    expect(inOrder.changes.map(({ after }) => after)).toEqual(['1\n2\n3\nsame\ntail\n']);
  });
});
