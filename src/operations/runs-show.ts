import * as z from 'zod';
import { findRun, keptRunSchema } from './delegation/kept-run.ts';
import { commandOnly, field } from './operation.ts';

export const runsShowOperation = commandOnly({
  input: () =>
    z.strictObject({
      run: field(
        z.string().min(1).optional(),
        'Id of a run, or its beginning; orch runs list shows them (default: last)',
        {
          positional: 'one',
        },
      ),
    }),
  output: () => keptRunSchema().extend({ warnings: z.array(z.string()) }),
  examples: [
    'orch runs show',
    'orch runs show 3f0c2a91 > answer.md',
    'orch runs show 3f0c2a91 | orch diff --from - -f src/cart.ts',
  ],
  run: ({ run = 'last' }, context) => findRun(run, context),
});
