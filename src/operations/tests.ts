import * as z from 'zod';
import { OrchError } from '../core/errors/orch-error.ts';
import type { CallOptions } from '../engine/context.ts';
import { asOrchError } from '../engine/internal-error.ts';
import type { Factory } from '../factory.ts';
import { type DelegationInput, frameworkField, requestFields, resultFields } from './delegation/fields.ts';
import { errorKeeping } from './delegation/keep-result.ts';
import { type DelegateOutput, delegateOutput } from './delegation/output.ts';
import { delegateAnnotations, runDelegation } from './delegation/run-delegation.ts';
import { cliOnly, field, operation } from './operation.ts';

type TestsInput = DelegationInput & { verify?: string | undefined };

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
  async run(input, factory, options) {
    const { output: file } = input;
    const recovered = file === undefined ? [] : await factory.journal().recover(file);
    try {
      const output = await writeTests(input, factory, options);
      output.meta.warnings.unshift(...recovered);
      return output;
    } catch (error) {
      throw recovered.length === 0 ? error : errorSaying(error, recovered);
    }
  },
});

async function writeTests(
  { verify, ...input }: TestsInput,
  factory: Factory,
  options: CallOptions,
): Promise<DelegateOutput> {
  const request = testsDelegation(input);
  if (verify === undefined) return runDelegation(request, factory, options);
  if (input.output === undefined) {
    throw new OrchError('usage', '--verify needs --output: tests run only where they belong', {
      hint: 'name the test file, e.g. --output test/cart.test.ts',
    });
  }
  factory.journal().assertWritable(input.output);
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
}

/** The same error: what was recovered before it must not go unsaid. */
function errorSaying(failed: unknown, warnings: readonly string[]): OrchError {
  const { code, message, hint, details } = asOrchError(failed);
  return new OrchError(code, message, {
    hint: [hint, ...warnings].filter(Boolean).join('; '),
    details: { ...details, warnings },
    cause: failed,
  });
}

function testsDelegation({ verify: _verify, ...input }: TestsInput): DelegationInput {
  return { ...input, task: 'tests', return: 'code' };
}
