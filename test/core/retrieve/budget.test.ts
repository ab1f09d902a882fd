import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { approxTokens } from '../../../src/core/input/tokens.ts';
import { packBlocks } from '../../../src/core/retrieve/budget.ts';
import type { RankedBlock } from '../../../src/core/retrieve/rank.ts';
import type { BlockRange } from '../../../src/core/retrieve/types.ts';

const line = 'a line of thirty characters...';

function textOf({ start, end }: BlockRange): string {
  return Array<string>(end - start + 1)
    .fill(line)
    .join('\n');
}

function block(path: string, start: number, end: number, value: number): RankedBlock {
  return { path, start, end, value, score: value, hash: 'h' };
}

const unlimited = { maxTokens: 1e9, limit: 1e9, textOf };

describe('a number of tokens', () => {
  it('is never exceeded, and what is shown does not overlap', () => {
    const blocks = fc.array(
      fc.tuple(fc.constantFrom('a.ts', 'b.ts'), fc.nat(20), fc.integer({ min: 1, max: 9 })),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(blocks, fc.nat(2000), fc.integer({ min: 1, max: 10 }), (found, maxTokens, limit) => {
        const distinct = new Map(found.map(([path, at, length]) => [`${path}${at}`, { path, at, length }]));
        const ranked = Array.from(distinct.values(), ({ path, at, length }, index) =>
          block(path, 1 + at * 10, at * 10 + length, 1 - index / 100),
        );
        const passages = packBlocks(ranked, { maxTokens, limit, textOf });
        expect(passages.reduce((sum, { text }) => sum + approxTokens(text), 0)).toBeLessThanOrEqual(
          maxTokens,
        );
        expect(passages.length).toBeLessThanOrEqual(limit);
        for (const one of passages) {
          expect([one.text, one.tokens]).toEqual([textOf(one), approxTokens(one.text)]);
          for (const other of passages)
            expect(
              one === other || one.path !== other.path || one.end < other.start || other.end < one.start,
            ).toBe(true);
        }
      }),
    );
  });

  it('counts what is unusually long of a path, and nothing of others', () => {
    const at = (folder: string) =>
      Array.from({ length: 100 }, (_, file) => block(`${folder}/${file}.ts`, 1, 1, 1));
    const packed = (folder: string) => packBlocks(at(folder), { ...unlimited, maxTokens: 4000, textOf });
    expect(packed('src/usual/folder')).toHaveLength(100);
    const long = packed('a long folder/'.repeat(280)).map(({ path }) => path);
    expect(long.length).toBeGreaterThan(0);
    expect(approxTokens(long.join('\n'))).toBeLessThan(4000 + 60 * long.length);
  });

  it('counts what is around each passage but one, until blocks follow each other', () => {
    const apart = Array.from({ length: 9 }, (_, at) => block(`${at}.ts`, 1, 1, 1));
    const tokens = approxTokens(line);
    const options = { ...unlimited, perPassage: 40, maxTokens: 3 * (tokens + 40) - 40 };
    expect(packBlocks(apart, options)).toHaveLength(3);
    expect(packBlocks(apart, { ...options, maxTokens: options.maxTokens - 1 })).toHaveLength(2);
    const together = [1, 3, 2, 4, 5, 6, 7].map((at) => block('a.ts', at, at, 1));
    expect(packBlocks(together, options)).toMatchObject([{ start: 1, end: 7 }]);
  });

  it('takes a smaller block where a larger one does not fit', () => {
    const blocks = [block('a.ts', 1, 40, 1), block('b.ts', 1, 2, 0.5)];
    expect(packBlocks(blocks, { ...unlimited, maxTokens: 100 }).map(({ path }) => path)).toEqual(['b.ts']);
  });

  it('is spent on one passage where blocks follow each other, with the blank lines between', () => {
    const blocks = [
      block('a.ts', 1, 5, 1),
      block('a.ts', 13, 15, 0.9),
      block('a.ts', 7, 11, 0.8),
      block('a.ts', 30, 35, 0.7),
    ];
    expect(packBlocks(blocks, unlimited)).toMatchObject([
      { start: 1, end: 15, score: 1 },
      { start: 30, end: 35, score: 0.7 },
    ]);
  });

  it('goes to the best block that had no place before two passages became one', () => {
    const blocks = [
      block('a.ts', 1, 5, 1),
      block('a.ts', 13, 15, 0.9),
      block('b.ts', 1, 5, 0.8),
      block('b.ts', 20, 22, 0.75),
      block('a.ts', 7, 11, 0.7),
      block('c.ts', 1, 5, 0.6),
    ];
    expect(packBlocks(blocks, { ...unlimited, limit: 2 })).toMatchObject([
      { path: 'a.ts', start: 1, end: 15 },
      { path: 'b.ts', start: 1, end: 5 },
    ]);
  });

  it('extends a passage by a block that only its neighbour connects with it', () => {
    const blocks = [block('a.ts', 1, 5, 1), block('a.ts', 13, 15, 0.9), block('a.ts', 7, 11, 0.7)];
    expect(packBlocks(blocks, { ...unlimited, limit: 1 })).toMatchObject([{ start: 1, end: 15 }]);
  });

  it('goes on into passages that there are, once there are as many as are wanted', () => {
    const blocks = [
      block('a.ts', 1, 5, 1),
      block('b.ts', 1, 5, 0.9),
      { ...block('a.ts', 6, 9, 0.8), symbol: 'second' },
    ];
    expect(packBlocks(blocks, { ...unlimited, limit: 1 })).toMatchObject([
      { path: 'a.ts', start: 1, end: 9, symbol: 'second' },
    ]);
  });

  it('is not spent on a block that is gone', () => {
    const blocks = [block('gone.ts', 1, 5, 1), block('a.ts', 1, 5, 0.5)];
    const passages = packBlocks(blocks, {
      ...unlimited,
      textOf: (range) => (range.path === 'gone.ts' ? undefined : textOf(range)),
    });
    expect(passages.map(({ path }) => path)).toEqual(['a.ts']);
  });
});
