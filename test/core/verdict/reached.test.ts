import { describe, expect, it } from 'vitest';
import { readLines, readProfile } from '../../../src/core/verdict/reached.ts';

const place = (path: string, line: number, column = 1) => ({ path, line, column });

describe('recorded lines of Python', () => {
  const read = readLines(
    JSON.stringify({
      '/home/me/shop/cart.py': { reached: [1, 2, 4], lines: [1, 2, 4, 7, 8] },
      '/home/me/shop/other.py': { reached: [], lines: [1] },
    }),
  );

  it.each([
    [2, true],
    [7, false],
    [5, true],
    [9, false],
  ])('line %i of the file: %s', (line, expected) => {
    expect(read(place('cart.py', line))).toBe(expected);
  });

  it('say nothing of a file that was not recorded', () => {
    expect(read(place('other.py', 1))).toBeUndefined();
    expect(read(place('third.py', 1))).toBeUndefined();
    expect(readLines('{"cut')(place('cart.py', 1))).toBeUndefined();
  });
});

describe('a profile of Go', () => {
  const read = readProfile(
    ['mode: set', 'example.com/x/cart.go:5.40,7.28 2 1', 'example.com/x/cart.go:7.28,9.3 1 0', ''].join('\n'),
  );

  it.each([
    [6, 3, true],
    [8, 4, false],
    [7, 20, true],
    [7, 30, false],
  ])('at %i.%i: %s', (line, column, expected) => {
    expect(read(place('cart.go', line, column))).toBe(expected);
  });

  it('says nothing of what lies in no block, and of other files', () => {
    expect(read(place('cart.go', 30))).toBeUndefined();
    expect(read(place('b/other.go', 6))).toBeUndefined();
  });
});
