import { describe, expect, it } from 'vitest';
import { History, usefulCommits } from '../../../src/core/retrieve/history.ts';
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
    expect(scores.get('src/retry.ts')).toBe(1);
    expect(scores.get('src/upload.ts')).toBeGreaterThan(0);
    expect(scores.get('src/upload.ts')).toBeLessThan(1);
    for (const path of ['src/colour.ts', 'src/all1.ts', 'unknown']) expect(scores.get(path)).toBeUndefined();
  });

  it('of any number of files, and of first lines of any length, is no work without end', async () => {
    const many = Array.from({ length: 3000 }, (_, at) => ({
      subject: 'retry',
      paths: Array.from({ length: 50 }, (_, file) => `${at}/${file}`),
    }));
    expect(new History(many).scores(queryTerms('retry')!).get('2999/49')).toBe(1);
    const long = usefulCommits([{ subject: 'retry '.repeat(10_000), paths: ['a'] }, ...commits]);
    expect(long.map(({ subject }) => subject.length)).toEqual([
      1000,
      ...long.slice(1).map(() => expect.any(Number)),
    ]);
    expect(long.map(({ paths }) => paths.length)).not.toContain(60);
  });

  it('says nothing without similar commits, or without any', () => {
    expect(new History(commits).scores(queryTerms('unrelated')!).get('src/retry.ts')).toBeUndefined();
    expect(new History([]).scores(queryTerms('retry')!).get('src/retry.ts')).toBeUndefined();
  });
});
