import * as z from 'zod';
import type { DelegateRequest } from '../core/tasks/request.ts';
import {
  type DelegationInput,
  frameworkField,
  requestFields,
  resultFields,
  sandboxField,
  verifyField,
} from './delegation/fields.ts';
import { delegateOutput } from './delegation/output.ts';
import { readRequest } from './delegation/read-request.ts';
import { delegateAnnotations, runDelegation } from './delegation/run-delegation.ts';
import { cliOnly, operation, withSurface } from './operation.ts';

export const testsOperation = operation({
  title: 'Write tests',
  description: 'Writes deterministic tests; returns the code of the test file.',
  guidance: 'the code of a test file. Name the framework.',
  input: () =>
    z.strictObject({
      ...requestFields,
      effort: cliOnly(requestFields.effort),
      complexity: cliOnly(requestFields.complexity),
      autoContext: withSurface(requestFields.autoContext, { unlisted: true }),
      framework: frameworkField,
      verify: verifyField,
      sandbox: sandboxField,
      ...resultFields,
    }),
  output: delegateOutput,
  annotations: delegateAnnotations,
  plan,
  examples: [
    'orch tests -f src/cart.ts --framework vitest -o test/cart.test.ts',
    'orch tests -f cart.py --framework pytest -o test_cart.py --verify "pytest -q {}"',
  ],
  run: (input, context, options) => runDelegation(plan(input), input, context, options),
});

function plan(input: DelegationInput): DelegateRequest {
  return readRequest({ ...input, task: 'tests', return: 'code' });
}
