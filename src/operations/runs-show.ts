import * as z from 'zod';
import { findRun, keptRunSchema } from './delegation/kept-run.ts';
import { commandOnly, field } from './operation.ts';

export const runsShowOperation = commandOnly({
  name: 'runs.show',
  command: ['runs', 'show'],
  groupSummary: 'Show what earlier calls have brought.',
  summary: 'Print the answer of an earlier call, also if it could not be used or delivered.',
  input: z.strictObject({
    run: field(z.string().min(1).optional(), 'Run id or its beginning (default: last)', {
      positional: 'one',
    }),
  }),
  output: keptRunSchema,
  examples: [
    'orch runs show',
    'orch runs show 3f0c2a91 > answer.md',
    'orch runs show 3f0c2a91 | orch diff --from - -f src/cart.ts',
  ],
  run: ({ run = 'last' }, context) => findRun(run, context),
});
