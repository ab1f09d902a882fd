import fc from 'fast-check';
import { expect, it } from 'vitest';
import { sorted } from '../../../src/core/retrieve/best-first.ts';

it('gives the order of the function, for values that differ much, hardly, or not at all', () => {
  const value = fc.oneof(
    fc.double({ min: 0, max: 50, noNaN: true }),
    fc.constantFrom(0, 1, 1 + Number.EPSILON, 3, 3 - 1e-12, 3 - 1e-9, Number.POSITIVE_INFINITY),
  );
  const items = fc.array(fc.record({ value, name: fc.nat(5) }), { maxLength: 60 });
  const order = (one: { value: number; name: number }, other: { value: number; name: number }) =>
    (one.value === other.value ? 0 : other.value - one.value) || one.name - other.name;
  fc.assert(
    fc.property(items, (given) => {
      expect(sorted(given, (item) => item.value, order)).toEqual(given.toSorted(order));
    }),
  );
});

it('takes any number of items that are alike', () => {
  const items = Array.from({ length: 200_000 }, (_, at) => 200_000 - at);
  const found = sorted(
    items,
    () => 1,
    (one, other) => one - other,
  );
  expect([found[0], found.at(-1), found.length]).toEqual([1, 200_000, 200_000]);
});
