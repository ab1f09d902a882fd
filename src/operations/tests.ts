import * as z from 'zod';
import { OrchError } from '../core/error.ts';
import { delegateOutput } from './delegate-output.ts';
import { delegateAnnotations, runDelegation } from './delegation.ts';
import { errorKeeping } from './keep-result.ts';
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
      'Accept only tests with which this shell command succeeds; {} is the file that --output names',
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
    if (input.output === undefined) {
      throw new OrchError('usage', '--verify needs --output: tests run only where they belong', {
        hint: 'name the test file, e.g. --output test/cart.test.ts',
      });
    }
    const verifier = factory.verifier(verify, input.output);
    let refused: string | undefined;
    try {
      return await runDelegation(request, factory, {
        ...options,
        async verify(result, signal) {
          refused = result;
          const verdict = await verifier.verify(result, signal);
          if (verdict.ok) refused = undefined;
          return verdict;
        },
      });
    } catch (error) {
      throw refused === undefined ? error : errorKeeping(error, refused, factory.results());
    }
  },
});

function testsDelegation({
  verify: _verify,
  ...input
}: DelegationInput & { verify?: string | undefined }): DelegationInput {
  return { ...input, task: 'tests', return: 'code' };
}
