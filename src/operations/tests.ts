import * as z from 'zod';
import { delegateOutput } from './delegate-output.ts';
import { delegateAnnotations, runDelegation } from './delegation.ts';
import { cliOnly, field, operation } from './operation.ts';
import { type DelegationInput, frameworkField, requestFields, resultFields } from './request-fields.ts';

export const testsOperation = operation({
  name: 'delegate.tests',
  command: ['tests'],
  title: 'Write tests',
  summary: 'Write deterministic tests for the given files.',
  description: 'Writes deterministic tests; returns the code of the test file.',
  guidance: 'the code of a test file. Name the framework.',
  input: z.strictObject({
    ...requestFields,
    effort: cliOnly(requestFields.effort),
    framework: frameworkField,
    verify: field(
      z.string().min(1).optional(),
      'Accept only tests with which this shell command succeeds; {} is the test file, which is kept with --output',
      { flag: '--verify <command>', cliOnly: true },
    ),
    ...resultFields,
  }),
  output: delegateOutput,
  annotations: delegateAnnotations,
  toDelegation: testsDelegation,
  examples: [
    'orch tests -f src/cart.ts --framework vitest -o test/cart.test.ts',
    'orch tests -f cart.py --framework pytest -o test_cart.py --verify "pytest -q {}"',
  ],
  async run({ verify, ...input }, factory, options) {
    const request = testsDelegation(input);
    if (verify === undefined) return runDelegation(request, factory, options);
    const verifier = factory.verifier(verify, input.output);
    return runDelegation(request, factory, {
      ...options,
      verify: (result, signal) => verifier.verify(result, signal),
    });
  },
});

function testsDelegation({
  verify: _verify,
  ...input
}: DelegationInput & { verify?: string | undefined }): DelegationInput {
  return { ...input, task: 'tests', return: 'code' };
}
