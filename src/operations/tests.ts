import * as z from 'zod';
import type { DelegateRequest } from '../core/tasks/request.ts';
import type { CallOptions } from '../engine/context.ts';
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
import { mutantsField, usualMutants, usualRunMs } from './delegation/run-fields.ts';
import { cliOnly, field, operation, withSurface } from './operation.ts';

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
      run: field(z.boolean().optional(), 'Do not run the tests', { flag: '--no-run', cliOnly: true }),
      mutants: mutantsField,
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

type TestsInput = DelegationInput & { run?: boolean | undefined; mutants?: number | undefined };

async function writeTests(
  { run = true, mutants, ...input }: TestsInput,
  context: OperationContext,
  options: CallOptions,
): Promise<DelegateOutput> {
  const request = plan(input);
  // The command decides, and the place is given.
  if (input.verify !== undefined) return runDelegation(request, input, context, options);
  const { judged, placed } = await import('./verdict/tested.ts');
  const place = await placed(request, input.output, context, options.signal);
  const told = place?.request ?? request;
  // A rehearsed answer tests nothing of the project's, and a client may not have the user's code run unasked.
  const runs = run && context.mayRun && !context.engine().rehearsal;
  if (place === undefined || !runs) return runDelegation(told, input, context, options);
  const settings = { sandbox: input.sandbox, mutants: mutants ?? usualMutants, runMs: usualRunMs };
  return runDelegation(told, input, context, options, judged(place, settings, context, options));
}

function plan({ run: _run, mutants: _mutants, ...input }: TestsInput): DelegateRequest {
  return readRequest({ ...input, task: 'tests', return: 'code' });
}
