import { expect, it } from 'vitest';
import { blockVector, queryVector } from '../../../src/adapters/qdrant/sparse-vector.ts';

it('terms that share an index count as one term: an index may be there only once', () => {
  const sharing = ['kzpehb', 'pubdra'] as const;
  const [one, other] = sharing.map((term) => queryVector(new Map([[term, 1]])).indices);
  expect(one).toEqual(other);
  const length = 20;
  const both = blockVector(
    {
      counts: new Map([
        [sharing[0], 2],
        [sharing[1], 3],
      ]),
      length,
    },
    10,
  );
  expect(both).toEqual(blockVector({ counts: new Map([[sharing[0], 5]]), length }, 10));
});
