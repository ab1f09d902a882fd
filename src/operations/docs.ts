import * as z from 'zod';
import { delegateOutput } from './delegate-output.ts';
import { delegateAnnotations, runDelegation } from './delegation.ts';
import { cliOnly, operation } from './operation.ts';
import { type DelegationInput, requestFields, resultFields } from './request-fields.ts';

export const docsOperation = operation({
  name: 'delegate.docs',
  command: ['docs'],
  title: 'Write documentation',
  summary: 'Write Markdown documentation for the given files.',
  description: 'Writes Markdown documentation.',
  guidance: 'Markdown.',
  input: z.strictObject({ ...requestFields, effort: cliOnly(requestFields.effort), ...resultFields }),
  output: delegateOutput,
  annotations: delegateAnnotations,
  toDelegation: docsDelegation,
  examples: ['orch docs "how to configure retries" -f "src/retry/*.ts" -o docs/retries.md'],
  run: (input, factory, options) => runDelegation(docsDelegation(input), factory, options),
});

function docsDelegation(input: DelegationInput): DelegationInput {
  return { ...input, task: 'docs', return: 'text' };
}
