import { describe, expect, it } from 'vitest';
import { rank } from '../../../src/core/retrieve/rank.ts';
import { queryTerms } from '../../../src/core/retrieve/tokens.ts';
import type { BlockMatch } from '../../../src/core/retrieve/types.ts';

function block(path: string, start: number, score: number): BlockMatch {
  return { path, start, end: start + 9, score, hash: 'h' };
}

const terms = queryTerms('parse header')!;

describe('the ranking', () => {
  it('puts source code before tests and documentation that match as well', () => {
    const matches = ['docs/a.md', 'src/a.ts', 'test/a.test.ts'].map((path) => block(path, 1, 5));
    expect(rank(matches, { terms }).files[0]!.path).toBe('src/a.ts');
  });

  it('prefers a file that the query names', () => {
    const matches = [block('src/a.ts', 1, 5), block('src/parse/header.ts', 1, 5)];
    expect(rank(matches, { terms }).files[0]!.path).toBe('src/parse/header.ts');
  });

  it('counts the best block of a file most, and a little of the next two', () => {
    const many = [1, 11, 21, 31].map((start) => block('src/many.ts', start, 4));
    const { files } = rank([...many, block('src/one.ts', 1, 5)], { terms });
    expect(files.map(({ path }) => path)).toEqual(['src/many.ts', 'src/one.ts']);
    const { files: others } = rank([...many, block('src/one.ts', 1, 7)], { terms });
    expect(others[0]!.path).toBe('src/one.ts');
  });

  it('lets past commits decide between files that match alike', () => {
    const matches = [block('src/a.ts', 1, 5), block('src/b.ts', 1, 5)];
    const { files, blocks } = rank(matches, { terms, past: new Map([['src/b.ts', 1]]) });
    expect(files[0]!.path).toBe('src/b.ts');
    expect(blocks[0]!.path).toBe('src/b.ts');
  });

  it('orders the blocks of a file by themselves, and keeps all of them', () => {
    const matches = [block('src/a.ts', 1, 2), block('src/a.ts', 11, 5), block('src/b.ts', 1, 4)];
    const { blocks } = rank(matches, { terms });
    expect(blocks.map(({ path, start }) => `${path}:${start}`)).toEqual([
      'src/a.ts:11',
      'src/b.ts:1',
      'src/a.ts:1',
    ]);
  });

  it('is the same for any order of the matches', () => {
    const matches = ['c', 'a', 'b'].flatMap((name) => [
      block(`${name}.ts`, 11, 3),
      block(`${name}.ts`, 1, 3),
    ]);
    const ranked = rank(matches, { terms });
    expect(rank(matches.toReversed(), { terms })).toEqual(ranked);
    expect(ranked.files.map(({ path }) => path)).toEqual(['a.ts', 'b.ts', 'c.ts']);
    expect(ranked.blocks.map(({ start }) => start)).toEqual([1, 11, 1, 11, 1, 11]);
  });

  it('may have nothing to rank', () => {
    expect(rank([], { terms })).toEqual({ files: [], blocks: [] });
  });
});
