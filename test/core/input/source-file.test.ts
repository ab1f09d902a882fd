import { describe, expect, it } from 'vitest';
import {
  type LineRange,
  readFileArgument,
  type Source,
  shownText,
} from '../../../src/core/input/source-file.ts';

describe('a file argument', () => {
  it.each([
    ['src/a.ts', 'src/a.ts', undefined],
    ['src/a.ts:10', 'src/a.ts', { from: 10, to: 10 }],
    ['src/a.ts:10-40', 'src/a.ts', { from: 10, to: 40 }],
    ['src/**/*.ts:1-5', 'src/**/*.ts', { from: 1, to: 5 }],
    ['a:b:3', 'a:b', { from: 3, to: 3 }],
    // Told to be wrong where the file is known.
    ['a.ts:0', 'a.ts', { from: 0, to: 0 }],
    ['a.ts:9-2', 'a.ts', { from: 9, to: 2 }],
    // No range: the path as it stands.
    ['a.ts:', 'a.ts:', undefined],
    ['a.ts:10-', 'a.ts:10-', undefined],
    ['a.ts:-5', 'a.ts:-5', undefined],
    ['a.ts:x', 'a.ts:x', undefined],
    [':10', ':10', undefined],
    ['', '', undefined],
  ])('%j names %j, lines %j', (argument, pattern, range) => {
    expect(readFileArgument(argument)).toEqual({ pattern, range });
  });
});

describe('what is shown of a file', () => {
  const shown = (text: string, range?: LineRange) =>
    shownText({ path: 'a', text, mode: '100644', range } satisfies Source);

  it.each([
    ['all of it', 'a\nb\n', undefined, 'a\nb\n'],
    ['nothing of an empty one', '', undefined, ''],
    ['no byte order mark and no carriage returns', '\uFEFFa\r\nb\r\n', undefined, 'a\nb\n'],
    ['a carriage return that ends no line', 'a\rb\n', undefined, 'a\rb\n'],
    ['a range', 'a\nb\nc\nd\n', { from: 2, to: 3 }, 'b\nc'],
    ['a range that goes beyond the end', 'a\nb\n', { from: 2, to: 99 }, 'b\n'],
    ['a range of lines that end in carriage returns', '\uFEFFa\r\nb\r\nc', { from: 1, to: 2 }, 'a\nb'],
  ])('is %s', (_, text, range, expected) => {
    expect(shown(text, range)).toBe(expected);
  });
});
