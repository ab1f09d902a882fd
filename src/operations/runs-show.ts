import * as z from 'zod';
import { findRun, keptRunSchema } from './delegation/kept-run.ts';
import { field, looks, operation } from './operation.ts';

export const runsShowOperation = operation({
  name: 'runs.show',
  command: ['runs', 'show'],
  groupSummary: 'Show what earlier calls have brought.',
  title: 'Show a run',
  summary: 'Print the answer of an earlier call, also if it could not be used or delivered.',
  description: 'Shows what is kept of an earlier call.',
  surfaces: ['cli'],
  input: z.strictObject({
    run: field(z.string().min(1).optional(), 'Id of a run, or its beginning (default: last)', {
      positional: 'one',
    }),
  }),
  output: () => keptRunSchema().extend({ warnings: z.array(z.string()) }),
  annotations: looks,
  examples: [
    'orch runs show',
    'orch runs show 3f0c2a91 > answer.md',
    'orch runs show 3f0c2a91 | orch diff --from - -f src/cart.ts',
  ],
  run: ({ run = 'last' }, context) => findRun(run, context),
});
