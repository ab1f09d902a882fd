/** `npm run bench:search:cli -- --edits 500` does more of these. */
import { expect, it } from 'vitest';
import { bareEnvironment, folder } from '../../helpers/orch.ts';
import { editedRepository } from '../../helpers/random-edits.ts';

const edits = 40;

it('what a search shows is what the files hold, whatever was done to them before', async () => {
  const seed = Date.now() % 1e6;
  const repository = editedRepository(folder(), {
    indexFolder: folder(),
    seed,
    environment: bareEnvironment(),
  });
  const done: string[] = [];
  for (let at = 0; at < edits; at++) {
    const { edit, faults } = await repository.step();
    done.push(edit);
    expect(faults, `seed ${seed}, after: ${done.join(', ')}`).toEqual([]);
  }
}, 60_000);
