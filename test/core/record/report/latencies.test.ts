import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Latencies } from '../../../../src/core/record/report/latencies.ts';

function of(values: Iterable<number>): Latencies {
  const latencies = new Latencies();
  for (const value of values) latencies.add(value);
  return latencies;
}

it('gives a value that occurred, by nearest rank, where there are few', () => {
  const hundred = of(Array.from({ length: 100 }, (_, index) => 100 - index));
  expect([hundred.percentile(0.5), hundred.percentile(0.95)]).toEqual([50, 95]);
  const three = of([1, 2, 3]);
  expect([three.percentile(0.5), three.percentile(0.95)]).toEqual([2, 3]);
  expect([of([7.5]).percentile(0.5), of([]).percentile(0.5)]).toEqual([7.5, null]);
});

it('is within 1 % of it where there are many, also of those of several groups', () => {
  const value = fc.oneof(fc.nat(300), fc.nat(120_000), fc.integer({ min: 0, max: 1e12 }));
  const many = fc.array(value, { minLength: 129, maxLength: 1000 });
  fc.assert(
    fc.property(many, fc.array(value), fc.constantFrom(0.5, 0.95), (values, more, share) => {
      const sorted = [...values, ...more].sort((a, b) => a - b);
      const exact = sorted[Math.ceil(share * sorted.length) - 1]!;
      const [all, others] = [of(values), of(more)];
      all.addAll(others);
      others.addAll(of(values));
      for (const found of [all.percentile(share)!, others.percentile(share)!])
        expect(Math.abs(found - exact)).toBeLessThanOrEqual(exact * 0.01);
    }),
  );
});
