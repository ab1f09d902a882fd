import * as z from 'zod';
import { mostRunsListed } from '../core/record/most-runs-listed.ts';
import { keptHeadSchema, readHead } from './delegation/kept-run.ts';
import { commandOnly } from './operation.ts';

export const runsListOperation = commandOnly({
  input: () => z.strictObject({}),
  output: () => z.object({ runs: z.array(keptHeadSchema()) }),
  examples: ['orch runs list'],
  async run(_input, context) {
    const store = context.runs();
    const ids = (await store.ids('')).slice(0, mostRunsListed);
    const heads = await Promise.all(ids.map((id) => store.head(id)));
    // A damaged one is left out: showing it says so.
    const runs = heads.flatMap((head) => readHead(head ?? '') ?? []);
    // By the time that is shown: one that began earlier may have ended, and been kept, later.
    return { runs: runs.sort((a, b) => (a.ts < b.ts ? 1 : a.ts > b.ts ? -1 : 0)) };
  },
});
