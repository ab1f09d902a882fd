import * as z from 'zod';
import { OrchError } from '../core/errors/orch-error.ts';
import type { DelegateRequest } from '../core/tasks/request.ts';
import type { CallOptions } from '../engine/context.ts';
import { extendError } from '../engine/internal-error.ts';
import type { OperationContext } from './context.ts';
import {
  type DelegationInput,
  frameworkField,
  requestFields,
  resultFields,
  sandboxField,
  verifyField,
} from './delegation/fields.ts';
import { type DelegateOutput, delegateOutput } from './delegation/output.ts';
import { readRequest } from './delegation/read-request.ts';
import { delegateAnnotations, runDelegation } from './delegation/run-delegation.ts';
import { cliOnly, operation, withSurface } from './operation.ts';
import { warned } from './whole-tree.ts';

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
  run: writeTests,
});

async function writeTests(
  input: DelegationInput,
  context: OperationContext,
  options: CallOptions,
): Promise<DelegateOutput> {
  const { verify, output } = input;
  const request = plan(input);
  if (verify === undefined) return runDelegation(request, input, context, options);
  if (output === undefined) {
    throw new OrchError('usage', '--verify needs --output: the tests must run in their place', {
      hint: 'name the test file, e.g. --output test/cart.test.ts',
    });
  }
  context.writer().assertWritable(output, { asFile: true });
  await context.tree().assertPossible();
  const verifier = await context.verifier(verify, output);
  verifier.assertPossible();
  const warnings: string[] = [];
  try {
    const delivered = await runDelegation(request, input, context, {
      ...options,
      async verify(result, signal) {
        const verdict = await verifier.verify(result, signal);
        if (verdict.warning !== undefined) warnings.push(verdict.warning);
        return verdict;
      },
    });
    return warned(warnings, delivered);
  } catch (error) {
    throw warnings.length === 0 ? error : extendError(error, { hints: warnings });
  }
}

function plan(input: DelegationInput): DelegateRequest {
  return readRequest({ ...input, task: 'tests', return: 'code' });
}
