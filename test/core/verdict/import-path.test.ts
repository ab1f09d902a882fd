import { describe, expect, it } from 'vitest';
import { importPath } from '../../../src/core/verdict/import-path.ts';

const typescript = { from: 'test/a/cart.test.ts', source: 'src/a/cart.ts', language: 'typescript' };

describe('the path by which tests import code', () => {
  it.each([
    ['without extension, as is usual in TypeScript', [], '../../src/a/cart'],
    ['with the extension of the file', ["import { x } from '../src/x.ts';"], '../../src/a/cart.ts'],
    [
      'with that of what is compiled',
      ["import { x } from '../src/x.js';\nconst a: string = x;"],
      '../../src/a/cart.js',
    ],
    ['as most do', ["import '../a';", "import '../b';", "import '../c.ts';"], '../../src/a/cart'],
    [
      'whatever packages and data are imported',
      ["import 'vitest';\nimport x from './x.json';"],
      '../../src/a/cart',
    ],
  ])('is written %s', (_how, tests, path) => {
    expect(importPath({ ...typescript, tests })).toBe(path);
  });

  it.each([
    ['beside it', 'src/cart.test.js', 'src/cart.js', 'javascript', './cart.js'],
    ['below it', 'src/__tests__/cart.test.js', 'src/cart.js', 'javascript', '../cart.js'],
    ['at the top', 'test/cart.test.js', 'cart.js', 'javascript', '../cart.js'],
    ['as an index', 'src/a/index.test.ts', 'src/a/index.ts', 'typescript', '.'],
    ['with its own extension', 'test/cart.test.mjs', 'lib/cart.mjs', 'javascript', '../lib/cart.mjs'],
    ['with one that no compiler changes', 'test/a.test.ts', 'src/A.vue', 'vue', '../src/A.vue'],
    ['as a module', 'tests/test_cart.py', 'src/shop/cart.py', 'python', 'shop.cart'],
    ['as a package', 'tests/test_shop.py', 'shop/__init__.py', 'python', 'shop'],
    ['by no name that Python takes', 'tests/test_x.py', 'my-shop/x.py', 'python', undefined],
    ['not at all', 'cart_test.go', 'cart.go', 'go', undefined],
  ])('names code %s', (_where, from, source, language, path) => {
    expect(importPath({ from, source, language, tests: [] })).toBe(path);
  });
});
