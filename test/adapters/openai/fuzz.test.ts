import { expect, it } from 'vitest';
import { fuzz } from '../../bench/fuzz/run.ts';

// More of it: npm run bench:fuzz -- --runs 50000
it('no stream and no body makes the provider crash, hang, print, or take a damaged answer for a whole one', async () => {
  const { runs, successes, failures, problems } = await fuzz({ runs: 300, seed: 1 });
  expect(problems).toEqual([]);
  // Both ends must have been reached, or nothing was tested.
  expect(runs).toBe(300);
  expect(successes).toBeGreaterThan(0);
  expect([...failures.keys()]).toEqual(expect.arrayContaining(['cut', 'malformed-answer']));
}, 60_000);
