import { describe, expect, it } from 'vitest';
import { placeTest, testsNear } from '../../../src/core/verdict/place.ts';

const place = (source: string, language: string, framework: string | undefined, files: string[]) =>
  placeTest({ source, language, framework, files: [source, ...files] });

describe('tests are placed', () => {
  it.each([
    [
      'beside the code',
      'src/cart.ts',
      'typescript',
      'vitest',
      ['src/a.ts', 'src/a.test.ts'],
      'src/cart.test.ts',
    ],
    ['as specs', 'src/cart.ts', 'typescript', 'jest', ['src/a.ts', 'src/a.spec.ts'], 'src/cart.spec.ts'],
    [
      'in a folder below',
      'src/cart.js',
      'javascript',
      'jest',
      ['src/a.js', 'src/__tests__/a.test.js'],
      'src/__tests__/cart.test.js',
    ],
    [
      'in a tree of their own',
      'src/x/cart.ts',
      'typescript',
      'vitest',
      ['src/a.ts', 'src/y/b.ts', 'test/a.test.ts', 'test/y/b.test.ts'],
      'test/x/cart.test.ts',
    ],
    [
      'flat in one folder',
      'lib/x/cart.py',
      'python',
      'pytest',
      ['lib/x/a.py', 'lib/y/b.py', 'tests/test_a.py', 'tests/test_b.py'],
      'tests/test_cart.py',
    ],
    [
      'in the package',
      'packages/b/src/cart.ts',
      'typescript',
      'vitest',
      ['packages/b/src/a.ts', 'packages/b/test/a.test.ts', 'packages/a/src/a.test.ts'],
      'packages/b/test/cart.test.ts',
    ],
  ])('%s, as those that exist', (_name, source, language, framework, files, expected) => {
    expect(place(source, language, framework, files)).toBe(expected);
  });

  it.each([
    ['src/cart.ts', 'typescript', 'vitest', 'src/cart.test.ts'],
    ['src/cart.js', 'javascript', 'node:test', 'test/cart.test.js'],
    ['cart.py', 'python', 'pytest', 'tests/test_cart.py'],
    ['pkg/cart.go', 'go', 'go test', 'pkg/cart_test.go'],
    ['src/main/java/a/Cart.java', 'java', 'junit', 'src/test/java/a/CartTest.java'],
    ['lib/cart.rb', 'ruby', 'rspec', 'spec/cart_spec.rb'],
    ['src/Cart.php', 'php', 'phpunit', 'tests/CartTest.php'],
    ['src/App.vue', 'vue', 'vitest', 'src/App.test.ts'],
  ])('where it is usual, if there are none: %s', (source, language, framework, expected) => {
    expect(place(source, language, framework, [])).toBe(expected);
  });

  it('never over an existing file, also where names differ in case alone', () => {
    expect(place('src/cart.ts', 'typescript', 'vitest', ['src/Cart.test.ts'])).toBe('src/cart-2.test.ts');
    expect(place('cart.go', 'go', 'go test', ['cart_test.go', 'cart_2_test.go'])).toBe('cart_3_test.go');
  });

  it('with the nearest first', () => {
    const files = ['a/z.test.ts', 'b/a.test.ts', 'b/c/x.test.ts', 'b/helper.ts'];
    expect(testsNear('b/c/cart.ts', 'typescript', files)).toEqual([
      'b/c/x.test.ts',
      'b/a.test.ts',
      'a/z.test.ts',
    ]);
  });
});
