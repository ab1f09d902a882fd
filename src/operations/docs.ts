import * as z from 'zod';
import type { DelegateRequest } from '../core/tasks/request.ts';
import { type DelegationInput, requestFields, resultFields } from './delegation/fields.ts';
import { delegateOutput } from './delegation/output.ts';
import { readRequest } from './delegation/read-request.ts';
import { delegateAnnotations, runDelegation } from './delegation/run-delegation.ts';
import { cliOnly, operation, withSurface } from './operation.ts';

export const docsOperation = operation({
  title: 'Write documentation',
  description: 'Writes Markdown documentation.',
  guidance: 'Markdown.',
  input: () =>
    z.strictObject({
      ...requestFields,
      effort: cliOnly(requestFields.effort),
      complexity: cliOnly(requestFields.complexity),
      autoContext: withSurface(requestFields.autoContext, { unlisted: true }),
      ...resultFields,
    }),
  output: delegateOutput,
  annotations: delegateAnnotations,
  plan,
  examples: ['orch docs "how to configure retries" -f "src/retry/*.ts" -o docs/retries.md'],
  run: (input, context, options) => runDelegation(plan(input), input, context, options),
});

function plan(input: DelegationInput): DelegateRequest {
  return readRequest({ ...input, task: 'docs', return: 'text' });
}
