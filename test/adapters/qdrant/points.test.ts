import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { readVersionName, stemOf, versionName } from '../../../src/adapters/qdrant/points.ts';
import { tokeniserVersion } from '../../../src/core/retrieve/tokens.ts';

it('a file has other points where they are made otherwise, also than by the first version', () => {
  const dense = (dimensions: number) => ({ model: 'm', dimensions });
  const first = [tokeniserVersion, 'bm25', 'a.ts', 'hash'].join('\0');
  const stems = [
    stemOf('a.ts', 'hash', undefined),
    stemOf('b.ts', 'hash', undefined),
    stemOf('a.ts', 'other', undefined),
    stemOf('a.ts', 'hash', dense(8)),
    stemOf('a.ts', 'hash', dense(16)),
    // Its points held what a block defines.
    createHash('sha256').update(first).digest('hex').slice(0, 24),
  ];
  expect(new Set(stems).size).toBe(stems.length);
  const version = { stem: stems[0]!, blocks: 3, length: 40, averageLength: 133 };
  expect(readVersionName(versionName(version))).toEqual(version);
});
