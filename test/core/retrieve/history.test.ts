import { describe, expect, it } from 'vitest';
import { History } from '../../../src/core/retrieve/history.ts';
import { queryTerms } from '../../../src/core/retrieve/tokens.ts';

const commits = [
  { subject: 'Retry uploads that time out', paths: ['src/upload.ts', 'src/retry.ts'] },
  { subject: 'Retries have a limit', paths: ['src/retry.ts'] },
  { subject: 'Colours on Windows', paths: ['src/colour.ts'] },
  { subject: 'Retry in all files', paths: Array.from({ length: 60 }, (_, at) => `src/all${at}.ts`) },
  { subject: 'Merge', paths: [] },
];

describe('the history', () => {
  it('speaks for files that similar commits changed, up to 1', () => {
    const scores = new History(commits).scores(queryTerms('limit of retries')!);
    expect([...scores].sort(([, one], [, other]) => other - one).map(([path]) => path)).toEqual([
      'src/retry.ts',
      'src/upload.ts',
    ]);
    expect(scores.get('src/retry.ts')).toBe(1);
  });

  it('says nothing without similar commits, or without any', () => {
    expect(new History(commits).scores(queryTerms('unrelated')!).size).toBe(0);
    expect(new History([]).scores(queryTerms('retry')!).size).toBe(0);
  });
});
