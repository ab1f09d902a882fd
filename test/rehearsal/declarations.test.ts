import { expect, it } from 'vitest';
import { declaredNames, isDeclaration } from '../../src/rehearsal/answers/declarations.ts';
import { expectLinear } from '../helpers/linear.ts';

it('a line opens what it names', () => {
  expect(isDeclaration('export function add(a, b) {', 'typescript')).toBe(true);
  expect(isDeclaration('  return a + b;', 'typescript')).toBe(false);
  expect(declaredNames(['int add(int a, int b)', '{', 'int add(int a, int b)'], 'c')).toEqual(['add']);
  expect(declaredNames(['int add(int a, int b)'], 'klingon')).toEqual([]);
});

it.each([
  ['c', ' '],
  ['c', '*'],
  ['css', 'a'],
])('a long line of %s made of %j takes time in proportion to its length', (language, piece) => {
  expectLinear((n) => {
    const line = `a${piece.repeat(n)}`;
    return () => declaredNames([line], language);
  }, 8000);
});
