import * as z from 'zod';
import {
  applyField,
  frameworkField,
  gitChangeField,
  requestFields,
  resultFields,
  returnField,
  sandboxField,
  taskField,
  verifyField,
} from './delegation/fields.ts';
import { delegateOutput } from './delegation/output.ts';
import { readRequest } from './delegation/read-request.ts';
import { delegateAnnotations, runDelegation } from './delegation/run-delegation.ts';
import { operation } from './operation.ts';

export const runOperation = operation({
  title: 'Delegate a sub-task',
  description: 'Delegates a self-contained sub-task to the best-suited OpenAI model. Writes nothing.',
  guidance:
    'anything else. task: code_generate (code), refactor (patch), deep_reasoning (text), tests, docs.',
  input: () =>
    z.strictObject({
      task: taskField,
      ...requestFields,
      framework: frameworkField,
      return: returnField,
      gitChange: gitChangeField,
      apply: applyField,
      verify: verifyField,
      sandbox: sandboxField,
      ...resultFields,
    }),
  output: delegateOutput,
  annotations: delegateAnnotations,
  plan: (input, { config }) => readRequest(input, () => config().tasks),
  examples: [
    'orch run refactor "extract the tax rule into a function" -f src/cart.ts | git apply --allow-empty',
    'orch run code_generate "a debounce function" -l typescript > debounce.ts',
    'orch run ask "is the locking right?" --changes',
    'orch run refactor "use the new client" -f src/http.ts --verify "npm test" --apply',
    'npm test 2>&1 | orch run deep_reasoning "why does this fail?" -f src/cart.ts',
  ],
  run: (input, context, options) =>
    runDelegation(
      readRequest(input, () => context.config().tasks),
      input,
      context,
      options,
    ),
});
