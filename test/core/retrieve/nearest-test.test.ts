import { expect, it } from 'vitest';
import { nearestTest } from '../../../src/core/retrieve/nearest-test.ts';

it.each([
  ['of the same name', 'src/shop/cart.ts', 'test/shop/cart.test.ts'],
  ['of the same name in Python', 'app/models.py', 'tests/test_models.py'],
  ['of the same name in Java', 'src/main/Cart.java', 'src/test/CartTest.java'],
  ['in the same folders where none has the name', 'src/shop/tax.ts', 'test/shop/basket.spec.ts'],
  ['in none of the folders where there is nothing nearer', 'lib/other.ts', 'test/login.test.ts'],
  ['not of another language', 'src/cart.go', undefined],
])('the test %s', (_, given, nearest) => {
  const paths = [
    ...['src/shop/cart.ts', 'test/login.test.ts', 'test/shop/basket.spec.ts', 'test/shop/cart.test.ts'],
    ...['tests/test_models.py', 'tests/test_views.py', 'src/test/CartTest.java', 'test/data.txt'],
  ];
  expect(nearestTest([given], paths)).toBe(nearest);
  expect(nearestTest([given], [...paths].reverse())).toBe(nearest);
});

it('without a file there is nothing to be near to', () => {
  expect(nearestTest([], ['test/a.test.ts'])).toBeUndefined();
});
